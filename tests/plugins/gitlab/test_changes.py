"""Lists of changes are read beyond the page that GitLab ends them at, and what it hides is said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from datasource_server import sdk
from opssight_gitlab import changes
from opssight_gitlab.changes import changed_since
from opssight_gitlab.collectors_traces import job_traces

from .asking import NOW, asking, rows_of


def listing(moments: list[datetime], size: int) -> httpx.MockTransport:
    """A list of what changed at these moments, the last first, in pages."""

    def answer(request: httpx.Request) -> httpx.Response:
        asked = request.url.params
        until = datetime.fromisoformat(asked["updated_before"]) if "updated_before" in asked else NOW
        found = [{"id": place, "updated_at": at.isoformat()} for place, at in enumerate(moments) if at <= until]
        page = int(asked.get("page", 1))
        shown = found[::-1][(page - 1) * size : page * size]
        following = request.url.copy_set_param("page", page + 1)
        link = {"Link": f'<{following}>; rel="next"'} if page * size < len(found) else {}
        return httpx.Response(200, json=shown, headers=link)

    return httpx.MockTransport(answer)


async def read(moments: list[datetime], monkeypatch: pytest.MonkeyPatch) -> tuple[set[int], list[sdk.Gap]]:
    """Which of the changes are read where a list ends after ten rows, and the gaps."""
    monkeypatch.setattr(changes, "MOST_ROWS", 10)
    async with asking(listing(moments, 5).handler) as ctx:  # type: ignore[arg-type]
        pages = [page async for page in changed_since(ctx, "/things", NOW - timedelta(days=9))]
    gaps = [page for page in pages if isinstance(page, sdk.Gap)]
    return {each["id"] for page in pages if isinstance(page, sdk.Page) for each in page}, gaps


async def test_a_list_is_read_on_from_the_oldest_change_that_was_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """check 61: what lies behind the last page that GitLab gives is asked for by its time."""
    moments = [NOW - timedelta(hours=100 - place) for place in range(47)]
    assert await read(moments, monkeypatch) == (set(range(47)), [])


async def test_more_changes_in_a_second_than_a_list_gives_leave_a_gap_that_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """check 61: what GitLab does not list is not passed over in silence."""
    found, (gap,) = await read([NOW - timedelta(hours=1)] * 30, monkeypatch)
    assert len(found) == 10
    assert "within a second" in gap.reason


@pytest.mark.parametrize(
    ("status", "days", "is_read"),
    [(404, 0, False), (404, 2, True), (403, 0, False), (200, 0, True)],
    ids=["not there yet", "not there for days", "may not be read", "erased"],
)
async def test_a_trace_that_is_not_there_is_asked_for_again_for_a_day(status: int, days: int, is_read: bool) -> None:
    job = {"id": "1", "run_id": "7", "name": "unit", "status": "failure", "created_at": NOW, "finished_at": NOW}
    missed_at = NOW - timedelta(days=days) if days else None
    async with asking(lambda _: httpx.Response(status), [{**job, "missed_at": missed_at}]) as ctx:
        rows = await rows_of(job_traces(ctx))
    (note,) = rows
    assert isinstance(note, sdk.Reading)
    assert (note.changed_at is not None) == is_read
    assert (note.missed_at == datetime(2026, 1, 15, 12, tzinfo=UTC)) == (not is_read)
