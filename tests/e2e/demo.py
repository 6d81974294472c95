"""The demo as a person starts it: OpsSight with its sandbox, and a Grafana that it starts itself."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import orjson

ROOT = Path(__file__).parents[2]
SECRET = "a webhook secret of the tests"
START_SECONDS = 150


@dataclass(frozen=True)
class Demo:
    """A running demo: where its server and its Grafana are, and what it printed."""

    server: str
    grafana: str
    data: Path
    log: Path

    @property
    def password(self) -> str:
        return (self.data / "grafana" / "admin-password").read_text()

    @property
    def printed(self) -> str:
        return self.log.read_text("utf-8")

    def token(self, name: str) -> str:
        text: str = orjson.loads((self.data / "tokens.json").read_bytes())[name]
        return text

    def rows(self, path: str, **params: str) -> list[dict[str, Any]]:
        """Return the rows of a query, as the command line gets them."""
        headers = {"Authorization": f"Bearer {self.token('admin')}"}
        answer = httpx.get(f"{self.server}/admin/query/{path}", params=params, headers=headers, timeout=30)
        answer.raise_for_status()
        found: list[dict[str, Any]] = answer.json()
        return found

    def of_grafana(self, path: str) -> Any:
        """Return what Grafana's API answers its admin."""
        answer = httpx.get(f"{self.grafana}{path}", auth=("admin", self.password), timeout=30)
        answer.raise_for_status()
        return answer.json()


@contextmanager
def demo(folder: Path) -> Iterator[Demo]:
    """Start the demo, wait until its boards can be filled, and stop it as Ctrl-C does."""
    server, grafana = free_port(), free_port()
    command = [sys.executable, "-m", "datasource_server", "demo", "--data", str(folder / "data")]
    command += ["--port", str(server), "--grafana-port", str(grafana)]
    log = folder / "demo.log"
    environment = os.environ | {"OPSSIGHT_GITHUB__WEBHOOK_SECRET": SECRET, "COLUMNS": "200", "HOME": str(folder)}
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT)
    found = Demo(f"http://127.0.0.1:{server}", f"http://localhost:{grafana}", folder / "data", log)
    try:
        wait_for(lambda: is_ready(found, process), START_SECONDS, "the demo to be ready")
        yield found
    finally:
        process.send_signal(signal.SIGINT)
        code = process.wait(30)
    assert code == 0, f"the demo ended with code {code}: {found.printed[-2000:]}"


def is_ready(found: Demo, process: subprocess.Popen[bytes]) -> bool:
    """Say whether Grafana was announced and the sandbox's first pass is over."""
    assert process.poll() is None, f"the demo ended: {found.printed[-2000:]}"
    if found.grafana not in found.printed:
        return False
    passes = found.rows("ci/freshness", connector="sandbox")
    is_filled = {each["collector"] for each in passes if each["succeeded_at"]} == {"organisation", "work"}
    return is_filled and bool(found.rows("ci/main_branches"))


def wait_for(is_so: Any, seconds: float, what: str, pause: float = 0.5) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, f"waited {seconds:.0f} s for {what}"
        time.sleep(pause)


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
