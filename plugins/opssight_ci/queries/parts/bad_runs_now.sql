-- First attempts that failed or were cancelled, of this period.
SELECT
    source,
    id,
    status AS run_status
FROM pipeline_run
WHERE
    created_at >= $from - INTERVAL 7 DAY
    AND created_at < $to
    AND attempt = 1
    AND status IN ('failure', 'cancelled')
