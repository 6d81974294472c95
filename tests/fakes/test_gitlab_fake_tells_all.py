"""The fake GitLab tells all that a collector has to know, and the same as the fake GitHub of the same world."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

import httpx

from .github import FakeGitHub, generate_organisation, truth
from .gitlab import FakeGitLab, tell_alike
from .reading import everything

Json = dict[str, Any]
Told = tuple[str, str, datetime | None, datetime | None]


async def test_all_that_is_true_can_be_read(gitlab: FakeGitLab, gitlab_client: httpx.AsyncClient) -> None:
    facts = gitlab.truth()
    project = gitlab.world.repository("acme/search-api").id
    runs = {
        (row["id"], row["attempt"]): (row["status"], row["actor"], row["started_at"], row["finished_at"])
        for row in facts["pipeline_run"]
        if row["repo"] == "acme/search-api"
    }
    jobs = {
        row["id"]: (row["attempt"], row["status"], row["started_at"], row["finished_at"])
        for row in facts["pipeline_job"]
        if row["repo"] == "acme/search-api"
    }
    read_runs: dict[tuple[str, int], Told] = {}
    read_jobs: dict[str, tuple[int, str, datetime | None, datetime | None]] = {}
    for listed in await everything(gitlab_client, f"/projects/{project}/pipelines?per_page=100"):
        path = f"/projects/{project}/pipelines/{listed['id']}"
        pipeline = (await gitlab_client.get(path)).json()
        found: list[Json] = [*await everything(gitlab_client, f"{path}/jobs?include_retried=true&per_page=100")]
        attempts = _attempts(found)
        read_jobs |= {str(job["id"]): (attempts[job["id"]], *_ending(job)) for job in found}
        read_runs |= {(str(pipeline["id"]), number): row for number, row in _told(pipeline, found, attempts).items()}
    assert read_jobs == jobs
    assert read_runs == runs
    assert gitlab.stats.statuses.keys() == {200}


WORDS = {"failed": "failure", "canceled": "cancelled", "success": "success", "skipped": "skipped", "running": "running"}


def _at(text: object) -> datetime | None:
    return datetime.fromisoformat(str(text)) if text else None


def _ending(job: Json) -> tuple[str, datetime | None, datetime | None]:
    return WORDS.get(job["status"], "queued"), _at(job["started_at"]), _at(job["finished_at"])


def _places(found: list[Json]) -> dict[int, int]:
    """Each job's place among those of its name."""
    seen: dict[str, int] = defaultdict(int)
    places = {}
    for job in sorted(found, key=lambda each: each["id"]):
        seen[job["name"]] += 1
        places[job["id"]] = seen[job["name"]]
    return places


def _starts(found: list[Json]) -> dict[int, datetime]:
    """When each attempt began: with the first job of that place."""
    starts: dict[int, datetime] = {}
    places = _places(found)
    for job in found:
        made, place = datetime.fromisoformat(job["created_at"]), places[job["id"]]
        starts[place] = min(starts.get(place, made), made)
    return starts


def _attempts(found: list[Json]) -> dict[int, int]:
    """Each job's attempt: its place, or, where a skipped one ran after all, the attempt that it ran in."""
    starts, attempts = _starts(found), {}
    for job, place in ((job, _places(found)[job["id"]]) for job in found):
        begun = _at(job["started_at"])
        asked = begun - timedelta(seconds=job["queued_duration"]) if begun else None
        attempts[job["id"]] = max(place, *(number for number, at in starts.items() if asked and at <= asked), 1)
    return attempts


def _told(pipeline: Json, found: list[Json], attempts: dict[int, int]) -> dict[int, Told]:
    """Status, actor, start and end of each attempt."""
    created = datetime.fromisoformat(pipeline["created_at"])
    starts = _starts(found) or {1: created}
    last = max(starts)
    rows: dict[int, Told] = {}
    for number, at in starts.items():
        mine = [job for job in found if attempts[job["id"]] == number and job["started_at"]]
        words = [job["status"] for job in mine]
        word = "failed" if "failed" in words else "canceled" if "canceled" in words else "success"
        ends = [_at(job["finished_at"]) for job in mine]
        actor = mine[0]["user"]["username"] if mine else _waiting(pipeline, found)
        status = pipeline["status"] if number == last else word
        end = _at(pipeline["finished_at"]) if number == last else max((each for each in ends if each), default=None)
        rows[number] = (WORDS.get(status, "queued"), actor, at, end)
    return rows


def _waiting(pipeline: Json, found: list[Json]) -> str:
    newest = max(found, key=lambda job: job["created_at"], default=pipeline)
    return str(newest["user"]["username"])


def test_one_world_can_be_told_alike_by_both_forges() -> None:
    world = tell_alike(generate_organisation(repos=3, runs=600, seed=8))
    world.finish_open_runs()
    with FakeGitLab(world) as lab, FakeGitHub(world):
        ours, theirs = lab.truth(), truth(world)
    columns = (
        "repo",
        "pipeline",
        "branch",
        "sha",
        "event",
        "actor",
        "status",
        "created_at",
        "started_at",
        "finished_at",
    )
    for table, names in {
        "pipeline_run": ("id", "attempt", *columns),
        "deployment": ("id", "environment", "sha", "status", "actor", "run_id", "created_at", "finished_at"),
        "commit": ("sha", "author", "committed_at", "files"),
        "pull_request": ("number", "state", "merge_sha", "additions", "review_count", "first_review_at"),
    }.items():
        assert [[row[name] for name in names] for row in ours[table]] == [
            [row[name] for name in names] for row in theirs[table]
        ]


def test_jobs_that_ran_are_the_same_in_both_forges() -> None:
    world = tell_alike(generate_organisation(repos=3, runs=600, seed=9))
    world.finish_open_runs()
    with FakeGitLab(world) as lab:
        ours = lab.truth()["pipeline_job"]
    names = ("run_id", "attempt", "name", "runner", "status", "created_at", "started_at", "finished_at")
    told = [
        [[row[name] for name in names] for row in rows if row["started_at"]]
        for rows in (ours, truth(world)["pipeline_job"])
    ]
    assert sorted(told[0], key=repr) == sorted(told[1], key=repr)
    assert len(told[0]) > 1_000
