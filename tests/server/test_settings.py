"""Settings come from a file and the environment, and say what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from datasource_server.sdk import ConfigError
from datasource_server.settings import Settings

FILE = """
data_dir = "somewhere"
[tokens]
infinity = "from-the-file"
alerts = "also-from-the-file"
[github]
token = "ghp_file"
organizations = ["acme"]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "opssight.toml"
    path.write_text(FILE)
    return path


def test_the_environment_wins_over_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSSIGHT_TOKENS__INFINITY", "from-the-environment")
    monkeypatch.setenv("OPSSIGHT_SERVER__PORT", "9000")
    monkeypatch.setenv("OPSSIGHT_GITHUB__TOKEN", "ghp_environment")
    monkeypatch.setenv("OPSSIGHT_GITHUB__APP__ID", "5")

    settings = Settings.load(file)

    assert settings.tokens.infinity.get_secret_value() == "from-the-environment"
    assert settings.tokens.alerts.get_secret_value() == "also-from-the-file"
    assert settings.server.port == 9000
    assert settings.connectors["github"] == {"token": "ghp_environment", "organizations": ["acme"], "app": {"id": "5"}}


def test_a_list_in_the_environment_may_be_json(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPSSIGHT_GITHUB__ORGANIZATIONS", '["acme", "globex"]')
    monkeypatch.setenv("OPSSIGHT_GITHUB__NOTE", "{no json")

    assert Settings.load().connectors["github"] == {"organizations": ["acme", "globex"], "note": "{no json"}


def test_a_variable_of_another_program_is_no_connector(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPSSIGHT_JSON_TOKEN", "x")
    monkeypatch.setenv("OPSSIGHT_CONFIG", "y")

    assert Settings.load().connectors == {}


def test_nothing_that_is_printed_holds_a_secret(file: Path) -> None:
    """check 30: settings may be logged whole."""
    settings = Settings.load(file)

    assert "from-the-file" not in repr(settings)
    assert "ghp_file" not in repr(settings)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('[server]\nport = "x"', "server.port"),
        ("[server]\nporrt = 1", "server.porrt"),
        ("data_dri = 'x'", "data_dri"),
        ("[server", "no TOML"),
        ("[tokens]\ninfinity = ['super-secret']", "tokens.infinity"),
    ],
)
def test_a_wrong_setting_is_named_without_its_value(tmp_path: Path, text: str, found: str) -> None:
    (tmp_path / "opssight.toml").write_text(text)

    with pytest.raises(ConfigError, match=found) as problem:
        Settings.load(tmp_path / "opssight.toml")

    assert "super-secret" not in str(problem.value)


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="can't be read"):
        Settings.load(tmp_path / "none.toml")


def test_the_issuer_ends_with_a_slash_and_the_keys_lie_below_it() -> None:
    grafana = Settings(grafana={"root_url": "https://grafana.example.com"}).grafana

    assert (grafana.issuer, grafana.keys_url) == (
        "https://grafana.example.com/",
        "https://grafana.example.com/api/signing-keys/keys",
    )
