-- Minutes that jobs used in this period and the one before, by repository, runner and what became of the run.
-- with: finished_jobs
SELECT
    source,
    repo,
    is_now,
    runner_labels,
    use,
    count(*) AS jobs,
    sum(seconds) / 60 AS minutes,
    sum(ceil(seconds / 60)) AS begun_minutes
FROM finished_jobs
GROUP BY ALL
