"""Logs of failed jobs are read once, within bounds, and without their secrets."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from datasource_server import sdk
from opssight_github.collectors_logs import MOST_LOG_BYTES, TAIL_BYTES, job_logs
from tests.fakes.github import FakeGitHub, Faults, World

from .asking import NOW, asking, rows_of
from .house import House, QuickClock, fake_settings, follow, github_house

STAMP = "2026-01-15T12:00:00.0000000Z"
LINE = f"{STAMP} still going on and on\n".encode()


def job(number: int, *, missed: bool = False) -> dict[str, Any]:
    about = {"id": str(number), "run_id": "7", "attempt": 1, "name": f"job {number}"}
    return about | {"finished_at": NOW, "missed_at": NOW - timedelta(days=2) if missed else None}


def ranged(body: bytes, request: httpx.Request) -> httpx.Response:
    """An answer as the log storage gives it."""
    first, last = (int(each) for each in request.headers["range"].removeprefix("bytes=").split("-"))
    if first >= len(body):
        return httpx.Response(416, headers={"content-range": f"bytes */{len(body)}"})
    headers = {"content-range": f"bytes {first}-{min(last, len(body) - 1)}/{len(body)}"}
    return httpx.Response(206, headers=headers, content=body[first : last + 1])


async def _prepared(house: House) -> None:
    for collector in ("repositories", "runs", "jobs"):
        await house.collect(collector)


async def _lines(house: House) -> dict[str, int]:
    found = await house.rows("SELECT job_id, count(*) AS n FROM job_log_line GROUP BY job_id")
    return {row["job_id"]: row["n"] for row in found}


def failed_jobs(world: World, days: int) -> set[str]:
    oldest = world.now - days * 86_400
    attempts = [attempt for run in world.runs() for attempt in run.attempts]
    jobs = [each for attempt in attempts for each in attempt.jobs if each.conclusion in ("failure", "timed_out")]
    return {str(each.id) for each in jobs if oldest + 60 < each.finished_at <= world.now}


async def test_the_failed_jobs_of_the_last_days_and_no_others_are_read_once(
    house: House, fake: FakeGitHub, world: World
) -> None:
    await _prepared(house)
    await house.collect("job_logs")
    assert set(await _lines(house)) == failed_jobs(world, 14) != set()
    asked = len(fake.storage.requests)
    await house.collect("job_logs")
    assert len(fake.storage.requests) == asked


async def test_no_secret_of_a_log_is_in_the_store(house: House, world: World) -> None:
    """check 28: a token that a job printed plainly, in an address or cut by colours is nowhere in the file.

    check 29: colours are taken out before secrets are looked for.
    """
    await _prepared(house)
    await house.collect("job_logs")
    texts = [row["text"] for row in await house.rows("SELECT text FROM job_log_line")]
    assert any("•••" in text for text in texts)
    assert not any(world.secret_marker in text or world.secret_marker[:20] in text for text in texts)
    house.store.close()
    files = [path.read_bytes() for path in house.store.path.parent.glob("opssight.duckdb*")]
    assert files
    assert not any(world.secret_marker.encode() in each for each in files)


async def test_many_logs_of_an_attempt_come_from_one_archive(fake: FakeGitHub, world: World, tmp_path: Path) -> None:
    """check 21: a bomb in the archive is not read; check 22: names that lead outside are skipped."""
    fake.switches.hostile_zip = frozenset({"bomb", "traversal", "absolute", "duplicate", "nested"})
    clock = QuickClock(follow=follow(fake))
    async with github_house(tmp_path, clock=clock, **fake_settings(fake, archive_from=1)) as house:
        await _prepared(house)
        await house.collect("job_logs")
        assert set(await _lines(house)) == failed_jobs(world, 14)
    assert all(path.startswith("/run-logs/") for path in fake.storage.requests)
    assert _strangers(tmp_path) == []


def _strangers(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if not path.name.startswith("opssight.duckdb")]


async def test_a_log_that_github_deleted_is_not_asked_for_again(house: House, fake: FakeGitHub, world: World) -> None:
    """check 58: 410 means gone."""
    world.log_retention_seconds = 0
    await _prepared(house)
    for _ in range(2):
        await house.collect("job_logs")
    gone = fake.stats.requests["GET /repos/{owner}/{repo}/actions/jobs/{job_id}/logs"]
    assert gone == len(failed_jobs(world, 14))
    assert await _lines(house) == {}


async def test_a_storage_that_fails_breaks_off_and_is_asked_again(house: House, fake: FakeGitHub, world: World) -> None:
    await _prepared(house)
    fake.storage.faults = Faults(rate=1.0, kinds=("500",), max_in_a_row=10_000)
    runs = await house.collect("job_logs")
    assert any(run.error for run in runs)
    fake.storage.faults = Faults()
    await house.collect("job_logs")
    assert set(await _lines(house)) == failed_jobs(world, 14)


async def test_of_a_very_long_log_the_beginning_and_the_end_are_read() -> None:
    """check 21: 30 MB of a log cost 12 MB."""
    body = b"\xef\xbb\xbf" + LINE * (30_000_000 // len(LINE)) + f"{STAMP} ##[error]it broke\n".encode()
    asked: list[int] = []

    def answer(request: httpx.Request) -> httpx.Response:
        response = ranged(body, request)
        asked.append(len(response.content))
        return response

    async with asking(answer, [job(1)]) as ctx:
        rows = await rows_of(job_logs(ctx))
    lines = [row for row in rows if isinstance(row, sdk.JobLogLine)]
    assert asked == [MOST_LOG_BYTES, TAIL_BYTES]
    assert "it broke" in {line.text for line in lines}
    assert lines[-1].text.startswith("[the log was cut: 30,0")
    assert [line.line for line in lines] == sorted(line.line for line in lines)


@pytest.mark.parametrize(
    ("status", "is_missed_before", "is_read"),
    [(404, False, False), (404, True, True), (410, False, True), (416, False, True)],
    ids=["not there yet", "not there for days", "deleted", "empty"],
)
async def test_a_log_that_is_not_there_is_asked_for_again_for_a_day(
    status: int,
    is_missed_before: bool,
    is_read: bool,
) -> None:
    async with asking(lambda _: httpx.Response(status), [job(1, missed=is_missed_before)]) as ctx:
        rows = await rows_of(job_logs(ctx))
    (note,) = (row for row in rows if isinstance(row, sdk.Reading))
    assert (note.changed_at is not None) == is_read
    assert (note.missed_at == NOW) == (not is_read)


async def test_a_storage_that_knows_no_ranges_and_sends_too_much_stops_no_other_log() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if "/jobs/1/" in request.url.path:
            raise sdk.UpstreamError("answered more than 10,000,001 bytes")
        return ranged(LINE, request)

    async with asking(answer, [job(1), job(2)], archive_from=9) as ctx:
        rows = await rows_of(job_logs(ctx))
    assert {row.job_id for row in rows if isinstance(row, sdk.JobLogLine)} == {"2"}


async def test_where_the_archive_is_gone_each_log_is_asked_for() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(404) if "/attempts/" in request.url.path else ranged(LINE, request)

    async with asking(answer, [job(1), job(2)], archive_from=2) as ctx:
        rows = await rows_of(job_logs(ctx))
    assert {row.job_id for row in rows if isinstance(row, sdk.JobLogLine)} == {"1", "2"}


async def test_a_refusal_breaks_off_the_scope() -> None:
    async with asking(lambda _: httpx.Response(403), [job(1)]) as ctx:
        with pytest.raises(sdk.UpstreamError, match="answered 403"):
            await rows_of(job_logs(ctx))
