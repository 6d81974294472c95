"""The company's projects and repositories, and how much of everything each has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

PROJECTS, REPOSITORIES, DAYS = 150, 3, 730
END = datetime(2026, 11, 1, tzinfo=UTC)
START = END - timedelta(days=DAYS)
RUNS, JOBS, COMMITS, PULLS, DEPLOYMENTS, INCIDENTS = 500_000, 1_600_000, 400_000, 100_000, 177_462, 3_193
SOURCE = "github"
LABELS = (["ubuntu-latest"], ["ubuntu-latest"], ["self-hosted", "large"], ["self-hosted", "arm64"])
STYLES = ("squash", "merge", "rebase")


@dataclass(frozen=True, slots=True)
class Amounts:
    """How many rows of each kind one repository has."""

    runs: int
    jobs: int
    commits: int
    pulls: int
    deployments: int
    incidents: int


@dataclass(frozen=True, slots=True)
class Place:
    """One repository: its name, its team, and how it merges."""

    number: int
    repo: str
    team: str
    style: str
    amounts: Amounts

    @property
    def service(self) -> str:
        """Return what it deploys."""
        return self.repo.rpartition("/")[2]


def places(share: float = 1.0) -> list[Place]:
    """Return the repositories; a share of 0.1 is the same company with a tenth of the work in each."""
    count = PROJECTS * REPOSITORIES
    totals = [round(share * each) for each in (RUNS, JOBS, COMMITS, PULLS, DEPLOYMENTS, INCIDENTS)]
    parts = [_part(number, count, totals) for number in range(count)]
    return [
        Place(
            number,
            f"company/project-{number // REPOSITORIES:03d}-{'abc'[number % REPOSITORIES]}",
            f"project-{number // REPOSITORIES:03d}",
            STYLES[number % len(STYLES)],
            parts[number],
        )
        for number in range(count)
    ]


def _part(number: int, count: int, totals: Sequence[int]) -> Amounts:
    """Return a repository's part: all parts together give the totals exactly."""
    return Amounts(*(total * (number + 1) // count - total * number // count for total in totals))


@dataclass(frozen=True, slots=True)
class Link:
    """One commit on the main branch, and the pull request that it is the end of, if any."""

    sha: str
    parents: tuple[str, ...]
    authored_at: datetime
    committed_at: datetime
    author: str
    pull: int | None
