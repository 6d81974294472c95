"""Plugins: broken ones are listed, the others run; settings are checked by the connector's own class."""

from __future__ import annotations

import types

import pytest

from datasource_server import sdk
from datasource_server.plugins import Plugins
from datasource_server.sdk import ConfigError
from datasource_server.settings import Settings


class DemoSettings(sdk.ConnectorSettings):
    organizations: list[str] = []


def plugin(name: str, **more: object) -> object:
    connector = sdk.Connector(f"opssight_{name}", settings=DemoSettings, **more)  # type: ignore[arg-type]

    class Plugin:
        @sdk.hookimpl
        def opssight_connector(self) -> sdk.Connector:
            return connector

    return Plugin()


def test_the_built_in_plugins_are_found_by_their_entry_points() -> None:
    plugins = Plugins.load(Settings())

    assert {"ci", "github", "sandbox", "teams"} <= set(plugins.versions)
    assert plugins.versions["ci"].startswith("opssight ")


def test_a_plugin_that_cannot_be_imported_is_listed_and_the_others_run() -> None:
    plugins = Plugins.empty()

    plugins.add("broken", "opssight_that_is_not_there")
    plugins.add("demo", plugin("demo"))

    assert "ModuleNotFoundError" in plugins.problems["broken"]
    assert set(plugins.connectors) == {"demo"}


def test_a_plugin_with_an_unknown_hook_is_listed_and_the_others_run() -> None:
    class Wrong:
        @sdk.hookimpl
        def opssight_connektor(self) -> None: ...

    plugins = Plugins.empty()
    plugins.add("wrong", Wrong())
    plugins.add("demo", plugin("demo"))

    assert "opssight_connektor" in plugins.problems["wrong"]
    assert set(plugins.connectors) == {"demo"}


@pytest.mark.parametrize("module", [types.ModuleType("empty"), plugin("other")], ids=["no hook", "other name"])
def test_a_plugin_must_hand_over_the_connector_of_its_name(module: object) -> None:
    plugins = Plugins.empty()

    plugins.add("demo", module)

    assert "demo" in plugins.problems["demo"]
    assert plugins.connectors == {}


def test_a_connector_is_configured_by_its_table() -> None:
    plugins = Plugins.empty()
    for name in ("one", "two", "three"):
        plugins.add(name, plugin(name))

    plugins.configure(Settings.model_validate({"one": {"organizations": "acme, globex"}, "two": {}}))

    assert set(plugins.configured) == {"one", "two"}
    assert plugins.configured["one"].model_dump()["organizations"] == ["acme", "globex"]


def test_a_connector_may_say_that_its_settings_do_not_suffice() -> None:
    plugins = Plugins.empty()
    plugins.add("demo", plugin("demo", is_configured=lambda settings: bool(settings.token.get_secret_value())))

    plugins.configure(Settings.model_validate({"demo": {"organizations": ["acme"]}}))

    assert plugins.configured == {}


def test_a_connector_may_always_be_on() -> None:
    plugins = Plugins.empty()
    plugins.add("demo", plugin("demo", is_always_on=True))

    plugins.configure(Settings())

    assert set(plugins.configured) == {"demo"}


def test_every_wrong_table_is_named_at_once_without_its_values() -> None:
    plugins = Plugins.empty()
    plugins.add("demo", plugin("demo"))

    with pytest.raises(ConfigError) as problem:
        plugins.configure(Settings.model_validate({"demo": {"tokken": "super-secret"}, "githup": {"token": "x"}}))

    assert "demo.tokken" in str(problem.value)
    assert "[githup]" in str(problem.value)
    assert "super-secret" not in str(problem.value)


def test_the_table_of_a_broken_plugin_is_no_unknown_table() -> None:
    plugins = Plugins.empty()
    plugins.add("broken", "opssight_that_is_not_there")

    plugins.configure(Settings.model_validate({"broken": {"token": "x"}}))

    assert plugins.configured == {}
