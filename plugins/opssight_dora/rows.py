"""Rows: what was found out about one repository, as rows of the tables of DORA; each gives all its columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from itertools import pairwise
from typing import Any

from opssight_dora.changes import Change, Lead, Story
from opssight_dora.code import Code
from opssight_dora.counting import Counted
from opssight_dora.deliveries import Delivery, Key
from opssight_dora.failures import Blame, Failure
from opssight_dora.flow import Flow
from opssight_dora.tables import DoraChange, DoraDeployment, DoraFlow

NOT_COUNTED = Lead(left_out="not counted")
NO_BLAME = Blame({}, {}, {})
TOLD = tuple(each.name for each in fields(Delivery) if each.name in DoraDeployment.model_fields)


def deployment_rows(
    deliveries: Iterable[Delivery], counted: Counted, told: Mapping[Key, tuple[Story, Blame]]
) -> Iterator[DoraDeployment]:
    """Yield a row a delivery; `told` holds what became of those that count."""
    before = {each.key: earlier for stream in counted.streams.values() for earlier, each in pairwise(stream)}
    for each in deliveries:
        story, blame = told.get(each.key, (None, NO_BLAME))
        lead = _lead(each, story, blame) if story else NOT_COUNTED
        yield _deployment(each, counted.left_out.get(each.key, ""), lead, before.get(each.key), blame)


def _lead(delivery: Delivery, story: Story, blame: Blame) -> Lead:
    back = blame.back.get(delivery.key)
    return Lead(left_out=back) if back else story.leads[delivery.key]


def _deployment(delivery: Delivery, left_out: str, lead: Lead, before: Delivery | None, blame: Blame) -> DoraDeployment:
    told = {name: getattr(delivery, name) for name in TOLD}
    return DoraDeployment(
        **told,
        team="",
        is_counted=not left_out,
        left_out=left_out,
        previous_id=before.id if before else "",
        previous_sha=before.sha if before else "",
        change_count=lead.count,
        lead_seconds=lead.seconds,
        lead_left_out=lead.left_out,
        is_rollback=delivery.key in blame.back,
        is_rework=delivery.key in blame.back or delivery.key in blame.remedies,
        remedies_id=blame.remedies.get(delivery.key, ("", ""))[1],
        **_failure(delivery, blame.of(delivery.key)),
    )


def _failure(delivery: Delivery, failure: Failure | None) -> dict[str, Any]:
    restored_at = failure.restored_at if failure else None
    seconds = (restored_at - delivery.ended_at).total_seconds() if restored_at else None
    return {
        "is_failure": failure is not None,
        "failure_kind": failure.kind if failure else "",
        "failure_evidence": failure.evidence if failure else "",
        "failure_url": failure.url if failure else "",
        "failed_at": delivery.ended_at if failure else None,
        "restored_at": restored_at,
        "restore_seconds": seconds if seconds is not None and seconds >= 0 else None,
    }


def change_rows(changes: Iterable[Change], code: Code) -> list[DoraChange]:
    """Return a row a change; of several ways to one environment the first that reached it counts."""
    best: dict[tuple[str, str, str], Change] = {}
    for each in changes:
        place = (each.commit.sha, each.service, each.environment)
        held = best.get(place)
        if held is None or _arrival(each) < _arrival(held):
            best[place] = each
    return [_change(each, code) for each in best.values()]


def _arrival(change: Change) -> tuple[bool, float]:
    return change.delivery is None, change.delivery.ended_at.timestamp() if change.delivery else 0.0


def _change(change: Change, code: Code) -> DoraChange:
    commit, pull, delivery = change.commit, change.origin.pull, change.delivery
    return DoraChange(
        source=code.source,
        team="",
        url=commit.url or (pull.url if pull else ""),
        repo=code.repo,
        sha=commit.sha,
        service=change.service,
        environment=change.environment,
        kind=change.origin.kind,
        number=pull.number if pull else None,
        author=commit.author or (pull.author if pull else ""),
        title=commit.title,
        started_at=change.origin.started_at or commit.authored_at,
        merged_at=change.merged_at,
        deployed_at=delivery.ended_at if delivery else None,
        deployment_id=delivery.id if delivery else "",
        lead_seconds=change.lead_seconds,
        is_counted=not change.left_out,
        left_out=change.left_out,
    )


def flow_row(flow: Flow, service: str, repo: str) -> DoraFlow:
    """Return the row of a pull request's stages."""
    pull, stages = flow.pull, flow.stages
    return DoraFlow(
        source=pull.source,
        team="",
        url=pull.url,
        repo=repo,
        number=pull.number,
        title=pull.title,
        author=pull.author,
        service=service,
        merged_at=pull.merged_at,
        deployed_at=flow.landing.deployed_at,
        coding_seconds=stages["coding"],
        pickup_seconds=stages["pickup"],
        review_seconds=stages["review"],
        ci_seconds=stages["ci"],
        merge_seconds=stages["merge"],
        deploy_seconds=stages["deploy"],
        left_out=flow.left_out,
    )
