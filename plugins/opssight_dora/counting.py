"""Counting: which deliveries are one successful delivery of one version to production, and why the others are not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from datasource_server import sdk
from opssight_dora.deliveries import Delivery, Key, Stream
from opssight_dora.settings import Settings

ENDS: Mapping[sdk.Status, str] = {
    "failure": "failed",
    "cancelled": "cancelled",
    "skipped": "skipped",
    "running": "not finished yet",
    "queued": "not finished yet",
}


@dataclass(frozen=True, slots=True)
class Counted:
    """What counts and what does not: the streams of counted deliveries in order, and why each other is left out.

    `stands_for` names the counted delivery that one left out is the same as.
    """

    streams: Mapping[Stream, Sequence[Delivery]]
    left_out: Mapping[Key, str]
    stands_for: Mapping[Key, Key] = field(default_factory=dict)


def count(deliveries: Iterable[Delivery], settings: Settings) -> Counted:
    """Judge deliveries of any repositories, in any order."""
    left_out: dict[Key, str] = {}
    stands_for: dict[Key, Key] = {}
    reached: defaultdict[Stream, list[Delivery]] = defaultdict(list)
    for each in deliveries:
        if reason := _reason(each, settings):
            left_out[each.key] = reason
        else:
            reached[each.stream].append(each)
    streams = {
        stream: _once(sorted(each, key=_order), left_out, stands_for) for stream, each in sorted(reached.items())
    }
    return Counted(streams, left_out, stands_for)


def _order(delivery: Delivery) -> tuple[object, ...]:
    return delivery.ended_at, delivery.created_at, delivery.source, delivery.id


def _reason(delivery: Delivery, settings: Settings) -> str:
    if not delivery.rule:
        return "no rule takes it for a deployment"
    if delivery.tier not in settings.production_tiers:
        return f"not production: {delivery.tier}"
    return ENDS.get(delivery.status, "")


def _once(ordered: Sequence[Delivery], left_out: dict[Key, str], stands_for: dict[Key, Key]) -> list[Delivery]:
    """Keep the last delivery of each run, and none that brings the version that is there already."""
    last_of_run = {(each.source, each.run_id): each for each in ordered if each.run_id}
    counted: list[Delivery] = []
    for each in ordered:
        last = last_of_run.get((each.source, each.run_id), each)
        if last is not each:
            left_out[each.key] = f"same run: counted once, as {last.id}, which finished last"
            stands_for[each.key] = last.key
        elif counted and each.version_id and each.version_id == counted[-1].version_id:
            left_out[each.key] = "same version again"
            stands_for[each.key] = counted[-1].key
        else:
            counted.append(each)
    return counted
