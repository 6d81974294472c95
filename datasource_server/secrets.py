"""Tokens at random where none are configured, kept in a file that only its owner can read."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import orjson
from pydantic import SecretStr

from datasource_server.sdk import ConfigError
from datasource_server.settings import Settings, Tokens

FILE = "tokens.json"


def with_tokens(settings: Settings) -> Settings:
    """Return the settings with every token filled: as configured, else from the data folder's file, else at random.

    The random ones are written to that file (mode 600), so that the command line and Grafana find them.
    """
    kept = read_tokens(settings.data_dir)
    wanted = {name: _configured(settings, name) or kept.get(name) for name in Tokens.model_fields}
    made = {name: secrets.token_urlsafe(32) for name, value in wanted.items() if not value}
    if made:
        write_private(settings.data_dir / FILE, orjson.dumps(kept | made, option=orjson.OPT_INDENT_2))
    return _filled(settings, {name: value or made[name] for name, value in wanted.items()})


def with_known_tokens(settings: Settings) -> Settings:
    """Return the settings with the tokens that are configured or kept in the data folder; none is made."""
    kept = read_tokens(settings.data_dir)
    return _filled(settings, {name: _configured(settings, name) or kept.get(name, "") for name in Tokens.model_fields})


def read_tokens(folder: Path) -> dict[str, str]:
    """Return the tokens that the data folder keeps; none where there is no file."""
    try:
        found = orjson.loads((folder / FILE).read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, orjson.JSONDecodeError) as problem:
        raise ConfigError(f"token file {folder / FILE} can't be read: {problem}") from None
    if not isinstance(found, dict):
        raise ConfigError(f"token file {folder / FILE} holds no JSON object")
    return {str(name): str(value) for name, value in found.items()}


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    fresh.replace(path)


def _configured(settings: Settings, name: str) -> str:
    token: SecretStr = getattr(settings.tokens, name)
    return token.get_secret_value()


def _filled(settings: Settings, tokens: dict[str, str]) -> Settings:
    return settings.model_copy(update={"tokens": Tokens(**{name: SecretStr(value) for name, value in tokens.items()})})
