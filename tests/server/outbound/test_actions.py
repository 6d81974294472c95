"""What people ask OpsSight to change in another tool."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest

from datasource_server import sdk
from datasource_server.access import Access, GrafanaTrust, Identity, Tokens
from datasource_server.outbound import Actions
from datasource_server.sdk import Caller, Forbidden, NotFound, PluginError, QueryError, UpstreamError
from tests.server.ingest.conftest import Make
from tests.server.ingest.planted import TOKENS
from tests.server.ingest.tool import Reply, running
from tests.server.ingest.workbench import TOKEN, Bench, new_connector

LEAD = Caller("lea", teams=(("checkout", "lead"),))
VIEWER = Caller("vic", teams=(("checkout", "viewer"),))
STRANGER = Caller("sam", teams=(("search", "lead"),))
MANAGER = Caller("mo", role="manager", sees_all=True)


class ByName:
    @sdk.hookimpl
    def opssight_team(self, row: sdk.Row) -> str | None:
        return "checkout" if getattr(row, "repo", "").startswith("acme/checkout") else None


def with_actions() -> sdk.Connector:
    connector = new_connector()

    @connector.action(role="lead")
    async def rebuild(ctx: sdk.Context[Any], *, repo: str, number: int, note: str = "") -> object:
        """Run a build again."""
        by = ctx.caller.login if ctx.caller else ""
        response = await ctx.http.post(f"/repos/{repo}/builds/{number}/rebuild", json={"by": by})
        response.raise_for_status()
        return {"number": number + 1}

    @connector.action(role="manager")
    async def sweep(ctx: sdk.Context[Any]) -> None:
        """Break."""
        raise KeyError("oops")

    return connector


def actions_of(bench: Bench) -> Actions:
    bench.plugins.hooks.register(ByName())
    identity = Identity(GrafanaTrust("http://grafana/", "http://grafana/keys", 1))
    access = Access(bench.store, Tokens(), identity, bench.plugins.hooks)
    return Actions(bench.store, bench.plugins, bench.ingest, access)


async def trail(bench: Bench) -> list[tuple[str, str, str]]:
    found = await bench.store.rows("SELECT login, deed, outcome FROM audit ORDER BY happened_at, outcome")
    return [(each["login"], each["deed"], each["outcome"]) for each in found]


async def test_an_action_runs_with_our_token_and_is_written_down_before_and_after(make: Make) -> None:
    async with running(lambda _: Reply(201, b"{}")) as tool:
        bench = make(tool.url, with_actions())
        answer = await actions_of(bench).run("demo", "rebuild", {"repo": "acme/checkout", "number": 7}, LEAD)
    assert answer["state"] == "done"
    assert answer["answer"] == {"number": 8}
    assert len(answer["jobId"]) == 32
    assert tool.asked[0].target == "/repos/acme/checkout/builds/7/rebuild"
    assert tool.asked[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert orjson.loads(tool.asked[0].body) == {"by": "lea"}
    assert await trail(bench) == [("lea", "action demo/rebuild", "asked"), ("lea", "action demo/rebuild", "done")]


@pytest.mark.parametrize("caller", [VIEWER, STRANGER, Caller("nobody")])
async def test_without_the_role_where_the_thing_is_owned_nothing_is_sent(make: Make, caller: Caller) -> None:
    async with running(lambda _: Reply(201, b"{}")) as tool:
        bench = make(tool.url, with_actions())
        with pytest.raises(Forbidden, match="lead"):
            await actions_of(bench).run("demo", "rebuild", {"repo": "acme/checkout", "number": 7}, caller)
    assert tool.asked == []
    assert await trail(bench) == [(caller.login, "action demo/rebuild", "refused")]


async def test_what_nobody_owns_is_for_those_who_see_all(make: Make) -> None:
    async with running(lambda _: Reply(201, b"{}")) as tool:
        actions = actions_of(make(tool.url, with_actions()))
        with pytest.raises(Forbidden):
            await actions.run("demo", "rebuild", {"repo": "acme/other", "number": 7}, LEAD)
        await actions.run("demo", "rebuild", {"repo": "acme/other", "number": 7}, MANAGER)
    assert len(tool.asked) == 1


async def test_the_same_key_runs_once_however_often_and_at_once_it_comes(make: Make) -> None:
    async with running(lambda _: Reply(201, b"{}")) as tool:
        bench = make(tool.url, with_actions())
        actions = actions_of(bench)
        params = {"repo": "acme/checkout", "number": 7}
        answers = await asyncio.gather(*(actions.run("demo", "rebuild", params, LEAD, "key-1") for _ in range(20)))
        answers.append(await actions_of(bench).run("demo", "rebuild", params, LEAD, "key-1"))
        assert all(answer == answers[0] for answer in answers)
        assert len(tool.asked) == 1
        other = await actions.run("demo", "rebuild", params, LEAD, "key-2")
        theirs = await actions.run("demo", "rebuild", params, MANAGER, "key-1")
        with pytest.raises(QueryError, match="other parameters"):
            await actions.run("demo", "rebuild", params | {"number": 8}, LEAD, "key-1")
    assert len({answers[0]["jobId"], other["jobId"], theirs["jobId"]}) == 3
    assert len(tool.asked) == 3


async def test_a_refusal_of_the_tool_is_written_down_and_said_again(make: Make) -> None:
    async with running(lambda _: Reply(409, b"{}")) as tool:
        bench = make(tool.url, with_actions())
        for _ in range(2):
            with pytest.raises(UpstreamError, match="409"):
                await actions_of(bench).run("demo", "rebuild", {"repo": "acme/checkout", "number": 7}, LEAD, "k")
    assert len(tool.asked) == 1
    assert [outcome for _, _, outcome in await trail(bench)] == ["asked", "failed"]


async def test_what_was_asked_before_a_crash_is_not_run_blindly_again(make: Make) -> None:
    async with running(lambda _: Reply(201, b"{}")) as tool:
        bench = make(tool.url, with_actions())
        actions = actions_of(bench)
        await actions.run("demo", "rebuild", {"repo": "acme/checkout", "number": 7}, LEAD, "k")
        rows = await bench.store.rows("SELECT * FROM audit WHERE outcome = 'asked'")
        later = make(tool.url, with_actions())
        await later.store.write(
            sdk.Replacement(sdk.journal.Audit, [sdk.journal.Audit(**rows[0])], {"source": "opssight"})
        )
        with pytest.raises(UpstreamError, match="stopped before it knew"):
            await actions_of(later).run("demo", "rebuild", {"repo": "acme/checkout", "number": 7}, LEAD, "k")
    assert len(tool.asked) == 1


async def test_no_answer_is_an_upstream_error(make: Make) -> None:
    bench = make("http://127.0.0.1:9", with_actions(), attempts=1)
    with pytest.raises(UpstreamError, match="no answer"):
        await actions_of(bench).run("demo", "rebuild", {"repo": "acme/checkout", "number": 7}, LEAD)
    assert [outcome for _, _, outcome in await trail(bench)] == ["asked", "failed"]


async def test_a_plugin_that_raises_says_little_and_is_logged(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    bench = make("", with_actions())
    with pytest.raises(PluginError, match="KeyError"):
        await actions_of(bench).run("demo", "sweep", {}, MANAGER)
    assert any(record.exc_info for record in caplog.records)


async def test_parameters_are_checked_and_kept_without_secrets(make: Make) -> None:
    async with running(lambda _: Reply(201, b"{}")) as tool:
        bench = make(tool.url, with_actions())
        actions = actions_of(bench)
        for wrong in ({}, {"repo": "acme/checkout", "number": "x"}, {"repo": "a", "number": 1, "extra": 1}):
            with pytest.raises(QueryError, match="demo/rebuild"):
                await actions.run("demo", "rebuild", wrong, LEAD)
        params = {"repo": "acme/checkout", "number": 1, "note": f"see {TOKENS['GitHub']}"}
        await actions.run("demo", "rebuild", params, LEAD)
    [asked] = await bench.store.rows("SELECT detail FROM audit WHERE outcome = 'asked'")
    assert orjson.loads(asked["detail"])["note"] == "see •••"


async def test_unknown_actions_and_long_keys_are_refused(make: Make) -> None:
    actions = actions_of(make("", with_actions()))
    with pytest.raises(NotFound):
        await actions.run("demo", "destroy", {}, MANAGER)
    with pytest.raises(NotFound):
        await actions.run("gitlab", "rebuild", {}, MANAGER)
    with pytest.raises(QueryError, match="Idempotency-Key"):
        await actions.run("demo", "sweep", {}, MANAGER, "k" * 201)
