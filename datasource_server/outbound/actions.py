"""Actions: what people ask OpsSight to change in another tool. Each needs a role and leaves an audit line first."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import orjson
from pydantic import BaseModel, ValidationError

from datasource_server.access import Access
from datasource_server.ingest import Ingest
from datasource_server.outbound.past import Past, remembered
from datasource_server.plugins import Plugins
from datasource_server.sdk import (
    Action,
    Caller,
    Forbidden,
    NotFound,
    OpsSightError,
    PluginError,
    QueryError,
    UpstreamError,
)
from datasource_server.store import Store

log = logging.getLogger(__name__)

_JOBS = uuid.UUID("6f0d4c3e-8f55-4f0b-9a57-0b1d8a6f2f11")
_LONGEST_KEY = 200


@dataclass(frozen=True, slots=True)
class _Job:
    """One action that somebody asks for; the same person, action and key make the same job."""

    id: str
    connector: str
    action: Action
    caller: Caller
    parameters: BaseModel
    detail: str

    @property
    def deed(self) -> str:
        return f"action {self.connector}/{self.action.name}"

    @property
    def repo(self) -> str:
        return str(getattr(self.parameters, "repo", "") or "")


class Actions:
    """Runs actions: whoever has the role, once per key, audited before and after."""

    def __init__(self, store: Store, plugins: Plugins, ingest: Ingest, access: Access) -> None:
        self._plugins = plugins
        self._ingest = ingest
        self._access = access
        self._past = Past(store)
        self._running: dict[str, asyncio.Task[dict[str, Any]]] = {}

    async def run(
        self, connector: str, action: str, params: Mapping[str, Any], caller: Caller, idempotency_key: str = ""
    ) -> dict[str, Any]:
        """Run an action and return `{jobId, state, answer}`; the same key gives the same answer, not a second run.

        QueryError where the parameters are wrong, Forbidden without the role, UpstreamError where the tool refuses.
        """
        job = self._job(connector, self._find(connector, action), params, caller, idempotency_key)
        await self._require_role(job)
        if job.id not in self._running:
            task = asyncio.create_task(self._once(job))
            self._running[job.id] = task
            task.add_done_callback(lambda ended: self._end(job.id, ended))
        return await asyncio.shield(self._running[job.id])

    def _end(self, job: str, task: asyncio.Task[dict[str, Any]]) -> None:
        self._running.pop(job, None)
        if not task.cancelled():
            task.exception()  # whoever asked may have gone away

    def _find(self, connector: str, action: str) -> Action:
        if connector not in self._plugins.configured:
            raise NotFound(f"connector {connector} is not configured")
        if action not in (actions := self._plugins.connectors[connector].actions):
            raise NotFound(f"connector {connector} has no action {action}")
        return actions[action]

    def _job(self, connector: str, action: Action, params: Mapping[str, Any], caller: Caller, key: str) -> _Job:
        if len(key) > _LONGEST_KEY:
            raise QueryError(f"Idempotency-Key has {len(key)} characters; at most {_LONGEST_KEY} are taken")
        try:
            parameters = action.parameters.model_validate(dict(params))
        except ValidationError as problem:
            raise QueryError(f"action {connector}/{action.name}: {_faults(problem)}") from None
        name = f"{caller.login}\0{connector}\0{action.name}\0{key}"
        identity = uuid.uuid5(_JOBS, name) if key else uuid.uuid4()
        detail = self._ingest.redacted(parameters.model_dump_json())
        return _Job(identity.hex, connector, action, caller, parameters, detail)

    async def _require_role(self, job: _Job) -> None:
        team = await self._ingest.team_of(job.connector, job.repo) if job.repo else None
        if not self._access.may(job.caller, job.action, team):
            await self._access.audit(job.caller, job.deed, "refused", job.detail)
            place = f" where {team} owns the thing" if team else ""
            raise Forbidden(f"{job.deed} needs the role {job.action.role}{place}")

    async def _once(self, job: _Job) -> dict[str, Any]:
        """Run the job unless it was run before; nothing happens without its audit line."""
        if (before := await self._past.find(job.id)) is not None:
            return remembered(before, job.id, job.detail)
        await self._past.note(job.id, job.caller, job.deed, "asked", job.detail)
        try:
            answer = _plain(await self._act(job))
        except OpsSightError as problem:
            await self._past.note(job.id, job.caller, job.deed, "failed", self._ingest.redacted(str(problem)))
            raise
        await self._past.note(
            job.id, job.caller, job.deed, "done", self._ingest.redacted(orjson.dumps(answer).decode())
        )
        return {"jobId": job.id, "state": "done", "answer": answer}

    async def _act(self, job: _Job) -> object:
        context = self._ingest.context(job.connector, job.repo, job.action.name, job.caller)
        names = type(job.parameters).model_fields
        try:
            return await job.action.act(context, **{name: getattr(job.parameters, name) for name in names})
        except OpsSightError:
            raise
        except httpx.HTTPStatusError as problem:
            status = problem.response.status_code
            raise UpstreamError(f"{job.deed}: the tool answered {status}", upstream_status=status) from None
        except httpx.HTTPError as problem:
            raise UpstreamError(f"{job.deed}: no answer ({type(problem).__name__})") from None
        except Exception as problem:
            log.exception("an action failed", extra={"connector": job.connector, "action": job.action.name})
            raise PluginError(f"{job.deed} failed: {type(problem).__name__}") from problem


def _faults(problem: ValidationError) -> str:
    return "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in problem.errors())


def _plain(answer: object) -> Any:  # noqa: ANN401  whatever JSON can say
    """Return what an action gave, as far as JSON can say it."""
    if isinstance(answer, BaseModel):
        return answer.model_dump(mode="json")
    try:
        return orjson.loads(orjson.dumps(answer))
    except (TypeError, orjson.JSONEncodeError):
        return None
