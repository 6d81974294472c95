"""The demo: settings of its own, and a private Grafana beside it, here a small program that plays one."""

from __future__ import annotations

import json
import os
import socket
import stat
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from datasource_server import sdk
from datasource_server.cli import demo, grafana
from datasource_server.cli.demo import Stage, demo_settings
from datasource_server.plugins import Plugins
from datasource_server.sdk import ConfigError
from datasource_server.settings import Settings, Tokens
from tests.server.routes.house import Plugin, Written

PLAYS_GRAFANA = """#!{python}
import http.server, json, os, pathlib, sys
pathlib.Path({seen!r}).write_text(json.dumps({{"words": sys.argv[1:], "environment": dict(os.environ)}}))
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{{}}")
    def log_message(self, *words):
        pass
http.server.HTTPServer(("127.0.0.1", int(os.environ["GF_SERVER_HTTP_PORT"])), Answer).serve_forever()
"""


@pytest.fixture
def port() -> int:
    with socket.socket() as probing:
        probing.bind(("127.0.0.1", 0))
        found: int = probing.getsockname()[1]
        return found


@pytest.fixture
def seen(tmp_path: Path) -> Path:
    return tmp_path / "seen.json"


@pytest.fixture
def home(tmp_path: Path, seen: Path) -> Path:
    return installed(tmp_path / "grafana-home", PLAYS_GRAFANA.format(python=sys.executable, seen=str(seen)))


def installed(home: Path, program: str) -> Path:
    (home / "bin").mkdir(parents=True)
    (home / "conf").mkdir()
    (home / "conf" / "defaults.ini").touch()
    (home / "bin" / "grafana").write_text(program)
    (home / "bin" / "grafana").chmod(0o755)
    return home


@pytest.fixture
def plugins() -> Plugins:
    board = sdk.Dashboard(
        "opssight-ci", "CI overview", "How CI is.", (sdk.Panel("Runs", "All runs.", "table", "ci/runs"),)
    )
    connector = Written(
        "ci", {"runs": "-- Runs.\nSELECT repo FROM pipeline_run ORDER BY ALL"}, dashboards=[board], is_always_on=True
    )
    found = Plugins.empty()
    found.add("ci", Plugin(connector))
    found.configure(Settings())
    return found


@pytest.fixture
def settings(tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.delenv("GRAFANA_PLUGINS_DIR", raising=False)
    return demo_settings(8000, tmp_path / "data", port)


def test_the_demo_has_settings_of_its_own(settings: Settings, tmp_path: Path, port: int) -> None:
    assert settings.connectors["sandbox"] == {}
    assert settings.connectors["teams"] == {"managers": ["admin"]}
    assert settings.people.managers_see_others
    assert settings.data_dir == tmp_path / "data"
    assert settings.grafana.issuer == f"http://localhost:{port}/"
    assert all(getattr(settings.tokens, name).get_secret_value() for name in Tokens.model_fields)


def test_the_demo_keeps_its_data_apart_and_where_it_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    usual = demo_settings(8000, None, 3000).data_dir
    monkeypatch.setenv("OPSSIGHT_DATA_DIR", str(tmp_path / "told"))
    told = demo_settings(8000, None, 3000).data_dir

    assert usual == tmp_path / "opssight" / "demo"
    assert told == tmp_path / "told"


def test_grafana_is_found_by_its_home_or_on_the_path(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grafana, "USUAL_PLACES", ())

    by_home, by_path = grafana.find({"GRAFANA_HOME": str(home)}), grafana.find({"PATH": str(home / "bin")})

    assert by_home == by_path == grafana.Installed(home / "bin" / "grafana", home)
    assert grafana.find({"PATH": ""}) is None
    with pytest.raises(ConfigError, match="holds no bin/grafana"):
        grafana.find({"GRAFANA_HOME": str(home / "bin")})


async def test_grafana_starts_with_private_files_and_tokens_in_its_environment(
    home: Path, seen: Path, settings: Settings, plugins: Plugins, port: int
) -> None:
    shown = grafana.Grafana(
        grafana.Installed(home / "bin" / "grafana", home), settings.data_dir / "grafana", settings, port
    )

    shown.provision(plugins, "http://127.0.0.1:8000")
    await shown.start()
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"http://127.0.0.1:{port}/api/health")
    await shown.stop()

    told, files = read(seen, shown.folder)
    tokens = {name: getattr(settings.tokens, name).get_secret_value() for name in Tokens.model_fields}
    assert answer.status_code == 200
    assert told["words"] == ["server", "--homepath", str(home)]
    assert told["environment"]["OPSSIGHT_TOKENS__DATASOURCE"] == tokens["datasource"]
    assert tokens["admin"] not in told["environment"].values()
    assert told["environment"]["GF_AUTH_ANONYMOUS_ENABLED"] == "false"
    assert told["environment"]["GF_SECURITY_ADMIN_PASSWORD"] == shown.password_file.read_text()
    assert stat.S_IMODE(shown.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(shown.password_file.stat().st_mode) == 0o600
    assert not [path for path, text in files.items() if any(token in text for token in tokens.values())]
    assert "http://127.0.0.1:8000/json" in (shown.folder / "provisioning" / "datasources" / "opssight.yaml").read_text()
    assert (shown.folder / "dashboards" / "team" / "opssight-ci.json").is_file()


def read(seen: Path, folder: Path) -> tuple[dict[str, Any], dict[Path, str]]:
    """Return what the program saw of its start, and the text of each file in its folder."""
    return json.loads(seen.read_text()), {each: each.read_text() for each in folder.rglob("*") if each.is_file()}


def test_the_password_stays_and_plugins_of_the_machine_are_linked(
    home: Path, settings: Settings, plugins: Plugins, port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "plugins" / grafana.INFINITY).mkdir(parents=True)
    monkeypatch.setenv("GRAFANA_PLUGINS_DIR", str(tmp_path / "plugins"))
    shown = grafana.Grafana(
        grafana.Installed(home / "bin" / "grafana", home), settings.data_dir / "grafana", settings, port
    )

    shown.provision(plugins, "http://127.0.0.1:8000")
    first = shown.password_file.read_text()
    shown.provision(plugins, "http://127.0.0.1:8000")

    assert shown.password_file.read_text() == first
    assert (shown.folder / "plugins" / grafana.INFINITY).resolve() == tmp_path / "plugins" / grafana.INFINITY


async def test_a_grafana_that_ends_at_once_is_named_with_its_log(
    tmp_path: Path, settings: Settings, plugins: Plugins, port: int
) -> None:
    home = installed(tmp_path / "broken-home", f"#!{sys.executable}\nraise SystemExit(3)\n")
    shown = grafana.Grafana(
        grafana.Installed(home / "bin" / "grafana", home), settings.data_dir / "grafana", settings, port
    )
    shown.provision(plugins, "http://127.0.0.1:8000")

    with pytest.raises(ConfigError, match=r"ended with code 3; its log is .*grafana\.log"):
        await shown.start()


async def test_the_demo_goes_on_without_a_grafana_that_fails(
    tmp_path: Path, settings: Settings, plugins: Plugins, port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    home = installed(tmp_path / "broken-home", f"#!{sys.executable}\nraise SystemExit(3)\n")
    shown = grafana.Grafana(
        grafana.Installed(home / "bin" / "grafana", home), settings.data_dir / "grafana", settings, port
    )

    await Stage(settings, plugins, shown, wants_grafana=True).run("http://127.0.0.1:8000")

    said = capsys.readouterr()
    assert "http://127.0.0.1:8000" in said.out
    assert "OpsSight goes on without it" in said.err


async def test_without_a_grafana_the_demo_says_what_to_install(
    settings: Settings, plugins: Plugins, capsys: pytest.CaptureFixture[str]
) -> None:
    await Stage(settings, plugins, None, wants_grafana=True).run("http://127.0.0.1:8000")

    said = capsys.readouterr().out
    assert "GRAFANA_HOME" in said
    assert "docker compose up" in said
    assert not any(getattr(settings.tokens, name).get_secret_value() in said for name in Tokens.model_fields)


async def test_the_reader_is_told_where_to_sign_in(
    home: Path, settings: Settings, plugins: Plugins, port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = grafana.Grafana(
        grafana.Installed(home / "bin" / "grafana", home), settings.data_dir / "grafana", settings, port
    )
    stage = Stage(settings, plugins, shown, wants_grafana=True)
    await run_for_a_moment(stage, shown)

    said = capsys.readouterr().out
    assert f"http://localhost:{port}" in said
    assert "sign in as admin" in said
    assert shown.password_file.read_text() not in said


async def run_for_a_moment(stage: Stage, shown: grafana.Grafana) -> None:
    import asyncio  # noqa: PLC0415

    task = asyncio.ensure_future(stage.run("http://127.0.0.1:8000"))
    async with httpx.AsyncClient() as client:
        for _ in range(200):
            await asyncio.sleep(0.1)
            try:
                if (await client.get(f"http://127.0.0.1:{shown.port}/api/health")).is_success:
                    break
            except httpx.HTTPError:
                continue
    await asyncio.sleep(0.5)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def test_nothing_of_this_process_is_changed() -> None:
    assert "GF_SECURITY_ADMIN_PASSWORD" not in os.environ
    assert demo.SANDBOX == "sandbox"
