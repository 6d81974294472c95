"""Is the default branch green, and if not, since which run: one row a pipeline, derived from its runs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from datasource_server import sdk
from opssight_ci.changed import CHANGED, pairs


class MainBranch(sdk.Row, table="main_branch", key=("source", "repo", "pipeline")):
    """One pipeline on its repository's default branch: how its newest ended run went."""

    repo: Annotated[str, "Owner and name of the repository."]
    pipeline: Annotated[str, "Name of the workflow or pipeline."]
    status: Annotated[sdk.Status, "success or failure: how the newest ended run went."]
    last_at: Annotated[sdk.Moment | None, "When that run was created."] = None
    red_since: Annotated[sdk.Moment | None, "When the first failed run after the last success was created."] = None
    broken_run: Annotated[str, "The id of that first failed run."] = ""
    broken_sha: Annotated[str, "The commit it ran on."] = ""
    broken_by: Annotated[str, "Who started it."] = ""
    broken_title: Annotated[str, "Its title: what the commit says."] = ""


# A run counts with its last attempt; the first failure behind the last success is the one that broke the branch.
SQL = f"""
{CHANGED},

ended AS (
    SELECT *
    FROM pipeline_run
    SEMI JOIN changed USING (source, repo)
    WHERE
        is_default_branch
        AND status IN ('success', 'failure')
    QUALIFY row_number() OVER (PARTITION BY source, id ORDER BY attempt DESC) = 1
),

greens AS (
    SELECT
        source,
        repo,
        pipeline,
        max(created_at) FILTER (WHERE status = 'success') AS green_at
    FROM ended
    GROUP BY source, repo, pipeline
)

SELECT
    ended.source,
    ended.repo,
    ended.pipeline,
    arg_max(ended.status, ended.created_at) AS status,
    coalesce(arg_max(ended.url, ended.created_at), '') AS url,
    max(ended.created_at) AS last_at,
    min(ended.created_at) FILTER (WHERE is_after) AS red_since,
    coalesce(arg_min(ended.id, ended.created_at) FILTER (WHERE is_after), '') AS broken_run,
    coalesce(arg_min(ended.sha, ended.created_at) FILTER (WHERE is_after), '') AS broken_sha,
    coalesce(arg_min(ended.actor, ended.created_at) FILTER (WHERE is_after), '') AS broken_by,
    coalesce(arg_min(ended.title, ended.created_at) FILTER (WHERE is_after), '') AS broken_title
FROM (
    SELECT
        ended.*,
        ended.status = 'failure' AND (green_at IS NULL OR ended.created_at > green_at) AS is_after
    FROM ended
    INNER JOIN greens USING (source, repo, pipeline)
) AS ended
GROUP BY ended.source, ended.repo, ended.pipeline
"""  # noqa: S608  put together from constants


async def judge(of: sdk.Derive) -> Iterable[sdk.Row]:
    """Say of each pipeline whether its default branch is green, else since which run it is red."""
    rows = await of.read(SQL, **pairs(of))
    return [MainBranch.model_validate(row) for row in rows]
