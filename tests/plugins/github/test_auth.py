"""We prove who we are by a token or as a GitHub App, to nobody but GitHub."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr, ValidationError

from datasource_server import sdk
from opssight_github.auth import authorize, client
from opssight_github.settings import Settings
from tests.fakes.github import FakeGitHub, World

from .house import House, github_house


def app_settings(fake: FakeGitHub, **more: object) -> Settings:
    return Settings.model_validate(
        {"base_url": fake.url, "app_id": fake.app.id, "private_key": fake.app.private_key, **more}
    )


async def test_a_token_is_sent_as_a_bearer_with_the_versions_that_we_speak() -> None:
    headers = await authorize(Settings(token=SecretStr("t0ken")), "acme/web")
    assert headers["Authorization"] == "Bearer t0ken"
    assert headers["X-GitHub-Api-Version"] == "2022-11-28"


async def test_without_a_token_nothing_is_proved() -> None:
    assert "Authorization" not in await authorize(Settings(), "acme/web")
    with pytest.raises(sdk.ConfigError, match="token or an app_id"):
        client(Settings(), "acme/web")


async def test_an_installation_token_is_kept_while_it_is_good(fake: FakeGitHub) -> None:
    settings = app_settings(fake, installation_id=fake.app.installation_id)
    first, second = await authorize(settings, "acme/web"), await authorize(settings, "acme/api")
    assert first["Authorization"].startswith("Bearer ghs_")
    assert second == first
    assert fake.stats.total == 1


async def test_an_expiring_installation_token_is_renewed(fake: FakeGitHub) -> None:
    fake.switches.installation_token_seconds = 1
    settings = app_settings(fake)
    tokens = [(await authorize(settings, "acme/web"))["Authorization"] for _ in range(2)]
    assert tokens[0] != tokens[1]
    async with httpx.AsyncClient(base_url=fake.url, headers={"Authorization": tokens[1]}) as asking:
        assert (await asking.get("/installation/repositories")).status_code == 200


async def test_the_installation_of_the_owner_is_found(fake: FakeGitHub) -> None:
    headers = await authorize(app_settings(fake), "ACME/checkout-api")
    async with httpx.AsyncClient(base_url=fake.url, headers=dict(headers)) as asking:
        assert (await asking.get("/installation/repositories")).status_code == 200
    with pytest.raises(sdk.ConfigError, match="has 0 installations at other"):
        await authorize(app_settings(fake), "other/web")


def test_actions_sign_in_as_the_app_too(fake: FakeGitHub) -> None:
    _, found = client(app_settings(fake), "acme/web").requester.requestJsonAndCheck("GET", "/installation/repositories")
    assert found["total_count"] == len(fake.world.repositories)


async def test_a_wrong_key_is_refused_in_githubs_words(fake: FakeGitHub, world: World) -> None:
    with FakeGitHub(world) as stranger:
        key = stranger.app.private_key
    settings = app_settings(fake, private_key=key, installation_id=fake.app.installation_id)
    with pytest.raises(sdk.UpstreamError, match="no installation token: A JSON web token could not be decoded"):
        await authorize(settings, "acme/web")


async def test_an_app_collects_from_an_enterprise_server(world: World, tmp_path: Path) -> None:
    with FakeGitHub(world, prefix="/api/v3", is_slim=True) as fake:
        fake.limits.is_on = False
        settings: dict[str, Any] = {"base_url": fake.url, "app_id": fake.app.id, "private_key": fake.app.private_key}
        async with github_house(tmp_path, organizations=["acme"], **settings) as house:
            runs = await house.collect("repositories") + await house.collect("branches")
            found = await house.rows("SELECT count(*) AS n FROM branch")
        tokens = fake.stats.tokens - {""}
    assert {run.error for run in runs} == {""}
    assert found[0]["n"] == sum(len(each.branches) for each in world.repositories.values())
    assert all(token.startswith("ghs_") or token.count(".") == 2 for token in tokens)


async def test_the_log_storage_never_sees_our_token(house: House, fake: FakeGitHub) -> None:
    for _ in range(2):
        await house.collect()
    assert fake.storage.requests
    assert fake.storage.saw_authorization == []


def test_no_secret_shows_in_what_settings_print() -> None:
    settings = Settings(token=SecretStr("t0ken"), private_key=SecretStr("k3y"), webhook_secret=SecretStr("h00k"))
    assert not any(word in repr(settings) + str(settings.model_dump()) for word in ("t0ken", "k3y", "h00k"))


def test_a_key_may_lie_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "app.pem"
    settings = Settings(app_id="7", private_key_file=path)
    with pytest.raises(sdk.ConfigError, match="private_key_file can't be read"):
        settings.app_key()
    path.write_text("pem")
    assert settings.app_key() == "pem"


@pytest.mark.parametrize(
    "wrong",
    [
        {"app_id": "7"},
        {"repositories": ["no owner"]},
        {"repositories": ["acme/../x"]},
        {"repositories": ["acme/.."]},
        {"organizations": ["acme/web"]},
        {"archive_from": 0},
        {"tokn": "x"},
    ],
)
def test_a_wrong_setting_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate(wrong)


def test_patterns_choose_among_an_organisations_repositories() -> None:
    settings = Settings(organizations=["acme"], include=["acme/checkout-*", "acme/api"], exclude=["*-old"])
    wanted = [name for name in ("acme/checkout-web", "acme/checkout-old", "acme/api", "acme/x") if settings.wants(name)]
    assert wanted == ["acme/checkout-web", "acme/api"]
