"""Counts what the fake was asked."""

from collections import Counter, deque
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Asked:
    """One request and how it ended."""

    method: str
    path: str
    query: str
    token: str
    status: int
    fault: str
    is_conditional: bool


@dataclass(slots=True)
class Stats:
    """What was asked: `requests` counts by route template, `log` keeps the last 100,000 requests."""

    requests: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    not_modified: int = 0
    bytes_sent: int = 0
    concurrent: int = 0
    max_concurrent: int = 0
    tokens: set[str] = field(default_factory=set)
    user_agents: set[str] = field(default_factory=set)
    log: deque[Asked] = field(default_factory=lambda: deque(maxlen=100_000))

    @property
    def total(self) -> int:
        """All requests."""
        return sum(self.requests.values())

    def enter(self) -> None:
        """A request came."""
        self.concurrent += 1
        self.max_concurrent = max(self.max_concurrent, self.concurrent)

    def leave(self) -> None:
        """A request is over."""
        self.concurrent -= 1

    def count(self, asked: Asked, template: str) -> None:
        """How a request ended."""
        self.requests[f"{asked.method} {template}"] += 1
        self.statuses[asked.status] += 1
        self.not_modified += asked.status == 304
        if asked.fault:
            self.faults[asked.fault] += 1
        if asked.token:
            self.tokens.add(asked.token)
        self.log.append(asked)
