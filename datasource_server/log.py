"""Logging: one line an event, its facts as key=value, the request it belongs to, and no secret."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Iterable
from contextvars import ContextVar

from pydantic import BaseModel, SecretStr

from datasource_server.plugins import Plugins
from datasource_server.settings import Settings

MASK = "•••"
request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the request that is being served; it is also in the answer's header X-Request-Id."""

_OWN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


class Scrubbed(logging.Formatter):
    """Writes a record with its facts and its request, and masks every secret it was given."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._secrets = sorted({secret for secret in secrets if len(secret) >= 6}, key=len, reverse=True)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  the name is logging's
        facts = [f"{name}={value!r}" for name, value in record.__dict__.items() if name not in _OWN]
        known = [f"request={request_id.get()}"] if request_id.get() else []
        return " ".join([super().formatMessage(record), *known, *facts])

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        return text


class Sample:
    """Lets a few lines through in each stretch of time, and tells how many it held back."""

    def __init__(self, most: int = 20, seconds: float = 10, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._seconds, self._clock = most, seconds, clock
        self._began_at = float("-inf")
        self._count = 0

    def admit(self) -> int | None:
        """Return None for a line that is held back, else how many were held back in the stretch before."""
        now, held_back = self._clock(), 0
        if now - self._began_at >= self._seconds:
            held_back = max(0, self._count - self._most)
            self._began_at, self._count = now, 0
        self._count += 1
        return held_back if self._count <= self._most else None


def configure(settings: Settings, plugins: Plugins, level: str = "INFO") -> None:
    """Send all logs to stderr, with every configured secret masked."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Scrubbed(secrets_of(settings, plugins)))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for chatty in ("httpx", "httpcore", "apscheduler"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def secrets_of(settings: Settings, plugins: Plugins) -> set[str]:
    """Return every secret that is configured anywhere."""
    found = _secrets(settings.tokens)
    return found.union(*(_secrets(each) for each in plugins.configured.values()))


def _secrets(value: object) -> set[str]:
    if isinstance(value, SecretStr):
        return {value.get_secret_value()} - {""}
    if isinstance(value, BaseModel):
        return set[str]().union(*(_secrets(each) for _, each in value))
    if isinstance(value, dict):
        return set[str]().union(*(_secrets(each) for each in value.values()))
    if isinstance(value, list | tuple):
        return set[str]().union(*(_secrets(each) for each in value))
    return set()
