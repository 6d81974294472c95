"""The connector's own table: how far the details of each thing were read."""

from __future__ import annotations

from typing import Annotated, Literal

from datasource_server import sdk

Kind = Literal["pipeline", "trace", "report", "merge_request", "commit", "delivery"]


class Reading(sdk.Row, table="gitlab_reading", key=("source", "kind", "repo", "id")):
    """Up to which change the details of one thing were read, so that a pass that broke off goes on where it ended."""

    kind: Annotated[
        Kind, "pipeline (with its jobs), trace, report, merge_request, commit, or delivery (asked for again)."
    ]
    repo: Annotated[str, "Path of the project with its groups."]
    id: Annotated[str, "The thing's id; of a trace or report its job's, of a merge request its number."]
    changed_at: Annotated[sdk.Moment | None, "The change that was read; a later one makes it be read again."] = None
    missed_at: Annotated[
        sdk.Moment | None, "When GitLab first did not have it, though a list or an event named it."
    ] = None
