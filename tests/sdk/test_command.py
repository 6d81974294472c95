"""Commands: what a connector answers in the terminal."""

from __future__ import annotations

from typing import Any

import pytest

from datasource_server import sdk


def connector_with(function: Any) -> sdk.Connector:
    """Return a connector with the function as its command."""
    connector = sdk.Connector("opssight_demo")
    connector.command()(function)
    return connector


def test_a_command_is_known_by_its_name_parameters_and_sentence() -> None:
    async def preview(ctx: sdk.Context[Any], *, rules: sdk.Upload = "", days: int = 30) -> sdk.Told:
        """Say what would count."""
        return f"{ctx.connector} {rules} {days}"

    command = connector_with(preview).commands["preview"]

    assert command.doc == "Say what would count."
    assert command.parameters.model_validate({"days": "7"}).model_dump() == {"rules": "", "days": 7}
    assert command.uploads == {"rules"}


def test_a_command_without_a_sentence_is_refused() -> None:
    async def preview(ctx: sdk.Context[Any]) -> sdk.Told:
        return ctx.connector

    with pytest.raises(sdk.PluginError, match="no docstring"):
        connector_with(preview)
