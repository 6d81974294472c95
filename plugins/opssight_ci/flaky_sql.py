"""What is read of the stored jobs to find flaky ones."""

# ruff: noqa: S608  statements put together from constants

from __future__ import annotations

from opssight_ci.changed import CHANGED
from opssight_ci.settings import Flakiness

INFRASTRUCTURE = (
    # how forges name it
    r"^(timed_out|startup_failure|stuck_or_timeout_failure|runner_system_failure|runner_unsupported|scheduler_failure)$",
    r"^(job_execution_timeout|api_failure|data_integrity_failure|unmet_prerequisites|runner_configuration_error)$",
    # steps before the job's own
    r"^(set up (job|runner)|initialize containers|prepare (environment|executor))$",
    # what logs say
    r"lost communication with the (server|runner)",
    r"runner has received a shutdown signal",
    r"(spot|preemptible) (instance|vm|node).{0,40}(reclaim|preempt|interrupt|terminat)",
    r"no space left on device",
    r"job failed \(?system failure",
    r"exceeded the maximum execution time",
    r"cannot connect to the docker daemon",
    r"\b(err)?imagepull(backoff)?\b",
    r"toomanyrequests:|pull rate limit",
    r"could not resolve host|temporary failure in name resolution",
    r"(502 bad gateway|503 service unavailable|504 gateway time-?out)",
    r"\boomkilled\b",
)
"""Patterns of failures that are the platform's: words of conclusions, steps and log lines."""

MERGES = "('pull_request', 'pull_request_target', 'merge_request', 'merge_request_event')"
"""Events whose runs test a commit merged with its target, which is not what a push's run of the same commit tests."""


def infrastructure(rules: Flakiness) -> str:
    """Return all patterns as one."""
    return "(?i)" + "|".join(f"(?:{pattern})" for pattern in (*INFRASTRUCTURE, *rules.infrastructure))


EXECUTIONS = f"""
{CHANGED},

newest AS (
    SELECT
        source,
        repo,
        max(created_at) AS newest_at
    FROM pipeline_job
    SEMI JOIN changed USING (source, repo)
    GROUP BY source, repo
),

executions AS (
    SELECT job.*
    FROM pipeline_job AS job
    INNER JOIN newest
        ON job.source = newest.source AND job.repo = newest.repo
    WHERE
        job.status IN ('success', 'failure')
        AND job.created_at >= newest.newest_at - to_days($days::INTEGER)
)
"""

TOTALS = f"""
{EXECUTIONS}
SELECT
    source,
    repo,
    pipeline,
    name,
    count(*) AS executions,
    count(*) FILTER (WHERE status = 'failure') AS failures
FROM executions
GROUP BY source, repo, pipeline, name
"""

FLIPS = f"""
{EXECUTIONS},

runs AS (
    SELECT
        source,
        id,
        attempt,
        sha,
        event IN {MERGES} AS is_merge
    FROM pipeline_run
    SEMI JOIN changed USING (source, repo)
    WHERE sha <> ''
),

placed AS (
    SELECT
        job.source,
        job.repo,
        job.pipeline,
        job.name,
        job.id,
        job.status,
        runs.sha,
        runs.is_merge
    FROM executions AS job
    INNER JOIN runs
        ON job.source = runs.source AND job.run_id = runs.id AND job.attempt = runs.attempt
),

torn AS (
    SELECT
        source,
        repo,
        pipeline,
        name,
        sha,
        is_merge,
        unnest(list(id)) AS id
    FROM placed
    GROUP BY source, repo, pipeline, name, sha, is_merge
    HAVING bool_or(status = 'success') AND bool_or(status = 'failure')
),

both_results AS (
    SELECT
        job.*,
        torn.sha,
        torn.is_merge
    FROM executions AS job
    INNER JOIN torn
        ON job.source = torn.source AND job.id = torn.id
),

blamed AS (
    SELECT DISTINCT
        line.source,
        line.job_id
    FROM job_log_line AS line
    INNER JOIN both_results AS failed
        ON line.source = failed.source AND line.job_id = failed.id AND failed.status = 'failure'
    WHERE regexp_matches(line.text, $infrastructure)
),

told AS (
    SELECT
        each.*,
        {{
            'job': each.id,
            'run': each.run_id,
            'attempt': each.attempt,
            'ended_at': coalesce(each.finished_at, each.created_at),
            'seconds': epoch(each.finished_at - each.started_at),
            'label': array_to_string(each.runner_labels, ', '),
            'is_worded':
                blamed.job_id IS NOT NULL
                OR regexp_matches(each.conclusion, $infrastructure)
                OR regexp_matches(each.failed_step, $infrastructure),
            'url': each.url
        }} AS execution
    FROM both_results AS each
    LEFT JOIN blamed
        ON each.source = blamed.source AND each.id = blamed.job_id
)

SELECT
    source,
    repo,
    pipeline,
    name,
    sha,
    list(execution ORDER BY execution.ended_at, execution.job) FILTER (WHERE status = 'failure') AS failed,
    list(execution ORDER BY execution.ended_at, execution.job) FILTER (WHERE status = 'success') AS passed
FROM told
GROUP BY source, repo, pipeline, name, sha, is_merge
ORDER BY source, repo, pipeline, name, sha, is_merge
"""

CROWDS = f"""
{CHANGED},

ended AS (
    SELECT
        source,
        repo,
        run_id,
        array_to_string(runner_labels, ', ') AS label,
        (epoch_us(finished_at) // ($seconds * 1000000))::INTEGER AS slot,
        bool_or(status = 'failure') AS is_failed
    FROM pipeline_job
    WHERE
        status IN ('success', 'failure')
        AND (epoch_us(finished_at) // ($seconds * 1000000))::INTEGER IN (SELECT unnest($slots)::INTEGER)
    GROUP BY ALL
),

counted AS (
    SELECT
        source,
        slot,
        CASE
            WHEN grouping(repo) = 0 THEN 'repository ' || repo
            WHEN grouping(label) = 0 THEN 'label ' || label
            ELSE 'everywhere'
        END AS scope,
        repo,
        count(*) AS ended,
        count(*) FILTER (WHERE is_failed) AS failed
    FROM ended
    GROUP BY GROUPING SETS ((source, slot, repo), (source, slot, label), (source, slot))
),

usual AS (
    SELECT
        source,
        repo,
        avg((status = 'failure')::INTEGER) AS share
    FROM pipeline_run
    WHERE status IN ('success', 'failure')
    GROUP BY GROUPING SETS ((source, repo), (source))
)

SELECT
    counted.source,
    counted.scope,
    counted.slot,
    counted.ended,
    counted.failed,
    coalesce(usual.share, 0) AS usual
FROM counted
LEFT JOIN usual
    ON counted.source = usual.source AND counted.repo IS NOT DISTINCT FROM usual.repo
LEFT JOIN changed
    ON counted.source = changed.source AND counted.repo = changed.repo
WHERE counted.failed > 0 AND (counted.repo IS NULL OR changed.repo IS NOT NULL)
"""
