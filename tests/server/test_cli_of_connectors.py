"""The commands that connectors bring, on the command line and at the server's door."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from datasource_server import sdk
from datasource_server.cli import of_connectors
from datasource_server.plugins import Plugins


class Server:
    """A running server that remembers what it was asked."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self.answer = answer
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def post(self, path: str, **body: object) -> dict[str, Any]:
        """Answer."""
        self.asked.append((path, body))
        return self.answer


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> typer.Typer:
    """A command line with one command of its own, and a connector's."""
    connector = sdk.Connector("opssight_demo", title="Demo")

    @connector.command()
    async def would_count(ctx: sdk.Context[Any], *, rules: sdk.Upload = "", days: int = 30, name: str) -> sdk.Told:
        """Say what would count."""
        return f"{ctx.connector} {rules} {days} {name}"

    found = Plugins.empty()
    found.connectors["demo"] = connector
    monkeypatch.setattr(Plugins, "load", classmethod(lambda _cls, _settings: found))
    made = typer.Typer()
    made.command(name="own")(lambda: None)
    of_connectors.add_connectors(made, ["demo"])
    return made


def run(app: typer.Typer, monkeypatch: pytest.MonkeyPatch, server: Server, *words: str) -> str:
    """Return what a command printed."""
    monkeypatch.setattr(of_connectors, "running_server", lambda _settings: server)
    found = CliRunner().invoke(app, list(words))
    assert found.exit_code == 0, found.output
    return found.output


def test_a_connectors_command_asks_the_running_server(
    app: typer.Typer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "new.toml").write_text("[dora]\n")
    server = Server({"rows": [{"rule": "job", "counts": 3}]})

    printed = run(
        app, monkeypatch, server, "demo", "would-count", "--name", "x", "--rules", str(tmp_path / "new.toml"), "--json"
    )

    assert server.asked == [("/admin/command/demo/would_count", {"rules": "[dora]\n", "days": 30, "name": "x"})]
    assert '"counts": 3' in printed


def test_a_text_is_printed_as_it_is(app: typer.Typer, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "nothing counts" in run(
        app, monkeypatch, Server({"text": "nothing counts"}), "demo", "would-count", "--name", "x"
    )


def test_a_missing_parameter_is_named(app: typer.Typer) -> None:
    found = CliRunner().invoke(app, ["demo", "would-count"])

    assert found.exit_code == 2
    assert "--name" in found.output


def test_our_own_commands_do_not_wait_for_connectors_to_load(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(_cls: object, _settings: object) -> Plugins:
        raise AssertionError("the connectors were loaded")

    monkeypatch.setattr(Plugins, "load", classmethod(load))
    made = typer.Typer()
    made.command(name="own")(lambda: None)

    of_connectors.add_connectors(made, ["own"])

    assert made.registered_groups == []
