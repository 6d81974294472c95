"""The commands of `opssight`, with the help that a newcomer reads."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Optional

import typer

from datasource_server import log
from datasource_server.cli import checking, demo, printing
from datasource_server.cli.asking import is_running, running_server
from datasource_server.cli.serving import serve as serve_app
from datasource_server.inventory import plugin_list
from datasource_server.plugins import Plugins
from datasource_server.sdk import ConfigError, QueryError
from datasource_server.secrets import with_tokens
from datasource_server.settings import Settings
from datasource_server.version import VERSION

app = typer.Typer(
    name="opssight",
    help="Is delivery healthy, what changed, why did it break: answered inside Grafana. Begin with `opssight demo`.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode="markdown",
)

Config = Annotated[
    Optional[Path],  # noqa: UP045  typer reads it at run time
    typer.Option("--config", envvar="OPSSIGHT_CONFIG", help="The settings file; opssight.toml here if not given."),
]
Data = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option("--data", help="The data folder; data_dir of the settings if not given."),
]
ConnectorName = Annotated[str, typer.Argument(metavar="[CONNECTOR]", help="One connector; all if not given.")]
LogLevel = Annotated[str, typer.Option(help="DEBUG, INFO, WARNING or ERROR.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def settings_of(config: Path | None, data: Path | None) -> Settings:
    """Return the settings, with the data folder of the command line where one is given."""
    found = Settings.load(config)
    return found if data is None else found.model_copy(update={"data_dir": data})


@app.command()
def serve(config: Config = None, data: Data = None, log_level: LogLevel = "INFO") -> None:
    """Collect, take deliveries in and answer Grafana, until it is stopped."""
    from datasource_server.app import create_app  # noqa: PLC0415  the whole server; other commands start faster

    settings = with_tokens(settings_of(config, data))
    plugins = Plugins.load(settings)
    log.configure(settings, plugins, log_level)
    printing.say(
        f"OpsSight {VERSION} listens on {settings.server.host}:{settings.server.port}, data in {settings.data_dir}"
    )
    asyncio.run(serve_app(create_app(settings, plugins=plugins), settings))


app.command(name="demo")(demo.demo)


@app.command()
def collect(
    connector: ConnectorName = "",
    collector: Annotated[str, typer.Option(help="One collector of the connector.")] = "",
    since: Annotated[
        str, typer.Option("--from", help="Read from this date on (2026-01-31); else from the cursor.")
    ] = "",
    config: Config = None,
    data: Data = None,
) -> None:
    """Run collectors once, now, on the running server, and say what each scope gave."""
    server = running_server(settings_of(config, data))
    lines = server.stream("/admin/collect", connector=connector, collector=collector, since=since)
    if printing.show_passes(lines):
        raise typer.Exit(1)


@app.command()
def query(
    path: Annotated[str, typer.Argument(metavar="CONNECTOR/NAME", help="For example ci/pipelines.")],
    param: Annotated[
        list[str] | None, typer.Option("--param", "-p", help="name=value, also to=… and limit=…; may be repeated.")
    ] = None,
    since: Annotated[str, typer.Option("--from", help="Start, as a date or moment; 7 days ago if not given.")] = "",
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    config: Config = None,
    data: Data = None,
) -> None:
    """Answer a query: a table here, `--json` or `--csv` for other programs."""
    if path.count("/") != 1:
        raise QueryError(f"{path} names no query; they are named CONNECTOR/NAME, such as ci/pipelines")
    given = _pairs(param or []) | ({"from": since} if since else {}) | ({"format": "csv"} if as_csv else {})
    answer = running_server(settings_of(config, data)).get(f"/admin/query/{path}", given)
    if as_json or as_csv:
        printing.write(answer.content)
    else:
        printing.show_rows(path, answer)


@app.command()
def plugins(as_json: AsJson = False, config: Config = None) -> None:
    """List what is installed: connectors, whether they are configured, and what is broken."""
    found = plugin_list(Plugins.load(Settings.load(config)))
    if as_json:
        printing.write_json(found)
    else:
        printing.show_plugins(found)


@app.command()
def check(config: Config = None, data: Data = None) -> None:
    """Say what is wrong with the settings, which tokens are there, and which tools can be reached."""
    if not checking.check(settings_of(config, data)):
        raise typer.Exit(1)


@app.command()
def render(folder: Annotated[Path, typer.Option(help="The project's folder.")] = Path()) -> None:
    """Write dashboards/, provisioning/ and docs/reference.md from the installed plugins."""
    from datasource_server.render import render_all  # noqa: PLC0415

    paths = render_all(Plugins.load(Settings.load()).connectors, folder)
    printing.say(f"{len(paths)} files written below {folder.absolute()}")


@app.command()
def derive(connector: ConnectorName = "", config: Config = None, data: Data = None) -> None:
    """Make all derived rows again from the stored ones."""
    found = running_server(settings_of(config, data)).post("/admin/derive", connector=connector)
    printing.say(f"{found['rows']} rows derived")


@app.command()
def replay(
    connector: ConnectorName = "",
    everything: Annotated[
        bool, typer.Option("--all", help="Read all kept deliveries, not only quarantined ones.")
    ] = False,
    config: Config = None,
    data: Data = None,
) -> None:
    """Read kept deliveries again, after a fix: those that could not be understood."""
    server = running_server(settings_of(config, data))
    found = server.post("/admin/replay", connector=connector, only_quarantined=not everything)
    printing.say(f"{found['read']} deliveries read, {found['parsed']} understood, {found['quarantined']} still not")


@app.command()
def backup(
    folder: Annotated[Path, typer.Argument(help="A folder on the server's machine; made if missing.")],
    config: Config = None,
    data: Data = None,
) -> None:
    """Write the whole store as Parquet files, while the server runs."""
    found = running_server(settings_of(config, data)).post("/admin/backup", folder=str(folder.absolute()))
    printing.say(f"written to {found['folder']}")


@app.command()
def restore(
    folder: Annotated[Path, typer.Argument(help="A folder that `opssight backup` wrote.")],
    config: Config = None,
    data: Data = None,
) -> None:
    """Make the store anew from a backup; the server must be stopped, and the data folder hold no store."""
    from datasource_server.app import STORE  # noqa: PLC0415
    from datasource_server.store import Store  # noqa: PLC0415

    settings = settings_of(config, data)
    if is_running(settings):
        raise ConfigError(f"a server is running on {settings.data_dir}; stop it first")
    if (settings.data_dir / STORE).exists():
        raise ConfigError(f"{settings.data_dir / STORE} exists; move it away first")
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    Store.restore(folder, settings.data_dir / STORE)
    printing.say(f"restored into {settings.data_dir}")


@app.command()
def version() -> None:
    """Print the version."""
    printing.say(VERSION)


def _pairs(given: list[str]) -> dict[str, str | list[str]]:
    found: dict[str, list[str]] = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not name or not equals:
            raise QueryError(f"--param {each}: expected name=value")
        found.setdefault(name, []).append(value)
    return {name: values if len(values) > 1 else values[0] for name, values in found.items()}
