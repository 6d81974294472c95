"""Requests of the JSON data source protocol, read leniently: clients differ, and send more than they need to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

import orjson
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from datasource_server.query import Filter
from datasource_server.sdk import QueryError
from datasource_server.wire.values import read_values

MAX_TARGETS = 100

Model = TypeVar("Model", bound=BaseModel)


def _payload(raw: object) -> object:
    """Read a payload that is an object, a JSON text of one, a list of names and values, a bare target, or nothing."""
    if isinstance(raw, str):
        raw = _object(raw)
    if isinstance(raw, list):
        return _pairs(raw)
    return raw if isinstance(raw, dict) else {}


def _object(text: str) -> object:
    try:
        parsed = orjson.loads(text) if text.strip() else {}
    except orjson.JSONDecodeError:
        parsed = text
    return {"target": parsed} if isinstance(parsed, str) else parsed


def _pairs(items: list[object]) -> dict[str, object]:
    found: dict[str, object] = {}
    for item in items:
        if isinstance(item, dict):
            name = item.get("name", item.get("key"))
            found.update({name: item.get("value")} if isinstance(name, str) else item)
    return found


def _mapping(raw: object) -> object:
    return raw if isinstance(raw, dict) else {}


def _texts(raw: object) -> object:
    return raw if isinstance(raw, list) else []


def _text(raw: object) -> str:
    return raw if isinstance(raw, str) else ""


Payload = Annotated[dict[str, Any], BeforeValidator(_payload)]
Text = Annotated[str, BeforeValidator(_text)]


class Lenient(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True, populate_by_name=True)


class Span(Lenient):
    start: Any = Field(None, alias="from")
    end: Any = Field(None, alias="to")


MaybeSpan = Annotated[Span, BeforeValidator(_mapping)]


class AdHoc(Lenient):
    key: Text = ""
    operator: Text = "="
    value: Any = ""
    values: Annotated[list[Any], BeforeValidator(_texts)] = []


class Target(Lenient):
    """One thing asked for: `target` is the query's path, `type` an older client's wish for the form of the answer."""

    target: Text = ""
    ref_id: Text = Field("", alias="refId")
    payload: Payload = {}
    data: Payload = {}
    hide: Annotated[bool, BeforeValidator(bool)] = False
    type: Text = ""

    def params(self) -> dict[str, object]:
        """Return the values of the query's parameters as they came."""
        return {name: value for name, value in (self.data | self.payload).items() if name != "target"}

    def path(self) -> str:
        """Return the query's path: the target, or what the payload names."""
        return self.target or _text(self.payload.get("target"))


class QueryRequest(Lenient):
    """`POST /json/query`."""

    range: MaybeSpan = Span()
    interval: Any = None
    interval_ms: Any = Field(None, alias="intervalMs")
    max_data_points: Any = Field(None, alias="maxDataPoints")
    targets: Annotated[list[Target], Field(max_length=MAX_TARGETS)] = []
    filters: list[AdHoc] | None = None


class MetricRequest(Lenient):
    """`POST /json/metrics`, `/json/metric-payload-options` and the older `/json/search`."""

    metric: Text = ""
    target: Text = ""
    name: Text = ""
    payload: Payload = {}


class VariableRequest(Lenient):
    """`POST /json/variable`: the payload names the query and its parameters."""

    payload: Payload = {}
    target: Text = ""
    range: MaybeSpan = Span()

    def asked(self) -> Target:
        """Return the query that fills the variable."""
        inner = _payload(self.payload.get("payload"))
        rest = {name: value for name, value in self.payload.items() if name != "payload"}
        return Target(target=self.target, payload=rest | (inner if isinstance(inner, dict) else {}))


class TagRequest(Lenient):
    """`POST /json/tag-keys` and `/json/tag-values`."""

    key: Text = ""
    queries: Annotated[list[Target], BeforeValidator(_texts), Field(max_length=MAX_TARGETS)] = []


class AnnotationRequest(Lenient):
    """`POST /json/annotations`, as older clients ask."""

    range: MaybeSpan = Span()
    annotation: Annotated[dict[str, Any], BeforeValidator(_mapping)] = {}

    def asked(self) -> Target:
        """Return the query that finds the events: named by `query`, `target`, or a target object."""
        named = self.annotation.get("target") or self.annotation.get("query") or ""
        if isinstance(named, dict):
            return Target.model_validate(named)
        return Target(payload=named)


def read_request(model: type[Model], body: bytes) -> Model:
    """Return the request; QueryError says what is wrong with it. An empty body is an empty request."""
    try:
        parsed = orjson.loads(body) if body.strip() else {}
        return model.model_validate(parsed)
    except orjson.JSONDecodeError:
        raise QueryError("the body is no JSON") from None
    except ValidationError as problem:
        first = problem.errors()[0]
        raise QueryError(f"{'.'.join(map(str, first['loc'])) or 'body'}: {first['msg']}") from None


def read_params(raw: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    """Return the values of each parameter; those for which everything is meant are left out."""
    return {name: values for name, value in raw.items() if (values := read_values(value))}


def read_filters(raw: list[AdHoc] | None) -> tuple[Filter, ...]:
    """Return the ad-hoc filters as they came, for the engine to check; half-typed ones, without a key, don't count."""
    return tuple(_filter(each) for each in raw or [] if each.key)


def _filter(raw: AdHoc) -> Filter:
    many = raw.operator in ("=|", "!=|") and raw.values
    values = tuple(str(value) for value in raw.values) if many else (str(raw.value),)
    return Filter(raw.key, raw.operator, values)  # type: ignore[arg-type]
