"""An incident has candidates, ranked by what speaks for each; the first that suffices is its cause."""

from __future__ import annotations

from typing import Any

import pytest

from datasource_server import sdk
from datasource_server.store import Store
from opssight_dora.candidates import ranked, score
from opssight_dora.settings import Settings
from opssight_dora.tables import DoraCandidate

from .derived import derive, table
from .scripted import at
from .values import DEFAULT, hours


def pair(**more: Any) -> dict[str, Any]:
    """Return one incident beside one deployment of the same service, half an hour before."""
    incident = {"source": "alerts", "incident_id": "i1", "incident_service": "web", "incident_repo": ""}
    told = {"incident_environment": "", "title": "Checkout is slow", "url": "", "opened_at": hours(10.5)}
    deployment = {"deployment_source": "github", "deployment_id": "d1", "repo": "acme/web", "service": "web"}
    ended = {"environment": "production", "is_rollback": False, "deployed_at": hours(10), "is_named": False}
    return incident | told | {"resolved_at": None} | deployment | ended | more


def test_what_speaks_for_a_deployment_adds_up_and_is_told() -> None:
    found = score(pair(), ["src/checkout/cart.py", "README"])
    assert found.score == pytest.approx(0.4 + 0.1 + 0.15 + 0.35 * 0.5 ** (0.5 / 4), abs=0.001)
    assert [words for _, words in found.points] == [
        "same service web",
        "began 30 min after it",
        "its title speaks of changed files: src/checkout/cart.py",
        "both in production",
    ]


@pytest.mark.parametrize(
    ("more", "files"),
    [
        ({"incident_service": "", "incident_repo": "acme/web"}, []),
        ({"deployed_at": hours(2)}, []),
        ({"incident_environment": "staging"}, []),
        ({"is_rollback": True}, []),
    ],
)
def test_what_fits_less_well_scores_less(more: dict[str, Any], files: list[str]) -> None:
    assert score(pair(**more), files).score < score(pair(), files).score


def test_words_that_are_everywhere_are_no_evidence() -> None:
    assert score(pair(title="Errors in production"), ["src/main/error.py"]).score == score(pair()).score


def rank(*pairs: dict[str, Any], settings: Settings = DEFAULT) -> list[tuple[str, int, bool]]:
    rows = [row for row in ranked(pairs, {}, settings) if isinstance(row, DoraCandidate)]
    return [(row.deployment_id, row.rank, row.is_cause) for row in rows]


def test_the_likeliest_comes_first_and_is_the_cause_where_its_score_suffices() -> None:
    pairs = [pair(deployment_id="old", deployed_at=hours(5)), pair(deployment_id="new"), pair(deployment_id="new")]
    assert rank(*pairs) == [("new", 1, True), ("old", 2, False)]
    strict = Settings.model_validate({"cause_score": 0.95})
    assert rank(*pairs, settings=strict) == [("new", 1, False), ("old", 2, False)]


def test_a_cause_that_the_tool_names_is_the_cause_whatever_else_speaks() -> None:
    named = pair(deployment_id="old", deployed_at=hours(-40), is_named=True)
    assert rank(named, pair(deployment_id="new")) == [("old", 1, True), ("new", 2, False)]


def test_time_alone_never_makes_a_cause() -> None:
    assert rank(pair(incident_service="", deployed_at=hours(10.49))) == [("d1", 1, False)]


def deployed(name: str, when: str, repo: str = "acme/web", **more: Any) -> sdk.Deployment:
    values = {"source": "github", "id": name, "service": repo.rpartition("/")[2], "repo": repo, "status": "success"}
    told = {"environment": "production", "tier": "production", "sha": name.ljust(40, "0"), "version": name}
    return sdk.Deployment.model_validate(values | told | {"created_at": at(when), "finished_at": at(when)} | more)


def incident(name: str, opened: str, resolved: str = "", **more: Any) -> sdk.Incident:
    values = {"source": "alerts", "id": name, "title": f"Incident {name}", "opened_at": at(opened)}
    return sdk.Incident.model_validate(values | ({"resolved_at": at(resolved)} if resolved else {}) | more)


async def test_an_incident_blames_the_deployment_of_its_own_service_and_not_just_the_last_one(store: Store) -> None:
    rows = [
        deployed("w1", "03-02 08:00"),
        deployed("w2", "03-02 10:00"),
        deployed("a1", "03-02 10:20", "acme/api"),
        incident("i1", "03-02 10:30", "03-02 12:00", service="Web"),
    ]
    await derive(store, rows)
    found = await store.rows("SELECT deployment_id, rank, is_cause FROM dora_candidate ORDER BY rank")
    assert [tuple(row.values()) for row in found] == [("w2", 1, True), ("w1", 2, False)]
    failed = {name: row for name, row in (await table(store, "dora_deployment")).items() if row["is_failure"]}
    assert set(failed) == {"w2"}
    assert (failed["w2"]["failure_kind"], failed["w2"]["restore_seconds"]) == ("incident", 7_200)
    assert failed["w2"]["failure_evidence"] == "incident “Incident i1” 30 min after it"


async def test_an_incident_that_is_resolved_later_restores_its_deployment_then(store: Store) -> None:
    opened = incident("i1", "03-02 10:30", service="web", repo="acme/web")
    await derive(store, [deployed("w1", "03-02 08:00"), deployed("w2", "03-02 10:00"), opened])
    assert (await table(store, "dora_deployment"))["w2"]["restored_at"] is None
    await derive(store, [incident("i1", "03-02 10:30", "03-02 11:00", service="web", repo="acme/web")])
    assert (await table(store, "dora_deployment"))["w2"]["restore_seconds"] == 3_600


async def test_several_incidents_of_one_deployment_fail_it_once(store: Store) -> None:
    both = [incident(name, "03-02 10:30", "03-02 11:00", service="web") for name in ("i1", "i2")]
    await derive(store, [deployed("w1", "03-02 08:00"), deployed("w2", "03-02 10:00"), *both])
    (row,) = await store.rows("SELECT count(*) AS failures FROM dora_deployment WHERE is_failure")
    assert row["failures"] == 1


async def test_a_named_cause_that_is_not_counted_stands_for_the_one_that_is(store: Store) -> None:
    rows = [
        deployed("w1", "03-02 08:00"),
        deployed("w2-eu", "03-02 10:00", run_id="7", sha="2" * 40),
        deployed("w2-us", "03-02 10:05", run_id="7", sha="2" * 40),
        incident("i1", "03-04 10:30", service="other", deployment_id="w2-eu"),
    ]
    await derive(store, rows)
    assert [name for name, row in (await table(store, "dora_deployment")).items() if row["is_failure"]] == ["w2-us"]


async def test_incidents_long_after_or_before_blame_nothing(store: Store) -> None:
    rows = [
        deployed("w1", "03-02 08:00"),
        incident("before", "03-02 07:00", service="web"),
        incident("after", "03-09 08:00", service="web"),
    ]
    await derive(store, rows)
    assert await table(store, "dora_candidate", "rank") == {}


async def test_an_incident_of_which_nothing_is_known_ranks_all_that_was_deployed_shortly_before(store: Store) -> None:
    rows = [deployed("w1", "03-02 08:00"), deployed("a1", "03-02 10:20", "acme/api"), incident("i1", "03-02 10:30")]
    await derive(store, rows)
    found = await store.rows("SELECT deployment_id, is_cause FROM dora_candidate ORDER BY rank")
    assert [tuple(row.values()) for row in found] == [("a1", False), ("w1", False)]
