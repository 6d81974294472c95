"""Access: the doors of the server. Each takes a request's headers and gives the Caller, or raises Unauthorised."""

from __future__ import annotations

import logging
import uuid
from dataclasses import replace
from datetime import UTC, datetime
from typing import Literal

import pluggy

from datasource_server.access import roles
from datasource_server.access.headers import Headers, lines, single
from datasource_server.access.identity import Identity, IdentityRefused
from datasource_server.access.people import SCHEDULER, require_human
from datasource_server.access.teams import Teams
from datasource_server.access.tokens import Tokens, require_token
from datasource_server.sdk import ROLES, Action, Caller, OpsSightError, Unauthorised
from datasource_server.sdk.journal import Audit
from datasource_server.store import Store

MAX_DETAIL = 2_000

log = logging.getLogger(__name__)

Outcome = Literal["asked", "done", "refused", "failed"]


class Access:
    """Who asks and what they may: by Grafana's signed `identity`, unless one of `hooks` knows who asks."""

    def __init__(
        self,
        store: Store,
        tokens: Tokens,
        identity: Identity,
        hooks: pluggy.PluginManager,
        *,
        teams: Teams | None = None,
    ) -> None:
        self._store = store
        self._tokens = tokens
        self._hooks = hooks
        self._identity = identity
        self._teams = teams or Teams(store)

    def require_datasource_token(self, headers: Headers) -> None:
        """Let the data source's health check in, which may come without an identity."""
        require_token(headers, self._tokens.datasource)

    def require_infinity_token(self, headers: Headers) -> None:
        """Let Infinity's health check in, which comes without a user."""
        require_token(headers, self._tokens.infinity)

    async def infinity_caller(self, headers: Headers) -> Caller:
        """Return who asks through Infinity: the login that Grafana's backend put into the data source's own header."""
        require_token(headers, self._tokens.infinity)
        _require_no_proxy(headers)
        return await self.caller_of(require_human(single(headers, "x-opssight-user")))

    async def alert_caller(self, headers: Headers) -> Caller:
        """Return the alert scheduler, which sees all rows; nobody else may use its door."""
        require_token(headers, self._tokens.alerts)
        _require_no_proxy(headers)
        if single(headers, "x-opssight-user") != SCHEDULER:
            raise Unauthorised("only the alert scheduler may ask here")
        return Caller(SCHEDULER, sees_all=True)

    async def json_caller(self, headers: Headers) -> Caller:
        """Return who asks through the data source: by a plugin's word, else by Grafana's signed identity."""
        require_token(headers, self._tokens.datasource)
        return await self._from_plugins(headers) or await self.caller_of(await self._identity.login(headers))

    async def action_caller(self, headers: Headers) -> Caller:
        """Return who pressed a button in Grafana's app, by the signed identity."""
        require_token(headers, self._tokens.actions)
        return await self.caller_of(await self._identity.login(headers))

    def admin(self, headers: Headers) -> Caller:
        """Return the operator's command line."""
        require_token(headers, self._tokens.admin)
        return Caller("cli", role="admin", sees_all=True, sees_people=True)

    async def caller_of(self, login: str) -> Caller:
        """Return the caller that this login is, by the stored teams; an unknown login belongs to none."""
        return await self._teams.caller_of(login)

    def may(self, caller: Caller, action: Action, repo_team: str | None) -> bool:
        """Say whether the caller may run the action on a thing of this team (None: it is no team's thing)."""
        return roles.may(caller, action, repo_team)

    async def audit(self, caller: Caller, deed: str, outcome: Outcome, detail: str = "") -> None:
        """Write down who did what, durably before it returns; `detail` comes redacted."""
        await self._store.write([audit_row(caller, deed, outcome, detail)])

    async def _from_plugins(self, headers: Headers) -> Caller | None:
        names = {name.lower() for name, _ in headers} - {"authorization"}
        given = {name: ", ".join(lines(headers, name)) for name in names}
        try:
            found = self._hooks.hook.opssight_authenticate(headers=given)
        except OpsSightError:
            raise
        except Exception:
            log.exception("a plugin failed to say who asks")
            return None
        return await self._known(found) if isinstance(found, Caller) else None

    async def _known(self, found: Caller) -> Caller:
        """Add what OpsSight knows of the login to what the plugin said."""
        try:
            known = await self.caller_of(require_human(found.login))
        except Unauthorised as problem:
            raise IdentityRefused(str(problem)) from None
        return replace(
            known,
            teams=tuple(sorted({*known.teams, *found.teams})),
            role=max(known.role, found.role, key=ROLES.index),
            sees_all=known.sees_all or found.sees_all,
            sees_people=known.sees_people or found.sees_people,
        )


def audit_row(caller: Caller, deed: str, outcome: Outcome, detail: str = "") -> Audit:
    """Return the row of the audit trail, to be written in a transaction of the caller's own."""
    return Audit(
        source="opssight",
        id=uuid.uuid4().hex,
        login=caller.login,
        deed=deed,
        outcome=outcome,
        detail=detail[:MAX_DETAIL],
        happened_at=datetime.now(UTC),
    )


def _require_no_proxy(headers: Headers) -> None:
    if lines(headers, "x-grafana-id"):
        raise Unauthorised("this request came through Grafana's data proxy, where anybody may set headers")
