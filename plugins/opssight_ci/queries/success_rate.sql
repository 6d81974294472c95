-- Share of the ended runs that succeeded, with the change against the period before in words.
-- Every attempt counts; cancelled and skipped ones are left out.
WITH
ended AS (
    SELECT
        (status = 'success')::INTEGER AS succeeded,
        created_at >= $from AS is_now
    FROM pipeline_run
    WHERE
        created_at >= $from - ($to - $from)
        AND created_at < $to
        AND status IN ('success', 'failure')
        AND picked($team, team)
        AND picked($repo, repo)
        AND picked($pipeline, pipeline)
),

rates AS (
    SELECT
        avg(succeeded) FILTER (WHERE is_now) AS rate,
        avg(succeeded) FILTER (WHERE NOT is_now) AS previous,
        count(*) FILTER (WHERE is_now) AS runs
    FROM ended
)

SELECT
    rate AS value,
    CASE
        WHEN previous IS NULL THEN format('{:,} runs', runs)
        WHEN rate >= previous THEN format('▲ {:.1f} pts · {:,} runs', 100 * (rate - previous), runs)
        ELSE format('▼ {:.1f} pts · {:,} runs', 100 * (previous - rate), runs)
    END AS sentence
FROM rates
WHERE rate IS NOT NULL
