"""OpsSight's own rows: who may see what, what came in, how far each collector is, who did what."""

from __future__ import annotations

from typing import Annotated, Literal

from datasource_server.sdk.row import Moment, Row


class Team(Row, table="team", key=("source", "name")):
    """One team; its own rows carry its name."""

    name: Annotated[str, "The word that rows and variables use."]
    title: Annotated[str, "What people call it."] = ""
    restricts: Annotated[bool, "Once there is such a team, callers see their own teams' rows only."] = True


class TeamMember(Row, table="team_member", key=("source", "name", "login")):
    """One person in one team."""

    name: Annotated[str, "The team."]
    login: Annotated[str, "The person's login in Grafana and in the forge."]
    role: Annotated[
        Literal["viewer", "lead", "manager", "admin"], "What the person may do; managers and admins see all teams."
    ] = "viewer"


class OwnerRule(Row, table="owner_rule", key=("source", "pattern")):
    """Which team owns the repositories that match a pattern."""

    pattern: Annotated[str, "A shell pattern over owner and name, such as acme/checkout-*."]
    owner: Annotated[str, "The team."]


class DeliveryRecord(Row, table="delivery", key=("source", "receiver", "id"), newer=("read_at",)):
    """One signed delivery as it came in, redacted, and what became of it; kept so that it can be read again."""

    id: Annotated[str, "The sender's id of the delivery."]
    receiver: Annotated[str, "The receiver that took it."]
    kind: Annotated[str, "The sender's word for the event."] = ""
    body: Annotated[str, "The redacted body."]
    headers: Annotated[dict[str, str], "The headers that matter, without secrets."] = {}
    received_at: Annotated[Moment, "When it came in."]
    state: Annotated[Literal["parsed", "quarantined"], "quarantined: kept, but could not be understood yet."] = "parsed"
    reason: Annotated[str, "Why it could not be understood."] = ""
    rows: Annotated[int, "Rows it gave when it was last read."] = 0
    read_at: Annotated[Moment | None, "When it was last read."] = None


class Cursor(Row, table="cursor", key=("source", "collector", "scope"), newer=("until",)):
    """How far one collector has read one scope."""

    collector: Annotated[str, "The collector."]
    scope: Annotated[str, "The repository, organisation or account it reads."]
    until: Annotated[Moment, "Everything before this moment was read."]


class CollectorRun(Row, table="collector_run", key=("source", "collector", "scope"), newer=("finished_at",)):
    """The last pass of one collector over one scope."""

    collector: Annotated[str, "The collector."]
    scope: Annotated[str, "The repository, organisation or account it read."]
    repo: Annotated[str, "The scope, where it is a repository."] = ""
    every_seconds: Annotated[float, "How often it is meant to run."] = 0
    started_at: Annotated[Moment, "When the pass began."]
    finished_at: Annotated[Moment, "When it ended."]
    succeeded_at: Annotated[Moment | None, "The last pass that finished; what the boards are as new as."] = None
    rows: Annotated[int, "Rows it wrote."] = 0
    requests: Annotated[int, "Requests it sent."] = 0
    error: Annotated[str, "Why it broke off; empty when it finished."] = ""
    failures: Annotated[int, "Passes that broke off in a row."] = 0
    budget_left: Annotated[int | None, "Requests that the tool still allows."] = None
    budget_resets_at: Annotated[Moment | None, "When the tool allows more."] = None


class Gap(Row, table="gap", key=("source", "collector", "scope", "reason", "first_at")):
    """A stretch that a collector could not read whole; a board must not pretend it did."""

    collector: Annotated[str, "The collector."]
    scope: Annotated[str, "The repository, organisation or account."]
    reason: Annotated[str, "Why: a cap of the tool, garbage, endless pages."]
    first_at: Annotated[Moment, "Where the stretch begins."]
    last_at: Annotated[Moment | None, "Where the stretch ends."] = None


class Reading(Row, table="reading", key=("source", "kind", "repo", "id")):
    """Up to which change the details of one thing were read, so that a pass that broke off goes on where it ended."""

    kind: Annotated[str, "The connector's word for what was read, such as attempt, log, pull, commit."]
    repo: Annotated[str, "Owner and name of the repository."]
    id: Annotated[str, "The thing's id; of an attempt run/attempt, of a pull request its number, of a log its job's."]
    changed_at: Annotated[Moment | None, "The change that was read; a later one makes it be read again."] = None
    missed_at: Annotated[Moment | None, "When the tool first did not have it, though it had named it."] = None


class Derived(Row, table="derived", key=("source", "derivation")):
    """One derivation that had made everything when the server stopped."""

    derivation: Annotated[str, "The derivation."]
    commits: Annotated[int, "The store's count of commits then; while it is the same, nothing is due."]
    rules: Annotated[str, "A hash of the connector's settings and code."]


class Audit(Row, table="audit", key=("source", "id"), once=True):
    """Who did what: actions, exports, reads that were refused."""

    id: Annotated[str, "One id a deed."]
    login: Annotated[str, "Who."]
    deed: Annotated[str, "What, such as action github/rerun."]
    outcome: Annotated[Literal["asked", "done", "refused", "failed"], "How it ended."]
    detail: Annotated[str, "Its parameters, redacted."] = ""
    happened_at: Annotated[Moment, "When."]


class Notification(Row, table="notification", key=("source", "id"), newer=("tried_at",)):
    """One message on its way out, and what became of it."""

    id: Annotated[str, "One id a message; the same message has the same id."]
    notifier: Annotated[str, "The notifier that sends it."]
    body: Annotated[str, "What it says."]
    state: Annotated[Literal["waiting", "sent", "failed"], "waiting: it will be tried again."]
    tries: Annotated[int, "How often it was tried."] = 0
    error: Annotated[str, "Why the last try failed."] = ""
    tried_at: Annotated[Moment, "When it was last tried."]


JOURNAL: tuple[type[Row], ...] = (
    Team,
    TeamMember,
    OwnerRule,
    DeliveryRecord,
    Cursor,
    CollectorRun,
    Gap,
    Reading,
    Derived,
    Audit,
    Notification,
)
