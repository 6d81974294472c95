-- The names at their forges of the chosen people: none where nobody is chosen.
-- with: me
SELECT
    source,
    repo,
    name
FROM identity
WHERE
    $author IS NOT NULL
    AND email = ''
    AND picked($author, person)
    AND ($sees_people OR person IN (SELECT person FROM me))
