-- Reviews whose pull request was first reviewed in the time range, one a reviewer and pull request. Bots' ones are left
-- out.
SELECT
    reviews.*,
    coalesce(person, reviewer) AS person,
    coalesce(crowd, reviewer) AS crowd
FROM (
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
) AS reviews
LEFT JOIN identity
    ON
        reviews.source = identity.source
        AND reviews.repo = identity.repo
        AND reviewer = identity.name
        AND identity.email = ''
WHERE
    reviewer <> author
    AND NOT coalesce(is_bot, FALSE)
