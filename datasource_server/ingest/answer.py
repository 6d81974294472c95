"""Answer: what a tool answered, read whole, within its cap, and where it sends us next."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from datasource_server.ingest.etags import Headers
from datasource_server.sdk import UpstreamError

_REDIRECT = frozenset({301, 302, 303, 307, 308})
_DECODED = frozenset({"content-encoding", "content-length", "transfer-encoding"})
_PRIVATE = ("authorization", "cookie", "proxy-authorization")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a tool answered, read whole and decoded."""

    status: int
    headers: httpx.Headers
    body: bytes
    is_from_cache: bool = False


async def read(request: httpx.Request, response: httpx.Response, cap: int) -> bytes:
    """Return the decoded body; UpstreamError where it has more than `cap` bytes."""
    pieces, size = [], 0
    try:
        async for piece in response.aiter_bytes(65_536):
            size += len(piece)
            if size > cap:
                raise UpstreamError(f"{request.url.path} answered more than {cap:,} bytes")
            pieces.append(piece)
    except httpx.DecodingError:
        raise UpstreamError(f"{request.url.path} answered something that can't be decompressed") from None
    return b"".join(pieces)


def following(request: httpx.Request, answer: Answer) -> httpx.Request | None:
    """Return the request that a redirect asks for; None where it is none, or one that we don't follow."""
    place = answer.headers.get("location", "")
    if answer.status not in _REDIRECT or request.method not in ("GET", "HEAD") or not place:
        return None
    url = request.url.join(place)
    if url.scheme not in ("https", request.url.scheme):
        raise UpstreamError(f"{request.url.path} redirects from {request.url.scheme} to {url.scheme}")
    headers = httpx.Headers(request.headers)
    headers.pop("host", None)
    if origin_of(url) != origin_of(request.url):
        for name in _PRIVATE:
            headers.pop(name, None)
    return httpx.Request(request.method, url, headers=headers, extensions=request.extensions)


def response_of(answer: Answer) -> httpx.Response:
    """Return the answer as httpx hands it on; its extension `from_cache` says whether it was kept from before."""
    extensions = {"from_cache": answer.is_from_cache}
    return httpx.Response(answer.status, headers=plain(answer.headers), content=answer.body, extensions=extensions)


def plain(headers: httpx.Headers) -> Headers:
    """Return the headers that still hold once the body is decoded."""
    return [(name, value) for name, value in headers.multi_items() if name.lower() not in _DECODED]


def origin_of(url: httpx.URL) -> tuple[str, str, int | None]:
    """Return what two addresses of the same server have in common."""
    return url.scheme, url.host, url.port
