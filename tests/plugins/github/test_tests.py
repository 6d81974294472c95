"""Test reports in artifacts become results of the attempt that made them; what can't be read is a gap."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from opssight_github.artifacts import part_of, wanted
from tests.fakes.github import FakeGitHub, World, report, upload
from tests.fakes.github.model import Run

from .comparing import differences
from .house import House, QuickClock, fake_settings, follow, github_house

PATTERNS = ["*JUnit*", "*test-results*"]


@pytest.fixture
async def house(fake: FakeGitHub, tmp_path: Path) -> AsyncIterator[House]:
    """A house that reads test reports."""
    settings = fake_settings(fake, test_reports=PATTERNS)
    async with github_house(tmp_path, clock=QuickClock(follow=follow(fake)), **settings) as opened:
        yield opened


@pytest.fixture
def run(world: World) -> Run:
    """The newest run that failed and has ended."""
    ended = [
        each for each in world.runs() if each.latest.finished_at < world.now and each.latest.conclusion == "failure"
    ]
    return max(ended, key=lambda each: each.created_at)


async def read(house: House) -> None:
    """Runs, then their tests."""
    await house.collect("runs", since=house.clock.now() - timedelta(days=30))
    await house.collect("test_results")


async def wrong(house: House, world: World) -> list[str]:
    return await differences(house, {"test_result": world.truth()["test_result"]})


async def gaps(house: House) -> list[str]:
    rows = await house.rows("SELECT reason FROM gap WHERE collector = 'test_results' ORDER BY reason")
    return [row["reason"].partition(": ")[2] for row in rows]


async def test_reports_in_artifacts_become_results(house: House, world: World, fake: FakeGitHub, run: Run) -> None:
    report(world, run, {"adds": "passed", "divides": "failed", "waits": "skipped", "loads": "error"})
    report(world, run, {"adds": "failed"}, name="test-results-py312", folder="cart/unit")
    report(world, run, {"adds": "failed"}, name="coverage").results = []
    await read(house)
    assert await wrong(house, world) == []
    (row,) = await house.rows("SELECT url, message FROM test_result WHERE name = 'divides'")
    assert row["url"].endswith(f"/actions/runs/{run.id}")
    assert row["message"] == "it broke"
    assert not fake.storage.saw_authorization
    assert len(fake.storage.requests) == 2


async def test_what_was_read_is_not_asked_for_again(house: House, world: World, fake: FakeGitHub, run: Run) -> None:
    report(world, run, {"adds": "passed"})
    await read(house)
    asked = fake.stats.total
    await house.collect("test_results")
    assert fake.stats.total == asked


async def test_a_rerun_has_results_of_its_own(house: House, world: World, run: Run) -> None:
    report(world, run, {"adds": "failed"})
    await read(house)
    house.clock.skip(timedelta(minutes=5))
    world.rerun(run.id)
    world.finish_open_runs()
    house.clock.skip(timedelta(hours=1))
    report(world, run, {"adds": "passed"})
    await house.collect("late_reruns")
    await house.collect("test_results")
    assert await wrong(house, world) == []
    rows = await house.rows("SELECT attempt, status FROM test_result ORDER BY attempt")
    assert [(row["attempt"], row["status"]) for row in rows] == [(1, "failed"), (2, "passed")]


async def test_both_attempts_are_told_apart_when_they_are_read_at_once(house: House, world: World, run: Run) -> None:
    report(world, run, {"adds": "failed"})
    world.now += 300
    world.rerun(run.id)
    world.finish_open_runs()
    report(world, run, {"adds": "passed"})
    await read(house)
    assert await wrong(house, world) == []


async def test_a_run_with_many_artifacts_is_read_page_by_page(house: House, world: World, run: Run) -> None:
    for number in range(105):
        report(world, run, {"adds": "passed"}, name=f"junit-{number}")
    await read(house)
    assert await wrong(house, world) == []


async def test_an_artifact_that_expired_is_left_out(house: House, world: World, fake: FakeGitHub, run: Run) -> None:
    artifact = report(world, run, {"adds": "passed"})
    artifact.expires_at, artifact.results = world.now - 1, []
    await read(house)
    assert await wrong(house, world) == []
    assert not fake.storage.requests


async def test_what_cannot_be_read_is_a_gap_and_the_rest_is_stored(house: House, world: World, run: Run) -> None:
    good = b"<testsuite><testcase name='a'/></testsuite>"
    upload(world, run, "junit-torn", {"a.xml": good, "b.xml": b"<testsuite><testcase", "c.xml": b"<coverage/>"})
    bomb = b'<!DOCTYPE a [<!ENTITY b "c">]><testsuite name="&b;"/>'
    upload(world, run, "junit-hostile", {"bomb.xml": bomb})
    upload(world, run, "junit-huge", {"huge.xml": b"<testsuite>" + b" " * 51_000_000})
    upload(world, run, "junit-no-zip", {}).body = b"not a zip"
    upload(world, run, "junit-large", {}).claims_bytes = 30_000_000
    await read(house)
    found = await gaps(house)
    assert len(found) == 5
    assert found[0] == "bomb.xml: the report declares entities or reads other files: EntitiesForbidden"
    assert found[1] == "huge.xml: more than 50,000,000 bytes"
    assert found[2] == "30,000,000 bytes; at most 25,000,000 are read"
    assert found[3].startswith("*: a broken archive")
    assert found[4].startswith("b.xml: the report is no XML")
    rows = await house.rows("SELECT suite, name FROM test_result")
    assert [(row["suite"], row["name"]) for row in rows] == [("junit-torn", "a")]


async def test_an_artifact_that_is_gone_is_asked_for_until_a_day_has_passed(
    house: House, world: World, fake: FakeGitHub, run: Run
) -> None:
    report(world, run, {"adds": "passed"}, name="junit-kept")
    gone = report(world, run, {"adds": "passed"}, name="junit-gone")
    fake.faults.paths, fake.faults.rate = f"/artifacts/{gone.id}/zip", 1.0
    fake.faults.kinds, fake.faults.max_in_a_row = ("404",), 99
    await read(house)
    assert [problem.rpartition(" is ")[2] for problem in await wrong(house, world)] == ["missing"]
    fake.faults.rate = 0.0
    await house.collect("test_results")
    assert await wrong(house, world) == []


async def test_an_artifact_that_stays_gone_is_given_up(house: House, world: World, fake: FakeGitHub, run: Run) -> None:
    gone = report(world, run, {"adds": "passed"})
    fake.faults.paths, fake.faults.rate = f"/artifacts/{gone.id}/zip", 1.0
    fake.faults.kinds, fake.faults.max_in_a_row = ("404",), 99
    await read(house)
    house.clock.skip(timedelta(days=2))
    await house.collect("test_results")
    asked = fake.stats.total
    await house.collect("test_results")
    assert fake.stats.total == asked


async def test_no_artifact_is_asked_for_unless_settings_name_some(
    fake: FakeGitHub, tmp_path: Path, world: World
) -> None:
    async with github_house(tmp_path / "b", clock=QuickClock(follow=follow(fake)), **fake_settings(fake)) as opened:
        await opened.collect("runs")
        asked = fake.stats.total
        await opened.collect("test_results")
        assert fake.stats.total - asked <= 2


def test_names_fit_in_any_case_and_expired_ones_do_not_count() -> None:
    names = ("junit", "My-JUNIT.xml", "Test-Results", "coverage")
    artifacts = [{"id": place, "name": name, "expired": place == 2} for place, name in enumerate(names)]
    assert [each["name"] for each in wanted(artifacts, PATTERNS)] == ["junit", "My-JUNIT.xml"]


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("junit", "junit"),
        ("test-results-77-2", "test-results"),
        ("junit-py3.12-77", "junit-py3.12"),
        ("77-junit-linux", "junit-linux"),
        ("junit-abcdef0-linux", "junit-linux"),
        (f"junit-abcdef0{'1' * 33}", "junit"),
        ("77", "77"),
    ],
)
def test_what_is_new_in_each_run_is_no_part_of_a_suite(name: str, part: str) -> None:
    attempt = {"id": "77", "attempt": 2, "sha": f"abcdef0{'1' * 33}", "finished_at": datetime(2026, 1, 1, tzinfo=UTC)}
    assert part_of(name, attempt) == part
