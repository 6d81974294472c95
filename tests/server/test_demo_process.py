"""The demo as its reader starts it, in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest


@pytest.mark.slow
def test_the_demo_fills_within_a_minute_and_stops_cleanly(tmp_path: Path) -> None:
    with socket.socket() as probing:
        probing.bind(("127.0.0.1", 0))
        port = probing.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OPSSIGHT_")}
    environment["XDG_STATE_HOME"] = str(tmp_path / "state")
    command = [sys.executable, "-m", "datasource_server"]
    options = ["demo", "--port", str(port), "--data", str(tmp_path / "demo"), "--no-grafana"]
    with (
        (tmp_path / "log").open("wb") as log,
        subprocess.Popen([*command, *options], env=environment, stderr=log, stdout=log) as process,
    ):
        ask = [*command, "query", "ci/pipelines", "--json", "--data", str(tmp_path / "demo")]
        rows = wait_for_rows(ask, environment)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0

    assert {"pipeline", "repo"} <= set(rows[0])
    assert f"http://127.0.0.1:{port}" in (tmp_path / "log").read_text()


def wait_for_rows(ask: list[str], environment: dict[str, str]) -> list[dict[str, object]]:
    for _ in range(60):
        done = subprocess.run(ask, env=environment, capture_output=True, text=True, timeout=60, check=False)
        if done.returncode == 0 and (rows := json.loads(done.stdout)):
            return list(rows)
        time.sleep(1)
    pytest.fail("the sandbox stayed empty")
