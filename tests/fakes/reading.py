"""Reads the fake as a client does, for the fakes' own tests."""

from typing import cast

import httpx

Json = dict[str, object]


async def pages(client: httpx.AsyncClient, path: str, under: str = "") -> list[list[Json]]:
    """Every page of a list, followed by `Link`."""
    found: list[list[Json]] = []
    address: str | None = path
    while address:
        answer = await client.get(address)
        answer.raise_for_status()
        body = answer.json()
        found.append(cast("list[Json]", body[under] if under else body))
        address = answer.links.get("next", {}).get("url")
    return found


async def everything(client: httpx.AsyncClient, path: str, under: str = "") -> list[Json]:
    """Every item of a list."""
    return [item for page in await pages(client, path, under) for item in page]
