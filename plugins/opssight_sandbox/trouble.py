"""What goes wrong after a deployment, and the changes that repair it: rolled back, reverted, or fixed in a hurry."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Literal

from opssight_sandbox.changes import Change, moment_of, number_of, sha_of
from opssight_sandbox.organisation import PEOPLE, Service
from opssight_sandbox.plans import RunPlan

Remedy = Literal["rollback", "revert", "hotfix"]

BAD = 0.13
"""Share of the deployments that go wrong for users."""
LAST_REPAIR = time(17, 30)
"""What is deployed later than this goes well, so that repairs end on the same day."""
SYMPTOMS = (
    "error rate over 5 %",
    "requests time out",
    "queue grows",
    "totals are wrong",
    "users are signed out",
    "memory grows without end",
)


@dataclass(frozen=True, slots=True)
class Trouble:
    """One time in which something is wrong: after a deployment, or by itself where no remedy is named."""

    id: str
    service: Service
    suffers: str
    title: str
    remedy: Remedy | None
    is_incident: bool
    names_cause: bool
    opened_at: datetime
    acknowledged_at: datetime
    severity: Literal["critical", "high", "medium", "low"]
    assignee: str
    rolls_back_at: datetime | None
    resolved_at: datetime
    cause_id: str = ""

    def over(self, repaired_at: datetime) -> Trouble:
        """Return it with the moment when it is over: at the rollback, else with the repair in production."""
        over_at = repaired_at if self.rolls_back_at is None else self.rolls_back_at + timedelta(minutes=8)
        return replace(self, resolved_at=over_at + timedelta(minutes=4))


def trouble_of(plan: RunPlan, place: int, seed: int) -> Trouble | None:
    """Return what goes wrong after a deployment before which there were `place` that day; None where all is well."""
    random, deployed_at = Random(f"{seed}:trouble:{plan.sha}"), plan.ends_at
    if random.random() >= BAD or deployed_at.time() > LAST_REPAIR:
        return None
    opened_at = deployed_at + timedelta(minutes=3 + min(random.lognormvariate(2.4, 0.8), 60))
    remedies: tuple[Remedy, ...] = ("rollback", "rollback", "revert", "hotfix") if place else ("revert", "hotfix")
    remedy = random.choice(remedies)
    trouble = _trouble(f"INC-{plan.sha[:8]}", plan.service, opened_at, random)
    back_at = opened_at + timedelta(minutes=random.uniform(5, 25)) if remedy == "rollback" else None
    is_incident = random.random() < 0.7
    return replace(
        trouble,
        remedy=remedy,
        is_incident=is_incident,
        names_cause=random.random() < 0.3,
        rolls_back_at=back_at,
        cause_id=plan.deployment_id("production", trouble.suffers),
    )


def mischief_of(service: Service, day: date, seed: int) -> Trouble | None:
    """Return an incident of a day that no deployment caused; seldom one."""
    random = Random(f"{seed}:mischief:{service.name}:{day}")
    if random.random() >= 0.006:
        return None
    opened_at = moment_of(day, random)
    trouble = _trouble(f"INC-{sha_of(random)[:8]}", service, opened_at, random)
    return replace(trouble, resolved_at=opened_at + timedelta(minutes=random.uniform(15, 150)))


def _trouble(name: str, service: Service, opened_at: datetime, random: Random) -> Trouble:
    suffers = random.choice(service.services)
    return Trouble(
        id=name,
        service=service,
        suffers=suffers,
        title=f"{suffers}: {random.choice(SYMPTOMS)}",
        remedy=None,
        is_incident=True,
        names_cause=False,
        opened_at=opened_at,
        acknowledged_at=opened_at + timedelta(minutes=random.uniform(1, 9)),
        severity=random.choices(("critical", "high", "medium", "low"), (1, 4, 4, 1))[0],
        assignee=random.choice(PEOPLE[service.team]),
        rolls_back_at=None,
        resolved_at=datetime.max.replace(tzinfo=UTC),
    )


@dataclass(frozen=True, slots=True)
class Repair:
    """The change that repairs a bad landing: its revert, or a hotfix."""

    service: Service
    title: str
    sha: str
    number: int | None
    files: tuple[str, ...]
    trouble: Trouble
    seed: int

    def change(self, place: int) -> Change:
        """Return the pull request; `place` counts those of the day."""
        random = Random(f"{self.seed}:repair:{self.sha}")
        is_hotfix = self.trouble.remedy == "hotfix"
        author, reviewer = random.sample(PEOPLE[self.service.team], 2)
        begun = (self.trouble.rolls_back_at or self.trouble.opened_at) + timedelta(minutes=random.uniform(4, 15))
        opened_at = begun + timedelta(minutes=random.uniform(10, 40) if is_hotfix else 1)
        reviewed_at = opened_at + timedelta(minutes=random.uniform(2, 12))
        merged_at = reviewed_at + timedelta(minutes=random.uniform(1, 8))
        symptom = self.trouble.title.partition(": ")[2]
        return Change(
            service=self.service,
            number=number_of(merged_at.date(), 8 + place),
            title=f"Hotfix: {symptom}" if is_hotfix else f'Revert "{self.title}"',
            author=author,
            reviewer=reviewer,
            shas=(sha_of(random),),
            merge_sha=sha_of(random),
            written_at=begun,
            opened_at=opened_at,
            reviewed_at=reviewed_at,
            approved_at=reviewed_at,
            merged_at=merged_at,
            closed_at=merged_at,
            files=self.files,
            labels=("hotfix",) if is_hotfix else (),
            reverts_sha="" if is_hotfix else self.sha,
        )
