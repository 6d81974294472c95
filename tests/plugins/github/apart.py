"""A fake GitHub in a process of its own, for tests in which both sides have much to do."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from typing import Any, cast

from tests.fakes.github import FakeGitHub, Faults, Scale, generate_organisation

Do = Callable[[FakeGitHub], Any]
"""What to do with the fake: a function of a module, since it goes to another process by name."""


@dataclass(slots=True)
class Apart:
    """The other end of a fake: where it is, and how to reach into it."""

    url: str
    token: str
    begun_at: datetime
    _line: Connection
    _skew: Any

    def do(self, deed: Callable[..., Any], *arguments: object) -> Any:
        """Call a function with the fake in its process, and return what it returned."""
        self._line.send((deed, arguments))
        is_well, found = self._line.recv()
        if not is_well:
            raise RuntimeError(found)
        return found

    def follow(self, now: datetime) -> None:
        """Let the fake's clocks follow ours."""
        self._skew.value = now.timestamp() - datetime.now(UTC).timestamp()


@contextmanager
def fake_apart(repos: int, runs: int, *, seed: int, rate: float, kinds: tuple[str, ...]) -> Iterator[Apart]:
    """A running fake with an organisation generated now, in a process of its own."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    skew = context.Value("d", 0.0, lock=False)
    now = datetime.now(UTC).replace(microsecond=0)
    faults = Faults(seed=seed, rate=rate, kinds=kinds)
    process = context.Process(target=_serve, args=(there, skew, (repos, runs, seed, now), faults), daemon=True)
    process.start()
    try:
        url, token = cast("tuple[str, str]", here.recv())
        yield Apart(url, token, now, here, skew)
        here.send(None)
        process.join(10)
    finally:
        process.kill()
        process.join(10)
        here.close()


def _serve(line: Connection, skew: Any, plan: tuple[int, int, int, datetime], faults: Faults) -> None:
    repos, runs, seed, now = plan
    world = generate_organisation(repos, runs, seed=seed, now=now, scale=Scale(commits=20))
    fake = _Following(world, faults=faults, is_slim=True)
    fake.skew = skew
    world.follows = fake.clock
    with fake:
        line.send((fake.url, fake.issue_token(limit=10_000_000).text))
        while (asked := line.recv()) is not None:
            deed, arguments = asked
            try:
                line.send((True, deed(fake, *arguments)))
            except Exception as problem:  # noqa: BLE001  the border to the other process
                line.send((False, repr(problem)))
    sys.stdout.flush()


class _Following(FakeGitHub):
    """A fake whose clock follows a number that two processes share."""

    skew: Any = None

    def clock(self) -> float:
        return super().clock() + (self.skew.value if self.skew is not None else 0.0)
