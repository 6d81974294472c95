-- Reviews that a person gave: your own; everybody's for those who may see single people. The last row says how many people
-- are left out. A review is one reviewer of one pull request whose first review was given in the time range.
-- with: me, given
WITH
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
