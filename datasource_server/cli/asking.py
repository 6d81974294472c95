"""Asking: finds the running server and talks to its /admin, since one process alone holds the store."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import orjson

from datasource_server.cli.serving import ADDRESS_FILE, address_of, last_started
from datasource_server.sdk import ConfigError, NotFound, OpsSightError, QueryError
from datasource_server.secrets import with_known_tokens
from datasource_server.settings import Settings

PATIENCE = httpx.Timeout(30, read=None)


class Server:
    """The running server, as the command line of the same user reaches it."""

    def __init__(self, address: str, token: str) -> None:
        self.address = address
        self._headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str, params: Mapping[str, str | list[str]] | None = None) -> httpx.Response:
        """Return the answer to a GET."""
        with self._client() as client:
            return _checked(client.get(path, params=dict(params or {})))

    def post(self, path: str, **body: object) -> Any:  # noqa: ANN401  the server's own JSON
        """Return the JSON answer to a POST."""
        with self._client() as client:
            return orjson.loads(_checked(client.post(path, content=orjson.dumps(body))).content)

    def stream(self, path: str, **body: object) -> Iterator[dict[str, Any]]:
        """Yield the JSON objects of an answer, line by line, as they come."""
        with self._client() as client, client.stream("POST", path, content=orjson.dumps(body)) as answer:
            if not answer.is_success:
                answer.read()
            for line in _checked(answer).iter_lines():
                yield orjson.loads(line)

    @contextlib.contextmanager
    def _client(self) -> Iterator[httpx.Client]:
        try:
            with httpx.Client(
                base_url=self.address, headers=self._headers, timeout=PATIENCE, trust_env=False
            ) as client:
                yield client
        except httpx.ConnectError:
            raise ConfigError(f"no server answers at {self.address}; start one: opssight serve") from None


def running_server(settings: Settings) -> Server:
    """Return the server of this data folder; where none was ever started, the one that this user started last."""
    note = _note(settings.data_dir / ADDRESS_FILE) or _note(last_started())
    if note and (note["data_dir"] == str(settings.data_dir.absolute()) or not _is_ours(settings)):
        settings = settings.model_copy(update={"data_dir": Path(note["data_dir"])})
        return Server(note["address"], _token(settings))
    return Server(address_of(settings), _token(settings))


def is_running(settings: Settings) -> bool:
    """Say whether a server holds this data folder."""
    return _note(settings.data_dir / ADDRESS_FILE) is not None


def _is_ours(settings: Settings) -> bool:
    return bool(with_known_tokens(settings).tokens.admin.get_secret_value())


def _token(settings: Settings) -> str:
    token = with_known_tokens(settings).tokens.admin.get_secret_value()
    if not token:
        raise ConfigError(
            f"no server of yours runs, and {settings.data_dir} holds no tokens of one; "
            "start one (opssight serve, opssight demo), or name the data folder of a running one with --data"
        )
    return token


def _note(path: Path) -> dict[str, Any] | None:
    """Return what the server wrote down, unless the process is gone."""
    try:
        found = orjson.loads(path.read_bytes())
        os.kill(int(found["pid"]), 0)
    except PermissionError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return {"address": str(found["address"]), "data_dir": str(found["data_dir"])}


def _checked(answer: httpx.Response) -> httpx.Response:
    if answer.is_success:
        return answer
    text = _error(answer)
    if answer.status_code == 401:
        raise ConfigError("the server refused the admin token; name its data folder with --data")
    if answer.status_code == 404:
        raise NotFound(text)
    raise (QueryError if answer.status_code == 400 else OpsSightError)(text)


def _error(answer: httpx.Response) -> str:
    try:
        return str(orjson.loads(answer.content)["error"])
    except (ValueError, KeyError, TypeError):
        return f"the server answered {answer.status_code}"
