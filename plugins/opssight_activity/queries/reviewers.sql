-- Reviews that a person gave: your own; everybody's for those who may see single people. The last row says how many people
-- are left out. A review is one reviewer of one pull request whose first review was given in the time range.
WITH
me AS (
    SELECT DISTINCT person
    FROM identity
    WHERE list_contains(logins, lower($viewer))
),

reviews AS (
    SELECT
        pull_request.source,
        pull_request.repo,
        pull_request.team,
        author,
        unnest(reviewers) AS reviewer
    FROM pull_request
    WHERE
        first_review_at >= $from
        AND first_review_at < $to
        AND picked($team, pull_request.team)
        AND picked($repo, pull_request.repo)
        AND (
            ($service IS NULL AND $environment IS NULL)
            OR pull_request.repo IN (
                SELECT deployment.repo
                FROM deployment
                WHERE picked($service, deployment.service) AND picked($environment, deployment.environment)
            )
        )
),

given AS (
    SELECT
        reviews.*,
        coalesce(person, reviewer) AS person,
        coalesce(crowd, reviewer) AS crowd
    FROM reviews
    LEFT JOIN identity
        ON
            reviews.source = identity.source
            AND reviews.repo = identity.repo
            AND reviewer = identity.name
            AND identity.email = ''
    WHERE
        reviewer <> author
        AND NOT coalesce(is_bot, FALSE)
),

loads AS (
    SELECT
        person,
        count(*) AS reviews,
        count(DISTINCT repo) AS repos,
        count(DISTINCT author) AS authors,
        $sees_people OR person IN (SELECT person FROM me) AS is_shown
    FROM given
    GROUP BY person
)

SELECT
    person,
    reviews,
    authors,
    repos
FROM loads
WHERE is_shown

UNION ALL

SELECT
    format('{:,} left out: others'' figures', count(*)) AS person,
    NULL AS reviews,
    NULL AS authors,
    NULL AS repos
FROM loads
WHERE NOT is_shown
HAVING count(*) > 0
ORDER BY reviews DESC NULLS LAST, person ASC
