"""A small organisation for the tests of activity, and how it is asked."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import orjson

import opssight_activity
from datasource_server import sdk
from datasource_server.ingest import Ingest
from datasource_server.plugins import Plugins
from datasource_server.query import Ask, Engine
from datasource_server.settings import Settings
from datasource_server.store import Store
from opssight_activity import connector

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
"""A Wednesday."""

ANA, STRANGER = sdk.Caller("Ana", sees_all=True), sdk.Caller("zoe", sees_all=True)
MANAGER = sdk.Caller("olga", sees_all=True, sees_people=True)


def new_store(folder: Path) -> Store:
    return Store(folder / "activity.duckdb", [*sdk.DELIVERY, *sdk.JOURNAL, *connector.tables])


def ago(days: float = 0, hours: float = 0) -> datetime:
    return NOW - timedelta(days=days, hours=hours)


def commit(author: str, days: float, **more: Any) -> sdk.Commit:
    at = more.pop("at", ago(days))
    email = f"{author.split(maxsplit=1)[0].lower()}@acme.example"
    values = {"source": "github", "team": "alpha", "repo": "acme/web", "author": author, "author_email": email}
    moments = {"sha": f"{author}-{at.timestamp()}", "authored_at": at, "committed_at": at, "title": f"by {author}"}
    return sdk.Commit.model_validate(values | moments | more)


def pull(number: int, author: str, opened: float, merged: float | None = None, **more: Any) -> sdk.PullRequest:
    ended = None if merged is None else ago(merged)
    values = {"source": "github", "team": "alpha", "repo": "acme/web", "number": number, "title": f"pull {number}"}
    life = {
        "author": author,
        "state": "open" if merged is None else "merged",
        "created_at": ago(opened),
        "merged_at": ended,
        "closed_at": ended,
        "review_count": 0,
    }
    return sdk.PullRequest.model_validate(values | life | more)


def reviewed(by: str, days: float) -> dict[str, Any]:
    """Return the columns of a pull request that somebody reviewed so many days ago."""
    return {"reviewers": [by], "review_count": 1, "first_review_at": ago(days)}


def deployment(days: float, **more: Any) -> sdk.Deployment:
    values = {"source": "github", "team": "alpha", "repo": "acme/web", "service": "web", "environment": "production"}
    made = {"id": f"d{days}", "tier": "production", "status": "success", "actor": "github-actions[bot]"}
    return sdk.Deployment.model_validate(values | made | {"created_at": ago(days)} | more)


def failure(days: float, **more: Any) -> sdk.PipelineRun:
    values = {"source": "github", "team": "alpha", "repo": "acme/web", "pipeline": "ci", "is_default_branch": True}
    made = {"id": f"r{days}", "status": "failure", "actor": "ana", "created_at": ago(days)}
    return sdk.PipelineRun.model_validate(values | made | more)


async def derive(store: Store, **settings: object) -> None:
    """Derive everything that this plugin derives, through the server's own way in."""
    plugins = Plugins.empty()
    plugins.add("activity", opssight_activity, "1")
    plugins.configure(Settings.model_validate({"data_dir": store.path.parent, "activity": settings}))
    await Ingest(store, plugins).derive("activity")


async def told(store: Store, *rows: sdk.Row, **settings: object) -> None:
    """Store rows and derive what follows from them."""
    await store.write(list(rows))
    await derive(store, **settings)


ENGINES: WeakKeyDictionary[Store, Engine] = WeakKeyDictionary()


def engine_of(store: Store) -> Engine:
    """Return the one engine over a store: it reads every query of the plugin only once."""
    return ENGINES.setdefault(store, ENGINES.get(store) or Engine(store, {"activity": connector}))


async def ask(
    store: Store,
    query: str,
    caller: sdk.Caller = STRANGER,
    *,
    days: float = 7,
    end: datetime = NOW,
    given: Mapping[str, Sequence[str]] | None = None,
    **params: Sequence[str],
) -> list[dict[str, Any]]:
    """Return the rows of an answer; a parameter is a list of values."""
    chosen = {name: tuple(values) for name, values in {**(given or {}), **params}.items()}
    asked = Ask(start=end - timedelta(days=days), end=end, interval_seconds=86_400, params=chosen)
    rows: list[dict[str, Any]] = orjson.loads(
        (await engine_of(store).run(f"activity/{query}", asked, caller, "rows")).body[0]
    )
    return rows


def crowd(days: float = 2) -> list[sdk.Row]:
    """Return commits and merged pull requests of three people in one repository, and of one in another."""
    alone: dict[str, Any] = {"repo": "acme/solo", "team": "beta"}
    return [
        *(commit(name, days) for name in ("ana", "ben", "cem")),
        *(pull(number, name, days + 1, days) for number, name in enumerate(("ana", "ben", "cem"), 1)),
        commit("dan", days, **alone),
        commit("dan", days + 0.1, **alone),
        pull(9, "dan", days + 1, days, **alone, **reviewed("ana", days)),
    ]
