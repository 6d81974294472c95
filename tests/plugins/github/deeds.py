"""What the tests do with a fake that runs in another process; functions go there by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.fakes.github import FakeGitHub


def truth(fake: FakeGitHub) -> Mapping[str, list[dict[str, object]]]:
    """What is true now."""
    return fake.world.truth()


def archived(fake: FakeGitHub) -> list[str]:
    """The archived repositories."""
    return [each.full_name for each in fake.world.repositories.values() if each.is_archived]


def figures(fake: FakeGitHub) -> dict[str, Any]:
    """How often it was asked, and how often it answered with a fault."""
    stats = fake.stats
    asked = {"asked": stats.total, "logs": len(fake.storage.requests), "unchanged": stats.not_modified}
    return {**asked, "faults": dict(stats.faults)}


def shift(fake: FakeGitHub, every: int) -> None:
    """A new run comes in after every so many pages of runs."""
    fake.switches.shift_every = every


def rerun_some(fake: FakeGitHub, count: int) -> list[str]:
    """Failed runs of the last weeks are run again; GitHub allows that for 30 days."""
    world = fake.world
    oldest = world.now - 28 * 86_400
    failed = [run for run in world.runs() if run.latest.conclusion == "failure" and run.latest.finished_at < world.now]
    young = [run for run in failed if run.created_at > oldest][:count]
    return [str(world.rerun(run.id, failed_only=bool(number % 2)).id) for number, run in enumerate(young)]


def add_runs(fake: FakeGitHub, count: int) -> None:
    """New runs that will end within minutes."""
    for number in range(count):
        repositories = list(fake.world.repositories.values())
        fake.world.insert_run(repositories[number % len(repositories)], finishes_in=60 + number)
