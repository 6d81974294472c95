"""The connector's own tables: how far the details of each thing were read, and what workflow files say."""

from __future__ import annotations

from typing import Annotated, Literal

from datasource_server import sdk

Kind = Literal["run", "attempt", "log", "tests", "pull", "commit", "deployment"]


class Reading(sdk.Row, table="github_reading", key=("source", "kind", "repo", "id")):
    """Up to which change the details of one thing were read, so that a pass that broke off goes on where it ended."""

    kind: Annotated[
        Kind, "What was read: run, attempt (its jobs), log, tests (its reports), pull, commit (its files), deployment."
    ]
    repo: Annotated[str, "Owner and name of the repository."]
    id: Annotated[str, "The thing's id; of an attempt and its tests run/attempt, of a pull request its number."]
    changed_at: Annotated[sdk.Moment | None, "The change that was read; a later one makes it be read again."] = None
    missed_at: Annotated[
        sdk.Moment | None, "When GitHub first did not have it, though a list or an event named it."
    ] = None


class WorkflowFile(sdk.Row, table="github_workflow", key=("source", "repo", "path")):
    """One workflow file on the default branch."""

    repo: Annotated[str, "Owner and name of the repository."]
    path: Annotated[str, "The file's path."]
    pipeline: Annotated[str, "The workflow's name."]
    state: Annotated[str, "active, or how it was switched off."] = "active"
    blob: Annotated[str, "The id of the file's content."] = ""
    names: Annotated[dict[str, str], "Each job's key and its name, as the file has it."] = {}
    needs: Annotated[dict[str, str], "Each job's key and the keys of the jobs it waits for, apart by spaces."] = {}
    crons: Annotated[list[str], "The moments it ought to run at."] = []
