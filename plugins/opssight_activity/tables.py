"""What this plugin derives: whose each name is, and which people may be one."""

from __future__ import annotations

from typing import Annotated, Literal

from datasource_server import sdk

Matched = Literal["settings", "login", "noreply address", "mail", "name and mail", "mail only", "name only", "bot"]


class Identity(sdk.Row, table="identity", key=("source", "repo", "name", "email")):
    """Whose a name is: one row for each name and address that stands in the rows of one repository."""

    repo: Annotated[str, "Owner and name of the repository in whose rows the name stands."]
    name: Annotated[str, "A login, or what a commit calls its author."]
    email: Annotated[str, "The address in the commit; empty for a login."] = ""
    person: Annotated[str, "Who that is: the name in the settings, else a login, a mail address or a name."]
    crowd: Annotated[
        str, "The same for people who may be one, so that counting them never finds too many; empty for a bot."
    ] = ""
    logins: Annotated[list[str], "All logins of the person, in small letters."] = []
    is_bot: Annotated[bool, "No person."] = False
    matched: Annotated[Matched, "What shows it; `mail only` and `name only` are people without a known login."]
    rules: Annotated[str, "What is the same as long as the settings and the rules are."] = ""


class MergeSuggestion(sdk.Row, table="merge_suggestion", key=("source", "team", "person", "other")):
    """Two people who may be one, and why it is not sure; the settings decide."""

    person: Annotated[str, "One of them."]
    other: Annotated[str, "The other."]
    score: Annotated[float, "0 to 1: how likely they are one."]
    evidence: Annotated[list[str], "What speaks for it, in words."] = []
    setting: Annotated[str, "What to add to the settings where they are one."] = ""
