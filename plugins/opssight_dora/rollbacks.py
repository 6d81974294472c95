"""Rollbacks: which counted deliveries went back to an earlier version, and which delivery each of them takes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from opssight_dora.deliveries import Delivery
from opssight_dora.history import History


@dataclass(frozen=True, slots=True)
class Rollback:
    """One way back in a stream: the places of the delivery that went back, and of those that it took back, in order."""

    place: int
    taken_back: Sequence[int]


@dataclass(slots=True)
class _Stack:
    """The versions that lie on each other at a moment, by their places; the newest is the one that users have."""

    stream: Sequence[Delivery]
    shas: Sequence[str]
    history: History
    places: list[int] = field(default_factory=list)
    thrown: set[str] = field(default_factory=set)

    def put(self, place: int) -> Sequence[int]:
        """Lay a delivery on top; return the places of those that it takes back first.

        One that was asked for before the one on top only came late: it takes back nothing on purpose.
        """
        if self.places and self.stream[place].created_at < self.stream[self.places[-1]].created_at:
            return ()
        version = self._version(place)
        is_again = bool(version) and version in self.thrown
        kept = len(self.places) if is_again else self._kept(place, version)
        taken, self.places = self.places[kept:], self.places[:kept]
        self.thrown.update(self._version(each) for each in taken)
        self.thrown.discard(version)
        self.places.append(place)
        return taken

    def _kept(self, place: int, version: str) -> int:
        """Return how many versions stay below: all, but for one that went back."""
        held = [self._version(each) for each in self.places]
        if version and version in held:
            return len(held) - held[::-1].index(version)
        sha, top = self.shas[place], self.shas[self.places[-1]] if self.places else ""
        if not sha or not top or not self.history.is_behind(sha, top):
            return len(self.places)
        behind: set[str] = set()
        self.history.new([sha], behind)
        return next((count for count, each in enumerate(self.places) if self.shas[each] not in behind), 0)

    def _version(self, place: int) -> str:
        return self.shas[place] or self.stream[place].version_id


def rollbacks(
    stream: Sequence[Delivery], shas: Sequence[str], history: History, going_back: Sequence[int]
) -> list[Rollback]:
    """Return the rollbacks among the deliveries at `going_back`, those that bring no commit that is new.

    V1, V2, V3, V1 takes back V2 and V3, in this order. A version that was taken back and comes again is no rollback.
    """
    stack = _Stack(stream, shas, history)
    candidates = set(going_back)
    found: list[Rollback] = []
    for place in range(len(stream)):
        if place in candidates:
            if taken := stack.put(place):
                found.append(Rollback(place, taken))
        else:
            stack.places.append(place)
    return found
