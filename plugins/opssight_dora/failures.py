"""Failures: which deployments needed intervention, what shows it, and when users were well again.

A rollback takes back all versions since the one that it brings back, and fails the first of them: were only a later one
bad, one would have gone back to that first one. A revert fails the deployment that brought the reverted commit, a
hotfix the one before its own, an incident its cause. A deployment fails once, by the strongest of these.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from opssight_dora.changes import Story
from opssight_dora.code import Code
from opssight_dora.deliveries import Delivery, Key
from opssight_dora.history import Commit
from opssight_dora.rollbacks import rollbacks
from opssight_dora.settings import Settings
from opssight_dora.tables import FailureKind

ORDER: tuple[FailureKind, ...] = ("incident", "rollback", "revert", "hotfix")
REVERT = 'Revert "'


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that shows that a delivery failed its users; `restored_at` is None while it does."""

    kind: FailureKind
    evidence: str
    seen_at: datetime
    restored_at: datetime | None
    url: str = ""


@dataclass(slots=True)
class Blame:
    """What shows that deliveries failed, which delivery each remedy repairs, and which went back."""

    failures: dict[Key, list[Failure]]
    remedies: dict[Key, Key]
    back: dict[Key, str]

    def of(self, key: Key) -> Failure | None:
        """Return the strongest sign that a delivery failed, of equal ones the first."""
        found = self.failures.get(key, [])
        return min(found, key=lambda each: (ORDER.index(each.kind), each.seen_at), default=None)


def blame(story: Story, code: Code, causes: Mapping[Key, Sequence[Mapping[str, Any]]], settings: Settings) -> Blame:
    """Judge the deliveries of one stream; `causes` are the candidates of incidents that are taken for causes."""
    found = Blame(defaultdict(list), {}, {})
    for delivery in story.stream:
        if incidents := causes.get(delivery.key):
            found.failures[delivery.key].append(_of_incidents(delivery, incidents))
    _Remedies(story, code, settings, found).look()
    return found


def _of_incidents(delivery: Delivery, incidents: Sequence[Mapping[str, Any]]) -> Failure:
    ordered = sorted(incidents, key=lambda each: (each["opened_at"], each["incident_id"]))
    first, ends = ordered[0], [each["resolved_at"] for each in ordered]
    others = f" and {len(ordered) - 1} more" if len(ordered) > 1 else ""
    when = f"{span(first['opened_at'] - delivery.ended_at)} after it"
    evidence = f"incident “{first['title']}” {when}{others}"
    return Failure("incident", evidence, first["opened_at"], None if None in ends else max(ends), first["url"])


@dataclass(frozen=True, slots=True)
class _Remedies:
    """Looks for the deliveries of a stream that repair another one."""

    story: Story
    code: Code
    settings: Settings
    found: Blame

    def look(self) -> None:
        self._rollbacks()
        titles: dict[str, list[int]] = defaultdict(list)
        for place, brought in enumerate(self.story.brought):
            for commit in brought:
                self._revert(place, commit, titles)
                for title in self._titles(commit):
                    titles[title].append(place)
            self._hotfix(place, brought)

    def _rollbacks(self) -> None:
        stream, shas = self.story.stream, self.story.shas
        for each in rollbacks(stream, shas, self.code.history, self.story.stale):
            remedy = stream[each.place]
            self.found.back[remedy.key] = f"rollback: it went back to {remedy.label}"
            bad = next((place for place in each.taken_back if self._is_near(stream[place], remedy)), None)
            if bad is not None:
                words = f"rolled back to {remedy.label} {span(remedy.ended_at - stream[bad].ended_at)} after it"
                self._mark(stream[bad], remedy, "rollback", words, remedy.url)

    def _revert(self, place: int, commit: Commit, titles: Mapping[str, list[int]]) -> None:
        bad = self._reverted(commit, titles)
        if bad is None or bad >= place:
            return
        failed, remedy = self.story.stream[bad], self.story.stream[place]
        if self._is_near(failed, remedy):
            words = f"reverted by {commit.sha[:7]} “{commit.title}”, deployed {span(remedy.ended_at - failed.ended_at)}"
            self._mark(failed, remedy, "revert", f"{words} after it", commit.url)

    def _reverted(self, commit: Commit, titles: Mapping[str, list[int]]) -> int | None:
        """Return the place of the delivery that brought what a commit reverts; None for a revert of a revert."""
        history = self.code.history
        if original := history.get(history.resolve(commit.reverts)):
            if original.reverts or original.title.startswith("Revert "):
                return None
            if original.sha in self.story.first:
                return self.story.first[original.sha]
        for title in self._titles(commit):
            said = title.removeprefix(REVERT).rpartition('"')[0] if title.startswith(REVERT) else ""
            if said and not said.startswith(("Revert ", "Reapply ")):
                places = titles.get(said) or titles.get(_short(said))
                return places[-1] if places else None
        return None

    def _titles(self, commit: Commit) -> Iterator[str]:
        pull = self.code.origin(commit).pull
        yield commit.title
        if commit.title.endswith(")"):
            yield _short(commit.title)
        if pull and pull.title != commit.title:
            yield pull.title

    def _hotfix(self, place: int, brought: Iterable[Commit]) -> None:
        """Blame the delivery before a hotfix; what repairs another delivery already is not counted twice."""
        remedy = self.story.stream[place]
        if place == 0 or remedy.key in self.found.remedies:
            return
        why = next(((commit, word) for commit in brought if (word := self._why(commit))), None)
        before = self.story.stream[place - 1]
        if why is None or not self._is_near(before, remedy):
            return
        if before.key in self.found.back:
            if before.key in self.found.remedies:
                self.found.remedies[remedy.key] = self.found.remedies[before.key]
            return
        commit, word = why
        words = f"hotfix “{commit.title}” ({word}) deployed {span(remedy.ended_at - before.ended_at)} after it"
        self._mark(before, remedy, "hotfix", words, commit.url)

    def _why(self, commit: Commit) -> str:
        pull = self.code.origin(commit).pull
        if pull is None:
            return self.settings.hotfix.why((), "", commit.title)
        return self.settings.hotfix.why(pull.labels, pull.head, pull.title)

    def _is_near(self, failed: Delivery, remedy: Delivery) -> bool:
        return remedy.ended_at - failed.ended_at <= timedelta(days=self.settings.remedy_days)

    def _mark(self, failed: Delivery, remedy: Delivery, kind: FailureKind, evidence: str, url: str) -> None:
        failure = Failure(kind, evidence, remedy.ended_at, remedy.ended_at, url)
        self.found.failures[failed.key].append(failure)
        self.found.remedies.setdefault(remedy.key, failed.key)


def _short(title: str) -> str:
    """Return a title without the number of its pull request: `Add search (#1)` is `Add search`."""
    short, _, number = title.rpartition(" (#")
    return short if number.endswith(")") and number[:-1].isdecimal() else title


def span(length: timedelta) -> str:
    """Return a length of time in one unit: 40 s, 12 min, 3 h, 5 d."""
    seconds = max(0.0, length.total_seconds())
    for limit, size, unit in ((120, 1, "s"), (7_200, 60, "min"), (172_800, 3_600, "h")):
        if seconds < limit:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds / 86_400:.0f} d"
