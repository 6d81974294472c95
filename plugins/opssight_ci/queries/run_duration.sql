-- How long the chosen run's last attempt took, against the usual duration of its pipeline in words.
WITH
chosen AS (
    SELECT
        *,
        epoch(coalesce(finished_at, $to) - started_at) AS seconds
    FROM pipeline_run
    WHERE
        picked(coalesce($run, $otherwise), id)
    ORDER BY created_at DESC, attempt DESC, id DESC
    LIMIT 1
),

usual AS (
    SELECT median(epoch(past.finished_at - past.started_at)) AS seconds
    FROM pipeline_run AS past
    INNER JOIN chosen
        ON past.source = chosen.source AND past.repo = chosen.repo AND past.pipeline = chosen.pipeline
    WHERE past.status = 'success' AND past.created_at > chosen.created_at - INTERVAL 30 DAY
)

SELECT
    chosen.seconds AS value,
    CASE
        WHEN usual.seconds IS NULL THEN 'nothing to compare with'
        ELSE format('usually {:.1f} min', usual.seconds / 60)
    END AS sentence
FROM chosen
CROSS JOIN usual
