"""Doors of the routes: each gives the Caller behind a request, and tells OpenAPI how to knock."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader, HTTPBearer

from datasource_server.routes.house import headers_of, house_of
from datasource_server.sdk import Caller

DATASOURCE = HTTPBearer(scheme_name="datasource token", description="Opens /json.", auto_error=False)
INFINITY = HTTPBearer(scheme_name="infinity token", description="Opens /infinity.", auto_error=False)
ALERTS = HTTPBearer(scheme_name="alerts token", description="Opens /alerts.", auto_error=False)
ACTIONS = HTTPBearer(scheme_name="actions token", description="Opens /actions.", auto_error=False)
ADMIN = HTTPBearer(scheme_name="admin token", description="Opens /admin, for the command line.", auto_error=False)
IDENTITY = APIKeyHeader(
    name="X-Grafana-Id",
    scheme_name="Grafana identity",
    description="The identity that Grafana signs and adds to a proxied request.",
    auto_error=False,
)
USER = APIKeyHeader(
    name="X-OpsSight-User",
    scheme_name="OpsSight user",
    description="The login, put there by the data source's own header; exactly one line.",
    auto_error=False,
)


async def _json(request: Request) -> Caller:
    return await house_of(request).access.json_caller(headers_of(request))


async def _infinity(request: Request) -> Caller:
    return await house_of(request).access.infinity_caller(headers_of(request))


async def _alerts(request: Request) -> Caller:
    return await house_of(request).access.alert_caller(headers_of(request))


async def _actions(request: Request) -> Caller:
    return await house_of(request).access.action_caller(headers_of(request))


async def _admin(request: Request) -> Caller:
    return house_of(request).access.admin(headers_of(request))


async def require_datasource_token(request: Request) -> None:
    """Let in who bears the data source's token, whoever it is."""
    house_of(request).access.require_datasource_token(headers_of(request))


async def require_infinity_token(request: Request) -> None:
    """Let in who bears Infinity's token, whoever it is."""
    house_of(request).access.require_infinity_token(headers_of(request))


JsonCaller = Annotated[Caller, Depends(_json)]
InfinityCaller = Annotated[Caller, Depends(_infinity)]
AlertCaller = Annotated[Caller, Depends(_alerts)]
ActionCaller = Annotated[Caller, Depends(_actions)]
AdminCaller = Annotated[Caller, Depends(_admin)]

BY_DATASOURCE = [Security(DATASOURCE), Security(IDENTITY)]
BY_INFINITY = [Security(INFINITY), Security(USER)]
BY_ALERTS = [Security(ALERTS), Security(USER)]
BY_ACTIONS = [Security(ACTIONS), Security(IDENTITY)]
BY_ADMIN = [Security(ADMIN)]
