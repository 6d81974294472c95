"""Tokens are made at random, kept for their owner alone, and never logged."""

from __future__ import annotations

import logging
import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from datasource_server import log, sdk
from datasource_server.plugins import Plugins
from datasource_server.sdk import ConfigError
from datasource_server.secrets import FILE, with_known_tokens, with_tokens
from datasource_server.settings import Settings, Tokens


def test_missing_tokens_are_made_once_and_kept_for_their_owner_alone(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")

    first, second = with_tokens(settings), with_tokens(settings)

    values = {getattr(first.tokens, name).get_secret_value() for name in Tokens.model_fields}
    assert len(values) == 5
    assert all(len(value) >= 32 and "$" not in value for value in values)
    assert first.tokens == second.tokens
    assert stat.S_IMODE((tmp_path / "data" / FILE).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


def test_a_configured_token_wins_and_is_not_written(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, tokens=Tokens(infinity=SecretStr("configured-by-hand")))

    found = with_tokens(settings)

    assert found.tokens.infinity.get_secret_value() == "configured-by-hand"
    assert "configured-by-hand" not in (tmp_path / FILE).read_text()


def test_asking_for_known_tokens_makes_none(tmp_path: Path) -> None:
    found = with_known_tokens(Settings(data_dir=tmp_path))

    assert found.tokens.admin.get_secret_value() == ""
    assert not (tmp_path / FILE).exists()


def test_a_broken_token_file_is_named(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("[1]")

    with pytest.raises(ConfigError, match=FILE):
        with_tokens(Settings(data_dir=tmp_path))


def test_no_log_line_holds_a_configured_secret(tmp_path: Path) -> None:
    """check 30: facts, messages and tracebacks are scrubbed of every configured secret."""
    tokens = Tokens(infinity=SecretStr("infinity-secret"))
    settings = Settings.model_validate(
        {"data_dir": tmp_path, "tokens": tokens, "demo": {"token": "ghp_connector-secret"}}
    )
    plugins = Plugins.empty()
    plugins.add("demo", Plugin())
    plugins.configure(settings)
    formatter = log.Scrubbed(log.secrets_of(settings, plugins))

    with pytest.raises(ValueError, match="traceback") as problem:
        int_of("in the traceback: infinity-secret")
    failed = (problem.type, problem.value, problem.tb)
    record = logging.LogRecord("x", logging.ERROR, "f", 1, "asked with ghp_connector-secret", (), failed)
    record.header = "Bearer infinity-secret"
    text = formatter.format(record)

    assert "infinity-secret" not in text
    assert "connector-secret" not in text
    assert text.count("•••") >= 3


def test_a_log_line_names_its_request() -> None:
    token = log.request_id.set("abc123")
    text = log.Scrubbed().format(logging.LogRecord("x", logging.INFO, "f", 1, "hello", (), None))
    log.request_id.reset(token)

    assert "request=abc123" in text


def int_of(text: str) -> None:
    raise ValueError(text)


def test_a_flood_of_lines_is_sampled_and_counted() -> None:
    """check 42: the log holds a few lines of a flood, and how many it held back."""
    now = 0.0
    sample = log.Sample(most=3, seconds=10, clock=lambda: now)

    first = [sample.admit() for _ in range(1_000)]
    now = 11.0
    second = [sample.admit() for _ in range(5)]

    assert first == [0, 0, 0] + [None] * 997
    assert second == [997, 0, 0, None, None]


class Plugin:
    @sdk.hookimpl
    def opssight_connector(self) -> sdk.Connector:
        return sdk.Connector("opssight_demo")
