"""One organisation, served by a fake GitHub and by a fake GitLab, gives the same numbers on every board."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import mkdtemp
from typing import Any

import orjson
import pytest

from datasource_server.ingest import Ingest
from datasource_server.plugins import Plugins
from datasource_server.query import Ask, Engine
from datasource_server.sdk import DELIVERY, JOURNAL, Caller
from datasource_server.settings import Settings
from datasource_server.store import Store
from tests.fakes.github import FakeGitHub, Scale, World, change_issue, generate_organisation, open_issue, upload
from tests.fakes.gitlab import FakeGitLab, tell_alike
from tests.plugins.github.house import QuickClock

PACKS = ("ci", "dora", "activity", "junit")
NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
EVERYBODY = Caller("ana", sees_all=True, sees_people=True)
ABOUT_READING = {
    "ci/budgets",
    "ci/collector_errors",
    "ci/connectors",
    "ci/data_age",
    "ci/freshness",
    "ci/gaps",
    "ci/quarantine",
    "ci/stale_collectors",
}
"""What is about collectors and deliveries."""
IN_THE_TOOLS_WORDS = {"ci/log", "ci/run_log", "ci/steps"} | {
    "ci/flaky",
    "ci/flaky_jobs",
    "ci/flaky_minutes",
    "ci/flips",
    "ci/flips_over_time",
}
"""Lines of logs, steps, which GitLab only has as sections of the logs of failed jobs, and what is judged by both."""
OF_THE_FORGE = {"source", "url", "failure_url", "opens", "job", "number", "rule", "failed_step"}
"""Addresses, the tool's own ids, numbers and words: GitLab counts pipelines by project, not by name."""
OF_THE_ANSWER = {"ci/schedules": {"run"}, "ci/runners": {"last_job", "repo", "run"}}
"""GitLab knows which of two schedules started a run; of two jobs of the same second either may be the last."""
TEN_DAYS = 10 * 86_400
Answers = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Forge:
    """A forge with what its connector has to know."""

    name: str
    settings: Mapping[str, Any]


def github(fake: FakeGitHub) -> Forge:
    """The fake GitHub as a forge to read."""
    organisation = fake.world.organisation.login
    settings = {"organizations": [organisation], "test_reports": ["*"]}
    return Forge("github", {**settings, "base_url": fake.url, "token": fake.issue_token(limit=10_000_000).text})


def gitlab(fake: FakeGitLab) -> Forge:
    """The fake GitLab as a forge to read."""
    group = fake.world.organisation.login
    token = fake.issue_token(limit=10_000_000).text
    return Forge("gitlab", {"groups": [group], "base_url": fake.url, "token": token})


@dataclass(frozen=True, slots=True)
class Reader:
    """A store that holds what one forge tells, with the way in."""

    forge: str
    store: Store
    ingest: Ingest
    plugins: Plugins
    clock: QuickClock

    async def settle(self) -> None:
        """Collect twice, five minutes apart, and derive."""
        for _ in range(2):
            runs = await self.ingest.collect(self.forge, since=NOON - timedelta(days=800))
            assert {run.error for run in runs} == {""}
            self.clock.skip(timedelta(minutes=5))
        await self.ingest.derive()


@asynccontextmanager
async def read(folder: Path, forge: Forge) -> AsyncIterator[Reader]:
    """A forge's connector beside the packs, with an empty store."""
    plugins, clock = Plugins.empty(), QuickClock(NOON)
    for name in (forge.name, *PACKS):
        plugins.add(name, f"opssight_{name}")
    chosen: Any = {forge.name: dict(forge.settings)}
    plugins.configure(Settings(data_dir=folder, **chosen))
    assert not plugins.problems
    tables = [table for each in plugins.connectors.values() for table in each.tables]
    store = Store(folder / "opssight.duckdb", [*DELIVERY, *JOURNAL, *tables])
    store.open()
    ingest = Ingest(store, plugins, clock=clock)
    await ingest.start(is_collecting=False)
    try:
        yield Reader(forge.name, store, ingest, plugins, clock)
    finally:
        await ingest.stop()
        store.close()


def plant(world: World) -> None:
    """Give the organisation incidents, open ones and closed ones, and runs that will end in half an hour."""
    for place, repository in enumerate(world.repositories.values()):
        for minutes, conclusion in enumerate(("success", "failure", "cancelled", "success")):
            world.advance(1)
            world.insert_run(repository, conclusion=conclusion, finishes_in=1_800 + 60 * minutes)
        labels = ("incident", ("sev1", "severity: high", "P3")[place % 3])
        issue = open_issue(world, repository, "It is down", labels)
        if place % 2 == 0:
            change_issue(world, issue, is_open=False)


def report_tests(world: World) -> None:
    """Let the last job of each young run leave a report: GitHub has it in an artifact of that name."""
    random = Random(7)
    for run in world.runs():
        ran = [job for job in run.latest.jobs if job.conclusion != "skipped"]
        last = max(ran, key=lambda job: job.id, default=None)
        if last is None or not world.now - TEN_DAYS < last.finished_at <= world.now:
            continue
        endings = random.choices(("", "<failure>it broke</failure>", "<skipped/>"), (8, 2, 1), k=4)
        cases = (
            f'<testcase name="test {place}" time="1.{place}">{end}</testcase>' for place, end in enumerate(endings)
        )
        xml = f'<testsuite name="unit" timestamp="2026-01-14T12:00:00">{"".join(cases)}</testsuite>'
        upload(world, run, last.blueprint.name, {"report.xml": xml.encode()}, at=last.finished_at)


async def answers(store: Store, plugins: Plugins) -> Answers:
    """What every query of the packs answers, but those about collectors and deliveries."""
    engine = Engine(store, {name: plugins.connectors[name] for name in PACKS})
    asked = Ask(start=NOON - timedelta(days=120), end=NOON + timedelta(hours=6), interval_seconds=86_400)
    found: Answers = {}
    for path in sorted(engine.queries.keys() - ABOUT_READING - IN_THE_TOOLS_WORDS):
        result = await engine.run(path, asked, EVERYBODY, "rows")
        found[path] = orjson.loads(result.body[0])
    return found


def numbers(found: Answers) -> dict[str, list[str]]:
    """The answers without what differs by nature, in an order of their own."""
    return {path: sorted(_told(path, row) for row in rows if _counts(path, row)) for path, rows in found.items()}


def _told(path: str, row: Mapping[str, Any]) -> str:
    """A row as text; sums of fractions depend on the order of their parts from the tenth digit on."""
    left_out = OF_THE_FORGE | OF_THE_ANSWER.get(path, set())
    kept = {name: value for name, value in row.items() if name not in left_out}
    if path == "ci/verdict":
        kept["because"] = str(kept["because"]).partition(" › ")[0]  # the step that failed
    return orjson.dumps({name: _rounded(value) for name, value in kept.items()}).decode()


def _rounded(value: Any) -> Any:
    """A number to nine digits, and a place without the forge in front."""
    if isinstance(value, str):
        return value.removeprefix("github · ").removeprefix("gitlab · ")
    return float(f"{value:.9g}") if isinstance(value, float) else value


def _counts(path: str, row: Mapping[str, Any]) -> bool:
    """GitLab keeps one job where GitHub has two: the same job that was skipped runs after a retry."""
    return path != "ci/jobs" or row["status"] != "skipped"


def unlike(one: Mapping[str, Sequence[str]], other: Mapping[str, Sequence[str]]) -> list[str]:
    """The queries whose answers differ, with the first rows that only one of them has."""
    return [
        f"{path}: {sorted(set(rows) - set(other[path]))[:2]} against {sorted(set(other[path]) - set(rows))[:2]}"
        for path, rows in one.items()
        if list(rows) != list(other[path])
    ]


@pytest.mark.parametrize(
    "seed", [pytest.param(1), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 6))]
)
async def test_every_query_gives_the_same_numbers_from_github_and_from_gitlab(seed: int, tmp_path: Path) -> None:
    """The organisation goes on while it is read: what was open at the first pass has ended at the last."""
    scale = Scale(commits=11 + seed)
    world = tell_alike(generate_organisation(2, 60 + 10 * seed, seed=seed, now=NOON, open_runs=0, scale=scale))
    found: list[dict[str, list[str]]] = []
    with FakeGitHub(world, is_slim=True) as hub, FakeGitLab(world) as lab:
        plant(world)
        report_tests(world)
        async with AsyncExitStack() as both:
            forges = (github(hub), gitlab(lab))
            readers = [await both.enter_async_context(read(Path(mkdtemp(dir=tmp_path)), each)) for each in forges]
            for reader in readers:
                await reader.settle()
            world.finish_open_runs()
            for reader in readers:
                await reader.settle()
                found.append(numbers(await answers(reader.store, reader.plugins)))
    assert sum(map(len, found[0].values())) > 500
    assert unlike(*found) == []
