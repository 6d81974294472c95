"""Teams, members and owner rules follow the settings."""

import logging
from datetime import UTC, datetime

import httpx
import pytest
from pydantic import ValidationError

from datasource_server import sdk
from opssight_teams import Settings, connector, opssight_team

SETTINGS = Settings.model_validate(
    {
        "managers": ["olga"],
        "checkout": {"title": "Checkout", "members": ["ana", "cem"], "leads": ["cem"], "repos": ["acme/checkout-*"]},
        "platform": {"members": ["dan"], "repos": ["acme/*"]},
    }
)


async def no_rows(_sql: str, /, **_params: object) -> list[dict[str, object]]:
    return []


async def collected() -> dict[str, list[sdk.Row]]:
    now = datetime(2026, 11, 2, tzinfo=UTC)
    ctx = sdk.Context(SETTINGS, "teams", "", now, now, httpx.AsyncClient(), no_rows, logging.getLogger("test"))
    pages = [page async for page in connector.collectors["teams"].collect(ctx)]
    assert all(isinstance(page, sdk.Replacement) for page in pages)
    return {page.table.table: list(page.rows) for page in pages if isinstance(page, sdk.Replacement)}


async def test_each_team_has_its_row_and_title() -> None:
    rows = await collected()
    assert rows["team"] == [sdk.Team(name="checkout", title="Checkout"), sdk.Team(name="platform", title="platform")]


async def test_managers_belong_everywhere_and_a_lead_is_listed_once() -> None:
    members = {
        (row.name, row.login, row.role) for row in (await collected())["team_member"] if isinstance(row, sdk.TeamMember)
    }
    assert members == {
        ("", "olga", "manager"),
        ("checkout", "cem", "lead"),
        ("checkout", "ana", "viewer"),
        ("platform", "dan", "viewer"),
    }


async def test_the_longest_matching_pattern_owns_a_row() -> None:
    rules = [row for row in (await collected())["owner_rule"] if isinstance(row, sdk.OwnerRule)]
    owners = [
        opssight_team(sdk.Repository(repo=repo), rules) for repo in ("Acme/Checkout-api", "acme/web", "other/web")
    ]
    assert owners == ["checkout", "platform", None]


def test_a_row_without_a_repository_has_no_owner() -> None:
    assert opssight_team(sdk.Team(name="x"), [sdk.OwnerRule(pattern="*", owner="x")]) is None


def test_a_misspelt_setting_of_a_team_is_named() -> None:
    with pytest.raises(ValidationError, match="membres"):
        Settings.model_validate({"checkout": {"membres": ["ana"]}})
