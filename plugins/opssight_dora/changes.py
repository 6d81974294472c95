"""Changes: what each deployment of a service brought, and how long each change took; or why that is not told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median

from opssight_dora.code import Code
from opssight_dora.deliveries import Delivery, Key
from opssight_dora.history import Commit
from opssight_dora.pulls import Origin, Pull
from opssight_dora.settings import Settings

NOTHING_NEW = "no new change: all that it contains was deployed before"
OTHERS = "no new change: what is new in it changes other services"
NOT_YET = "not deployed yet"
NEVER = "never deployed: no production deployment of its repository is stored"

LISTED = 500
"""Changes of a first deployment that are listed, the newest: it holds all of history."""


@dataclass(frozen=True, slots=True)
class Change:
    """One commit on its way to one environment of one service; `delivery` is the first that brought it."""

    commit: Commit
    origin: Origin
    service: str
    environment: str
    delivery: Delivery | None = None
    lead_seconds: float | None = None
    left_out: str = ""

    @property
    def merged_at(self) -> datetime:
        """Return when it came to the branch that is deployed."""
        return self.origin.pull.merged_at if self.origin.pull else self.commit.committed_at


@dataclass(frozen=True, slots=True)
class Lead:
    """The lead time of one deployment, or why it has none."""

    seconds: float | None = None
    count: int = 0
    left_out: str = ""


@dataclass(slots=True)
class Story:
    """What became of one stream: the commits that each counted delivery brought, their changes and lead times.

    `first` maps a commit to the place, in the stream, of the first delivery that contains it. `stale` are the places of
    deliveries that bring no commit that was not delivered before, or none that is known.
    """

    stream: Sequence[Delivery]
    shas: list[str] = field(default_factory=list)
    stale: list[int] = field(default_factory=list)
    brought: list[list[Commit]] = field(default_factory=list)
    first: dict[str, int] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    leads: dict[Key, Lead] = field(default_factory=dict)


def tell(stream: Sequence[Delivery], code: Code, settings: Settings) -> Story:
    """Follow the counted deliveries of one service to one environment, the oldest first."""
    story = Story(stream)
    seen: set[str] = set()
    alike: dict[object, Commit] = {}
    for place, delivery in enumerate(stream):
        sha = code.history.resolve(delivery.sha)
        is_back = sha in seen
        found = code.history.new([sha], seen)
        story.shas.append(sha)
        story.stale += [] if found else [place]
        story.brought.append([commit for commit in found if code.services(commit, delivery.service)])
        story.first.update((commit.sha, place) for commit in found)
        reason = _reason(story, place, settings) or (NOTHING_NEW if is_back else "")
        changes = [
            change
            for commit in _listed(story, place, settings, alike)
            for change in _changes(commit, delivery, code, alike, reason)
        ]
        story.changes += changes
        story.leads[delivery.key] = _lead(changes, reason, OTHERS if found else NOTHING_NEW)
    story.changes += _undeployed(story, code, settings, seen, alike)
    return story


def _reason(story: Story, place: int, settings: Settings) -> str:
    """Return why no change of a delivery has a lead time; empty where they may have one."""
    if place == 0:
        return "first deployment: nothing before it to compare with"
    delivery, before = story.stream[place], story.stream[place - 1]
    if not story.shas[place]:
        return f"unknown commit: {_named(delivery)}"
    if not story.shas[place - 1]:
        return f"unknown commit: that of the deployment before it, {_named(before)}"
    gap = delivery.ended_at - before.ended_at
    if gap > timedelta(days=settings.gap_days):
        return f"gap: {gap.days} days after the deployment before it, more than {settings.gap_days:g}"
    return ""


def _named(delivery: Delivery) -> str:
    return f"{delivery.sha[:12]} is not stored" if delivery.sha else "the tool does not say which was deployed"


def _listed(story: Story, place: int, settings: Settings, alike: dict[object, Commit]) -> Sequence[Commit]:
    """Return the commits whose changes get a row: all, but of those that hold all of history only the newest."""
    brought = story.brought[place]
    if place > 0 and story.shas[place - 1]:
        return brought
    for commit in brought:
        _copied(commit, alike)
    since = story.stream[place].ended_at - timedelta(days=settings.gap_days)
    return [commit for commit in brought if commit.committed_at >= since][-LISTED:]


def _changes(
    commit: Commit, delivery: Delivery, code: Code, alike: dict[object, Commit], reason: str
) -> Iterator[Change]:
    """Yield the changes that a commit is, one a service that it touches, with its lead time where `reason` is empty."""
    origin = code.origin(commit)
    if copied := _copied(commit, alike):
        origin = Origin("cherry-pick", origin.started_at, origin.pull)
    left_out = reason or copied or _left_out(commit, origin, code)
    seconds = None
    if not left_out and origin.started_at is not None:
        seconds = (delivery.ended_at - origin.started_at).total_seconds()
        if seconds < 0:
            seconds, left_out = None, "negative span: it was deployed before it was written, so a clock is wrong"
    for service in code.services(commit, delivery.service):
        yield Change(commit, origin, service, delivery.environment, delivery, seconds, left_out)


def _copied(commit: Commit, alike: dict[object, Commit]) -> str:
    """Return the reason that a change was there before by another commit; remember it where it was not."""
    twin = commit if commit.is_merge else alike.setdefault(commit.likeness, commit)
    if twin is commit or not _is_copied(commit, twin):
        return ""
    return f"cherry-pick: the same change as {twin.sha[:12]}, which was deployed before"


def _is_copied(commit: Commit, twin: Commit) -> bool:
    """Say whether one of two alike commits was made from the other: a copy is committed later than it was written."""
    return any(each.committed_at != each.authored_at for each in (commit, twin))


def _left_out(commit: Commit, origin: Origin, code: Code) -> str:
    if origin.kind == "merge commit":
        return "merge commit: a link between branches, no change of its own"
    if code.has_unknown_files(commit):
        return "unknown files: which service it changes is not known"
    if origin.started_at is None:
        return "unknown start: it was squashed, and when its first commit was written is not known"
    return ""


def _lead(changes: Sequence[Change], reason: str, nothing: str) -> Lead:
    known = {change.commit.sha: change.lead_seconds for change in changes if change.lead_seconds is not None}
    if known:
        return Lead(median(known.values()), len(known))
    if reason or not changes:
        return Lead(left_out=reason or nothing)
    return Lead(left_out=f"no lead time: none of its changes has one ({changes[0].left_out})")


def _undeployed(
    story: Story, code: Code, settings: Settings, seen: set[str], alike: dict[object, Commit]
) -> Iterator[Change]:
    """Yield what came to the default branch and is in no delivery of the stream yet, since its first delivery."""
    first, last = story.stream[0], story.stream[-1]
    since = first.ended_at - timedelta(days=settings.gap_days)
    reason = NOT_YET if story.shas[-1] else f"unknown commit: that of the newest deployment, {_named(last)}"
    for commit in code.history.new(code.heads, seen):
        if commit.committed_at >= since:
            origin = code.origin(commit)
            left_out = _left_out(commit, origin, code) if commit.is_merge else _copied(commit, alike)
            for service in code.services(commit, last.service):
                yield Change(commit, origin, service, last.environment, left_out=left_out or reason)


def unseen(code: Code, stories: Sequence[Story], settings: Settings) -> Iterator[Change]:
    """Yield the merged pull requests that no story tells of; without any story those are all.

    Those that were merged long before the first delivery are part of its history and not listed.
    """
    service = settings.service_of(code.repo)
    if not stories:
        yield from (_stand_in(pull, service, "", NEVER) for pull in code.pulls)
        return
    told = {change.origin.pull for story in stories for change in story.changes}
    last = max((story.stream[-1] for story in stories), key=lambda each: (each.ended_at, each.id))
    since = min(story.stream[0].ended_at for story in stories) - timedelta(days=settings.gap_days)
    for pull in code.pulls:
        is_told = pull in told or any(pull.merge_sha in story.first for story in stories)
        if not is_told and pull.merged_at >= since:
            is_known = code.history.get(pull.merge_sha) is not None
            aside = f"not on the default branch: merged to {pull.base or 'another'}"
            unknown = f"unknown commit: {pull.merge_sha[:12] or 'the one'} that it became is not stored"
            yield _stand_in(pull, last.service, last.environment, aside if is_known else unknown)


def _stand_in(pull: Pull, service: str, environment: str, reason: str) -> Change:
    """Return the change of a pull request whose commit is not known."""
    sha = pull.merge_sha or pull.head_sha or f"#{pull.number}"
    commit = Commit(sha, pull.author, "", pull.title, pull.created_at, pull.merged_at, url=pull.url)
    return Change(commit, Origin("squash", pull.first_commit_at, pull), service, environment, left_out=reason)
