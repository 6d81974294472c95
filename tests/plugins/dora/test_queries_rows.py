"""Every number of DORA opens its rows: those counted and those left out, each with its reason."""

from datetime import timedelta

import pytest

from datasource_server import sdk
from datasource_server.store import Store
from opssight_dora.tables import DoraCandidate
from tests.plugins.dora.asking import (
    COMMON,
    FAILED_APART,
    NOW,
    STAGED,
    ask,
    change,
    deployment,
    failed,
    flow,
    keys,
    undeployed,
    world,
)

HOUR = 3_600


@pytest.mark.parametrize("seed", range(3))
async def test_every_number_has_as_many_rows_behind_it_as_it_says(store: Store, seed: int) -> None:
    await store.write(world(seed))
    found = await keys(store, days=60)
    deployments, lead, rate, recovery = (found[key] for key in ("deployments", "lead_time", "fail_rate", "recovery"))
    failures = await ask(store, "failures", 60)
    out = await ask(store, "deployments", 60, counts="left out", tier="production")
    assert len(await ask(store, "deployments", 60, counts="counted")) == deployments["counted"]
    assert len(out) == deployments["left_out"]
    assert len(await ask(store, "changes", 60, counts="counted")) == lead["counted"]
    assert len(await ask(store, "changes", 60, counts="left out")) == lead["left_out"]
    assert sum(row["is_in_fail_rate"] for row in failures) == round(rate["value"] * rate["counted"])
    assert sum(row["is_in_recovery"] for row in failures) == recovery["counted"]
    reasons = await ask(store, "left_out", 60)
    assert sum(row["left_out"] for row in reasons if row["of"] == "changes") == lead["left_out"]
    assert all(row["left_out"] for row in out)
    (most,) = await ask(store, "left_out_most", 60, of="changes")
    assert most["value"] == lead["left_out"]


async def test_a_deployment_says_why_it_is_left_out_by_which_rule_and_what_followed(store: Store) -> None:
    rows = [
        deployment("a", 3, is_rollback=True, is_rework=True),
        failed("b", 2, 1),
        deployment("c", 1, **FAILED_APART),
        deployment("d", 1, **STAGED),
    ]
    await store.write(rows)
    found = {row["deployment"]: row for row in await ask(store, "deployments")}
    assert found["a"]["what_followed"] == "is a rollback"
    assert found["b"]["what_followed"] == "✕ incident · incident “slow”"
    assert [found[name]["left_out"] for name in "abcd"] == ["", "", "failed", "not production: staging"]
    assert {row["rule"] for row in found.values()} == {"environment"}


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({"followed": "failed"}, {"b"}),
        ({"followed": "rework"}, {"a"}),
        ({"followed": "fine"}, {"c", "d"}),
        ({"reason": "not production"}, {"d"}),
        ({"deployment": "a"}, {"a"}),
        ({"deployment": "old"}, {"old"}),
    ],
)
async def test_a_choice_narrows_the_deployments(store: Store, chosen: dict[str, str], expected: set[str]) -> None:
    rows = [deployment("a", 3, is_rework=True), failed("b", 2, 1), deployment("c", 1, **FAILED_APART)]
    await store.write([*rows, deployment("d", 1, **STAGED), deployment("old", 300)])
    assert {row["deployment"] for row in await ask(store, "deployments", 28, **chosen)} == expected


async def test_a_deployment_that_has_not_ended_is_dated_by_its_beginning(store: Store) -> None:
    begun = {"finished_at": None, "is_counted": False, "status": "running", "left_out": "not finished yet"}
    await store.write([deployment("a", 1, **begun)])
    (row,) = await ask(store, "deployments", counts="left out")
    assert row["left_out"] == "not finished yet"
    assert row["ended_at"] == round((NOW - timedelta(days=1, minutes=4)).timestamp() * 1_000)


async def test_reasons_are_grouped_by_what_stands_before_the_colon(store: Store) -> None:
    gaps = [change(f"c{days}", 1, None, left_out=f"gap: {days} days since the deployment before") for days in (61, 80)]
    await store.write([*gaps, undeployed("u", 2)])
    found = await ask(store, "left_out", of="changes")
    assert [(row["reason"], row["left_out"]) for row in found] == [("gap", 2), ("not deployed yet", 1)]
    assert len(await ask(store, "changes", reason="gap")) == 2
    assert [row["value"] for row in await ask(store, "reasons", of="changes")] == ["gap", "not deployed yet"]


async def test_changes_are_the_slowest_first_and_those_of_a_deployment_whatever_the_range(store: Store) -> None:
    rows = [change("a", 1, 5), change("b", 2, 50), change("c", 300, 7, deployment_id="old")]
    await store.write([*rows, undeployed("u", 1)])
    assert [row["sha"] for row in await ask(store, "changes")] == ["b", "a", "u"]
    assert [row["sha"] for row in await ask(store, "changes", deployment="old")] == ["c"]


async def test_the_distribution_has_every_step_and_is_empty_without_changes(store: Store) -> None:
    assert await ask(store, "lead_distribution") == []
    await store.write([change("a", 1, 0.5), change("b", 1, 30), change("c", 1, 31), change("d", 1, 9_999)])
    found = {row["step"]: row["changes"] for row in await ask(store, "lead_distribution")}
    assert len(found) == 9
    assert {step: count for step, count in found.items() if count} == {
        "< 1 h": 1,
        "1–2 d": 2,
        "≥ 30 d": 1,
    }


async def test_the_matrix_tells_version_age_and_how_far_each_environment_is_behind(store: Store) -> None:
    merged = [NOW - timedelta(days=days) for days in (6, 5, 4)]
    ways = [undeployed(f"m{place}", 0, merged_at=at, started_at=at) for place, at in enumerate(merged)]
    rows = [
        deployment("p1", 5.5, sha="m0", version="v1", actor="ana"),
        deployment("s1", 3, sha="m2", version="v3", **STAGED),
        deployment("p2", 2, sha="nowhere", version="v9", service="tool"),
        deployment("p3", 1, sha="m1", version="v2", **FAILED_APART),
    ]
    await store.write([*rows, *ways])
    found = {(row["service"], row["environment"]): row for row in await ask(store, "matrix")}
    assert set(found) == {("web", "production"), ("web", "staging"), ("tool", "production")}
    web = found["web", "production"]
    assert (web["version"], web["actor"], web["commits_behind"], web["hours_behind"]) == ("v1", "ana", 2, 48)
    assert web["state"] == "! 2 behind"
    assert web["age_seconds"] == 5.5 * 86_400
    assert (found["web", "staging"]["commits_behind"], found["web", "staging"]["hours_behind"]) == (0, 0)
    assert (found["tool", "production"]["commits_behind"], found["tool", "production"]["state"]) == (
        None,
        "– not on main",
    )


async def test_outcomes_keep_failed_rolled_back_and_harmful_deployments_apart(store: Store) -> None:
    rows = [deployment("a", 1), failed("b", 2, 1), deployment("c", 3, **FAILED_APART), deployment("d", 4, **STAGED)]
    await store.write([*rows, deployment("e", 5, is_rollback=True), deployment("f", 40, is_rollback=True)])
    found = {row["outcome"]: (row["value"], row["sentence"]) for row in await ask(store, "outcomes")}
    assert found == {
        "failed": (1, "of 4 · ▲ 1 more"),
        "failed_users": (1, "of 4 · ▲ 1 more"),
        "rolled_back": (1, "of 4 · = as before"),
    }


async def test_candidates_of_an_incident_come_by_rank_with_their_evidence(store: Store) -> None:
    told = {
        "source": "pagerduty",
        "incident_id": "i1",
        "deployment_source": "github",
        "service": "web",
        "title": "slow",
    }
    moments = {"opened_at": NOW - timedelta(days=1), "deployed_at": NOW - timedelta(days=1, minutes=30)}
    rows: list[sdk.Row] = [
        DoraCandidate.model_validate(
            told | moments | {"deployment_id": name, "rank": rank, "score": 1 / rank, "is_cause": rank == 1}
        ).model_copy(update={"evidence": [f"+{1 / rank:.1f} same service", "30 min after it"]})
        for name, rank in (("b", 2), ("a", 1))
    ]
    await store.write([*rows, deployment("a", 1.02, version="v7")])
    found = await ask(store, "candidates")
    assert [(row["place"], row["deployment"], row["version"]) for row in found] == [(1, "a", "v7"), (2, "b", None)]
    assert found[0]["verdict"] == "✓ taken for the cause"
    assert found[0]["evidence"] == "+1.0 same service · 30 min after it"
    assert found[0]["after_seconds"] == 1_800
    assert [row["deployment"] for row in await ask(store, "candidates", deployment="b")] == ["b"]


async def test_stages_have_a_median_of_the_pull_requests_for_which_they_are_known(store: Store) -> None:
    rows = [flow(place, 1 + place, coding=place, pickup=None if place else 4.0) for place in range(5)]
    await store.write([*rows, flow(9, 40, coding=4)])
    found = {row["stage"]: row for row in await ask(store, "stages")}
    assert set(found) == {"coding", "pickup"}
    assert found["coding"]["value"] == 2 * HOUR
    assert found["coding"]["sentence"] == "▼ 50 % · p90 3.6 h · 5 of 5"
    assert found["pickup"]["sentence"] == "p90 4.0 h · 1 of 5"


async def test_flow_is_of_all_each_team_and_each_repository_and_names_the_slowest(store: Store) -> None:
    rows = [flow(place, 1, coding=place + 1, deploy=1) for place in range(4)]
    other = flow(7, 2, coding=100).model_copy(update={"repo": "acme/api", "team": "red"})
    await store.write([*rows, other])
    found = {row["name"]: row for row in await ask(store, "flow")}
    assert list(found) == [
        "All teams",
        "No team · all repositories",
        "acme/web",
        "red · all repositories",
        "acme/api",
    ]
    assert found["All teams"]["coding_seconds"] == 3 * HOUR
    assert found["acme/web"]["coding_seconds"] == 2.5 * HOUR
    assert [row["number"] for row in await ask(store, "pull_requests")][:2] == [7, 3]


async def test_variables_offer_what_was_deployed(store: Store) -> None:
    await store.write([deployment("a", 1, service="b"), deployment("c", 1, service="a", **STAGED)])
    assert [row["value"] for row in await ask(store, "services")] == ["a", "b"]
    assert [row["value"] for row in await ask(store, "environments")] == ["production", "staging"]
    assert [row["value"] for row in await ask(store, "bands")] == ["2023", "2024", "2021"]


async def test_incidents_are_a_lane(store: Store) -> None:
    told = {"source": "pagerduty", "id": "i1", "title": "slow", "severity": "high", "state": "open"}
    known = {name: COMMON[name] for name in ("repo", "service", "environment")}
    await store.write([sdk.Incident.model_validate(told | known | {"opened_at": NOW - timedelta(days=1)})])
    (row,) = await ask(store, "incident_lane")
    assert (row["title"], row["text"], row["tags"]) == ("I slow", "web · high", "incident,high")
