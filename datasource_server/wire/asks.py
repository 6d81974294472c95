"""What a request asks of a query, read from a query string, a flat JSON body or a panel's request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from urllib.parse import parse_qsl

import orjson

from datasource_server.query import Ask
from datasource_server.sdk import QueryError
from datasource_server.wire.moments import read_interval, read_limit, read_range
from datasource_server.wire.requests import QueryRequest, Span, Target, read_filters, read_params
from datasource_server.wire.values import read_values

MAX_PAIRS = 1_000
DEFAULT_POINTS, MAX_POINTS = 1_000, 1_000_000
GIVEN = frozenset({"from", "to", "interval", "limit", "refId", "maxDataPoints", "target"})
"""Names that mean the same for every query, and so can't be a query's own parameters."""


def read_pairs(query_string: str) -> dict[str, object]:
    """Return the parameters of a query string; one that is repeated becomes a list."""
    try:
        pairs = parse_qsl(query_string, keep_blank_values=True, max_num_fields=MAX_PAIRS)
    except ValueError:
        raise QueryError(f"the query string holds more than {MAX_PAIRS} parameters") from None
    return _grouped(pairs)


def read_flat(body: bytes, content_type: str) -> dict[str, object]:
    """Return the parameters of a body: a JSON object or a form; an empty body has none."""
    if content_type.startswith("application/x-www-form-urlencoded"):
        return read_pairs(body.decode("utf-8", "replace"))
    try:
        parsed = orjson.loads(body) if body.strip() else {}
    except orjson.JSONDecodeError:
        raise QueryError("the body is no JSON") from None
    if not isinstance(parsed, dict):
        raise QueryError("the body is no JSON object of parameters")
    return parsed


def to_ask(raw: Mapping[str, object], now: datetime) -> Ask:
    """Return what flat parameters ask."""
    start, end = read_range(raw.get("from"), raw.get("to"), now)
    return Ask(
        start=start,
        end=end,
        interval_seconds=read_interval(raw.get("interval")),
        params=read_params({name: value for name, value in raw.items() if name not in GIVEN}),
        limit=read_limit(raw.get("limit")),
        max_points=_points(raw.get("maxDataPoints")),
    )


def to_panel_ask(request: QueryRequest, target: Target, now: datetime) -> Ask:
    """Return what one target of a panel asks; its payload may narrow the panel's range, interval and limit."""
    own = target.params()
    start, end = read_range(own.get("from", request.range.start), own.get("to", request.range.end), now)
    return Ask(
        start=start,
        end=end,
        interval_seconds=read_interval(own.get("interval") or request.interval_ms or request.interval),
        params=read_params({name: value for name, value in own.items() if name not in GIVEN}),
        filters=read_filters(request.filters),
        limit=read_limit(own.get("limit")),
        max_points=_points(request.max_data_points),
    )


def to_choice_ask(span: Span, target: Target, now: datetime) -> Ask:
    """Return what a variable or an annotation asks."""
    return to_panel_ask(QueryRequest(range=span), target, now)


def ref_id_of(raw: Mapping[str, object]) -> str:
    """Return the panel's name of the target, which the frames must carry."""
    return next(iter(read_values(raw.get("refId"))), "A")


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in pairs:
        before = found.get(name)
        found[name] = value if before is None else [*(before if isinstance(before, list) else [before]), value]
    return found


def _points(raw: object) -> int:
    try:
        points = float(raw) if isinstance(raw, int | float | str) else 0
    except (ValueError, OverflowError):
        return DEFAULT_POINTS
    return int(points) if 1 <= points <= MAX_POINTS else DEFAULT_POINTS
