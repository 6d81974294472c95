-- The person who asks: none where no login of the sort is known.
SELECT DISTINCT person
FROM identity
WHERE list_contains(logins, lower($viewer))
