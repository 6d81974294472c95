"""The connector's own table: what workflow files say."""

from __future__ import annotations

from typing import Annotated

from datasource_server import sdk


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
