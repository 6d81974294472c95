"""What waits to be read in detail is told to each team of its own repositories, on both forges."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from datasource_server.query import Ask, Engine
from datasource_server.sdk import DELIVERY, JOURNAL, Caller, Commit, Connector, Reading
from datasource_server.store import Store
from opssight_github.connector import connector as github
from opssight_gitlab.connector import connector as gitlab

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
ANA = Caller("ana", (("a", "viewer"),))
BOSS = Caller("max", role="manager", sees_all=True)


@pytest.mark.parametrize("forge", [github, gitlab], ids=lambda forge: forge.name)
async def test_a_team_is_told_what_waits_in_its_own_repositories_and_nothing_that_was_read(
    tmp_path: Path, forge: Connector
) -> None:
    store = Store(tmp_path / "opssight.duckdb", [*DELIVERY, *JOURNAL, *forge.tables])
    store.open()
    shas = [(team, f"{team}{number}") for team in ("a", "b") for number in range(3)]
    of = {team: {"source": forge.name, "team": team, "repo": f"acme/{team}"} for team in ("a", "b")}
    await store.write(
        [Commit(sha=sha, authored_at=NOW, committed_at=NOW, **of[team]) for team, sha in shas],
        [Reading(kind="commit", id=sha, changed_at=NOW, **of[team]) for team, sha in shas if sha.endswith("0")],
    )
    engine = Engine(store, {forge.name: forge})

    assert await told(engine, forge, ANA) == [("acme/a", "files", 2)]
    assert await told(engine, forge, BOSS) == [("acme/a", "files", 2), ("acme/b", "files", 2)]
    store.close()


async def told(engine: Engine, forge: Connector, caller: Caller) -> list[tuple[str, str, int]]:
    """What the forge's query of what waits answers a caller."""
    asked = Ask(NOW - timedelta(days=1), NOW, 3600, {})
    result = await engine.run(f"{forge.name}/backlog", asked, caller, "rows")
    return [(row["repo"], row["details"], row["waiting"]) for row in orjson.loads(result.body[0])]
