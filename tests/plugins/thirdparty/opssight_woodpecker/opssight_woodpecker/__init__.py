"""Woodpecker pipelines as pipeline runs."""

from datetime import UTC, datetime, timedelta
from typing import Any

from datasource_server import sdk

STATUS: dict[str, sdk.Status] = {"success": "success", "failure": "failure", "running": "running"}


class Settings(sdk.ConnectorSettings):
    """Where Woodpecker is, and the ids and names of the repositories to read."""

    repositories: dict[str, str] = {}


BOARD = sdk.Dashboard(
    uid="opssight-woodpecker",
    title="Woodpecker",
    description="How long Woodpecker's pipelines take.",
    variables=(sdk.Variable("repo", "Repository", "ci/repos"),),
    panels=(sdk.Panel("Duration", "Median seconds.", "timeseries", "woodpecker/duration", width=24, unit="s"),),
)
connector = sdk.Connector(__name__, settings=Settings, dashboards=[BOARD])


@connector.collector(every=timedelta(minutes=5), scopes=lambda settings: list(settings.repositories))
async def pipelines(ctx: sdk.Context[Settings]) -> sdk.Pages:
    """Read the pipelines that were created since the last pass."""
    async for page in ctx.pages(f"/repos/{ctx.scope}/pipelines", after=ctx.since):
        yield [to_run(ctx.settings.repositories[ctx.scope], each) for each in page]


@connector.receiver(verify=sdk.bearer_token())
def webhook(delivery: sdk.Delivery) -> list[sdk.Row]:
    """Take a pipeline as it changes."""
    event = delivery.json()
    return [to_run(event["repo"]["full_name"], event["pipeline"])]


def to_run(repo: str, pipeline: dict[str, Any]) -> sdk.PipelineRun:
    """Translate one pipeline."""
    begun, ended = (moment(pipeline[name]) for name in ("started", "finished"))
    return sdk.PipelineRun(
        id=str(pipeline["id"]),
        repo=repo,
        pipeline=pipeline["event"],
        status=STATUS.get(pipeline["status"], "cancelled"),
        created_at=datetime.fromtimestamp(pipeline["created"], UTC),
        started_at=begun,
        finished_at=ended,
    )


def moment(seconds: int) -> datetime | None:
    """Return the moment, none where Woodpecker has none yet."""
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


@sdk.hookimpl
def opssight_connector() -> sdk.Connector:
    """Hand over the connector."""
    return connector
