"""Runs the fake on a loopback port, in a thread of its own."""

import asyncio
import time
from threading import Event, Thread
from types import TracebackType
from typing import Self

import uvicorn

from tests.fakes.github.accounts import Token
from tests.fakes.github.faults import Faults
from tests.fakes.github.generate import generate_organisation
from tests.fakes.github.model import Hook
from tests.fakes.github.server import START_SECONDS, http_server, listening_socket
from tests.fakes.github.stats import Stats
from tests.fakes.github.truth import Record
from tests.fakes.github.world import World

from .accounts import Accounts
from .application import Application
from .call import Switches
from .extras import Extras
from .limits import Limits
from .site import Site
from .truth import truth
from .webhooks import Webhooks

PREFIX = "/api/v4"


class FakeGitLab:
    """A GitLab to test against: `with FakeGitLab(world) as fake:` then ask `fake.url` with `fake.headers`."""

    def __init__(
        self,
        world: World | None = None,
        *,
        faults: Faults | None = None,
        extras: Extras | None = None,
        prefix: str = PREFIX,
        skew_seconds: float = 0,
    ) -> None:
        """`prefix` is longer for a GitLab under a relative address; `skew_seconds` is how far its clock is ahead."""
        self.world = world or generate_organisation(repos=4, runs=200)
        self.extras = extras or Extras()
        self.skew_seconds = skew_seconds
        self.switches = Switches()
        self.faults = faults or Faults()
        self.stats = Stats()
        self.accounts = Accounts(self.clock)
        self.limits = Limits(self.clock)
        self._socket = listening_socket()
        origin = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.url = f"{origin}{prefix}"
        self.site = Site(self.url, f"{origin}{prefix.removesuffix(PREFIX)}")
        self._application = self._assemble(prefix)
        self.token = self.issue_token().text
        self._is_started, self._thread = Event(), Thread(target=self._run, name="fake-gitlab", daemon=True)
        self._servers: list[uvicorn.Server] = []

    def _assemble(self, prefix: str) -> Application:
        return Application(
            self.world,
            self.extras,
            self.site,
            prefix,
            self.switches,
            self.accounts,
            self.limits,
            self.faults,
            self.stats,
            self.clock,
        )

    def clock(self) -> float:
        """The server's idea of now, for limits and tokens; the world has its own clock."""
        return time.time() + self.skew_seconds

    def issue_token(
        self, login: str = "dev-00", *, limit: int = 2_000, may_write: bool = True, seconds: float | None = None
    ) -> Token:
        """A token for `limit` requests a minute; set its `is_revoked` to take it back."""
        user = self.world.person(login)
        return self.accounts.issue(user, limit=limit, may_write=may_write, seconds=seconds)

    @property
    def headers(self) -> dict[str, str]:
        """The headers of a well-behaved client."""
        return {"PRIVATE-TOKEN": self.token, "User-Agent": "a-test"}

    def truth(self) -> dict[str, list[Record]]:
        """What a perfect collector has to store by now."""
        return truth(self.world, self.extras, reuses_skipped=self.switches.reuses_skipped)

    def add_hook(self, secret: str, *, owner: str = "", url: str = "http://127.0.0.1/webhooks/gitlab") -> Hook:
        """A webhook of the group, or of `owner/name`."""
        return self.world.add_hook(owner or self.world.organisation.login, url, secret)

    def webhooks(self, hook: Hook, *, signing_secret: str = "") -> Webhooks:
        """Makes deliveries whose payloads carry this fake's addresses; signed too, when there is a signing secret."""
        return Webhooks(self.world, hook, self.site, extras=self.extras, signing_secret=signing_secret)

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._is_started.wait(START_SECONDS):
            raise RuntimeError("the fake GitLab did not start")
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
        server = http_server(self._application, self._application.connections)
        self._servers = [server]
        task = asyncio.create_task(server.serve(sockets=[self._socket]))
        while not server.started:
            await asyncio.sleep(0.005)
        self._is_started.set()
        await task
