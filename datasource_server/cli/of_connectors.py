"""The commands that connectors bring: `opssight CONNECTOR COMMAND`, made from their parameters."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Optional

import typer
from pydantic.fields import FieldInfo

from datasource_server.cli import printing
from datasource_server.cli.asking import running_server
from datasource_server.plugins import Plugins
from datasource_server.sdk import Command, ConfigError, Connector
from datasource_server.settings import Settings

Place = Optional[Path]  # noqa: UP045  typer reads it at run time
OWN: dict[str, Any] = {
    "as_json": Annotated[bool, typer.Option("--json", help="Print JSON.")],
    "config": Annotated[Place, typer.Option("--config", envvar="OPSSIGHT_CONFIG", help="The settings file.")],
    "data": Annotated[Place, typer.Option("--data", help="The data folder; data_dir of the settings if not given.")],
}


def add_connectors(app: typer.Typer, words: Sequence[str]) -> None:
    """Add a group for each connector that has commands, where the words may name one: loading them takes a moment."""
    own = {each.name or each.callback.__name__ for each in app.registered_commands if each.callback}
    if words and words[0] in own:
        return
    for name, connector in sorted(Plugins.load(Settings()).connectors.items()):
        if connector.commands:
            app.add_typer(_group(connector), name=name)


def _group(connector: Connector) -> typer.Typer:
    group = typer.Typer(help=f"What {connector.more.title or connector.name} answers here.", no_args_is_help=True)
    for command in connector.commands.values():
        group.command(name=command.name.replace("_", "-"), help=command.doc)(_function(connector.name, command))
    return group


def _function(connector: str, command: Command) -> Any:  # noqa: ANN401  a function with a signature made here
    def run(*, as_json: bool, config: Path | None, data: Path | None, **given: Any) -> None:  # noqa: ANN401
        settings = Settings.load(config)
        found = settings if data is None else settings.model_copy(update={"data_dir": data})
        body = {name: _text(value) if name in command.uploads else value for name, value in given.items() if value}
        answer = running_server(found).post(f"/admin/command/{connector}/{command.name}", **body)
        _show(answer, command, as_json=as_json)

    fields = command.parameters.model_fields.items()
    parameters = [_parameter(name, field, is_file=name in command.uploads) for name, field in fields]
    defaults = {"as_json": False, "config": None, "data": None}
    parameters += [_keyword(name, hint, defaults[name]) for name, hint in OWN.items()]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    return run


def _parameter(name: str, field: FieldInfo, *, is_file: bool) -> inspect.Parameter:
    if is_file:
        return _keyword(name, Annotated[Place, typer.Option(help="A file.")], None)
    default = inspect.Parameter.empty if field.is_required() else field.default
    return _keyword(name, Annotated[field.annotation, typer.Option()], default)


def _keyword(name: str, hint: object, default: object) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=hint)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeError) as problem:
        raise ConfigError(f"{path} can't be read: {problem}") from None


def _show(answer: dict[str, Any], command: Command, *, as_json: bool) -> None:
    if as_json:
        printing.write_json(answer.get("rows", answer.get("text")))
    elif "text" in answer:
        printing.say(answer["text"])
    else:
        printing.show_found(command.name, answer["rows"])
