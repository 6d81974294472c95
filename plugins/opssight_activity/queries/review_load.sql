-- How each team's reviews are spread: reviews (one a reviewer and pull request) whose first was given in the time range,
-- people who reviewed, reviews of the median one, and how few of them gave half of all. Bots are left out; so are teams with
-- one or two reviewers, unless you may see single people: the last row says how many.
-- with: given
WITH
loads AS (
    SELECT
        coalesce(nullif(team, ''), 'no team') AS owner,
        person,
        any_value(crowd) AS crowd,
        count(*) AS reviews
    FROM given
    GROUP BY ALL
),

ranked AS (
    SELECT
        *,
        sum(reviews) OVER (PARTITION BY owner ORDER BY reviews DESC, person ASC) - reviews AS before_it,
        sum(reviews) OVER (PARTITION BY owner) AS total
    FROM loads
),

teams AS (
    SELECT
        owner,
        $sees_people OR count(DISTINCT crowd) > 2 AS is_shown,
        sum(reviews)::BIGINT AS reviews,
        count(*) AS reviewers,
        median(reviews) AS reviews_each,
        count(*) FILTER (WHERE before_it < total / 2) AS half_by
    FROM ranked
    GROUP BY owner
)

SELECT
    owner,
    reviews,
    reviewers,
    reviews_each,
    half_by
FROM teams
WHERE is_shown

UNION ALL

SELECT
    format('{:,} left out: fewer than three people', count(*)) AS owner,
    NULL AS reviews,
    NULL AS reviewers,
    NULL AS reviews_each,
    NULL AS half_by
FROM teams
WHERE NOT is_shown
HAVING count(*) > 0
ORDER BY reviews DESC NULLS LAST, owner ASC
