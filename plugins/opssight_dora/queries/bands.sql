-- The years whose bands can be chosen; 2023 first, the newest whose fail rates form a ladder.
-- shape: variable
SELECT
    year AS text,
    year AS value
FROM (SELECT unnest(['2023', '2024', '2021']) AS year)
