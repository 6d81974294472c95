"""A git server over HTTP on this machine, which lets in who has the password: real `git http-backend`."""

from __future__ import annotations

import base64
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from .scripted import QUIET


@dataclass(slots=True)
class Remote:
    """A running server; `asked` holds path and Authorization of each request."""

    url: str
    asked: list[tuple[str, str]] = field(default_factory=list)


@contextmanager
def remote(root: Path, user: str = "", password: str = "", moved_to: str = "") -> Iterator[Remote]:
    """Serves the repositories in a folder, or sends everybody on to another address."""
    proof = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode() if user else ""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            given = self.headers.get("Authorization", "")
            running.asked.append((self.path, given))
            if moved_to:
                self._answer(302, [("Location", moved_to + self.path)], b"")
            elif proof and given != proof:
                self._answer(401, [("WWW-Authenticate", 'Basic realm="git"')], b"who are you?")
            else:
                self._serve()

        do_POST = do_GET  # noqa: N815  the name is http.server's

        def _serve(self) -> None:
            path, _, query = self.path.partition("?")
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            variables = {
                "GIT_PROJECT_ROOT": str(root),
                "GIT_HTTP_EXPORT_ALL": "1",
                "PATH_INFO": path,
                "QUERY_STRING": query,
                "REQUEST_METHOD": self.command,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "CONTENT_LENGTH": str(len(body)),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
                "GIT_CONFIG_COUNT": "1",
                "GIT_CONFIG_KEY_0": "safe.directory",
                "GIT_CONFIG_VALUE_0": "*",
            }
            done = subprocess.run(
                ["git", "http-backend"], env=QUIET | variables, input=body, capture_output=True, check=True
            )
            head, _, rest = done.stdout.partition(b"\r\n\r\n")
            pairs = [line.split(": ", 1) for line in head.decode().splitlines()]
            status = next((int(value.split()[0]) for name, value in pairs if name == "Status"), 200)
            self._answer(status, [(name, value) for name, value in pairs if name != "Status"], rest)

        def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
            self.send_response(status)
            for name, value in [*headers, ("Content-Length", str(len(body)))]:
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running = Remote(f"http://127.0.0.1:{server.server_port}")
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def wrapped_git(folder: Path, script: str) -> str:
    """Puts a program `git` of these shell lines into a folder; gives a PATH on which it comes first."""
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "git"
    program.write_text("#!/bin/sh\n" + script)
    program.chmod(0o755)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"
