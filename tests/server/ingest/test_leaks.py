"""No secret in what is kept, nor in what is logged."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from datasource_server import sdk
from datasource_server.sdk import Rejected
from tests.server.ingest.conftest import Make, new_store
from tests.server.ingest.deliveries import deliver, signed
from tests.server.ingest.planted import KEY_BODY, TOKENS, TOLD, pem
from tests.server.ingest.tool import Asked, Reply, running
from tests.server.ingest.workbench import SECRET, TOKEN, new_connector

SECRETS = [*TOKENS.values(), *(secret for _, secret in TOLD.values()), *KEY_BODY.split("\n")]
TEXTS = [*TOKENS.values(), *(text for text, _ in TOLD.values()), pem()]


def logs_connector() -> sdk.Connector:
    connector = new_connector()

    @connector.collector(every=timedelta(minutes=5))
    async def logs(ctx: sdk.Context[Any]) -> sdk.Pages:
        """Read a log line by line."""
        text = (await ctx.answer("/log")).text
        lines = enumerate(text.split("\n"), 1)
        yield [sdk.JobLogLine(job_id="1", line=number, repo=ctx.scope, text=line) for number, line in lines]

    return connector


async def test_planted_secrets_are_nowhere_in_the_files_of_the_store(make: Make, tmp_path: Path) -> None:
    """check 28: webhook bodies, log lines, titles and error texts; the database's own bytes are searched."""
    store = new_store(tmp_path / "planted")
    store.open()
    log = "\n".join(f"\x1b[33m{number}\x1b[0m {text}" for number, text in enumerate(TEXTS)).encode()
    runs = orjson.dumps([{"id": number, "title": f"fix {text}"} for number, text in enumerate(TEXTS)])

    def answer(asked: Asked) -> Reply:
        return Reply(body=log if asked.path == "/log" else runs)

    async with running(answer) as tool:
        bench = make(tool.url, logs_connector(), store=store)
        passes = await bench.ingest.collect()
    assert {each.error for each in passes} == {""}
    for number, text in enumerate(TEXTS):
        body = orjson.dumps({"run": {"id": f"h{number}", "title": text}, "log": f"a\n{text}\nb", "env": {"x": text}})
        assert (await deliver(bench, body, f"good-{number}")).state == "parsed"
        broken = f"{{not JSON {text}".encode()
        headers = signed(broken, f"bad-{number}") | {
            "X-Note": text.replace("\n", " "),
            "X-Api-Token": "s3cr3t-in-header",
        }
        assert (await deliver(bench, broken, headers=headers)).state == "quarantined"
    assert len(await bench.rows("job_log_line", "line")) == log.count(b"\n") + 1
    told = "".join([str(await bench.rows(table)) for table in store.tables])
    assert [secret for secret in [*SECRETS, "s3cr3t-in-header"] if secret in told] == []
    store.close()
    kept = b"".join(file.read_bytes() for file in (tmp_path / "planted").iterdir())
    assert b"acme/checkout" in kept
    assert [secret for secret in [*SECRETS, "s3cr3t-in-header"] if secret.encode() in kept] == []


async def test_our_own_logs_hold_no_configured_secret(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    """check 30: at DEBUG, with every library's loggers, through successes, refusals, retries and crashes."""
    replies = [Reply(500), Reply(401, b"{}"), Reply(200, b"<html>"), Reply(302, b"", {"Location": "/runs?x=1"})]
    connector = new_connector()

    @connector.collector(every=timedelta(minutes=5))
    async def crash(ctx: sdk.Context[Any]) -> sdk.Pages:
        """Break while holding settings."""
        yield []
        raise ValueError(f"bad answer for {ctx.settings!r}")

    with caplog.at_level(logging.DEBUG):
        async with running(lambda _: replies.pop() if replies else Reply()) as tool:
            bench = make(tool.url, connector)
            for _ in range(4):
                await bench.ingest.collect()
        with pytest.raises(Rejected):
            await deliver(bench, b"{}", headers={"X-Hub-Signature-256": f"sha256={SECRET}"})
        await deliver(bench, b"[1]")
    said = caplog.text + repr([record.__dict__ for record in caplog.records])
    assert len(caplog.records) > 20
    assert TOKEN not in said
    assert SECRET not in said
    assert [each for run in await bench.rows("collector_run") for each in (TOKEN, SECRET) if each in str(run)] == []
