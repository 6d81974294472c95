"""Commands of connectors, as the command line asks for them."""

from __future__ import annotations

from pydantic import BaseModel, ValidationError

from datasource_server.routes.house import House
from datasource_server.sdk import Caller, Command, NotFound, QueryError, Told
from datasource_server.settings import describe


async def run_command(house: House, connector: str, command: str, body: bytes, caller: Caller) -> Told:
    """Return what a connector's command answers to the parameters in the JSON body."""
    found = _find(house, connector, command)
    parameters = _read(found, f"{connector} {command}", body)
    context = house.ingest.context(connector, "", found.name, caller)
    return await found.run(context, **{name: getattr(parameters, name) for name in type(parameters).model_fields})


def _find(house: House, connector: str, command: str) -> Command:
    if connector not in house.plugins.configured:
        raise NotFound(f"connector {connector[:60]!r} is not configured")
    commands = house.plugins.connectors[connector].commands
    if command not in commands:
        raise NotFound(f"connector {connector} has no command {command[:60]!r}")
    return commands[command]


def _read(command: Command, name: str, body: bytes) -> BaseModel:
    try:
        return command.parameters.model_validate_json(body or b"{}")
    except ValidationError as problem:
        raise QueryError(f"opssight {name}: {describe(problem)}") from None
