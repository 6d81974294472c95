"""A collection that an operator asked for, told of while it goes on."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import asdict, is_dataclass
from datetime import datetime
from typing import Any

import orjson
from fastapi.responses import StreamingResponse

from datasource_server.ingest import Ingest
from datasource_server.sdk import OpsSightError
from datasource_server.sdk.journal import CollectorRun

log = logging.getLogger(__name__)


def stream_passes(ingest: Ingest, connector: str, collector: str, since: datetime | None) -> StreamingResponse:
    """Return one JSON object a line: `progress` while it goes on, `run` for each scope, `error` at worst."""
    return StreamingResponse(_lines(ingest, connector, collector, since), media_type="application/x-ndjson")


async def _lines(ingest: Ingest, connector: str, collector: str, since: datetime | None) -> AsyncIterator[bytes]:
    news: asyncio.Queue[object] = asyncio.Queue()
    task = asyncio.ensure_future(ingest.collect(connector, collector, since=since, progress=news.put_nowait))
    task.add_done_callback(lambda _: news.put_nowait(None))
    try:
        while (each := await news.get()) is not None:
            yield _line("progress", asdict(each) if is_dataclass(each) and not isinstance(each, type) else str(each))
        for run in _finished(task):
            yield run
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _finished(task: asyncio.Task[list[CollectorRun]]) -> list[bytes]:
    try:
        return [_line("run", run.model_dump(mode="json")) for run in task.result()]
    except OpsSightError as problem:
        return [_line("error", str(problem))]
    except Exception:
        log.exception("a collection failed")
        return [_line("error", "internal error; the server's log tells more")]


def _line(name: str, value: Any) -> bytes:  # noqa: ANN401  whatever JSON holds
    return orjson.dumps({name: value}) + b"\n"
