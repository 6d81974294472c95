"""The fake GitLab keeps attempts, jobs, traces and reports as GitLab does."""

import gzip
from collections import Counter
from io import BytesIO
from zipfile import ZipFile

import httpx
import yaml

from .github import World, report
from .github.model import Job, Run
from .gitlab import FakeGitLab
from .reading import everything

Json = dict[str, object]
XML = b"""<testsuites><testsuite name="unit"><testcase classname="a" name="one" time="0.5"/>
<testcase classname="a" name="two" time="1.5"><failure>41 is not 42</failure></testcase></testsuite></testsuites>"""


def _pipeline(run: Run) -> str:
    return f"/projects/{run.repository.id}/pipelines/{run.id}"


def _job(run: Run, job: Job) -> str:
    return f"/projects/{run.repository.id}/jobs/{job.id}"


def _repeated(world: World) -> Run:
    """A run of four jobs whose first attempt broke so that others were skipped."""
    for run in world.runs():
        words = {job.conclusion for job in run.attempts[0].jobs}
        if len(run.attempts) > 1 and len(run.workflow.jobs) == 4 and "skipped" in words:
            return run
    raise AssertionError("no such run in this world")


async def _jobs(client: httpx.AsyncClient, run: Run, query: str = "include_retried=true") -> list[Json]:
    return await everything(client, f"{_pipeline(run)}/jobs?per_page=100&{query}")


async def test_retried_jobs_hide_unless_asked_for(world: World, gitlab_client: httpx.AsyncClient) -> None:
    run = _repeated(world)
    every = await _jobs(gitlab_client, run)
    latest = await _jobs(gitlab_client, run, "")
    assert Counter(str(each["name"]) for each in latest) == Counter(job.name for job in run.workflow.jobs)
    assert len(every) > len(latest)
    assert [each["id"] for each in every] == sorted((each["id"] for each in every), key=str, reverse=True)
    assert "retried" not in every[0]


async def test_a_skipped_job_keeps_its_id_when_it_runs_after_all(
    gitlab: FakeGitLab, world: World, gitlab_client: httpx.AsyncClient
) -> None:
    run = _repeated(world)
    skipped = next(job for job in run.attempts[0].jobs if job.conclusion == "skipped")
    later = next(job for job in run.attempts[1].jobs if job.blueprint.name == skipped.blueprint.name)
    found = (await gitlab_client.get(_job(run, skipped))).json()
    assert found["started_at"] is None or found["started_at"] > found["created_at"]
    assert found["status"] == ("failed" if later.conclusion == "failure" else later.conclusion).replace("ll", "l")
    assert (await gitlab_client.get(_job(run, later))).status_code == 404
    gitlab.switches.reuses_skipped = False
    assert (await gitlab_client.get(_job(run, later))).status_code == 200


async def test_jobs_are_all_there_from_the_start_and_tell_how_long_they_waited(
    world: World, gitlab_client: httpx.AsyncClient
) -> None:
    run = next(each for each in world.runs() if len(each.latest.jobs) == 4 and each.latest.conclusion == "success")
    jobs = {job.id: job for job in run.attempts[-1].jobs}
    for told in await _jobs(gitlab_client, run, ""):
        job = jobs[int(str(told["id"]))]
        assert (told["queued_duration"], told["duration"]) == (
            job.started_at - job.created_at,
            job.finished_at - job.started_at,
        )
    fresh = world.insert_run(workflow=run.workflow, conclusion="success")
    statuses = {each["name"]: each["status"] for each in await _jobs(gitlab_client, fresh)}
    assert statuses == {"lint": "pending", "build": "pending", "test (3.11)": "created", "test (3.12)": "created"}


async def test_a_retry_keeps_the_pipelines_id_and_first_start(world: World, gitlab_client: httpx.AsyncClient) -> None:
    failed = [each for each in world.runs() if each.latest.conclusion == "failure" and len(each.attempts) == 1]
    run = next(each for each in failed if each.latest.finished_at < world.now and each.latest.jobs)
    before = (await gitlab_client.get(_pipeline(run))).json()
    again = await gitlab_client.post(f"{_pipeline(run)}/retry")
    world.finish_open_runs()
    after = (await gitlab_client.get(_pipeline(run))).json()
    broken = next(job.blueprint.name for job in run.attempts[0].jobs if job.conclusion == "failure")
    assert (again.status_code, again.json()["id"], after["started_at"]) == (201, run.id, before["started_at"])
    assert (before["status"], again.json()["status"], after["status"]) == ("failed", "pending", "success")
    assert after["finished_at"] > before["finished_at"]
    names = Counter(each["name"] for each in await _jobs(gitlab_client, run))
    assert {name for name, times in names.items() if times > 1} == {broken}


async def test_one_job_is_retried_once(world: World, gitlab_client: httpx.AsyncClient) -> None:
    run = next(each for each in world.runs() if each.latest.conclusion == "success" and len(each.latest.jobs) == 4)
    job = run.latest.jobs[0]
    again = await gitlab_client.post(f"{_job(run, job)}/retry")
    refused = await gitlab_client.post(f"{_job(run, job)}/retry")
    assert (again.status_code, again.json()["name"], again.json()["status"]) == (201, job.blueprint.name, "pending")
    assert again.json()["id"] > job.id
    assert (refused.status_code, refused.json()["message"]) == (403, "403 Forbidden - Job is not retryable")


async def test_an_open_pipeline_is_cancelled_with_its_jobs(world: World, gitlab_client: httpx.AsyncClient) -> None:
    run = world.insert_run(conclusion="success")
    world.advance(1)
    ended = await gitlab_client.post(f"{_pipeline(run)}/cancel")
    assert (ended.status_code, ended.json()["status"]) == (200, "canceled")
    assert {each["status"] for each in await _jobs(gitlab_client, run)} <= {"canceled", "skipped", "success"}


async def test_a_manual_job_waits_until_it_is_played(
    gitlab: FakeGitLab, world: World, gitlab_client: httpx.AsyncClient
) -> None:
    deploy = next(each for each in world.repository("acme/checkout-api").workflows if each.name == "Deploy")
    run = world.insert_run(workflow=deploy, conclusion="success")
    job = gitlab.extras.hold(world, run)
    world.advance(7_200)
    waiting = (await gitlab_client.get(_pipeline(run))).json()
    played = await gitlab_client.post(f"{_job(run, job)}/play")
    world.advance(7_200)
    assert (waiting["status"], waiting["finished_at"]) == ("manual", None)
    assert (played.status_code, played.json()["status"]) == (200, "pending")
    assert (await gitlab_client.get(_pipeline(run))).json()["status"] == "success"
    refused = await gitlab_client.post(f"{_job(run, job)}/play")
    assert (refused.status_code, refused.json()["message"]) == (400, "400 Bad request - Unplayable Job")


async def test_a_new_pipeline_needs_a_branch(world: World, gitlab_client: httpx.AsyncClient) -> None:
    path = f"/projects/{world.repository('acme/checkout-api').id}/pipeline"
    made = await gitlab_client.post(path, params={"ref": "main"})
    refused = await gitlab_client.post(path, json={"ref": "nowhere"})
    assert (made.status_code, made.json()["source"], made.json()["ref"]) == (201, "web", "main")
    assert (refused.status_code, refused.json()["message"]) == (400, "400 Bad request - Reference not found")


async def test_a_read_only_token_changes_nothing(gitlab: FakeGitLab, world: World) -> None:
    run = world.repository("acme/checkout-api").runs[0]
    headers = {"Authorization": f"Bearer {gitlab.issue_token(may_write=False).text}"}
    async with httpx.AsyncClient(base_url=gitlab.url, headers=headers) as client:
        refused = await client.post(f"{_pipeline(run)}/retry")
    assert (refused.status_code, refused.json()) == (403, {"message": "403 Forbidden"})


def _failed_job(world: World) -> tuple[Run, Job]:
    return next(
        (run, job)
        for run in world.runs()
        for job in run.latest.jobs
        if job.conclusion == "failure" and run.latest.finished_at < world.now
    )


async def test_a_trace_has_sections_progress_and_its_ending(world: World, gitlab_client: httpx.AsyncClient) -> None:
    answer = await gitlab_client.get(f"{_job(*_failed_job(world))}/trace")
    text = answer.text
    assert answer.headers["content-type"].startswith("text/plain")
    assert text.count("section_start:") == text.count("section_end:") > 4
    assert "\r\x1b[0Ksection_start:" in text
    assert "\rReceiving objects: 100% (100/100), done.\n" in text
    assert text.endswith("ERROR: Job failed: exit code 1\x1b[0;m\n")
    assert world.secret_marker in text


async def test_traces_can_carry_timestamps(gitlab: FakeGitLab, world: World, gitlab_client: httpx.AsyncClient) -> None:
    gitlab.switches.trace_timestamps = True
    lines = (await gitlab_client.get(f"{_job(*_failed_job(world))}/trace")).text.split("\n")[:-1]
    assert all(line[19] == "." and line[26:28] == "Z " and line[28:31] in ("00O", "01O", "01E") for line in lines)
    assert [line[:27] for line in lines] == sorted(line[:27] for line in lines)
    continued = [number for number, line in enumerate(lines) if line[31] == "+"]
    assert continued
    assert all(lines[number - 1].endswith("\r") for number in continued)


async def test_a_trace_grows_and_can_be_erased(world: World, gitlab_client: httpx.AsyncClient) -> None:
    run = world.insert_run(conclusion="success", finishes_in=3_600)
    job = run.latest.jobs[0]
    before = await gitlab_client.get(f"{_job(run, job)}/trace")
    world.now = job.started_at
    during = await gitlab_client.get(f"{_job(run, job)}/trace")
    world.finish_open_runs()
    after = await gitlab_client.get(f"{_job(run, job)}/trace")
    assert (before.status_code, before.content) == (200, b"")
    assert after.content.startswith(during.content[:200])
    assert 0 < len(during.content) < len(after.content)
    assert (await gitlab_client.post(f"{_job(run, job)}/erase")).status_code == 201
    assert (await gitlab_client.get(f"{_job(run, job)}/trace")).content == b""


async def test_a_range_is_served_behind_object_storage_only(
    gitlab: FakeGitLab, world: World, gitlab_client: httpx.AsyncClient
) -> None:
    path, wanted = f"{_job(*_failed_job(world))}/trace", {"Range": "bytes=100-"}
    whole = await gitlab_client.get(path, headers=wanted)
    gitlab.switches.serves_ranges = True
    part = await gitlab_client.get(path, headers=wanted)
    assert (whole.status_code, part.status_code) == (200, 206)
    assert part.content == whole.content[100:]


async def test_junit_reports_are_listed_archived_and_summed_up(
    gitlab: FakeGitLab, world: World, gitlab_client: httpx.AsyncClient
) -> None:
    run, job = _failed_job(world)
    gitlab.extras.add_report(job, XML, "out/junit.xml")
    told = (await gitlab_client.get(_job(run, job))).json()
    zipped = await gitlab_client.get(f"{_job(run, job)}/artifacts")
    single = await gitlab_client.get(f"{_job(run, job)}/artifacts/out/junit.xml")
    summed = (await gitlab_client.get(f"{_pipeline(run)}/test_report")).json()
    assert [each["file_type"] for each in told["artifacts"]] == ["archive", "metadata", "trace", "junit"]
    with ZipFile(BytesIO(zipped.content)) as archive:
        assert archive.read("out/junit.xml") == single.content == XML
    assert (summed["total_count"], summed["failed_count"], summed["total_time"]) == (2, 1, 2.0)
    gitlab.extras.expired.add(job.id)
    assert (await gitlab_client.get(f"{_job(run, job)}/artifacts")).status_code == 404


async def test_reports_come_by_file_type_from_new_servers_only(
    gitlab: FakeGitLab, world: World, gitlab_client: httpx.AsyncClient
) -> None:
    run, job = _failed_job(world)
    gitlab.extras.add_report(job, XML, is_in_archive=False)
    path = f"{_job(run, job)}/artifacts?file_type=junit"
    refused = await gitlab_client.get(path)
    gitlab.switches.serves_file_types = True
    served = await gitlab_client.get(path)
    assert refused.status_code == 404
    assert gzip.decompress(served.content) == XML
    assert (await gitlab_client.get(path.replace("junit", "secrets"))).status_code == 400


async def test_artifacts_of_the_world_belong_to_the_last_job_that_ran(
    world: World, gitlab_client: httpx.AsyncClient
) -> None:
    run, _ = _failed_job(world)
    report(world, run, {"one": "passed", "two": "failed"})
    last = max((job for job in run.latest.jobs if job.conclusion != "skipped"), key=lambda job: job.id)
    zipped = await gitlab_client.get(f"{_job(run, last)}/artifacts")
    summary = (await gitlab_client.get(f"{_pipeline(run)}/test_report_summary")).json()
    with ZipFile(BytesIO(zipped.content)) as archive:
        assert archive.namelist() == ["junit/report.xml"]
    assert (summary["total"]["count"], summary["total"]["failed"]) == (2, 1)
    assert summary["test_suites"][0]["build_ids"] == [last.id]


async def test_only_the_pipeline_file_tells_what_a_job_needs(world: World, gitlab_client: httpx.AsyncClient) -> None:
    project = world.repository("acme/checkout-api")
    answer = await gitlab_client.get(f"/projects/{project.id}/repository/files/.gitlab-ci.yml/raw")
    parsed = yaml.safe_load(answer.text)
    told = {name: job["needs"] for name, job in parsed.items() if name != "stages"}
    assert told == {job.name: list(job.needs) for each in project.workflows for job in each.jobs}
