-- The jobs of the chosen run in the order in which they waited and ran, each attempt by itself, with its critical path: from
-- the job that ended last back through the job that each one had to wait for longest. A job waits for those that it needs;
-- where it names none, for the stages before its own; where there are neither, for what had ended when it was created.
-- exclusive_seconds is the time in which a job of the path ran and no other job of the attempt did.
WITH RECURSIVE
chosen AS (
    SELECT
        job.*,
        epoch_us(job.created_at) AS queued_us,
        epoch_us(coalesce(job.started_at, job.finished_at, $to)) AS start_us,
        epoch_us(coalesce(job.finished_at, greatest($to, job.started_at, job.created_at))) AS end_us,
        epoch(coalesce(job.finished_at, $to) - job.started_at) AS seconds
    FROM pipeline_job AS job
    LEFT JOIN pipeline_run AS run
        ON job.source = run.source AND job.run_id = run.id AND job.attempt = run.attempt
    WHERE
        coalesce($run, $otherwise) IS NOT NULL
        AND picked(coalesce($run, $otherwise), job.run_id)
        AND picked($team, job.team)
        AND picked($repo, job.repo)
        AND (job.attempt = 1 OR job.finished_at IS NULL OR run.started_at IS NULL OR job.finished_at > run.started_at)
),

attempts AS (
    SELECT
        source,
        run_id,
        attempt,
        min(least(queued_us, start_us)) AS begin_us,
        max(end_us) AS last_us,
        bool_or(len(needs) > 0) AS has_needs
    FROM chosen
    GROUP BY source, run_id, attempt
),

stages AS (
    SELECT
        source,
        run_id,
        attempt,
        stage,
        row_number() OVER (
            PARTITION BY source, run_id, attempt
            ORDER BY min(try_cast(id AS HUGEINT)) ASC NULLS LAST, min(queued_us) ASC, stage ASC
        ) AS place
    FROM chosen
    WHERE stage <> ''
    GROUP BY source, run_id, attempt, stage
),

jobs AS (
    SELECT
        chosen.*,
        attempts.begin_us,
        attempts.last_us,
        attempts.has_needs,
        stages.place
    FROM chosen
    INNER JOIN attempts
        USING (source, run_id, attempt)
    LEFT JOIN stages
        USING (source, run_id, attempt, stage)
),

-- what each job waited for longest: of all that it had to wait for, the one that ended last
waits AS (
    SELECT
        job.source,
        job.id,
        arg_max(other.id, (other.end_us, other.start_us, other.id)) AS before_id
    FROM jobs AS job
    INNER JOIN jobs AS other
        ON
            job.source = other.source AND job.run_id = other.run_id AND job.attempt = other.attempt
            AND job.id <> other.id
            AND job.start_us >= other.end_us
            AND other.start_us < other.end_us
            AND CASE
                WHEN len(job.needs) > 0
                    THEN
                        list_contains(job.needs, other.name)
                        OR list_contains(job.needs, regexp_replace(other.name, ' (\(.*\)|\[.*\]|/ .*|\d+/\d+)$', ''))
                WHEN job.place IS NOT NULL THEN job.place > other.place
                WHEN job.has_needs THEN FALSE
                ELSE job.queued_us >= other.end_us
            END
    GROUP BY job.source, job.id
),

path AS (
    SELECT
        source,
        run_id,
        attempt,
        arg_max(id, (end_us, start_us, id)) AS id,
        1 AS depth
    FROM jobs
    WHERE started_at IS NOT NULL
    GROUP BY source, run_id, attempt
    UNION ALL
    SELECT
        path.source,
        path.run_id,
        path.attempt,
        waits.before_id AS id,
        path.depth + 1 AS depth
    FROM path
    INNER JOIN waits
        ON path.source = waits.source AND path.id = waits.id
    WHERE path.depth < 1000
),

-- stretches in which exactly one job ran: between two neighbouring moments at which one begins or ends
moments AS (
    SELECT
        source,
        run_id,
        attempt,
        unnest([start_us, end_us]) AS moment_us,
        unnest([1, -1]) AS step
    FROM jobs
    WHERE started_at IS NOT NULL
),

levels AS (
    SELECT
        source,
        run_id,
        attempt,
        moment_us,
        sum(sum(step)) OVER moment AS level,
        lead(moment_us) OVER moment AS next_us
    FROM moments
    GROUP BY source, run_id, attempt, moment_us
    WINDOW moment AS (PARTITION BY source, run_id, attempt ORDER BY moment_us ASC)
),

alone AS (
    SELECT
        jobs.source,
        jobs.id,
        sum(levels.next_us - levels.moment_us) / 1000000 AS seconds
    FROM jobs
    INNER JOIN levels
        ON
            jobs.source = levels.source AND jobs.run_id = levels.run_id AND jobs.attempt = levels.attempt
            AND levels.level = 1
            AND jobs.start_us <= levels.moment_us AND jobs.end_us >= levels.next_us
            AND jobs.start_us < jobs.end_us
    WHERE jobs.started_at IS NOT NULL
    GROUP BY jobs.source, jobs.id
),

said AS (
    SELECT
        path.source,
        path.run_id,
        path.attempt,
        string_agg(jobs.name, ' → ' ORDER BY path.depth DESC) AS names,
        sum(jobs.end_us - jobs.start_us) AS busy_us,
        any_value(jobs.last_us - jobs.begin_us) AS whole_us
    FROM path
    INNER JOIN jobs
        ON path.source = jobs.source AND path.id = jobs.id
    GROUP BY path.source, path.run_id, path.attempt
)

SELECT
    jobs.status,
    jobs.name,
    repeat('·', floor(30 * (least(jobs.queued_us, jobs.start_us) - jobs.begin_us) / scale.us)::INTEGER)
    || repeat('░', floor(30 * greatest(jobs.start_us - jobs.queued_us, 0) / scale.us)::INTEGER)
    || repeat(
        CASE WHEN path.id IS NULL THEN '▒' ELSE '█' END,
        greatest(round(30 * (jobs.end_us - jobs.start_us) / scale.us)::INTEGER, 1)
    ) AS lane,
    path.id IS NOT NULL AS is_critical,
    jobs.seconds AS duration_seconds,
    CASE WHEN path.id IS NULL THEN 0 ELSE coalesce(alone.seconds, 0) END AS exclusive_seconds,
    coalesce(jobs.queued_seconds, (jobs.start_us - jobs.queued_us) / 1000000) AS queued_seconds,
    jobs.attempt,
    jobs.created_at AS queued_at,
    jobs.started_at,
    jobs.finished_at,
    jobs.runner,
    jobs.stage,
    jobs.needs,
    waits.before_id AS waited_for,
    jobs.failed_step AS failure_line,
    said.busy_us / nullif(said.whole_us, 0) AS path_share,
    format('critical path: {}, {:.0f} % of {:.1f} min', said.names, 100 * said.busy_us / nullif(said.whole_us, 0),
        said.whole_us / 60000000) AS path,
    jobs.team,
    jobs.source,
    jobs.run_id AS run,
    jobs.id,
    jobs.url
FROM jobs
CROSS JOIN LATERAL (SELECT greatest(jobs.last_us - jobs.begin_us, 1) AS us) AS scale
LEFT JOIN waits
    ON jobs.source = waits.source AND jobs.id = waits.id
LEFT JOIN path
    ON jobs.source = path.source AND jobs.id = path.id
LEFT JOIN alone
    ON jobs.source = alone.source AND jobs.id = alone.id
LEFT JOIN said
    ON jobs.source = said.source AND jobs.run_id = said.run_id AND jobs.attempt = said.attempt
ORDER BY jobs.attempt DESC, jobs.start_us ASC, jobs.end_us ASC, jobs.name ASC, jobs.id ASC
