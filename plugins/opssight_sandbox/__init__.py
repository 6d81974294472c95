"""A living sandbox organisation: three teams, twelve services, ninety days of work, new runs every minute.

Everything follows from the seed and the clock, so reading it again gives the same rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from datasource_server import sdk
from opssight_sandbox.changes import Change, changes_of
from opssight_sandbox.clocks import nightly_runs, pull_request_runs, smoke_runs
from opssight_sandbox.mainline import story_of
from opssight_sandbox.organisation import PEOPLE, SERVICES, TEAMS, WEB, Service
from opssight_sandbox.plans import RunPlan
from opssight_sandbox.rows import run_rows, schedule_rows
from opssight_sandbox.rows_code import branch_row, change_rows, landing_rows, path_rows
from opssight_sandbox.rows_delivery import deployment_rows, incident_rows, is_recent
from opssight_sandbox.test_results import test_rows
from opssight_sandbox.trouble import mischief_of

SPAN = timedelta(days=3)  # the longest that a change lives from its opening to its last run
PAGE_ROWS = 5_000
SMOKE_SPAN = timedelta(hours=4)  # the same of a run of the clock
SMOKE_MINUTES = timedelta(minutes=20)  # so far back goes a run every minute; before, it was one every 53 minutes


class Settings(sdk.ConnectorSettings):
    """The sandbox's seed: another one tells another story of the same organisation."""

    seed: int = 7


connector = sdk.Connector(__name__, settings=Settings, title="Sandbox")


@connector.collector(every=timedelta(minutes=30))
async def organisation(ctx: sdk.Context[Settings]) -> sdk.Pages:
    """Read the teams, who owns what, the repositories, their environments and schedules."""
    teams = [sdk.Team(name=name, title=title, restricts=False) for name, title in TEAMS.items()]
    yield sdk.Replacement(sdk.Team, teams)
    yield sdk.Replacement(sdk.OwnerRule, [sdk.OwnerRule(pattern=each.repo, owner=each.team) for each in SERVICES])
    yield [row for service in SERVICES for row in _repository(service, ctx.now)]
    yield [branch_row(service, ctx.now, ctx.settings.seed) for service in SERVICES]


@connector.collector(every=timedelta(minutes=1), overlap=timedelta(minutes=5))
async def work(ctx: sdk.Context[Settings]) -> sdk.Pages:
    """Read what was changed, run and deployed since the last pass, some days at a time."""
    day, rows = (ctx.since - SPAN).date(), list[sdk.Row]()
    while day <= ctx.now.date():
        rows += _day(day, ctx)
        day += timedelta(days=1)
        if len(rows) > PAGE_ROWS:
            yield rows
            rows = []
    yield [*rows, *(branch_row(service, ctx.now, ctx.settings.seed) for service in SERVICES)]
    often = max(ctx.since - SMOKE_SPAN, ctx.now - SMOKE_MINUTES)
    plans = [
        *smoke_runs(ctx.since - SMOKE_SPAN, often, ctx.settings.seed, every=53),
        *smoke_runs(often, ctx.now, ctx.settings.seed),
    ]
    yield [row for plan in plans for row in _of_run(plan, ctx)]


def _day(day: date, ctx: sdk.Context[Settings]) -> Iterator[sdk.Row]:
    seed = ctx.settings.seed
    for service in SERVICES:
        for change in changes_of(service, day, seed):
            yield from _of_change(change, ctx)
            for plan in pull_request_runs(change, seed):
                yield from _of_run(plan, ctx)
        for plan in nightly_runs(service, day, seed):
            yield from _of_run(plan, ctx)
        yield from _of_main(service, day, ctx)


def _of_change(change: Change, ctx: sdk.Context[Settings]) -> Iterator[sdk.Row]:
    if change.opened_at <= ctx.now and (change.closed_at is None or change.closed_at >= ctx.since):
        yield from change_rows(change, ctx.now, ctx.settings.seed)


def _of_main(service: Service, day: date, ctx: sdk.Context[Settings]) -> Iterator[sdk.Row]:
    """Yield what happened on the main branch on a day, and the incidents of that day."""
    seed = ctx.settings.seed
    story, mischief = story_of(service, day, seed), mischief_of(service, day, seed)
    for landing in story.landings:
        if ctx.since <= landing.at <= ctx.now:
            yield from landing_rows(landing, seed)
    for change in story.changes:
        yield from _of_change(change, ctx)
    for plan in story.runs:
        yield from _of_run(plan, ctx)
    for trouble in [*story.troubles, *([mischief] if mischief else [])]:
        if is_recent(trouble, ctx.since, ctx.now):
            yield from incident_rows(trouble, ctx.now)


def _of_run(plan: RunPlan, ctx: sdk.Context[Settings]) -> Iterator[sdk.Row]:
    is_asked_for = plan.created_at <= ctx.now and (plan.attempt == 1 or plan.begins_at <= ctx.now)
    if is_asked_for and plan.ends_at >= ctx.since:
        yield from run_rows(plan, ctx.now)
        yield from deployment_rows(plan, ctx.now)
        yield from test_rows(plan, ctx.now)


def _repository(service: Service, now: datetime) -> Iterator[sdk.Row]:
    url = f"{WEB}/{service.name}"
    begun = datetime(2024, 1, 8, tzinfo=UTC)
    yield sdk.Repository(
        repo=service.repo,
        default_branch="main",
        visibility="private",
        description=f"{service.name} of {TEAMS[service.team]}: {', '.join(PEOPLE[service.team])}",
        created_at=begun,
        pushed_at=now,
        updated_at=begun,
        url=url,
    )
    yield sdk.Environment(repo=service.repo, name="staging", tier="staging", created_at=begun, url=url)
    yield sdk.Environment(repo=service.repo, name="production", tier="production", created_at=begun, url=url)
    yield from schedule_rows(service.repo, url)
    yield from path_rows(service)


@sdk.hookimpl
def opssight_connector() -> sdk.Connector:
    """Hand over the connector."""
    return connector
