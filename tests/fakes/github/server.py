"""Runs the fake on loopback ports, in a thread of its own."""

import asyncio
import socket
import time
from threading import Event, Thread
from types import TracebackType
from typing import Self

import uvicorn
from starlette.types import ASGIApp

from .accounts import Accounts, GitHubApp, Token
from .application import Application
from .call import Switches
from .faults import Faults
from .generate import generate_organisation
from .limits import Limits
from .model import Hook
from .site import Site
from .stats import Stats
from .storage import Storage
from .webhooks import Webhooks
from .wire import Connections, protocol
from .world import World

START_SECONDS = 10


class FakeGitHub:
    """A GitHub to test against: `with FakeGitHub(world) as fake:` then ask `fake.url` with `fake.token`."""

    def __init__(
        self,
        world: World | None = None,
        *,
        prefix: str = "",
        faults: Faults | None = None,
        is_slim: bool = False,
        skew_seconds: float = 0,
        web: str = "https://github.com",
    ) -> None:
        """`prefix` is `/api/v3` for an Enterprise Server; `skew_seconds` is how far its clock is ahead of ours."""
        self.world = world or generate_organisation(repos=4, runs=200)
        self.skew_seconds = skew_seconds
        self.switches = Switches()
        self.faults = faults or Faults()
        self.stats = Stats()
        self.accounts = Accounts(self.clock)
        self.app = GitHubApp(1_029, 51_027)
        self.limits = Limits(self.clock)
        self.storage = Storage(self.world, self.switches, self.clock)
        self._sockets = [listening_socket(), listening_socket()]
        api_port, storage_port = (each.getsockname()[1] for each in self._sockets)
        self.url = f"http://127.0.0.1:{api_port}{prefix}"
        self.storage.url = f"http://localhost:{storage_port}"
        self.site = Site(self.url, web, is_slim)
        self._application = self._assemble(prefix)
        self.token = self.issue_token().text
        self._is_started, self._thread = Event(), Thread(target=self._run, name="fake-github", daemon=True)
        self._servers: list[uvicorn.Server] = []

    def _assemble(self, prefix: str) -> Application:
        return Application(
            self.world,
            self.site,
            prefix,
            self.switches,
            self.accounts,
            self.app,
            self.limits,
            self.faults,
            self.stats,
            self.storage,
            self.clock,
        )

    def clock(self) -> float:
        """The server's idea of now, for limits, tokens and signed addresses; the world has its own clock."""
        return time.time() + self.skew_seconds

    def issue_token(self, login: str = "dev-00", *, limit: int = 5_000, may_write: bool = True) -> Token:
        """A personal token; set its `is_revoked` to take it back."""
        return self.accounts.issue(self.world.person(login), limit=limit, may_write=may_write)

    @property
    def headers(self) -> dict[str, str]:
        """The headers of a well-behaved client."""
        return {
            "Authorization": f"Bearer {self.token}",
            "User-Agent": "a-test",
            "Accept": "application/vnd.github+json",
        }

    def add_hook(self, secret: str, *, owner: str = "", url: str = "http://127.0.0.1/webhooks/github") -> Hook:
        """A webhook of the organisation, or of `owner/name`."""
        return self.world.add_hook(owner or self.world.organisation.login, url, secret)

    def webhooks(self, hook: Hook) -> Webhooks:
        """Makes deliveries whose payloads carry this fake's addresses."""
        return Webhooks(self.world, hook, self.site)

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._is_started.wait(START_SECONDS):
            raise RuntimeError("the fake GitHub did not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server in self._servers:
            server.should_exit = server.force_exit = True
        self._thread.join(START_SECONDS)

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        apps = ((self._application, self._application.connections), (self.storage, self.storage.connections))
        self._servers = [http_server(app, connections) for app, connections in apps]
        tasks = [
            asyncio.create_task(server.serve(sockets=[listening]))
            for server, listening in zip(self._servers, self._sockets, strict=True)
        ]
        while not all(server.started for server in self._servers):
            await asyncio.sleep(0.005)
        self._is_started.set()
        await asyncio.gather(*tasks)


def listening_socket() -> socket.socket:
    """A socket that already queues connections, so that nobody is refused while the server starts.

    The protocol is named because asyncio sends without delay only then: else an answer may wait 40 ms for an ACK.
    """
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", 0))
    listening.listen(256)
    return listening


def http_server(app: ASGIApp, connections: Connections) -> uvicorn.Server:
    """A server of one app on sockets that are given when it serves; it logs nothing."""
    config = uvicorn.Config(
        app,
        http=protocol(connections),
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        date_header=False,
    )
    return uvicorn.Server(config)
