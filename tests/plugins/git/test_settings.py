"""Settings of git: addresses that could make git run something are refused, and the reason is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from datasource_server.plugins import Plugins
from datasource_server.sdk import ConfigError
from datasource_server.settings import Settings as ServerSettings
from opssight_git.command import way_to
from opssight_git.settings import RepositorySettings, Settings


def settings(**repository: Any) -> Settings:
    return Settings.model_validate({"repositories": [{"repo": "acme/shop", **repository}]})


@pytest.mark.parametrize(
    "url",
    [
        "ext::sh -c 'touch x'",
        "fd::17",
        "https::evil",
        "transport::address",
        "--upload-pack=touch x",
        "-oProxyCommand=touch x",
        "ssh://-oProxyCommand=x/shop",
        "ssh://user@-host/shop",
        "-user@host:shop",
        "user@-host:shop",
        "host:-shop",
        "ftp://host/shop",
        "javascript://x",
        "https://" + "name:secret" + "@host/shop",
        "https://token@host/shop",
        "https://ho st/shop",
        "https://host/shop\n--upload-pack=x",
        "/srv/shop",
        "../shop",
        "https:///shop",
    ],
)
def test_an_address_that_is_dangerous_or_none_is_refused(url: str) -> None:
    with pytest.raises(ValidationError):
        settings(url=url)


@pytest.mark.parametrize(
    ("url", "protocol"),
    [
        ("https://host.example:8443/acme/shop.git", "https"),
        ("http://127.0.0.1:80/shop", "http"),
        ("https://[::1]:8443/shop", "https"),
        ("ssh://git@host.example:2222/acme/shop.git", "ssh"),
        ("git@host.example:acme/shop.git", "ssh"),
        ("git://host.example/shop", "git"),
        ("file:///srv/git/shop.git", "file"),
    ],
)
def test_an_address_is_read_by_its_own_protocol_alone(url: str, protocol: str) -> None:
    known = settings(url=url)
    assert way_to(known, known.repositories[0]).protocol == protocol


@pytest.mark.parametrize(
    "repo", ["shop", "acme/../shop", "-acme/shop", "acme/.git", "acme/shop\n", "acme//shop", "a b/c"]
)
def test_a_name_that_is_none_is_refused(repo: str) -> None:
    with pytest.raises(ValidationError, match="repo"):
        Settings.model_validate({"repositories": [{"repo": repo, "path": "/srv"}]})


@pytest.mark.parametrize("branch", ["--all", "a..b", "main lock", "a.lock", "x~1", "@{-1}", "/main"])
def test_a_branch_that_is_none_is_refused(branch: str) -> None:
    with pytest.raises(ValidationError, match="branch"):
        settings(path="/srv", branch=branch)


@pytest.mark.parametrize("place", [{}, {"url": "https://host/a", "path": "/srv"}])
def test_a_repository_is_in_exactly_one_place(place: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="either url or path"):
        settings(**place)


def test_the_same_repository_twice_is_refused() -> None:
    with pytest.raises(ValidationError, match="acme/shop more than once"):
        Settings.model_validate(
            {"repositories": [{"repo": "acme/shop", "path": "/a"}, {"repo": "Acme/Shop", "path": "/b"}]}
        )


def test_a_token_goes_to_its_own_host_only() -> None:
    known = {
        "repositories": [
            {"repo": "acme/shop", "url": "https://one.example/acme/shop"},
            {"repo": "acme/till", "url": "https://two.example/acme/till"},
            {"repo": "acme/own", "url": "https://two.example/acme/own", "token": "its own", "username": "me"},
        ],
        "token": "ours",
    }
    with pytest.raises(ValidationError, match="base_url"):
        Settings.model_validate(known)
    read = Settings.model_validate(known | {"base_url": "https://one.example"})
    assert [read.credentials(each) for each in read.repositories] == [
        ("x-access-token", "ours"),
        ("", ""),
        ("me", "its own"),
    ]


def test_a_secret_is_shown_nowhere() -> None:
    known = Settings.model_validate(
        {"repositories": [{"repo": "acme/shop", "url": "https://one.example/a", "token": "hush"}], "token": "quiet"}
    )
    text = repr(known) + str(known) + repr(way_to(known, known.repositories[0]))
    assert "hush" not in text
    assert "quiet" not in text


def test_keys_of_ssh_are_given_in_one_quoted_word() -> None:
    known = Settings.model_validate({"ssh_key_file": "/k/my key", "known_hosts_file": "/k/hosts; touch x"})
    (way,) = [way_to(known, RepositorySettings(repo="acme/shop", url="git@host:acme/shop"))]
    command = way.variables["GIT_SSH_COMMAND"]
    assert "-i '/k/my key'" in command
    assert "'-oUserKnownHostsFile=/k/hosts; touch x'" in command
    assert "BatchMode=yes" in command


def test_copies_lie_in_the_data_folder_unless_told_otherwise() -> None:
    plugins = Plugins.empty()
    plugins.add("git", "opssight_git")
    table = {"repositories": [{"repo": "acme/shop", "path": "/srv"}]}
    plugins.configure(ServerSettings(data_dir=Path("/var/data"), git=table))  # type: ignore[call-arg]
    found = plugins.configured["git"]
    assert isinstance(found, Settings)
    assert found.folder == Path("/var/data/git")
    assert settings(path="/srv").folder == Path("data/git")
    assert Settings.model_validate({"folder": "/elsewhere"}).folder == Path("/elsewhere")


def test_git_is_off_until_it_has_something_to_read() -> None:
    plugins = Plugins.empty()
    plugins.add("git", "opssight_git")
    plugins.configure(ServerSettings(git={"max_age_days": 5}))  # type: ignore[call-arg]
    assert "git" not in plugins.configured
    with pytest.raises(ConfigError, match=r"git\.repositories\.0\.url"):
        plugins.configure(ServerSettings(git={"repositories": [{"repo": "a/b", "url": "ext::x"}]}))  # type: ignore[call-arg]
