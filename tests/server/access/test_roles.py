"""What a caller may do, and the trail of what was done."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from pydantic import BaseModel

from datasource_server.access import Access, may
from datasource_server.sdk import Action, Caller, Role
from datasource_server.store import Store


def action(role: Role) -> Action:
    """Return an action that needs this role."""

    async def rerun() -> None:
        """Run it again."""

    return Action("rerun", rerun, role, BaseModel, "Runs it again.")


LEAD = Caller("lea", (("core", "lead"), ("web", "viewer")))
MANAGER = Caller("max", (("core", "manager"),), "manager", sees_all=True)
FIRST_DAY = Caller("una", sees_all=True)


@pytest.mark.parametrize(
    ("caller", "role", "team", "allowed"),
    [
        (LEAD, "viewer", "core", True),
        (LEAD, "lead", "core", True),
        (LEAD, "manager", "core", False),
        (LEAD, "lead", "web", False),
        (LEAD, "viewer", "web", True),
        (LEAD, "viewer", "data", False),
        (LEAD, "viewer", "", False),
        (LEAD, "lead", None, False),
        (LEAD, "viewer", None, True),
        (MANAGER, "lead", "web", True),
        (MANAGER, "manager", "", True),
        (MANAGER, "manager", None, True),
        (MANAGER, "admin", "core", False),
        (FIRST_DAY, "viewer", "core", True),
        (FIRST_DAY, "lead", "core", False),
        (Caller("nobody", (("", "admin"),)), "viewer", "", False),
    ],
)
def test_a_role_counts_where_the_thing_is_owned(caller: Caller, role: Role, team: str | None, allowed: bool) -> None:
    assert may(caller, action(role), team) is allowed


async def test_who_did_what_is_written_down(access: Access, store: Store) -> None:
    assert access.may(LEAD, action("lead"), "core")

    await access.audit(LEAD, "action github/rerun", "asked", "repo=acme/core")
    await access.audit(LEAD, "action github/rerun", "done", "x" * 10_000)

    rows: Sequence[dict[str, object]] = await store.rows("SELECT * FROM audit ORDER BY outcome")
    assert [(row["login"], row["deed"], row["outcome"]) for row in rows] == [
        ("lea", "action github/rerun", "asked"),
        ("lea", "action github/rerun", "done"),
    ]
    assert rows[0]["detail"] == "repo=acme/core"
    assert len(str(rows[1]["detail"])) == 2_000
