"""Groups: which things belong together, found from pairs in any order."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)


class Groups(Generic[T]):
    """Union-find: things that pairs hold together form one group; the order of pairs makes no difference."""

    def __init__(self, pairs: Iterable[tuple[T, T]] = ()) -> None:
        self._above: dict[T, T] = {}
        for left, right in pairs:
            self.join(left, right)

    def add(self, thing: T) -> None:
        """Take in a thing that may stay alone."""
        self._above.setdefault(thing, thing)

    def join(self, left: T, right: T) -> None:
        """Put the groups of two things together."""
        self._above[self.head(left)] = self.head(right)

    def head(self, thing: T) -> T:
        """Return the thing that stands for the group; which one that is means nothing."""
        self.add(thing)
        top = thing
        while self._above[top] != top:
            top = self._above[top]
        while self._above[thing] != top:
            self._above[thing], thing = top, self._above[thing]
        return top

    def all(self) -> list[set[T]]:
        """Return the groups."""
        found: dict[T, set[T]] = {}
        for thing in self._above:
            found.setdefault(self.head(thing), set()).add(thing)
        return list(found.values())
