"""Plugins: finds the installed connectors, sets them up, and lists those that are broken instead of stopping."""

from __future__ import annotations

import importlib
import logging
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

import pluggy
from pydantic import BaseModel, ValidationError

from datasource_server.sdk import ConfigError, Connector, ConnectorSettings, PluginError, hookspecs
from datasource_server.settings import Settings, describe

GROUP = "opssight.plugins"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Plugins:
    """What is installed: `connectors` by name, those that are `configured` with their settings, and the `problems`.

    `versions` says which package and version each came from.
    """

    hooks: pluggy.PluginManager
    connectors: dict[str, Connector] = field(default_factory=dict)
    configured: dict[str, ConnectorSettings] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, settings: Settings) -> Plugins:
        """Return what is installed; ConfigError where a table of the settings is no connector's, or is wrong."""
        found = sorted(metadata.entry_points(group=GROUP), key=lambda each: each.name)
        plugins = cls.empty()
        for entry in found:
            plugins.add(entry.name, entry.value, _version(entry))
        plugins.configure(settings)
        return plugins

    @classmethod
    def empty(cls) -> Plugins:
        """Return no plugins, ready for `add` and `configure`."""
        hooks = pluggy.PluginManager(hookspecs.PROJECT)
        hooks.add_hookspecs(hookspecs)
        return cls(hooks)

    def add(self, name: str, module: str | types.ModuleType | object, version: str = "") -> None:
        """Take a plugin in by its module; where it is broken, its problem is listed and the others go on."""
        self.versions[name] = version
        try:
            plugin = importlib.import_module(module) if isinstance(module, str) else module
            self.connectors[name] = self._register(name, plugin)
        except Exception as problem:  # whatever a stranger's import raises must not stop the others
            log.exception("plugin is broken", extra={"plugin": name})
            self.problems[name] = f"{type(problem).__name__}: {problem}"

    def configure(self, settings: Settings) -> None:
        """Read the settings of each connector; ConfigError names every table that is unknown or wrong."""
        tables = settings.connectors
        wrong = [self._configure(name, tables.get(name), settings.data_dir) for name in sorted(self.connectors)]
        unknown = sorted(set(tables) - set(self.versions))
        wrong += [f"[{name}] is the settings of no installed connector" for name in unknown]
        if problems := [each for each in wrong if each]:
            raise ConfigError("; ".join(problems))

    def _register(self, name: str, plugin: object) -> Connector:
        self.hooks.register(plugin, name=name)
        try:
            self.hooks.check_pending()
            return _connector(name, self.hooks, plugin)
        except Exception:
            self.hooks.unregister(name=name)
            raise

    def _configure(self, name: str, table: Mapping[str, Any] | None, data_dir: Path) -> str:
        connector = self.connectors[name]
        if table is None and not connector.more.is_always_on:
            return ""
        try:
            given = _split_lists(connector.settings, table or {})
            settings = connector.settings.model_validate(given, context={"data_dir": data_dir})
        except ValidationError as problem:
            return describe(problem, name)
        if connector.more.is_always_on or not table or connector.more.is_configured(settings):
            self.configured[name] = settings
        return ""


def _connector(name: str, hooks: pluggy.PluginManager, plugin: object) -> Connector:
    callers = [each for each in hooks.hook.opssight_connector.get_hookimpls() if each.plugin is plugin]
    if not callers:
        raise PluginError(f"plugin {name} has no hook opssight_connector")
    connector = callers[0].function()
    if not isinstance(connector, Connector):
        raise PluginError(f"plugin {name}: opssight_connector gave {type(connector).__name__}, not a Connector")
    if connector.name != name:
        raise PluginError(f"plugin {name}: its connector is named {connector.name}; entry point and package must agree")
    return connector


def _split_lists(model: type[BaseModel], table: Mapping[str, Any]) -> dict[str, Any]:
    """Let a list be given as `a,b`, the way environment variables hold it."""
    lists = {name for name, each in model.model_fields.items() if _is_list(each.annotation)}
    return {name: _parts(value) if name in lists and isinstance(value, str) else value for name, value in table.items()}


def _is_list(annotation: object) -> bool:
    return (typing.get_origin(annotation) or annotation) in (list, tuple, set, frozenset)


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _version(entry: metadata.EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist else ""
