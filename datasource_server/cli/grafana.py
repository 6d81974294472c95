"""A Grafana of the demo's own: found on this machine, provisioned from the plugins, started and stopped with it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
import orjson

import datasource_server
from datasource_server.plugins import Plugins
from datasource_server.render import Places, rendered
from datasource_server.sdk import ConfigError
from datasource_server.secrets import write_private
from datasource_server.settings import Settings, Tokens

APP = Path(datasource_server.__file__).parents[1] / "grafana" / "dist"
USUAL_PLACES = ("/usr/share/grafana", "/usr/local/share/grafana", "/opt/grafana", "/opt/homebrew/share/grafana")
INFINITY = "yesoreyeram-infinity-datasource"
START_SECONDS = 120
HOME_BOARD = "opssight-ci"


@dataclass(frozen=True, slots=True)
class Installed:
    """A Grafana on this machine: its program, and the folder with its `conf` and `public`."""

    program: Path
    home: Path


def find(environment: Mapping[str, str]) -> Installed | None:
    """Return the Grafana of GRAFANA_HOME, of PATH, or of the usual places."""
    if named := environment.get("GRAFANA_HOME"):
        if found := _at(Path(named)):
            return found
        raise ConfigError(f"GRAFANA_HOME {named} holds no bin/grafana")
    on_path = shutil.which("grafana", path=environment.get("PATH")) or shutil.which(
        "grafana-server", path=environment.get("PATH")
    )
    homes = [Path(on_path).resolve().parents[1]] if on_path else []
    for home in [*homes, *map(Path, USUAL_PLACES)]:
        if (home / "conf" / "defaults.ini").is_file() and (found := _at(home, on_path)):
            return found
    return None


def _at(home: Path, program: str | None = None) -> Installed | None:
    for name in ("grafana", "grafana-server"):
        if (home / "bin" / name).is_file():
            return Installed(home / "bin" / name, home)
    return Installed(Path(program), home) if program else None


class Grafana:
    """A private Grafana beside the demo: everything it writes lies in `folder`, which only its owner can read."""

    def __init__(self, installed: Installed, folder: Path, settings: Settings, port: int) -> None:
        self.installed = installed
        self.folder = folder.absolute()
        self.settings = settings
        self.port = port
        self._process: asyncio.subprocess.Process | None = None

    @property
    def address(self) -> str:
        """Return the address that people open."""
        return f"http://localhost:{self.port}"

    @property
    def password_file(self) -> Path:
        """Return the file that holds the admin's password."""
        return self.folder / "admin-password"

    def provision(self, plugins: Plugins, server: str) -> None:
        """Write data sources, boards, app and alert rules as files; tokens stay in the environment."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        for stale in ("provisioning", "dashboards", "plugins"):
            shutil.rmtree(self.folder / stale, ignore_errors=True)
        files = rendered(plugins.connectors, Places(server, str(self.folder / "dashboards")))
        for path, text in files.items():
            if path.startswith(("provisioning/", "dashboards/")):
                write_private(self.folder / path, text.encode())
        _link_plugins(self.folder / "plugins", os.environ)
        for name in ("admin-password", "secret-key"):
            if not (self.folder / name).exists():
                write_private(self.folder / name, secrets.token_urlsafe(18).encode())

    async def start(self) -> None:
        """Start it, and wait until it answers; ConfigError where it gives up."""
        command = [str(self.installed.program), "server", "--homepath", str(self.installed.home)]
        if self.installed.program.name == "grafana-server":
            command.remove("server")
        log = (self.folder / "grafana.log").open("ab")
        with log:
            self._process = await asyncio.create_subprocess_exec(
                *command,
                env=self._environment(),
                cwd=self.installed.home,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        await self._wait()

    async def wait(self) -> None:
        """Wait until it ends, which it should not; ConfigError says where its log is."""
        if self._process:
            code = await self._process.wait()
            raise ConfigError(f"Grafana ended with code {code}; its log is {self.folder / 'grafana.log'}")

    async def stop(self) -> None:
        """Stop it, gently first."""
        if self._process and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()
            try:
                await asyncio.wait_for(self._process.wait(), 10)
            except TimeoutError:
                self._process.kill()
                await self._process.wait()

    async def _wait(self) -> None:
        async with httpx.AsyncClient(trust_env=False) as client:
            for _ in range(START_SECONDS * 4):
                if self._process and self._process.returncode is not None:
                    await self.wait()
                with contextlib.suppress(httpx.HTTPError):
                    if (await client.get(f"http://127.0.0.1:{self.port}/api/health")).is_success:
                        return
                await asyncio.sleep(0.25)
        raise ConfigError(f"Grafana did not answer within {START_SECONDS} s; its log is {self.folder / 'grafana.log'}")

    def _environment(self) -> dict[str, str]:
        tokens = {
            f"OPSSIGHT_TOKENS__{name.upper()}": getattr(self.settings.tokens, name).get_secret_value()
            for name in Tokens.model_fields
            if name != "admin"
        }
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("OPSSIGHT_", "GF_"))}
        return kept | _options(self.folder, self.port) | tokens


def _options(folder: Path, port: int) -> dict[str, str]:
    home = folder / "dashboards" / "team" / f"{HOME_BOARD}.json"
    options = {
        "GF_SERVER_HTTP_ADDR": "127.0.0.1",
        "GF_SERVER_HTTP_PORT": str(port),
        "GF_SERVER_ROOT_URL": f"http://localhost:{port}/",
        "GF_PATHS_DATA": str(folder / "data"),
        "GF_PATHS_LOGS": str(folder / "logs"),
        "GF_PATHS_PLUGINS": str(folder / "plugins"),
        "GF_PATHS_PROVISIONING": str(folder / "provisioning"),
        "GF_SECURITY_ADMIN_USER": "admin",
        "GF_SECURITY_ADMIN_PASSWORD": (folder / "admin-password").read_text(),
        "GF_SECURITY_SECRET_KEY": (folder / "secret-key").read_text(),
        "GF_SECURITY_ACTIONS_ALLOW_POST_URL": "/api/plugin-proxy/opssight-app/*",
        "GF_AUTH_ANONYMOUS_ENABLED": "false",
        "GF_USERS_ALLOW_SIGN_UP": "false",
        "GF_DATAPROXY_SEND_USER_HEADER": "true",
        "GF_ANALYTICS_REPORTING_ENABLED": "false",
        "GF_ANALYTICS_CHECK_FOR_UPDATES": "false",
        "GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES": "false",
        "GF_NEWS_NEWS_FEED_ENABLED": "false",
        "GF_SECURITY_DISABLE_GRAVATAR": "true",
        "GF_PLUGINS_ALLOW_LOADING_UNSIGNED_PLUGINS": ",".join(_plugin_ids(folder / "plugins")),
        **_preinstalled(folder / "plugins"),
    }
    return options | ({"GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH": str(home)} if home.is_file() else {})


def _preinstalled(plugins: Path) -> dict[str, str]:
    """Return what makes Grafana fetch Infinity where it is missing, and nothing where it is there."""
    if (plugins / INFINITY).exists():
        return {"GF_PLUGINS_PREINSTALL_DISABLED": "true"}
    return {"GF_PLUGINS_PREINSTALL": INFINITY}


def _link_plugins(folder: Path, environment: Mapping[str, str]) -> None:
    """Put the machine's Grafana plugins and OpsSight's own app into one folder, by links."""
    folder.mkdir(parents=True)
    given = environment.get("GRAFANA_PLUGINS_DIR")
    for place in _folders(Path(given)) if given else ():
        (folder / place.name).symlink_to(place.absolute())
    own = folder / "opssight-app"
    if APP.is_dir() and not own.is_symlink():
        own.symlink_to(APP)


def _folders(place: Path) -> Iterable[Path]:
    if not place.is_dir():
        raise ConfigError(f"GRAFANA_PLUGINS_DIR {place} is no folder")
    return sorted(each for each in place.iterdir() if each.is_dir() and each.name != "opssight-app")


def _plugin_ids(folder: Path) -> list[str]:
    """Return the ids of the plugins in the folder, and of what is nested in OpsSight's own; unsigned ones load too."""
    found = {"opssight-app", "opssight-datasource"}
    for each in (*APP.glob("**/plugin.json"), *folder.glob("*/plugin.json")):
        with contextlib.suppress(ValueError, KeyError, TypeError):
            found.add(str(orjson.loads(each.read_bytes())["id"]))
    return sorted(found)
