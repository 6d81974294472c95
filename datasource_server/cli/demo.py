"""The demo: a living sandbox organisation, and a Grafana that shows it where one is installed."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Annotated, Any, Optional

import typer
from rich.panel import Panel

from datasource_server import log
from datasource_server.cli import grafana, printing
from datasource_server.cli.serving import require_free, serve
from datasource_server.plugins import Plugins
from datasource_server.sdk import ConfigError
from datasource_server.secrets import FILE, with_tokens
from datasource_server.settings import Settings

SANDBOX = "sandbox"
MANAGERS = {"managers": ["admin"]}
"""Who signs in to the demo may see figures of single people: the sandbox's are nobody's."""

INSTALL = """No Grafana was found, so only the server runs. To see the boards, either
  • install Grafana 11.6 or newer with the package of your system, or unpack it and set GRAFANA_HOME to its folder,
    put the Infinity plugin into a folder named by GRAFANA_PLUGINS_DIR (for alert rules), and start the demo again, or
  • with Docker: docker compose up"""
NO_APP = "OpsSight's Grafana plugin is not built, so the boards stay empty: run `make panels` (needs Node) first."


def demo(
    port: Annotated[int, typer.Option(help="The server's port.")] = 8000,
    data: Annotated[
        Optional[Path],  # noqa: UP045  typer reads it at run time
        typer.Option("--data", help="The folder for its data; ~/.local/share/opssight/demo if not given."),
    ] = None,
    no_grafana: Annotated[bool, typer.Option("--no-grafana", help="Start the server alone.")] = False,
    grafana_port: Annotated[int, typer.Option(help="Grafana's port.")] = 3000,
    log_level: Annotated[str, typer.Option(help="DEBUG, INFO, WARNING or ERROR.")] = "WARNING",
) -> None:
    """Show OpsSight with a sandbox organisation that lives: teams, services, 90 days of runs, new ones every minute."""
    from datasource_server.app import create_app  # noqa: PLC0415  the whole server; other commands start faster

    settings = demo_settings(port, data, grafana_port)
    plugins = Plugins.load(settings)
    if SANDBOX not in plugins.configured:
        raise ConfigError(f"the sandbox plugin can't be used: {plugins.problems.get(SANDBOX, 'it is not installed')}")
    log.configure(settings, plugins, log_level)
    installed = None if no_grafana else grafana.find(os.environ)
    shown = grafana.Grafana(installed, settings.data_dir / "grafana", settings, grafana_port) if installed else None
    if shown:
        require_free("127.0.0.1", grafana_port)
    stage = Stage(settings, plugins, shown, wants_grafana=not no_grafana)
    asyncio.run(serve(create_app(settings, plugins=plugins), settings, stage.run))


def demo_settings(port: int, data: Path | None, grafana_port: int) -> Settings:
    """Return the settings of a demo: the sandbox, a folder of its own, tokens at random; no settings file is read."""
    own: dict[str, Any] = {SANDBOX: {}, "teams": MANAGERS}
    found = Settings(**own)
    folder = data or (found.data_dir if "data_dir" in found.model_fields_set else default_folder())
    server = found.server.model_copy(update={"port": port})
    trust = found.grafana.model_copy(
        update={
            "root_url": f"http://localhost:{grafana_port}/",
            "jwks_url": f"http://127.0.0.1:{grafana_port}/api/signing-keys/keys",
        }
    )
    people = found.people.model_copy(update={"managers_see_others": True})
    own_settings = {"data_dir": folder, "server": server, "grafana": trust, "people": people}
    return with_tokens(found.model_copy(update=own_settings))


def default_folder() -> Path:
    """Return where the demo keeps its data."""
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "opssight" / "demo"


class Stage:
    """What happens beside the server: Grafana comes up, and the reader is told where to look."""

    def __init__(
        self, settings: Settings, plugins: Plugins, shown: grafana.Grafana | None, *, wants_grafana: bool
    ) -> None:
        self.settings = settings
        self.plugins = plugins
        self.shown = shown
        self.wants_grafana = wants_grafana

    async def run(self, address: str) -> None:
        """Say where the server is; start Grafana, say where it is, and stay with it."""
        self._introduce(address)
        if not self.shown:
            return
        try:
            await asyncio.to_thread(self.shown.provision, self.plugins, address)
            await self.shown.start()
            self._present(self.shown)
            await self.shown.wait()
        except ConfigError as problem:
            printing.ERR.print(f"{problem}; OpsSight goes on without it", markup=False, highlight=False)
        finally:
            await self.shown.stop()

    def _introduce(self, address: str) -> None:
        lines = [
            f"OpsSight answers at {address}, with its data in {self.settings.data_dir}.",
            f"Its tokens are in {self.settings.data_dir / FILE}, readable by you alone.",
            "The sandbox fills within a minute or two. In another terminal:",
            "  opssight query ci/pipelines",
        ]
        if self.wants_grafana:
            lines += ["", "Grafana starts …" if self.shown else INSTALL]
        printing.OUT.print(Panel("\n".join(lines), title="OpsSight demo", expand=False), markup=False, highlight=False)

    def _present(self, shown: grafana.Grafana) -> None:
        lines = [
            f"Open {shown.address} and sign in as admin with the password in",
            f"  {shown.password_file}",
            *([] if grafana.APP.is_dir() else ["", NO_APP]),
            "",
            "Stop everything with Ctrl-C.",
        ]
        printing.OUT.print(Panel("\n".join(lines), title="Grafana", expand=False), markup=False, highlight=False)
