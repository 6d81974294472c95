"""Whoever reads the SDK finds a sentence at every hook, table, column and public name."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from types import ModuleType

import datasource_server.sdk as sdk_package
from datasource_server.sdk.row import Row, column_sentence

from .sources import plugin_folders


def modules_of(package: ModuleType) -> Iterator[ModuleType]:
    yield package
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        yield importlib.import_module(found.name)


def tables() -> list[type[Row]]:
    """Every Row class of the SDK and of the built-in plugins."""
    packages = [sdk_package, *map(importlib.import_module, plugin_folders())]
    declared = [value for package in packages for module in modules_of(package) for value in vars(module).values()]
    return [value for value in dict.fromkeys(filter(inspect.isclass, declared)) if issubclass(value, Row)]


def test_every_hook_has_a_sentence_a_prefix_and_types() -> None:
    hookspecs = importlib.import_module("datasource_server.sdk.hookspecs")
    hooks = {name: hook for name, hook in vars(hookspecs).items() if name.startswith("opssight_") and callable(hook)}
    assert sorted(hooks) == ["opssight_authenticate", "opssight_connector", "opssight_team"]
    for name, hook in hooks.items():
        assert (inspect.getdoc(hook) or "").split("\n")[0].endswith("."), f"{name} has no sentence"
        assert "return" in inspect.get_annotations(hook), f"{name} says not what it returns"


def test_every_table_has_its_page() -> None:
    assert [row.__name__ for row in tables() if not (row.__dict__.get("__doc__") or "").strip()] == []


def test_every_column_has_its_sentence() -> None:
    silent = [
        f"{row.__name__}.{name}"
        for row in tables()
        for name in row.model_fields
        if not column_sentence(row, name).endswith((".", "…", "?"))
    ]
    assert silent == []


def test_every_public_name_of_the_sdk_has_a_sentence() -> None:
    silent = [
        name
        for name in sdk_package.__all__
        if (inspect.isclass(it := getattr(sdk_package, name)) or inspect.isroutine(it)) and not inspect.getdoc(it)
    ]
    assert silent == []


def test_every_module_has_a_sentence() -> None:
    packages = [importlib.import_module("datasource_server"), *map(importlib.import_module, plugin_folders())]
    modules = [module for package in packages for module in modules_of(package)]
    assert [module.__name__ for module in modules if not (module.__doc__ or "").strip()] == []
