"""Settings: what an operator sets in `opssight.toml` and in `OPSSIGHT_…` environment variables."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from datasource_server.sdk import ConfigError

FILE = "opssight.toml"
PREFIX = "OPSSIGHT_"


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Tokens(Part):
    """The secrets that Grafana and the command line prove themselves with; each opens one prefix only.

    `datasource` opens /json, `infinity` /infinity, `alerts` /alerts, `actions` /actions, `admin` /admin.
    """

    datasource: SecretStr = SecretStr("")
    infinity: SecretStr = SecretStr("")
    alerts: SecretStr = SecretStr("")
    actions: SecretStr = SecretStr("")
    admin: SecretStr = SecretStr("")


class Grafana(Part):
    """The Grafana whose signed identities are believed.

    `root_url` is its own address as people type it, the issuer of identities; `jwks_url` is where its public keys
    are read (by default below `root_url`).
    """

    root_url: str = "http://localhost:3000/"
    jwks_url: str = ""
    org_id: int = 1

    @property
    def issuer(self) -> str:
        """Return the address as Grafana writes it into an identity, with a slash at its end."""
        return self.root_url.rstrip("/") + "/"

    @property
    def keys_url(self) -> str:
        """Return the address of Grafana's public keys."""
        return self.jwks_url or f"{self.issuer}api/signing-keys/keys"


class Server(Part):
    """Where the server listens, and how much of a request it reads: at most so many bytes, within so many seconds.

    `header_seconds` is also how long an idle connection stays open; a proxy in front may make it longer.
    """

    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)
    header_seconds: float = Field(12, gt=0)
    max_body_bytes: int = Field(25_000_000, gt=0)
    body_seconds: float = Field(12, gt=0)


class People(Part):
    """Who may see figures of single people: everybody their own, and managers those of others where this says so."""

    managers_see_others: bool = False


class Limits(Part):
    """How much work is done at a time.

    A query runs for `query_seconds`, at most `readers` run and `waiting` wait; `queue_rows` rows wait to be written.
    """

    query_seconds: float = Field(10, gt=0)
    readers: int = Field(4, gt=0)
    waiting: int = Field(64, ge=0)
    queue_rows: int = Field(50_000, gt=0)


class Settings(BaseSettings):
    """All settings; a table that is none of these is the settings of the connector of its name."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="allow", frozen=True, env_ignore_empty=True
    )

    data_dir: Path = Path("data")
    tokens: Tokens = Tokens()
    grafana: Grafana = Grafana()
    server: Server = Server()
    limits: Limits = Limits()
    people: People = People()

    @property
    def connectors(self) -> dict[str, dict[str, Any]]:
        """Return the tables of the connectors, unread, by the connector's name."""
        return {name: value for name, value in (self.model_extra or {}).items() if isinstance(value, dict)}

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  the signature is pydantic's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment win over the file, which comes as the initial values."""
        connectors = _connector_environment(os.environ, set(cls.model_fields))
        return env_settings, InitSettingsSource(settings_cls, connectors), init_settings

    def __repr_args__(self) -> Iterable[tuple[str | None, object]]:
        """Leave the connectors' unread tables out: a token in them is not masked yet."""
        return ((name, value) for name, value in super().__repr_args__() if name in type(self).model_fields)

    @classmethod
    def load(cls, path: Path | None = None) -> Settings:
        """Return the settings of a file (`opssight.toml` here, where none is named) and of the environment.

        ConfigError names the setting, what was found and what was expected.
        """
        table = _read(path)
        for name, value in table.items():
            if name not in cls.model_fields and not isinstance(value, dict):
                raise ConfigError(
                    f"{path or FILE}: unknown setting {name}; a connector's settings are a table [{name}]"
                )
        try:
            return cls(**table)
        except ValidationError as problem:
            raise ConfigError(f"{path or FILE} and environment: {describe(problem)}") from None


def describe(problem: ValidationError, table: str = "") -> str:
    """Return what is wrong in one line, without the values: they may be secrets."""
    lines = (".".join([table, *map(str, each["loc"])]).strip(".") + f": {each['msg']}" for each in problem.errors())
    return "; ".join(lines)


def _read(path: Path | None) -> dict[str, Any]:
    if path is None and not Path(FILE).is_file():
        return {}
    place = path or Path(FILE)
    try:
        return tomllib.loads(place.read_text("utf-8"))
    except OSError as problem:
        raise ConfigError(f"settings file {place} can't be read: {problem.strerror}") from None
    except ValueError as problem:
        raise ConfigError(f"settings file {place} is no TOML: {problem}") from None


def _connector_environment(environment: Mapping[str, str], own: set[str]) -> dict[str, Any]:
    """Return the tables that variables such as OPSSIGHT_GITHUB__TOKEN make."""
    tables: dict[str, Any] = {}
    for name, value in sorted(environment.items()):
        words = name.removeprefix(PREFIX).lower().split("__")
        if name.startswith(PREFIX) and value and len(words) > 1 and all(words) and words[0] not in own:
            _put(tables, words, value)
    return tables


def _put(table: dict[str, Any], words: list[str], value: str) -> None:
    for word in words[:-1]:
        table = table.setdefault(word, {})
        if not isinstance(table, dict):
            raise ConfigError(f"environment: {PREFIX}{'__'.join(words).upper()} lies below another variable's value")
    table[words[-1]] = _value(value)


def _value(text: str) -> object:
    if not text.startswith(("[", "{")):
        return text
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text
