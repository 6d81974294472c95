"""Checking: what an operator wants to know before a start: settings, tokens, plugins, reachable tools."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import httpx

from datasource_server.cli.printing import table_of
from datasource_server.plugins import Plugins
from datasource_server.secrets import FILE, read_tokens, with_known_tokens
from datasource_server.settings import Settings, Tokens

GOOD, BAD, NOTE = "[green]ok[/]", "[red]wrong[/]", "[yellow]note[/]"
Line = tuple[str, str, str]


def check(settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> bool:
    """Print what is there and what is wrong, never a secret; return whether nothing is wrong."""
    plugins = Plugins.load(settings)
    lines = {
        "Settings": _settings(settings),
        "Tokens": list(_tokens(settings)),
        "Plugins": list(_plugins(plugins)),
        "Reachable": asyncio.run(_reachable(settings, plugins, transport)),
    }
    for title, found in lines.items():
        table_of(title, found)
    return not any(verdict == BAD for found in lines.values() for _, verdict, _ in found)


def _settings(settings: Settings) -> list[Line]:
    server, grafana = settings.server, settings.grafana
    return [
        ("data_dir", GOOD, str(settings.data_dir.absolute())),
        ("server", GOOD, f"{server.host}:{server.port}"),
        ("grafana.root_url", GOOD, f"{grafana.issuer}, organisation {grafana.org_id}; keys at {grafana.keys_url}"),
    ]


def _tokens(settings: Settings) -> Iterable[Line]:
    kept, known = read_tokens(settings.data_dir), with_known_tokens(settings).tokens
    for name in Tokens.model_fields:
        if getattr(settings.tokens, name).get_secret_value():
            yield name, GOOD, "configured"
        elif getattr(known, name).get_secret_value():
            yield name, GOOD, f"kept in {settings.data_dir / FILE}" if name in kept else "known"
        else:
            yield name, NOTE, f"none yet; `opssight serve` makes one at random in {settings.data_dir / FILE}"


def _plugins(plugins: Plugins) -> Iterable[Line]:
    for name in sorted(plugins.versions):
        if problem := plugins.problems.get(name):
            yield name, BAD, problem
        elif name not in plugins.configured:
            yield name, NOTE, "installed, not configured"
        else:
            has_secret = any(plugins.configured[name].webhook_secrets())
            deaf = [each for each in plugins.connectors[name].receivers if not has_secret]
            yield name, GOOD, "no webhook_secret: its receivers refuse everything" if deaf else "configured"


async def _reachable(settings: Settings, plugins: Plugins, transport: httpx.AsyncBaseTransport | None) -> list[Line]:
    places = {name: each.base_url for name, each in plugins.configured.items() if each.base_url}
    places["grafana"] = settings.grafana.keys_url
    async with httpx.AsyncClient(timeout=5, transport=transport) as client:
        return list(await asyncio.gather(*(_reach(client, name, url) for name, url in sorted(places.items()))))


async def _reach(client: httpx.AsyncClient, name: str, url: str) -> Line:
    host = httpx.URL(url).host
    try:
        answer = await client.get(url)
    except (httpx.HTTPError, httpx.InvalidURL) as problem:
        verdict = NOTE if name == "grafana" else BAD
        return name, verdict, f"{host} can't be reached: {type(problem).__name__} {problem}".strip()
    return name, GOOD, f"{host} answers ({answer.status_code})"
