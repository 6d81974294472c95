-- Whether who asks may see figures of those who did the work: not of one or two other people.
-- with: me, work
SELECT
    $sees_people
    OR count(DISTINCT crowd) NOT BETWEEN 1 AND 2
    OR bool_and(person IN (SELECT person FROM me)) AS is_shown
FROM (
    SELECT DISTINCT
        person,
        crowd
    FROM work
) AS workers
