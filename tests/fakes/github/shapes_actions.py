"""The shapes of workflows, runs and jobs."""

from .blueprints import file_text
from .model import Attempt, Commit, Job, Repository, Run, Workflow
from .moments import iso, iso_or_none
from .site import Json, Site, short_repository_shape, user_shape


def workflow_shape(site: Site, repository: Repository, workflow: Workflow) -> Json:
    """A workflow as `/actions/workflows` shows it."""
    return {
        "id": workflow.id,
        "node_id": f"W_{workflow.id}",
        "name": workflow.name,
        "path": workflow.path,
        "state": workflow.state,
        "created_at": iso(workflow.created_at).replace("Z", ".000Z"),
        "updated_at": iso(workflow.created_at).replace("Z", ".000Z"),
        "url": f"{site.repository(repository)}/actions/workflows/{workflow.id}",
        "html_url": f"{site.page(repository)}/blob/{repository.default_branch}/{workflow.path}",
        "badge_url": f"{site.page(repository)}/actions/workflows/{workflow.path.rpartition('/')[2]}/badge.svg",
    }


def workflow_file(workflow: Workflow) -> bytes:
    """The workflow file's bytes."""
    return file_text(workflow).encode()


def run_shape(site: Site, run: Run, attempt: Attempt, now: int) -> Json:
    """One attempt of a run, as seen at `now`."""
    whole = short_repository_shape(site, run.repository)
    return {
        **_run_identity(site, run),
        "status": attempt.status(now),
        "conclusion": attempt.visible_conclusion(now),
        "pull_requests": [_pull_reference(site, run, number) for number in run.pull_numbers],
        "created_at": iso(run.created_at),
        "updated_at": iso(attempt.updated_at(now)),
        "actor": user_shape(site, run.actor),
        "run_attempt": attempt.number,
        "referenced_workflows": [],
        "run_started_at": iso(attempt.queued_at),
        "triggering_actor": user_shape(site, attempt.actor),
        **_run_links(site, run, attempt),
        "head_commit": _head_commit(run.repository.commits.get(run.sha)),
        "repository": whole,
        "head_repository": whole,
    }


def _run_identity(site: Site, run: Run) -> Json:
    return {
        "id": run.id,
        "name": run.workflow.name,
        "node_id": f"WFR_{run.id}",
        "head_branch": run.branch,
        "head_sha": run.sha,
        "path": run.workflow.path,
        "display_title": run.title,
        "run_number": run.number,
        "event": run.event,
        "workflow_id": run.workflow.id,
        "check_suite_id": run.id * 3,
        "check_suite_node_id": f"CS_{run.id * 3}",
        "url": f"{site.repository(run.repository)}/actions/runs/{run.id}",
        "html_url": f"{site.page(run.repository)}/actions/runs/{run.id}",
    }


def _run_links(site: Site, run: Run, attempt: Attempt) -> Json:
    api = f"{site.repository(run.repository)}/actions/runs/{run.id}"
    return {
        "jobs_url": f"{api}/jobs",
        "logs_url": f"{api}/logs",
        "check_suite_url": f"{site.repository(run.repository)}/check-suites/{run.id * 3}",
        "artifacts_url": f"{api}/artifacts",
        "cancel_url": f"{api}/cancel",
        "rerun_url": f"{api}/rerun",
        "previous_attempt_url": f"{api}/attempts/{attempt.number - 1}" if attempt.number > 1 else None,
        "workflow_url": f"{site.repository(run.repository)}/actions/workflows/{run.workflow.id}",
    }


def _pull_reference(site: Site, run: Run, number: int) -> Json:
    pull = run.repository.pulls[number]
    place = {"id": run.repository.id, "url": site.repository(run.repository), "name": run.repository.name}
    return {
        "url": f"{site.repository(run.repository)}/pulls/{number}",
        "id": pull.id,
        "number": number,
        "head": {"ref": pull.head, "sha": pull.head_sha, "repo": place},
        "base": {"ref": pull.base, "sha": pull.base_sha, "repo": place},
    }


def _head_commit(commit: Commit | None) -> Json | None:
    if commit is None:
        return None
    person = {"name": commit.author.login, "email": f"{commit.author.login}@example.test"}
    return {
        "id": commit.sha,
        "tree_id": commit.sha[::-1],
        "message": commit.message,
        "timestamp": iso(commit.committed_at),
        "author": person,
        "committer": person,
    }


def job_shape(site: Site, run: Run, attempt_number: int, job: Job, now: int) -> Json:
    """One job, as seen at `now`. A skipped job never had a runner."""
    api = site.repository(run.repository)
    has_runner = bool(job.runner) and now >= job.started_at
    is_hosted = "self-hosted" not in job.blueprint.labels
    status = job.status(now)
    return {
        "id": job.id,
        "run_id": run.id,
        "workflow_name": run.workflow.name,
        "head_branch": run.branch,
        "run_url": f"{api}/actions/runs/{run.id}",
        "run_attempt": attempt_number,
        "node_id": f"CR_{job.id}",
        "head_sha": run.sha,
        "url": f"{api}/actions/jobs/{job.id}",
        "html_url": f"{site.page(run.repository)}/actions/runs/{run.id}/job/{job.id}",
        "status": status,
        "conclusion": job.conclusion if status == "completed" else None,
        "created_at": iso(job.created_at),
        "started_at": iso(job.started_at if now >= job.started_at else job.created_at),
        "completed_at": iso_or_none(job.finished_at if status == "completed" else None),
        "name": job.blueprint.name,
        "steps": step_shapes(job, now),
        "check_run_url": f"{api}/check-runs/{job.id}",
        "labels": list(job.blueprint.labels),
        "runner_id": job.id % 1_000 if has_runner else 0 if job.conclusion == "skipped" else None,
        "runner_name": job.runner if has_runner else "" if job.conclusion == "skipped" else None,
        "runner_group_id": (0 if is_hosted else 2) if has_runner else None,
        "runner_group_name": ("GitHub Actions" if is_hosted else "own machines") if has_runner else None,
    }


def failing_step(job: Job) -> int:
    """The place, from 0, of the step that broke the job: the first one that isn't GitHub's own."""
    return min(2, len(job.blueprint.steps) - 1)


def step_shapes(job: Job, now: int) -> list[Json]:
    """The steps, their times spread evenly over the job's; a skipped job has none."""
    if job.conclusion == "skipped" or now < job.started_at:
        return []
    names = job.blueprint.steps
    span = (job.finished_at - job.started_at) / len(names)
    return [_step(job, index, name, span, now) for index, name in enumerate(names)]


def _step(job: Job, index: int, name: str, span: float, now: int) -> Json:
    begins, ends = job.started_at + int(span * index), job.started_at + int(span * (index + 1))
    status = "completed" if now >= ends else "in_progress" if now >= begins else "pending"
    return {
        "name": name,
        "status": status,
        "conclusion": step_conclusion(job, index) if status == "completed" else None,
        "number": index + 1,
        "started_at": iso_or_none(begins if now >= begins else None),
        "completed_at": iso_or_none(ends if now >= ends else None),
    }


def step_conclusion(job: Job, index: int) -> str:
    """How the step ended: what broke the job stands at one step, and the steps behind it but the last are skipped."""
    if job.conclusion == "success" or index < failing_step(job):
        return "success"
    if index == failing_step(job):
        return "cancelled" if job.conclusion == "cancelled" else "failure"
    return "success" if index == len(job.blueprint.steps) - 1 else "skipped"
