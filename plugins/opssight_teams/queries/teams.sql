-- The teams that the caller may see, by name; for the variable at the top of each board.
-- shape: variable
SELECT
    max(title) AS text,
    name AS value
FROM team
GROUP BY name
ORDER BY lower(text)
