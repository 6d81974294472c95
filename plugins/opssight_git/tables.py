"""The connector's own tables: tags, and how far each history was read."""

from __future__ import annotations

from typing import Annotated

from datasource_server import sdk


class Tag(sdk.Row, table="git_tag", key=("source", "repo", "name")):
    """One tag of a commit."""

    repo: Annotated[str, "Owner and name of the repository."]
    name: Annotated[str, "The tag's name."]
    sha: Annotated[str, "The commit that it names."]
    tagged_at: Annotated[sdk.Moment, "When it was made; of a tag without a message, when its commit was."]
    tagger: Annotated[str, "Name of who made it; empty for a tag without a message."] = ""


class Head(sdk.Row, table="git_head", key=("source", "repo", "sha")):
    """One commit up to which a history was read: what it stands on is not read again."""

    repo: Annotated[str, "Owner and name of the repository."]
    sha: Annotated[str, "The commit."]
    first_at: Annotated[sdk.Moment | None, "Older commits were left out; empty where none were."] = None
