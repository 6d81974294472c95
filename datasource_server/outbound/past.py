"""Past: what the audit trail knows of a job, so that the same key never runs it a second time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from datasource_server.access.access import Outcome, audit_row
from datasource_server.sdk import Caller, QueryError, UpstreamError
from datasource_server.store import Store

_FIND = "SELECT outcome, detail FROM audit WHERE source = 'opssight' AND starts_with(id, $job)"
_LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Before:
    """What a job was asked with, how it ended, and what it gave; `outcome` is "asked" while nobody knows."""

    asked: str
    outcome: str
    detail: str


@dataclass(frozen=True, slots=True)
class Past:
    """Reads and writes a job's audit rows; their ids are the job's id and how it stands."""

    store: Store

    async def find(self, job: str) -> Before | None:
        found = {each["outcome"]: each["detail"] for each in await self.store.rows(_FIND, job=f"{job}:")}
        if not found:
            return None
        ends = [outcome for outcome in ("done", "failed") if outcome in found]
        outcome = ends[0] if ends else "asked"
        return Before(found.get("asked", ""), outcome, found[outcome])

    async def note(self, job: str, caller: Caller, deed: str, outcome: Outcome, detail: str) -> None:
        row = audit_row(caller, deed, outcome, detail)
        await self.store.write([row.model_copy(update={"id": f"{job}:{outcome}"})])


def remembered(before: Before, job: str, detail: str) -> dict[str, Any]:
    """Return the answer that a job gave before, or raise what it raised."""
    if before.asked != detail[:_LONGEST]:
        raise QueryError("this Idempotency-Key was used with other parameters")
    if before.outcome == "failed":
        raise UpstreamError(before.detail)
    if before.outcome == "asked":
        raise UpstreamError("this was asked for before, and OpsSight stopped before it knew how it ended")
    return {"jobId": job, "state": "done", "answer": _answer(before.detail)}


def _answer(detail: str) -> Any:  # noqa: ANN401  whatever JSON can say
    try:
        return orjson.loads(detail)
    except orjson.JSONDecodeError:
        return None
