-- Median age in seconds of the pull requests that are open at the end of the time range, with their number and the oldest
-- in words. Drafts count, bots' ones do not.
-- with: still_open
WITH
counts AS (
    SELECT
        median(epoch($to - created_at)) AS seconds,
        max(epoch($to - created_at)) AS oldest,
        count(*) AS pulls,
        count(*) FILTER (WHERE draft) AS drafts
    FROM still_open
)

SELECT
    seconds AS value,
    format('{:,} open, oldest {:.0f} days', pulls, oldest / 86400) AS sentence
FROM counts
WHERE pulls > 0
