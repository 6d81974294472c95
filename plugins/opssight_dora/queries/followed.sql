-- What may have followed a deployment: it failed its users, it was rework, or it was fine.
-- shape: variable
SELECT
    word AS text,
    word AS value
FROM (SELECT unnest(['failed', 'rework', 'fine']) AS word)
