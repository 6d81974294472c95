"""The log storage: another origin that GitHub redirects to. Its addresses carry their own signature and expire."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from secrets import token_bytes

from starlette.datastructures import QueryParams
from starlette.types import Receive, Scope, Send

from .answers import Answer
from .archives import log_archive
from .call import Switches
from .faults import Faults
from .logs import job_log
from .wire import Connections, Wire
from .world import World

LOG_URL_SECONDS = 60
REFUSED = b"<?xml version='1.0' encoding='utf-8'?><Error><Code>AuthenticationFailed</Code></Error>"
NOT_FOUND = b"<?xml version='1.0' encoding='utf-8'?><Error><Code>BlobNotFound</Code></Error>"


@dataclass(slots=True)
class Storage:
    """An ASGI app that serves logs. `saw_authorization` lists the paths that a client sent its token to."""

    world: World
    switches: Switches
    clock: Callable[[], float]
    faults: Faults = field(default_factory=Faults)
    connections: Connections = field(default_factory=dict)
    url: str = ""
    requests: list[str] = field(default_factory=list)
    saw_authorization: list[str] = field(default_factory=list)
    _key: bytes = field(default_factory=lambda: token_bytes(16))

    def sign(self, path: str) -> str:
        """An address that is good for a minute."""
        expires = int(self.clock()) + LOG_URL_SECONDS
        return f"{self.url}{path}?se={expires}&sig={self._signature(path, expires)}"

    def _signature(self, path: str, expires: int) -> str:
        return hmac.new(self._key, f"{path}:{expires}".encode(), hashlib.sha256).hexdigest()

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answers one request."""
        headers = {name.decode(): value.decode("latin-1") for name, value in scope["headers"]}
        path = scope["path"]
        self.requests.append(path)
        if "authorization" in headers:
            self.saw_authorization.append(path)
        kind = self.faults.draw(path)
        wire = Wire(scope, send, self.connections, self.faults)
        with self.world.lock:
            answer = self._answer(path, QueryParams(scope["query_string"].decode()), headers)
        sent = {"Content-Type": answer.media_type, "Accept-Ranges": "bytes", **answer.headers}
        if kind in ("truncated", "reset", "slow", "huge"):
            await wire.spoiled(kind, answer, sent)
        else:
            chosen = self.faults.answer(kind, self.clock()) if kind else answer
            await wire.whole(chosen, {**sent, "Content-Type": chosen.media_type})

    def _answer(self, path: str, query: QueryParams, headers: dict[str, str]) -> Answer:
        expires = query.get("se", "0")
        is_signed = hmac.compare_digest(query.get("sig", ""), self._signature(path, int(expires or 0)))
        if not is_signed or int(expires) < self.clock() or "authorization" in headers:
            return Answer(REFUSED, 403, media_type="application/xml")
        found = self._blob(path)
        if found is None:
            return Answer(NOT_FOUND, 404, media_type="application/xml")
        return ranged(found, headers.get("range", ""))

    def _blob(self, path: str) -> Answer | None:
        folder, _, name = path.strip("/").partition("/")
        stem = name.rpartition(".")[0]
        try:
            if folder == "job-logs":
                text = job_log(self.world.job(int(stem))[2], self.world.secret_marker)
                return Answer(text.encode(), media_type="text/plain; charset=utf-8")
            if folder == "artifacts":
                return Answer(self.world.artifact(int(stem)).body, media_type="application/zip")
            run_id, attempt = map(int, stem.split("-"))
            chosen = self.world.run(run_id).attempts[attempt - 1]
        except (KeyError, ValueError, IndexError):
            return None
        body = log_archive(chosen, self.world.secret_marker, self.switches.hostile_zip)
        return Answer(body, media_type="application/zip")


def ranged(answer: Answer, wanted: str) -> Answer:
    """Serves `bytes=A-` and `bytes=A-B`; a range from the end (`bytes=-N`) is not understood and gives the whole."""
    first, _, last = wanted.removeprefix("bytes=").partition("-")
    if not first.isdigit():
        return answer
    size, begin = len(answer.body), int(first)
    end = min(int(last), size - 1) if last.isdigit() else size - 1
    if begin >= size:
        return Answer(b"", 416, {"Content-Range": f"bytes */{size}"}, answer.media_type)
    headers = {"Content-Range": f"bytes {begin}-{end}/{size}"}
    return Answer(answer.body[begin : end + 1], 206, headers, answer.media_type)
