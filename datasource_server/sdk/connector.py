"""Connector: the value that a plugin hands over, and the decorators that fill it."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, Literal, TypeVar, get_type_hints

from pydantic import BaseModel, ConfigDict, SecretStr, create_model

from datasource_server.sdk.alert_rule import AlertRule
from datasource_server.sdk.caller import Role
from datasource_server.sdk.dashboard import Dashboard
from datasource_server.sdk.errors import PluginError
from datasource_server.sdk.nouns import (
    Action,
    Collector,
    Command,
    Derivation,
    Notifier,
    Receiver,
    Scopes,
    Upload,
)
from datasource_server.sdk.query import Query, read_query
from datasource_server.sdk.receiver import Verify
from datasource_server.sdk.row import Row

F = TypeVar("F", bound=Callable[..., Any])


class ConnectorSettings(BaseModel):
    """What an operator may set for a connector; subclass it to add more.

    `webhook_secret_before` is accepted beside `webhook_secret` while it is rotated.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_url: str = ""
    token: SecretStr = SecretStr("")
    webhook_secret: SecretStr = SecretStr("")
    webhook_secret_before: SecretStr = SecretStr("")

    def webhook_secrets(self) -> tuple[str, ...]:
        """Return the secrets that a delivery may be signed with; none while none is configured."""
        both = (self.webhook_secret.get_secret_value(), self.webhook_secret_before.get_secret_value())
        return tuple(secret for secret in both if secret)


class Connector:
    """A plugin's connector: settings, tables, the ways in and out, queries, dashboards and alert rules.

    `authorize(settings, scope)` gives the headers that prove who we are; the default sends `token` as a bearer.
    `migrations` are SQL statements that are applied once, numbered by their position, never edited.
    """

    def __init__(
        self,
        package: str,
        *,
        settings: type[ConnectorSettings] = ConnectorSettings,
        tables: Sequence[type[Row]] = (),
        dashboards: Sequence[Dashboard] = (),
        alert_rules: Sequence[AlertRule] = (),
        **more: Any,  # noqa: ANN401  the keywords of More
    ) -> None:
        self.package = package
        self.name = package.rpartition(".")[2].removeprefix("opssight_")
        self.settings = settings
        self.tables = tuple(tables)
        self.dashboards = tuple(dashboards)
        self.alert_rules = tuple(alert_rules)
        self.more = More(**more)
        self.collectors: dict[str, Collector] = {}
        self.receivers: dict[str, Receiver] = {}
        self.derivations: dict[str, Derivation] = {}
        self.notifiers: dict[str, Notifier] = {}
        self.actions: dict[str, Action] = {}
        self.commands: dict[str, Command] = {}

    def queries(self) -> dict[str, Query]:
        """Return the queries in the package's folder `queries`, by name, each with its parts of `queries/parts`."""
        folder = resources.files(self.package) / "queries"
        parts = _texts(folder / "parts")
        return {name: read_query(self.name, name, text, parts) for name, text in _texts(folder).items()}

    def collector(
        self,
        *,
        every: timedelta,
        scopes: Scopes = lambda _settings: ("",),
        overlap: timedelta = timedelta(0),
        first: timedelta = timedelta(days=90),
    ) -> Callable[[F], F]:
        """Register a collector: an async generator of pages of rows.

        `scopes` gives what it reads apart from each other: from the settings, or as a coroutine from a Context.
        `overlap` is read again at each pass, `first` is how far back the first pass goes.
        """

        def register(function: F) -> F:
            name = self._new(function, self.collectors)
            self.collectors[name] = Collector(name, function, every, scopes, overlap, first, _sentence(function))
            return function

        return register

    def receiver(
        self,
        *,
        verify: Verify,
        id_header: str = "",
        kind_header: str = "",
        max_bytes: int = 25_000_000,
        unpack: Callable[[bytes], bytes] | None = None,
        told_apart_by: Sequence[str] = (),
    ) -> Callable[[F], F]:
        """Register a receiver: a function from a Delivery to rows.

        Without `id_header` a delivery is known by the hash of its body and of the headers `told_apart_by`. `unpack`
        makes UTF-8 text, which is what can be redacted and kept, of a body that is none; Unparsable where it can't.
        """

        def register(function: F) -> F:
            name = self._new(function, self.receivers)
            headers = (id_header.lower(), kind_header.lower())
            lower = tuple(each.lower() for each in told_apart_by)
            doc = _sentence(function)
            self.receivers[name] = Receiver(name, function, verify, *headers, max_bytes, doc, unpack, lower)
            return function

        return register

    def derivation(
        self, *, of: Sequence[type[Row]], writes: Sequence[type[Row]], by: Literal["repo", ""] = ""
    ) -> Callable[[F], F]:
        """Register a derivation: a coroutine from a Derive to rows of `writes`."""

        def register(function: F) -> F:
            name = self._new(function, self.derivations)
            self.derivations[name] = Derivation(name, function, tuple(of), tuple(writes), by, _sentence(function))
            return function

        return register

    def notifier(self, *, on: Sequence[type[Row]] = (), every: timedelta | None = None) -> Callable[[F], F]:
        """Register a notifier: a coroutine from a Context and the new rows to messages."""

        def register(function: F) -> F:
            name = self._new(function, self.notifiers)
            if not on and every is None:
                raise PluginError(f"notifier {self.name}/{name} needs on= or every=")
            self.notifiers[name] = Notifier(name, function, tuple(on), every, _sentence(function))
            return function

        return register

    def action(self, *, role: Role) -> Callable[[F], F]:
        """Register an action: a coroutine of a Context and keyword-only parameters."""

        def register(function: F) -> F:
            name = self._new(function, self.actions)
            self.actions[name] = Action(name, function, role, _parameters(function), _sentence(function))
            return function

        return register

    def command(self) -> Callable[[F], F]:
        """Register a command: a coroutine of a Context and keyword-only parameters to rows, or to a text."""

        def register(function: F) -> F:
            name = self._new(function, self.commands)
            hints = get_type_hints(function, include_extras=True)
            uploads = frozenset(key for key, hint in hints.items() if hint == Upload)
            self.commands[name] = Command(name, function, _parameters(function), uploads, _sentence(function))
            return function

        return register

    def _new(self, function: Callable[..., Any], taken: Mapping[str, object]) -> str:
        name: str = function.__name__
        if name in taken:
            raise PluginError(f"connector {self.name} has two functions named {name}")
        if not _sentence(function):
            raise PluginError(f"{self.name}/{name} has no docstring that says what it does")
        return name


@dataclass(frozen=True, slots=True)
class More:
    """The rarer keywords of a connector.

    `title` is what people call it, `authorize` gives the headers that prove who we are, `migrations` are SQL
    statements applied once, numbered by position, `is_configured` says whether the settings suffice to run it.
    """

    title: str = ""
    authorize: Callable[[Any, str], Awaitable[Mapping[str, str]]] | None = None
    migrations: tuple[str, ...] = ()
    is_configured: Callable[[Any], bool] = lambda settings: bool(settings.model_fields_set)
    is_always_on: bool = False


def _texts(folder: Traversable) -> dict[str, str]:
    if not folder.is_dir():
        return {}
    files = sorted((each for each in folder.iterdir() if each.name.endswith(".sql")), key=lambda each: each.name)
    return {each.name.removesuffix(".sql"): each.read_text("utf-8") for each in files}


def _sentence(function: Callable[..., Any]) -> str:
    return (inspect.getdoc(function) or "").partition("\n")[0]


def _parameters(function: Callable[..., Any]) -> type[BaseModel]:
    found = inspect.signature(function, eval_str=True).parameters.values()
    keywords = [each for each in found if each.kind is each.KEYWORD_ONLY]
    fields: dict[str, Any] = {each.name: (each.annotation, _default(each)) for each in keywords}
    return create_model(function.__name__, __config__=ConfigDict(extra="forbid"), **fields)


def _default(parameter: inspect.Parameter) -> object:
    return ... if parameter.default is parameter.empty else parameter.default
