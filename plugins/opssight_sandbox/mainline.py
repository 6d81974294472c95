"""What lands on a main branch in a day, what of it is deployed, what goes wrong then, and how it is repaired.

All that follows from a landing happens on the same day, so that a day's story needs no other day's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from random import Random

from opssight_sandbox.changes import Change, changes_of, files_of, moment_of, sha_of
from opssight_sandbox.organisation import PEOPLE, Service
from opssight_sandbox.plans import First, RunPlan, attempts_of
from opssight_sandbox.trouble import Repair, Trouble, trouble_of

LONGEST = timedelta(days=3)
"""The longest that a change lives from its opening to its merge."""
LAST_DEPLOY = time(22, 30)
"""Later nobody deploys: the changes go with the first deployment of the next day."""
APART = timedelta(minutes=15)
"""Deployments that would begin within this time are one: the newest."""


@dataclass(frozen=True, slots=True)
class Landing:
    """One commit on a main branch, with the runs that it starts; without a number it was pushed directly."""

    service: Service
    sha: str
    title: str
    author: str
    actor: str
    at: datetime
    files: tuple[str, ...]
    number: int | None = None
    reverts_sha: str = ""
    runs: tuple[RunPlan, ...] = ()

    @property
    def version(self) -> str:
        """Return the version that its deployment gets."""
        return f"v{self.at:%y.%m%d.%H%M}"


@dataclass
class Story:
    """One day of one main branch: landings in order, runs, what was deployed, trouble, and changes that repair."""

    landings: list[Landing] = field(default_factory=list)
    runs: list[RunPlan] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)


@lru_cache(maxsize=4_096)
def story_of(service: Service, day: date, seed: int) -> Story:
    """Return what happens on a service's main branch on a day."""
    story, deployed = Story(), list[Landing]()
    planned = [_with_runs(landing, seed) for landing in _planned(service, day, seed)]
    story.landings += planned
    free_at = datetime.combine(day, time(0), UTC)
    for landing, begins_at in _deployed(planned):
        if begins_at < free_at or (deployed and landing.at < deployed[-1].at):
            continue  # somebody deploys or repairs: it goes with the next deployment
        attempts = list(attempts_of(_deploy(landing, begins_at), Random(f"{seed}:deploy:{landing.sha}"), seed))
        story.runs += attempts
        free_at = attempts[-1].ends_at + timedelta(minutes=1)
        if attempts[-1].is_green:
            trouble = trouble_of(attempts[-1], len(deployed), seed)
            if trouble is not None:
                repair, free_at = _repaired(story, landing, deployed, trouble, seed)
            deployed += [landing] if trouble is None else [landing, repair]
    story.landings.sort(key=lambda landing: landing.at)
    story.runs += [run for landing in story.landings for run in landing.runs]
    return story


def head_before(service: Service, moment: datetime, seed: int) -> str:
    """Return the newest commit of a main branch before a moment."""
    day = moment.date()
    while True:
        before = [landing.sha for landing in story_of(service, day, seed).landings if landing.at < moment]
        if before:
            return before[-1]
        day -= timedelta(days=1)


def _planned(service: Service, day: date, seed: int) -> list[Landing]:
    """Return the day's landings in order: merged changes, and now and then a direct push."""
    days = [day - timedelta(days=back) for back in range(LONGEST.days + 1)]
    changes = [change for each in days for change in changes_of(service, each, seed)]
    landings = [landed(change) for change in changes if change.merged_at and change.merged_at.date() == day]
    random = Random(f"{seed}:push:{service.name}:{day}")
    if random.random() < 0.04:
        person, title = random.choice(PEOPLE[service.team]), "Bump the build number"
        files = files_of(service, title, random)
        landings.append(Landing(service, sha_of(random), title, person, person, moment_of(day, random), files))
    return sorted(landings, key=lambda landing: (landing.at, landing.sha))


def landed(change: Change) -> Landing:
    """Return the commit that a merged change becomes: its branch squashed."""
    merged_at = change.merged_at or change.opened_at
    return Landing(
        service=change.service,
        sha=change.merge_sha,
        title=f"{change.title} (#{change.number})",
        author=change.author,
        actor=change.reviewer or change.author,
        at=merged_at,
        files=change.files,
        number=change.number,
        reverts_sha=change.reverts_sha,
    )


def _with_runs(landing: Landing, seed: int, *, is_safe: bool = False) -> Landing:
    number = f"m{landing.number}" if landing.number else f"h{landing.sha[:8]}"
    first = First(
        landing.service,
        "ci",
        number,
        "push",
        "main",
        landing.sha,
        landing.title,
        landing.actor,
        landing.at,
        is_safe=is_safe,
    )
    runs = tuple(attempts_of(first, Random(f"{seed}:main:{landing.sha}"), seed))
    return replace(landing, runs=runs)


def _deployed(planned: Sequence[Landing]) -> Iterator[tuple[Landing, datetime]]:
    """Yield the landings that go on to a deployment, with its beginning: green, in time, and not overtaken."""
    green = [(each, each.runs[-1].ends_at + timedelta(seconds=20)) for each in planned if each.runs[-1].is_green]
    for place, (landing, begins_at) in enumerate(green):
        is_overtaken = any(later < begins_at + APART for _, later in green[place + 1 :])
        is_late = begins_at.date() != landing.at.date() or begins_at.time() > LAST_DEPLOY
        if not is_overtaken and not is_late:
            yield landing, begins_at


def _deploy(landing: Landing, at: datetime, *, is_safe: bool = False, rollback: str = "") -> First:
    number = landing.number or landing.sha[:8]
    return First(
        landing.service,
        "deploy",
        f"r{rollback}" if rollback else f"d{number}",
        "manual" if rollback else "workflow_run",
        "main",
        landing.sha,
        f"Roll back to {landing.version}" if rollback else landing.title,
        landing.actor,
        at,
        version=landing.version,
        is_safe=is_safe,
    )


def _repaired(
    story: Story, bad: Landing, deployed: Sequence[Landing], trouble: Trouble, seed: int
) -> tuple[Landing, datetime]:
    """Add what repairs a bad deployment to the story; return it, and when others may deploy again."""
    repair = Repair(bad.service, bad.title, bad.sha, bad.number, bad.files, trouble, seed)
    if trouble.rolls_back_at is not None and deployed:
        back = _deploy(deployed[-1], trouble.rolls_back_at, is_safe=True, rollback=f"{bad.number or bad.sha[:8]}")
        story.runs += attempts_of(back, Random(f"{seed}:rollback:{bad.sha}"), seed)
    change = repair.change(len(story.changes))
    landing = _with_runs(landed(change), seed, is_safe=True)
    begins_at = landing.runs[-1].ends_at + timedelta(seconds=20)
    attempts = list(attempts_of(_deploy(landing, begins_at, is_safe=True), Random(f"{seed}:fix:{bad.sha}"), seed))
    story.changes.append(change)
    story.landings.append(landing)
    story.runs += attempts
    story.troubles.append(trouble.over(attempts[-1].ends_at))
    return landing, attempts[-1].ends_at + timedelta(minutes=1)
