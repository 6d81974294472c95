"""Who owns a row."""

from __future__ import annotations

import asyncio
import fnmatch
from collections.abc import Sequence

import pytest

from datasource_server import sdk
from datasource_server.plugins import Plugins
from tests.server.ingest.conftest import Make
from tests.server.ingest.deliveries import body_of, deliver
from tests.server.ingest.workbench import new_connector, plugins_of, to_run


class ByRule:
    """A plugin that goes by the stored rules."""

    def __init__(self) -> None:
        self.asked = 0

    @sdk.hookimpl
    def opssight_team(self, row: sdk.Row, rules: Sequence[sdk.OwnerRule]) -> str | None:
        self.asked += 1
        repo = getattr(row, "repo", "")
        return next((rule.owner for rule in rules if fnmatch.fnmatchcase(repo, rule.pattern)), None)


class Broken:
    @sdk.hookimpl
    def opssight_team(self) -> str | None:
        raise RuntimeError("no idea")


def owned(plugin: object) -> Plugins:
    plugins = plugins_of(new_connector())
    plugins.hooks.register(plugin)
    return plugins


def rule(pattern: str, owner: str) -> sdk.OwnerRule:
    return sdk.OwnerRule(source="teams", pattern=pattern, owner=owner)


async def test_rows_get_their_team_by_the_stored_rules(make: Make) -> None:
    bench = make(plugins=owned(ByRule()))
    await bench.store.write([rule("acme/checkout-*", "checkout")])
    await deliver(bench, body_of(1, repo="acme/checkout-api"), "a")
    await deliver(bench, body_of(2, repo="acme/search"), "b")
    assert await bench.rows("pipeline_run", "repo, team") == [
        {"repo": "acme/checkout-api", "team": "checkout"},
        {"repo": "acme/search", "team": ""},
    ]
    assert await bench.ingest.team_of("demo", "acme/checkout-web") == "checkout"


async def test_a_repository_is_asked_for_once(make: Make) -> None:
    plugin = ByRule()
    bench = make(plugins=owned(plugin))
    rows = [to_run({"id": number, "repo": "acme/a"}) for number in range(50)]
    await bench.ingest.writing.write("demo", rows)
    assert plugin.asked == 1


async def test_a_team_that_a_row_brings_along_counts_until_there_are_rules(make: Make) -> None:
    bench = make(plugins=owned(ByRule()))
    brought = [to_run({"id": 1}).stamped(team="payments"), to_run({"id": 2, "repo": "acme/b"}).stamped(team="search")]
    member = sdk.TeamMember(name="payments", login="pat", team="payments")
    await bench.ingest.writing.write("demo", [*brought, member])
    assert await bench.rows("pipeline_run", "team") == [{"team": "payments"}, {"team": "search"}]
    await bench.store.write([rule("acme/b", "everybody")])
    await bench.ingest.writing.write("demo", [*brought, member])
    assert await bench.rows("pipeline_run", "team") == [{"team": ""}, {"team": "everybody"}]
    assert await bench.rows("team_member", "team") == [{"team": "payments"}]


async def test_stored_rows_change_hands_when_the_rules_change(make: Make) -> None:
    bench = make(plugins=owned(ByRule()))
    await bench.ingest.start(is_collecting=False)
    for number in range(3):
        await deliver(bench, body_of(number, repo=f"acme/{number % 2}", status="failure"), f"d{number}")
    before = await bench.rows("pipeline_run", "* EXCLUDE (team)")
    for owner in ("checkout", "search"):
        await bench.store.write([rule("acme/0", owner)])
        for _ in range(300):
            await asyncio.sleep(0.02)
            if {"team": owner} in await bench.rows("pipeline_run", "DISTINCT team"):
                break
        assert await bench.rows("pipeline_run", "repo, team, count(*) AS n", "true GROUP BY ALL") == [
            {"repo": "acme/0", "team": owner, "n": 2},
            {"repo": "acme/1", "team": "", "n": 1},
        ]
    assert await bench.rows("pipeline_run", "* EXCLUDE (team)") == before


async def test_a_plugin_that_fails_does_not_cost_the_row(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    bench = make(plugins=owned(Broken()))
    await deliver(bench, body_of(1))
    assert await bench.rows("pipeline_run", "team") == [{"team": ""}]
    assert "who owns a row" in caplog.text


async def test_passes_are_owned_by_their_repository(make: Make) -> None:
    bench = make("http://127.0.0.1:9", plugins=None, attempts=1)
    bench.plugins.hooks.register(ByRule())
    await bench.store.write([rule("acme/*", "checkout")])
    await bench.ingest.collect()
    assert await bench.rows("collector_run", "repo, team") == [{"repo": "acme/checkout", "team": "checkout"}]
