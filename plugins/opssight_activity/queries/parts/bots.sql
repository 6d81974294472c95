-- The names that bots have at their forges, as one list.
SELECT coalesce(list(DISTINCT name), []) AS names
FROM identity
WHERE is_bot AND email = ''
