"""The command line, against a server that really runs in a process of its own."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from datasource_server.cli import main

TOML = """
[server]
port = {port}
[teams.checkout]
title = "Checkout"
members = ["ana"]
repos = ["acme/checkout-*"]
"""


@dataclass(frozen=True)
class Said:
    """What a command printed, and how it ended."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Running:
    """A running server: its folder, its address."""

    folder: Path
    address: str
    pid: int


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("running")
    with socket.socket() as probing:
        probing.bind(("127.0.0.1", 0))
        port = probing.getsockname()[1]
    (folder / "opssight.toml").write_text(TOML.format(port=port))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OPSSIGHT_")}
    environment["XDG_STATE_HOME"] = str(folder / "state")
    command = [sys.executable, "-m", "datasource_server", "serve"]
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(command, cwd=folder, env=environment, stderr=log, stdout=log) as process,
    ):
        address = f"http://127.0.0.1:{port}"
        wait_for(lambda: httpx.get(f"{address}/readyz").is_success, process, folder / "log")
        yield Running(folder, address, process.pid)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def wait_for(answers: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        try:
            if answers():
                return
        except httpx.HTTPError:
            assert process.poll() is None, log.read_text()
        time.sleep(0.1)
    pytest.fail(f"the server did not start: {log.read_text()}")


@pytest.fixture
def opssight(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Run the command line in this process, as its entry point does."""

    def run(*words: str) -> Said:
        monkeypatch.setattr(sys, "argv", ["opssight", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        code = ended.value.code
        return Said(code if isinstance(code, int) else 0, said.out, said.err)

    monkeypatch.setenv("COLUMNS", "160")
    return run


@pytest.fixture
def here(running: Running, monkeypatch: pytest.MonkeyPatch) -> Running:
    """Stand in the folder of the running server's settings."""
    monkeypatch.chdir(running.folder)
    monkeypatch.setenv("XDG_STATE_HOME", str(running.folder / "state"))
    return running


def test_help_is_for_newcomers(opssight: Callable[..., Said]) -> None:
    said = opssight("--help")

    assert said.code == 0
    for word in (
        "serve",
        "demo",
        "collect",
        "query",
        "plugins",
        "check",
        "render",
        "derive",
        "replay",
        "backup",
        "restore",
    ):
        assert word in said.out


@pytest.mark.parametrize(
    "command",
    ["serve", "demo", "collect", "query", "plugins", "check", "render", "derive", "replay", "backup", "restore"],
)
def test_every_command_has_help(opssight: Callable[..., Said], command: str) -> None:
    said = opssight(command, "--help")

    assert said.code == 0
    assert len(said.out.splitlines()) > 4


def test_a_query_prints_a_table_json_or_csv(here: Running, opssight: Callable[..., Said]) -> None:
    opssight("collect", "teams")

    table, as_json, as_csv = (
        opssight("query", "teams/teams"),
        opssight("query", "teams/teams", "--json"),
        opssight("query", "teams/teams", "--csv"),
    )

    assert "Checkout" in table.out
    assert "1 rows" in table.out
    assert json.loads(as_json.out) == [{"text": "Checkout", "value": "checkout"}]
    assert next(csv.DictReader(io.StringIO(as_csv.out)))["value"] == "checkout"


def test_parameters_reach_the_query(here: Running, opssight: Callable[..., Said]) -> None:
    said = opssight("query", "teams/teams", "--json", "--param", "limit=1", "--from", "2026-01-01")

    assert said.code == 0
    assert len(json.loads(said.out)) == 1


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("query", "nothing"), "CONNECTOR/NAME"),
        (("query", "teams/nothing"), "teams/nothing"),
        (("query", "teams/teams", "--param", "x"), "name=value"),
        (("query", "teams/teams", "--from", "yesterday"), "from is no moment"),
        (("collect", "nothing"), "nothing"),
        (("derive", "nothing"), "nothing"),
        (("check", "--config", "none.toml"), "none.toml"),
    ],
)
def test_what_is_wrong_is_one_line_and_exit_code_2(
    here: Running, opssight: Callable[..., Said], words: tuple[str, ...], found: str
) -> None:
    said = opssight(*words)

    assert said.code == 2
    assert len(said.err.strip().splitlines()) == 1
    assert said.err.startswith("opssight: ")
    assert found in said.err


def test_a_usage_error_is_exit_code_2(opssight: Callable[..., Said]) -> None:
    assert opssight("query").code == 2
    assert opssight("nonsense").code == 2


def test_collect_says_what_each_scope_gave(here: Running, opssight: Callable[..., Said]) -> None:
    said = opssight("collect", "teams")

    assert said.code == 0
    assert "teams teams" in said.out + said.err


def test_derive_and_replay_say_what_they_did(here: Running, opssight: Callable[..., Said]) -> None:
    assert "rows derived" in opssight("derive").out
    assert "0 deliveries read" in opssight("replay", "--all").out


def test_a_backup_can_be_restored_into_an_empty_folder_only(
    here: Running, opssight: Callable[..., Said], tmp_path: Path
) -> None:
    saved = opssight("backup", str(tmp_path / "backup"))
    running = opssight("restore", str(tmp_path / "backup"))
    restored = opssight("restore", str(tmp_path / "backup"), "--data", str(tmp_path / "new"))
    again = opssight("restore", str(tmp_path / "backup"), "--data", str(tmp_path / "new"))

    assert (saved.code, restored.code) == (0, 0)
    assert (tmp_path / "new" / "opssight.duckdb").stat().st_size > 0
    assert (running.code, "stop it first" in running.err) == (2, True)
    assert (again.code, "exists" in again.err) == (2, True)


def test_the_server_is_found_from_elsewhere_by_its_data_folder_or_as_the_last_one(
    here: Running, opssight: Callable[..., Said], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)

    named = opssight("query", "teams/teams", "--json", "--data", str(here.folder / "data"))
    last = opssight("query", "teams/teams", "--json")

    assert named.code == last.code == 0
    assert named.out == last.out


def test_without_a_server_the_command_says_how_to_start_one(
    opssight: Callable[..., Said], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))

    none = opssight("query", "ci/runs")
    monkeypatch.setenv("OPSSIGHT_TOKENS__ADMIN", "some-token")
    monkeypatch.setenv("OPSSIGHT_SERVER__PORT", "9")
    dead = opssight("query", "ci/runs")

    assert (none.code, dead.code) == (2, 2)
    assert "opssight serve" in none.err
    assert "no server answers at http://127.0.0.1:9" in dead.err


def test_a_second_server_on_the_same_data_says_so(
    here: Running, opssight: Callable[..., Said], monkeypatch: pytest.MonkeyPatch
) -> None:
    """check 55: the second process names the lock and stops; it does not break the first."""
    command = [sys.executable, "-m", "datasource_server", "serve"]
    environment = dict(os.environ) | {"OPSSIGHT_SERVER__PORT": "0"}

    second = subprocess.run(
        command, cwd=here.folder, env=environment, capture_output=True, text=True, timeout=60, check=False
    )

    assert second.returncode == 2
    assert second.stderr.strip().splitlines()[-1].startswith("opssight: ")
    assert httpx.get(f"{here.address}/readyz").is_success


def test_plugins_are_listed_for_people_and_programs(
    opssight: Callable[..., Said], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)

    table, as_json = opssight("plugins"), opssight("plugins", "--json")

    found = {each["name"]: each for each in json.loads(as_json.out)}
    assert {"ci", "github", "sandbox", "teams"} <= set(found)
    assert found["github"]["receivers"] == ["webhook"]
    assert "installed" in table.out


def test_check_tells_of_tokens_and_reach_without_a_secret(
    opssight: Callable[..., Said], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """check 30: present or absent is all that is said of a token."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPSSIGHT_TOKENS__INFINITY", "infinity-token-secret")
    monkeypatch.setenv("OPSSIGHT_GITHUB__TOKEN", "ghp_very_secret")
    monkeypatch.setenv("OPSSIGHT_GITHUB__ORGANIZATIONS", "acme")
    monkeypatch.setenv("OPSSIGHT_GITHUB__BASE_URL", "http://127.0.0.1:9")

    said = opssight("check")

    assert said.code == 1
    assert "infinity-token-secret" not in said.out + said.err
    assert "ghp_very_secret" not in said.out + said.err
    assert "configured" in said.out
    assert "127.0.0.1 can't be reached" in said.out


def test_render_writes_below_the_folder(
    opssight: Callable[..., Said], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)

    said = opssight("render", "--folder", str(tmp_path))

    assert said.code == 0
    assert (tmp_path / "provisioning" / "datasources" / "opssight.yaml").is_file()
    assert (tmp_path / "docs" / "reference.md").is_file()
