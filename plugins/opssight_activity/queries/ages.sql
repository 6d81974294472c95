-- Pull requests that are open at the end of the time range by how long they have been, and what they wait for. Bots' ones
-- are left out.
-- with: still_open
SELECT
    CASE
        WHEN $to - created_at <= INTERVAL '1 day' THEN 'up to a day'
        WHEN $to - created_at <= INTERVAL '3 days' THEN 'up to 3 days'
        WHEN $to - created_at <= INTERVAL '7 days' THEN 'up to a week'
        WHEN $to - created_at <= INTERVAL '30 days' THEN 'up to 30 days'
        WHEN $to - created_at <= INTERVAL '90 days' THEN 'up to 90 days'
        ELSE 'longer'
    END AS age,
    count(*) AS pulls,
    count(*) FILTER (WHERE draft) AS drafts,
    count(*) FILTER (WHERE NOT draft AND first_review_at IS NULL) AS unseen,
    count(*) FILTER (WHERE NOT draft AND approved_at IS NOT NULL) AS approved
FROM still_open
GROUP BY ALL
ORDER BY max($to - created_at) ASC
