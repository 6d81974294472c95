"""Runs git: never through a shell, without anybody's configuration, hooks or prompts, and with no way out unless given.

What git is told beyond its words goes through its environment, so that no secret is seen in a list of processes.
"""

from __future__ import annotations

import asyncio
import base64
import os
import re
import shlex
import shutil
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import cast

from datasource_server import sdk
from opssight_git.settings import RepositorySettings, Settings, host_of, scheme_of

OLDEST = (2, 32)
BLOCK = 65_536
LAST_WORDS = 4_000
PASSED_ON = (
    "PATH",
    "TMPDIR",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "NO_PROXY",
    "https_proxy",
    "http_proxy",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "SSH_AUTH_SOCK",
)
"""The variables of our own environment that git gets to see."""

CONFIGURATION = {
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "core.attributesFile": os.devnull,
    "core.packedGitLimit": "128m",
    "core.packedGitWindowSize": "16m",
    "core.deltaBaseCacheLimit": "64m",
    "credential.helper": "",
    "log.showSignature": "false",
    "i18n.logOutputEncoding": "UTF-8",
    "fetch.writeCommitGraph": "true",
    "fetch.recurseSubmodules": "false",
    "gc.autoDetach": "false",
    "http.followRedirects": "false",
    "http.lowSpeedLimit": "1000",
    "http.lowSpeedTime": "60",
}


@dataclass(frozen=True, slots=True)
class Way:
    """How git may reach another machine: by one protocol, with what proves who we are. The default: not at all."""

    protocol: str = "none"
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    configuration: Mapping[str, str] = field(default_factory=dict, repr=False)


def way_to(settings: Settings, repository: RepositorySettings) -> Way:
    """Return how git may reach a repository: by the protocol of its address alone."""
    protocol = scheme_of(repository.url)
    if protocol == "ssh":
        return Way(protocol, {"GIT_SSH_COMMAND": _ssh(settings)})
    user, token = settings.credentials(repository)
    if protocol not in ("http", "https") or not token:
        return Way(protocol)
    proof = base64.b64encode(f"{user}:{token}".encode()).decode()
    place = f"{protocol}://{host_of(repository.url)}/"
    return Way(protocol, configuration={f"http.{place}.extraHeader": f"Authorization: Basic {proof}"})


def _ssh(settings: Settings) -> str:
    words = ["ssh", "-oBatchMode=yes", "-oConnectTimeout=30"]
    if settings.ssh_key_file:
        words += ["-oIdentitiesOnly=yes", "-i", str(settings.ssh_key_file.absolute())]
    if settings.known_hosts_file:
        words += [f"-oUserKnownHostsFile={settings.known_hosts_file.absolute()}"]
    return shlex.join(words)


NO_WAY = Way()


@dataclass(frozen=True, slots=True)
class Git:
    """git at work in one folder; it is stopped where it says nothing for so many seconds."""

    folder: Path
    seconds: float = 3600

    async def output(self, *words: str, feed: bytes = b"", way: Way = NO_WAY, most: int = 50_000_000) -> bytes:
        """Return all that a run of git says; UpstreamError where it fails, or says more than `most` bytes."""
        found = bytearray()
        async for block in self.stream(*words, feed=feed, way=way):
            found += block
            if len(found) > most:
                raise sdk.UpstreamError(f"git {words[0]} said more than {most:,} bytes")
        return bytes(found)

    async def stream(self, *words: str, feed: bytes = b"", way: Way = NO_WAY) -> AsyncIterator[bytes]:
        """Yield what a run of git says, block by block; UpstreamError where it fails or falls silent."""
        process = await asyncio.create_subprocess_exec(
            program(),
            "--no-pager",
            *words,
            cwd=self.folder,
            env=_environment(self.folder, way),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        feeding = asyncio.create_task(_feed(process, feed))
        listening = asyncio.create_task(_last_words(process))
        try:
            async for block in self._blocks(process, words[0]):
                yield block
            await process.wait()
            if process.returncode:
                raise sdk.UpstreamError(f"git {words[0]} failed: {_reason(await listening, process.returncode)}")
        finally:
            await _end(process, feeding, listening)

    async def _blocks(self, process: asyncio.subprocess.Process, word: str) -> AsyncIterator[bytes]:
        answer = cast(asyncio.StreamReader, process.stdout)
        try:
            while True:
                async with asyncio.timeout(self.seconds):
                    block = await answer.read(BLOCK)
                if not block:
                    return
                yield block
        except TimeoutError:
            raise sdk.UpstreamError(f"git {word} said nothing for {self.seconds:g} s") from None


async def _feed(process: asyncio.subprocess.Process, feed: bytes) -> None:
    pipe = cast(asyncio.StreamWriter, process.stdin)
    with suppress(BrokenPipeError, ConnectionResetError):
        pipe.write(feed)
        await pipe.drain()
    pipe.close()


async def _last_words(process: asyncio.subprocess.Process) -> bytes:
    """Return the end of what git complains about; it must be read, or git would wait for us."""
    complaints = cast(asyncio.StreamReader, process.stderr)
    kept = b""
    while block := await complaints.read(BLOCK):
        kept = (kept + block)[-LAST_WORDS:]
    return kept


async def _end(process: asyncio.subprocess.Process, *asides: asyncio.Task[None] | asyncio.Task[bytes]) -> None:
    """Leave nothing running: git's own children are of its session and end with it."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    for each in asides:
        each.cancel()
    await asyncio.gather(*asides, return_exceptions=True)
    await process.wait()


def _reason(words: bytes, code: int) -> str:
    text = re.sub(r"[^\x20-\x7e\n]", "?", words.decode("utf-8", "replace"))
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith(("hint:", "warning:"))]
    telling = [line for line in lines if line.startswith(("fatal:", "error:"))] or lines[-1:]
    return "; ".join(telling)[:400] or f"it ended with {code}"


def _environment(folder: Path, way: Way) -> dict[str, str]:
    known = {name: value for name in PASSED_ON if (value := os.environ.get(name))}
    fixed = {
        "HOME": os.devnull,
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_ALLOW_PROTOCOL": way.protocol,
        "GIT_CEILING_DIRECTORIES": str(folder.parent),
        "GIT_NO_LAZY_FETCH": str(int(way is NO_WAY)),
    }
    settings = CONFIGURATION | {"safe.directory": str(folder)} | dict(way.configuration)
    numbered = {"GIT_CONFIG_COUNT": str(len(settings))}
    for place, (name, value) in enumerate(settings.items()):
        numbered |= {f"GIT_CONFIG_KEY_{place}": name, f"GIT_CONFIG_VALUE_{place}": value}
    return known | fixed | dict(way.variables) | numbered


def program() -> str:
    """Return where git is; ConfigError where it is not installed."""
    found = shutil.which("git")
    if found is None:
        raise sdk.ConfigError("the connector git needs the program git, which is on no folder of PATH: install it")
    return found


async def version() -> tuple[int, int]:
    """Return git's version; ConfigError where it is too old."""
    found = _version((await Git(Path.cwd(), 30).output("version")).decode("ascii", "replace"))
    if found < OLDEST:
        raise sdk.ConfigError(f"git is {_dotted(found)}, expected {_dotted(OLDEST)} or newer")
    return found


@lru_cache
def _version(text: str) -> tuple[int, int]:
    found = re.search(r"(\d+)\.(\d+)", text)
    if not found:
        raise sdk.ConfigError(f"the program git says that its version is {text[:80]!r}, expected a number")
    return int(found[1]), int(found[2])


def _dotted(version_: tuple[int, int]) -> str:
    return ".".join(map(str, version_))
