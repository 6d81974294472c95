"""Runs of pipelines: attempts, jobs, steps, log lines, tests, schedules."""

from __future__ import annotations

from typing import Annotated, Literal

from datasource_server.sdk.domain.words import Status, TestStatus
from datasource_server.sdk.row import Moment, Row


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
    stage: Annotated[str, "The stage it belongs to, where its pipeline has stages."] = ""
    environment: Annotated[str, "The environment it deploys to, as its definition says."] = ""
    may_fail: Annotated[bool, "Its failure does not fail the run."] = False
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


class TestResult(Row, table="test_result", key=("source", "run_id", "attempt", "suite", "name")):
    """One test in one attempt of a run."""

    __test__ = False  # pytest takes it for a class of tests otherwise

    run_id: Annotated[str, "The run it belongs to."]
    attempt: Annotated[int, "The attempt it belongs to."] = 1
    job_id: Annotated[str, "The job that ran it, where it is known."] = ""
    repo: Annotated[str, "Owner and name of the repository."]
    pipeline: Annotated[str, "Name of the workflow or pipeline."] = ""
    branch: Annotated[str, "Branch or tag it ran on."] = ""
    sha: Annotated[str, "The commit it ran on."] = ""
    suite: Annotated[str, "The suites around it, from the outermost, apart by ' › '."] = ""
    name: Annotated[str, "Class and name of the test, with its parameters."]
    file: Annotated[str, "The file that it is written in, where the report says so."] = ""
    status: Annotated[TestStatus, "passed, failed, error or skipped; the last try where it was tried again."]
    tries: Annotated[int, "How often it ran in this attempt."] = 1
    is_flaky: Annotated[bool, "It both failed and passed in this attempt."] = False
    duration_seconds: Annotated[float | None, "How long it took."] = None
    message: Annotated[str, "What it said when it did not pass."] = ""
    ran_at: Annotated[Moment, "When it ran; when its report was written where nothing else is known."]


class Schedule(Row, table="schedule", key=("source", "repo", "pipeline", "cron")):
    """A pipeline that ought to run by itself."""

    repo: Annotated[str, "Owner and name of the repository."]
    pipeline: Annotated[str, "Name of the workflow or pipeline."]
    cron: Annotated[str, "Five cron fields."]
    timezone: Annotated[str, "The zone of the cron fields."] = "UTC"
    is_active: Annotated[bool, "False once it was switched off."] = True
    next_at: Annotated[Moment | None, "When it is due next."] = None
    last_run_id: Annotated[str, "The last run it started."] = ""
