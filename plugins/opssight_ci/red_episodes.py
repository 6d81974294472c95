"""How long a default branch stayed red each time, by whom it was broken and by whom mended, derived from its runs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from datasource_server import sdk
from opssight_ci.changed import CHANGED, pairs


class RedEpisode(sdk.Row, table="red_episode", key=("source", "repo", "pipeline", "broken_run", "broken_attempt")):
    """One time in which a pipeline was red on the default branch: from a failure's end to the next success's end."""

    repo: Annotated[str, "Owner and name of the repository."]
    pipeline: Annotated[str, "Name of the workflow or pipeline."]
    red_at: Annotated[sdk.Moment, "When the first failed run ended, that is, when it could be known."]
    green_at: Annotated[sdk.Moment | None, "When the next success ended; empty while it is red."] = None
    failures: Annotated[int, "Failed attempts within it."] = 1
    broken_run: Annotated[str, "The id of the first failed run."]
    broken_attempt: Annotated[int, "Its attempt."] = 1
    broken_sha: Annotated[str, "The commit it ran on."] = ""
    broken_by: Annotated[str, "Who started it."] = ""
    broken_title: Annotated[str, "Its title: what the commit says."] = ""
    fixed_run: Annotated[str, "The id of the run that succeeded."] = ""
    fixed_sha: Annotated[str, "The commit it ran on."] = ""
    fixed_by: Annotated[str, "Who started it."] = ""
    fixed_title: Annotated[str, "Its title: what the commit says."] = ""
    is_same_sha: Annotated[bool, "It became green on the commit that broke it: by a re-run, not by a repair."] = False


# Attempts stand in the order of their runs' creation: the newest run says how the branch is, whenever an old one ends.
# `streak` numbers the stretches of failures: it counts the successes before.
SQL = f"""
{CHANGED},

ended AS (
    SELECT
        *,
        coalesce(finished_at, created_at) AS ended_at,
        count(*) FILTER (WHERE status = 'success') OVER series AS streak
    FROM pipeline_run
    SEMI JOIN changed USING (source, repo)
    WHERE is_default_branch AND status IN ('success', 'failure')
    WINDOW series AS (
        PARTITION BY source, repo, pipeline ORDER BY created_at, id, attempt ROWS UNBOUNDED PRECEDING
    )
),

greens AS (
    SELECT *
    FROM ended
    WHERE status = 'success'
),

reds AS (
    SELECT
        source,
        repo,
        pipeline,
        streak,
        count(*) AS failures,
        arg_min(ended, (created_at, id, attempt)) AS first
    FROM ended
    WHERE status = 'failure'
    GROUP BY source, repo, pipeline, streak
)

SELECT
    reds.source,
    reds.repo,
    reds.pipeline,
    reds.first.url AS url,
    reds.first.ended_at AS red_at,
    greatest(reds.first.ended_at, greens.ended_at) AS green_at,
    reds.failures,
    reds.first.id AS broken_run,
    reds.first.attempt AS broken_attempt,
    reds.first.sha AS broken_sha,
    reds.first.actor AS broken_by,
    reds.first.title AS broken_title,
    coalesce(greens.id, '') AS fixed_run,
    coalesce(greens.sha, '') AS fixed_sha,
    coalesce(greens.actor, '') AS fixed_by,
    coalesce(greens.title, '') AS fixed_title,
    coalesce(greens.sha = reds.first.sha AND greens.sha <> '', FALSE) AS is_same_sha
FROM reds
LEFT JOIN greens
    ON
        reds.source = greens.source AND reds.repo = greens.repo AND reds.pipeline = greens.pipeline
        AND reds.streak + 1 = greens.streak
"""  # noqa: S608  put together from constants


async def episodes(of: sdk.Derive) -> Iterable[sdk.Row]:
    """Say when the default branch was red, from which commit to which, of each pipeline."""
    return [RedEpisode.model_validate(row | {"green_at": _green_at(row)}) for row in await of.read(SQL, **pairs(of))]


def _green_at(row: dict[str, object]) -> object:
    """Return when it became green; `greatest` gives the failure's own end where nothing has succeeded yet."""
    return row["green_at"] if row["fixed_run"] else None
