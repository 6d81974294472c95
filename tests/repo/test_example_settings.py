"""The example of the settings says only what OpsSight understands."""

import importlib
import os
import re
from pathlib import Path

import pytest

from datasource_server.settings import PREFIX, Settings

from .sources import text_of

EXAMPLE = "opssight.example.toml"
SETTING = re.compile(r"^# (?=\[|\w+ = )", re.MULTILINE)


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)


def loaded(text: str, folder: Path) -> Settings:
    (folder / "opssight.toml").write_text(text)
    return Settings.load(folder / "opssight.toml")


def test_the_example_as_it_is_switches_no_connector_on(tmp_path: Path) -> None:
    settings = loaded(text_of(EXAMPLE), tmp_path)
    assert settings.connectors == {}
    assert settings.server.port == 8000


def test_every_line_of_the_example_is_a_setting(tmp_path: Path) -> None:
    settings = loaded(SETTING.sub("", text_of(EXAMPLE)), tmp_path)
    assert settings.connectors.keys() == {"activity", "alerts", "git", "github", "gitlab", "junit", "teams"}
    for name, table in settings.connectors.items():
        connector = importlib.import_module(f"opssight_{name}").connector
        connector.settings.model_validate(table)


def test_the_example_holds_no_secret() -> None:
    values = re.findall(
        r'^#? ?(?:token|secret|\w+_secret|datasource|infinity|alerts|actions|admin) = "(.*)"',
        text_of(EXAMPLE),
        re.MULTILINE,
    )
    assert len(values) >= 7
    assert set(values) == {""}
