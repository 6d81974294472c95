"""Deliveries: what the rules take for deployments, out of deployments, jobs and runs as they are stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from datasource_server import sdk
from opssight_dora.patterns import compiled, found
from opssight_dora.settings import PLACE, Rule, RuleKind, Settings

Record = Mapping[str, Any]
"""One row as the store gives it."""

Key = tuple[str, str]
"""Source and id of a delivery."""

Stream = tuple[str, str, str]
"""Repository, service and environment: what follows upon one another."""

SOURCE = "dora"
POSTED = "posted to OpsSight"
ARGOCD = "Argo CD notification"
NOBODY = Rule(name="none", kind="environment")


@dataclass(frozen=True, slots=True)
class Raw:
    """What rules are applied to: rows of deployments, of jobs with their runs' facts, and of runs."""

    deployments: Sequence[Record] = ()
    jobs: Sequence[Record] = ()
    runs: Sequence[Record] = ()


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery, with the name of the rule that makes it a deployment; empty where none does."""

    source: str
    id: str
    service: str
    repo: str
    environment: str
    tier: sdk.Tier
    status: sdk.Status
    rule: str
    created_at: datetime
    finished_at: datetime | None = None
    sha: str = ""
    version: str = ""
    actor: str = ""
    run_id: str = ""
    url: str = ""
    key: Key = field(init=False)
    ended_at: datetime = field(init=False)

    def __post_init__(self) -> None:
        """Fill in what is asked for again and again."""
        object.__setattr__(self, "key", (self.source, self.id))
        object.__setattr__(self, "ended_at", self.finished_at or self.created_at)

    @property
    def stream(self) -> Stream:
        """Return what it is one of a row of."""
        return self.repo, self.service, self.environment

    @property
    def version_id(self) -> str:
        """Return what tells versions apart; empty where nothing is known of it."""
        return self.sha or (f"version {self.version}" if self.version else "")

    @property
    def label(self) -> str:
        """Return what people call its version."""
        return self.version or self.sha[:7] or self.id


def deliveries(raw: Raw, settings: Settings) -> list[Delivery]:
    """Return what the rules take for deployments, and the stored deployments that none does.

    A job or run is none of its own where a deployment, or a job, of the same run to the same environment is there.
    """
    told = [_of_deployment(row, settings) for row in raw.deployments]
    taken = _Taken(each for each in told if each.rule)
    of_jobs = [each for each in _of_jobs(raw.jobs, settings) if each not in taken]
    taken.add(of_jobs)
    of_runs = [each for each in _of_runs(raw.runs, settings) if each not in taken]
    return [*told, *of_jobs, *of_runs]


class _Taken:
    """Runs and commits that were deployed to an environment, as better rules know."""

    def __init__(self, known: Iterable[Delivery]) -> None:
        self._places: set[tuple[str, str, str]] = set()
        self.add(known)

    def add(self, known: Iterable[Delivery]) -> None:
        for each in known:
            self._places.update(_places(each))

    def __contains__(self, delivery: Delivery) -> bool:
        return any(place in self._places for place in _places(delivery))


def _places(delivery: Delivery) -> Iterator[tuple[str, str, str]]:
    environment = delivery.environment.lower()
    if delivery.run_id:
        yield delivery.repo, f"run {delivery.run_id}", environment
    if delivery.sha:
        yield delivery.repo, f"commit {delivery.sha}", environment


def _of_deployment(row: Record, settings: Settings) -> Delivery:
    kind = kind_of(row)
    rule, groups = _first(settings, kind, row, row["environment"])
    words = _words(row) | {"environment": row["environment"], "service": row["service"]} | groups
    return Delivery(
        id=row["id"],
        status=row["status"],
        version=row["version"],
        finished_at=row["finished_at"],
        **_told(rule or NOBODY, words, row, settings),
        rule=rule.name if rule else "",
    )


def kind_of(row: Record) -> RuleKind:
    """Return the kind of rule that a stored deployment is for."""
    if row["source"] != SOURCE:
        return "environment"
    return "argocd" if row["rule"] == ARGOCD else "webhook"


def _of_jobs(rows: Sequence[Record], settings: Settings) -> Iterator[Delivery]:
    """Yield one delivery for all jobs of one attempt to one environment, dated by the last finish."""
    groups: dict[tuple[str, ...], list[Record]] = defaultdict(list)
    facts: dict[tuple[str, ...], dict[str, Any]] = {}
    for row in rows:
        rule, words = _rule_of_job(row, settings)
        if rule is not None:
            told = _told(rule, words, row, settings)
            run = (row["source"], row["run_id"] or row["id"], str(row["attempt"]))
            place = (*run, told["service"], told["environment"], rule.name)
            groups[place].append(row)
            facts[place] = told | {"rule": rule.name}
    for group, jobs in groups.items():
        last = max(jobs, key=lambda job: (job["finished_at"] or job["created_at"], job["id"]))
        ends = [job["finished_at"] for job in jobs]
        whole = {
            "id": f"job:{last['id']}",
            "status": _together([job["status"] for job in jobs]),
            "created_at": min(job["created_at"] for job in jobs),
            "finished_at": None if None in ends else max(ends),
        }
        yield Delivery(**(facts[group] | whole))


def _rule_of_job(row: Record, settings: Settings) -> tuple[Rule | None, Mapping[str, str]]:
    words = _words(row) | {"job": row["name"], "environment": row["environment"]}
    for rule in settings.rules:
        if rule.kind == "job" or (rule.kind == "job_environment" and row["environment"]):
            text = row["name"] if rule.kind == "job" else row["environment"]
            groups = _groups(rule, row, text)
            if groups is not None:
                return rule, words | groups
    return None, words


def _of_runs(rows: Sequence[Record], settings: Settings) -> Iterator[Delivery]:
    for row in rows:
        rule, groups = _first(settings, "pipeline", row, row["pipeline"])
        if rule is not None:
            identity = row["id"] if row["attempt"] == 1 else f"{row['id']}/{row['attempt']}"
            yield Delivery(
                **_told(rule, _words(row) | groups, row, settings),
                id=f"run:{identity}",
                status=row["status"],
                finished_at=row["finished_at"],
                rule=rule.name,
            )


def _first(settings: Settings, kind: RuleKind, row: Record, text: str) -> tuple[Rule | None, dict[str, str]]:
    for rule in settings.rules:
        groups = _groups(rule, row, text) if rule.kind == kind else None
        if groups is not None:
            return rule, groups
    return None, {}


def _groups(rule: Rule, row: Record, text: str) -> dict[str, str] | None:
    is_elsewhere = rule.repos and found(rule.repos, row["repo"]) is None
    is_aside = rule.branches and found(rule.branches, row["branch"]) is None
    groups = None if is_elsewhere or is_aside else found(rule.matches, text)
    return None if groups is None else dict(groups)


def _words(row: Record) -> dict[str, str]:
    known = {name: row[name] for name in ("repo", "pipeline", "branch") if name in row}
    return known | {"name": row["repo"].rpartition("/")[2]}


def _told(rule: Rule, words: Mapping[str, str], row: Record, settings: Settings) -> dict[str, Any]:
    """Return the facts that follow from a rule and the row that it fits."""
    environment = _filled(rule.environment, words) or words.get("environment", "")
    service = _filled(rule.service, words) or words.get("service", "")
    own: sdk.Tier = row["tier"] if "tier" in row and environment == row["environment"] else "other"
    facts = {name: row[name] for name in ("source", "repo", "sha", "actor", "url", "created_at")}
    return facts | {
        "run_id": row["run_id"] if "run_id" in row else row["id"],
        "environment": environment,
        "service": settings.service_of(row["repo"], service),
        "tier": rule.tier or settings.tier_of(environment, own),
    }


def _filled(template: str, words: Mapping[str, str]) -> str:
    if "{" not in template:
        return template
    return str(compiled(PLACE).sub(lambda match: words.get(match[1], ""), template))


def _together(statuses: Sequence[sdk.Status]) -> sdk.Status:
    """Return how several jobs went as one: the worst of them, and as long as one is open they all are."""
    order: tuple[sdk.Status, ...] = ("running", "queued", "failure", "cancelled", "success", "skipped")
    return min(statuses, key=order.index)
