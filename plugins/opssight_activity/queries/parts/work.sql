-- Commits and merged pull requests of the chosen people. Bots' ones are left out.
-- with: me, written, pulls
SELECT
    'commit' AS kind,
    happened_at,
    person,
    crowd
FROM written
WHERE
    NOT is_bot
    AND picked($kind, 'commit')
    AND picked($author, person)
    AND ($author IS NULL OR $sees_people OR person IN (SELECT person FROM me))

UNION ALL

SELECT
    'merge' AS kind,
    merged_at AS happened_at,
    person,
    crowd
FROM pulls
WHERE
    merged_at >= $from
    AND merged_at < $to
    AND NOT is_bot
    AND picked($kind, 'merge')
    AND picked($author, person)
    AND ($author IS NULL OR $sees_people OR person IN (SELECT person FROM me))
