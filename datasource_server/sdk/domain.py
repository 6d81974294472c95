"""The shared rows of delivery: whoever fills them gets every board, alert rule and derivation that reads them."""

from __future__ import annotations

from typing import Annotated, Literal

from datasource_server.sdk.row import Moment, Row

Status = Literal["queued", "running", "success", "failure", "cancelled", "skipped"]
Tier = Literal["production", "staging", "testing", "development", "other"]


class Repository(Row, table="repository", key=("source", "repo"), newer=("updated_at",)):
    """One repository that a connector watches."""

    repo: Annotated[str, "Owner and name, as the forge writes it."]
    default_branch: Annotated[str, "The branch that is released from."] = ""
    is_archived: Annotated[bool, "Read-only in the forge."] = False
    visibility: Annotated[str, "public, private or internal."] = ""
    description: Annotated[str, "The forge's own description."] = ""
    created_at: Annotated[Moment | None, "When it was created."] = None
    pushed_at: Annotated[Moment | None, "The last push to any branch."] = None
    updated_at: Annotated[Moment | None, "The last change of the repository itself."] = None


class PipelineRun(
    Row, table="pipeline_run", key=("source", "id", "attempt"), newer=("updated_at", "status", "finished_at")
):
    """One attempt of one pipeline run."""

    id: Annotated[str, "The run's id in its forge; a re-run keeps it."]
    attempt: Annotated[int, "1 for the first attempt; each re-run counts on."] = 1
    number: Annotated[int | None, "The number that people see, counted per pipeline."] = None
    repo: Annotated[str, "Owner and name of the repository."]
    pipeline: Annotated[str, "Name of the workflow or pipeline."]
    branch: Annotated[str, "Branch or tag it ran on."] = ""
    is_default_branch: Annotated[bool, "Ran on the repository's default branch."] = False
    sha: Annotated[str, "The commit it ran on."] = ""
    event: Annotated[str, "What started it: push, pull_request, schedule, manual, …"] = ""
    actor: Annotated[str, "Login of who started this attempt."] = ""
    title: Annotated[str, "The commit's or pull request's title, as the forge shows it."] = ""
    status: Annotated[Status, "queued, running, success, failure, cancelled or skipped."]
    conclusion: Annotated[str, "The tool's own word for the status."] = ""
    created_at: Annotated[Moment, "When the run was created; a re-run keeps it."]
    started_at: Annotated[Moment | None, "When this attempt began."] = None
    finished_at: Annotated[Moment | None, "When this attempt ended; empty while it is open."] = None
    queued_seconds: Annotated[float | None, "Waited from created (or asked to re-run) to the first job's start."] = None
    pull_request: Annotated[int | None, "Number of the pull request it ran for."] = None
    updated_at: Annotated[Moment | None, "The last change in the forge; the newer version stays."] = None


class PipelineJob(Row, table="pipeline_job", key=("source", "id"), newer=("status", "finished_at")):
    """One job of one attempt."""

    id: Annotated[str, "The job's id in its forge."]
    run_id: Annotated[str, "The run it belongs to."]
    attempt: Annotated[int, "The attempt it belongs to."] = 1
    repo: Annotated[str, "Owner and name of the repository."]
    pipeline: Annotated[str, "Name of the workflow or pipeline."] = ""
    branch: Annotated[str, "Branch or tag it ran on."] = ""
    name: Annotated[str, "The job's name, with its matrix values."]
    runner: Annotated[str, "Name of the machine that ran it."] = ""
    runner_labels: Annotated[list[str], "Labels that the job asked its runner for."] = []
    status: Annotated[Status, "queued, running, success, failure, cancelled or skipped."]
    conclusion: Annotated[str, "The tool's own word for the status."] = ""
    created_at: Annotated[Moment, "When the job was created, that is, began to wait."]
    started_at: Annotated[Moment | None, "When a runner took it."] = None
    finished_at: Annotated[Moment | None, "When it ended; empty while it is open."] = None
    queued_seconds: Annotated[float | None, "Waited for a runner."] = None
    failed_step: Annotated[str, "Name of the first step that failed."] = ""
    needs: Annotated[list[str], "Names of the jobs it waits for."] = []
    cost_usd: Annotated[float | None, "What its minutes cost."] = None
    updated_at: Annotated[Moment | None, "The last change in the forge; the newer version stays."] = None


class PipelineStep(Row, table="pipeline_step", key=("source", "job_id", "number"), newer=("status", "finished_at")):
    """One step of one job."""

    job_id: Annotated[str, "The job it belongs to."]
    number: Annotated[int, "Its place in the job, from 1."]
    repo: Annotated[str, "Owner and name of the repository."]
    name: Annotated[str, "The step's name."]
    status: Annotated[Status, "queued, running, success, failure, cancelled or skipped."]
    started_at: Annotated[Moment | None, "When it began."] = None
    finished_at: Annotated[Moment | None, "When it ended."] = None


class JobLogLine(Row, table="job_log_line", key=("source", "job_id", "line")):
    """One redacted line that was kept of a failed job: the tail and the neighbourhood of errors."""

    job_id: Annotated[str, "The job it belongs to."]
    line: Annotated[int, "The line's number in the whole log, from 1."]
    repo: Annotated[str, "Owner and name of the repository."]
    logged_at: Annotated[Moment | None, "When the line was written."] = None
    text: Annotated[str, "The line, without terminal codes, secrets replaced."]
    level: Annotated[Literal["info", "warning", "error", "command", "debug"], "How loud the line is."] = "info"
    step: Annotated[str, "The step or group it was written in."] = ""


class Schedule(Row, table="schedule", key=("source", "repo", "pipeline", "cron")):
    """A pipeline that ought to run by itself."""

    repo: Annotated[str, "Owner and name of the repository."]
    pipeline: Annotated[str, "Name of the workflow or pipeline."]
    cron: Annotated[str, "Five cron fields."]
    timezone: Annotated[str, "The zone of the cron fields."] = "UTC"
    is_active: Annotated[bool, "False once it was switched off."] = True
    next_at: Annotated[Moment | None, "When it is due next."] = None
    last_run_id: Annotated[str, "The last run it started."] = ""


class Commit(Row, table="commit", key=("source", "repo", "sha")):
    """One commit."""

    repo: Annotated[str, "Owner and name of the repository."]
    sha: Annotated[str, "The commit's id."]
    author: Annotated[str, "Login where the forge knows it, else the name."] = ""
    author_email: Annotated[str, "The address in the commit."] = ""
    authored_at: Annotated[Moment, "When it was written."]
    committed_at: Annotated[Moment, "When it was put on its branch."]
    title: Annotated[str, "First line of its message."] = ""
    is_merge: Annotated[bool, "Has more than one parent."] = False
    parents: Annotated[list[str], "Ids of its parents."] = []
    files: Annotated[list[str], "Paths that it touches."] = []
    reverts_sha: Annotated[str, "The commit that it reverts, by its message."] = ""


class PullRequest(Row, table="pull_request", key=("source", "repo", "number"), newer=("updated_at",)):
    """One pull or merge request."""

    repo: Annotated[str, "Owner and name of the repository."]
    number: Annotated[int, "The number that people see."]
    title: Annotated[str, "Its title."]
    author: Annotated[str, "Login of who opened it."] = ""
    state: Annotated[Literal["open", "merged", "closed"], "open, merged or closed."]
    draft: Annotated[bool, "Not ready for review."] = False
    base: Annotated[str, "The branch it goes to."] = ""
    head: Annotated[str, "The branch it comes from."] = ""
    head_sha: Annotated[str, "Its newest commit."] = ""
    labels: Annotated[list[str], "Names of its labels."] = []
    created_at: Annotated[Moment, "When it was opened."]
    first_commit_at: Annotated[Moment | None, "When its first commit was written."] = None
    first_review_at: Annotated[Moment | None, "The first review by somebody else."] = None
    approved_at: Annotated[Moment | None, "The first approval."] = None
    merged_at: Annotated[Moment | None, "When it was merged."] = None
    closed_at: Annotated[Moment | None, "When it was closed or merged."] = None
    merge_sha: Annotated[str, "The commit that it became."] = ""
    additions: Annotated[int | None, "Lines added."] = None
    deletions: Annotated[int | None, "Lines removed."] = None
    review_count: Annotated[int | None, "Reviews by others."] = None
    reviewers: Annotated[list[str], "Logins of who reviewed it."] = []
    updated_at: Annotated[Moment | None, "The last change in the forge; the newer version stays."] = None


class Branch(Row, table="branch", key=("source", "repo", "name")):
    """One branch."""

    repo: Annotated[str, "Owner and name of the repository."]
    name: Annotated[str, "The branch's name."]
    head_sha: Annotated[str, "Its newest commit."] = ""
    head_at: Annotated[Moment | None, "When its newest commit was made."] = None
    is_default: Annotated[bool, "The repository's default branch."] = False
    is_protected: Annotated[bool, "Guarded by the forge."] = False
    is_deleted: Annotated[bool, "No longer in the forge."] = False
    ahead: Annotated[int | None, "Commits that the default branch lacks."] = None
    behind: Annotated[int | None, "Commits of the default branch that it lacks."] = None


class Deployment(Row, table="deployment", key=("source", "id"), newer=("updated_at", "status", "finished_at")):
    """One delivery of one version to one environment."""

    id: Annotated[str, "The deployment's id in its forge."]
    service: Annotated[str, "What was deployed; the repository's name where nothing else is known."] = ""
    repo: Annotated[str, "Owner and name of the repository."]
    environment: Annotated[str, "Where it went."]
    tier: Annotated[Tier, "production, staging, testing, development or other."] = "other"
    sha: Annotated[str, "The commit that was deployed."] = ""
    version: Annotated[str, "The tag or version that was deployed."] = ""
    status: Annotated[Status, "queued, running, success, failure, cancelled or skipped."]
    conclusion: Annotated[str, "The tool's own word for the status."] = ""
    actor: Annotated[str, "Login of who deployed."] = ""
    run_id: Annotated[str, "The pipeline run that deployed."] = ""
    rule: Annotated[str, "Why this counts as a deployment."] = ""
    created_at: Annotated[Moment, "When it was asked for."]
    finished_at: Annotated[Moment | None, "When it ended."] = None
    updated_at: Annotated[Moment | None, "The last change in the forge; the newer version stays."] = None


class Environment(Row, table="environment", key=("source", "repo", "name")):
    """One place that a repository deploys to."""

    repo: Annotated[str, "Owner and name of the repository."]
    name: Annotated[str, "The environment's name."]
    tier: Annotated[Tier, "production, staging, testing, development or other."] = "other"
    created_at: Annotated[Moment | None, "When it was created."] = None


DELIVERY: tuple[type[Row], ...] = (
    Repository,
    PipelineRun,
    PipelineJob,
    PipelineStep,
    JobLogLine,
    Schedule,
    Commit,
    PullRequest,
    Branch,
    Deployment,
    Environment,
)
