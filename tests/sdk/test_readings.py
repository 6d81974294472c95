"""What was read is noted, what a tool lists but does not have is asked for again, and after a day it is let go."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from datasource_server import sdk
from datasource_server.sdk.readings import A_PAGE, in_pages, or_missed, read_up_to, readings

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)


def context(stored: Sequence[dict[str, Any]] = ()) -> sdk.Context[sdk.ConnectorSettings]:
    """A context of acme/web whose store answers with these rows, each with what it was asked for."""

    async def read(_sql: str, **asked: object) -> list[dict[str, Any]]:
        return [{**row, **asked} for row in stored]

    log = logging.getLogger("test")
    return sdk.Context(sdk.ConnectorSettings(), "tool", "acme/web", NOW, NOW, httpx.AsyncClient(), read, log)


async def answer(ctx: sdk.Context[sdk.ConnectorSettings], status: int, missed_at: datetime | None) -> sdk.Row:
    """The only row of a thing that the tool answers with a status for."""

    async def read() -> list[sdk.Row]:
        raise sdk.UpstreamError("it is not there", upstream_status=status)

    note = read_up_to(ctx, "pull", "7", NOW)
    (row,) = await or_missed(ctx, note, missed_at, read, gone=(404, 422))
    return row


async def test_what_is_known_is_asked_of_the_store_by_kind_and_repository() -> None:
    found = await readings(context([{"id": "7", "changed_at": NOW, "missed_at": None}]), "pull", ("7", "8"))

    assert found == {
        "7": {
            "id": "7",
            "changed_at": NOW,
            "missed_at": None,
            "source": "tool",
            "kind": "pull",
            "repo": "acme/web",
            "ids": ["7", "8"],
        }
    }


async def test_what_was_read_is_written_with_the_note_that_it_was() -> None:
    ctx, branch = context(), sdk.Branch(repo="acme/web", name="main")

    async def read() -> list[sdk.Row]:
        return [branch]

    note = read_up_to(ctx, "pull", "7", NOW)

    assert await or_missed(ctx, note, None, read) == [branch, note]
    assert note == sdk.Reading(kind="pull", repo="acme/web", id="7", changed_at=NOW, missed_at=None)


@pytest.mark.parametrize("status", [404, 422])
async def test_what_is_not_there_is_asked_for_again_for_a_day(status: int) -> None:
    ctx, first = context(), NOW - timedelta(hours=23)

    assert await answer(ctx, status, None) == sdk.Reading(kind="pull", repo="acme/web", id="7", missed_at=NOW)
    assert await answer(ctx, status, first) == sdk.Reading(kind="pull", repo="acme/web", id="7", missed_at=first)
    assert await answer(ctx, status, NOW - timedelta(hours=25)) == read_up_to(ctx, "pull", "7", NOW)


@pytest.mark.parametrize("status", [0, 403, 410, 500])
async def test_a_status_that_does_not_say_so_is_a_failure(status: int) -> None:
    with pytest.raises(sdk.UpstreamError, match="not there"):
        await answer(context(), status, None)


async def test_what_was_read_before_a_failure_is_kept() -> None:
    pages: list[list[sdk.Row]] = []

    async def read(number: int) -> list[sdk.Row]:
        if number == A_PAGE + 3:
            raise sdk.UpstreamError("it broke")
        return [sdk.Branch(repo="r", name=str(number))]

    with pytest.raises(sdk.UpstreamError, match="it broke"):
        assert [page async for page in _noting(in_pages(range(A_PAGE * 3), read), pages)]
    assert len(pages[0]) == A_PAGE
    assert 3 <= sum(map(len, pages[1:])) < A_PAGE


async def _noting(found: AsyncIterator[list[sdk.Row]], pages: list[list[sdk.Row]]) -> AsyncIterator[list[sdk.Row]]:
    async for page in found:
        pages.append(page)
        yield page
