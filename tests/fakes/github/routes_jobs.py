"""Routes of jobs and their logs. A log is never sent by the API: it redirects to the log storage."""

from .answers import Answer, error, not_found, to_json
from .call import Call, list_page
from .model import Attempt, Job, Run
from .shapes_actions import job_shape


def list_attempt_jobs(call: Call) -> Answer:
    """GET …/actions/runs/{run_id}/attempts/{attempt}/jobs."""
    run, number = call.run(), call.number("attempt")
    if not 1 <= number <= len(run.attempts):
        raise not_found()
    return _jobs_page(call, run, [run.attempts[number - 1]])


def list_run_jobs(call: Call) -> Answer:
    """GET …/actions/runs/{run_id}/jobs: the latest attempt's, or with `filter=all` every attempt's."""
    run = call.run()
    return _jobs_page(call, run, run.attempts if call.get("filter") == "all" else [run.latest])


def _jobs_page(call: Call, run: Run, attempts: list[Attempt]) -> Answer:
    now = call.world.now
    jobs = [(attempt.number, job) for attempt in attempts for job in attempt.jobs if job.created_at <= now]
    return list_page(call, jobs, lambda pair: job_shape(call.site, run, pair[0], pair[1], now), "jobs")


def _found(call: Call) -> tuple[Run, int, Job]:
    try:
        run, attempt, job = call.world.job(call.number("job_id"))
    except KeyError:
        raise not_found() from None
    if run.repository is not call.repository() or job.created_at > call.world.now:
        raise not_found()
    return run, attempt, job


def get_job(call: Call) -> Answer:
    """GET …/actions/jobs/{job_id}."""
    run, attempt, job = _found(call)
    return to_json(job_shape(call.site, run, attempt, job, call.world.now))


def get_job_log(call: Call) -> Answer:
    """GET …/actions/jobs/{job_id}/logs: 302; 404 until the job has ended, 410 when the log was deleted."""
    _, _, job = _found(call)
    if job.finished_at > call.world.now or job.conclusion == "skipped":
        raise not_found()
    _check_kept(call, job.finished_at)
    return Answer(b"", 302, {"Location": call.sign_log_url(f"/job-logs/{job.id}.txt")}, "text/html;charset=utf-8")


def get_run_logs(call: Call) -> Answer:
    """GET …/actions/runs/{run_id}/logs: 302 to a zip of the latest attempt."""
    run = call.run()
    return _zip(call, run, run.latest)


def get_attempt_logs(call: Call) -> Answer:
    """GET …/actions/runs/{run_id}/attempts/{attempt}/logs: 302 to a zip."""
    run, number = call.run(), call.number("attempt")
    if not 1 <= number <= len(run.attempts):
        raise not_found()
    return _zip(call, run, run.attempts[number - 1])


def _zip(call: Call, run: Run, attempt: Attempt) -> Answer:
    if attempt.finished_at > call.world.now:
        raise not_found()
    _check_kept(call, attempt.finished_at)
    location = call.sign_log_url(f"/run-logs/{run.id}-{attempt.number}.zip")
    return Answer(b"", 302, {"Location": location}, "text/html;charset=utf-8")


def _check_kept(call: Call, finished_at: int) -> None:
    if finished_at < call.world.now - call.world.log_retention_seconds:
        raise error(410, "Gone")
