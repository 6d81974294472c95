"""The queries on offer, with their documentation, parameters and columns, as a query editor shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from datasource_server.query import Column
from datasource_server.sdk import Query

WIDTH = 40


@dataclass(frozen=True, slots=True)
class Offer:
    """One query on offer: its parameters, and its columns with a sentence each where one is known."""

    query: Query
    parameters: Sequence[str]
    columns: Sequence[tuple[Column, str]]


def to_metrics(offers: Sequence[Offer]) -> bytes:
    """Return the list that the query editor offers."""
    return orjson.dumps([_metric(offer) for offer in offers])


def to_search(queries: Sequence[Query], text: str) -> bytes:
    """Return the paths of the queries that hold the text, for older clients."""
    wanted = text.strip().lower()
    return orjson.dumps([query.path for query in queries if wanted in f"{query.path} {query.title}".lower()])


def _metric(offer: Offer) -> dict[str, object]:
    query = offer.query
    return {
        "label": query.title,
        "value": query.path,
        "description": query.doc,
        "connector": query.connector,
        "shape": query.shape,
        "payloads": [_payload(query, name) for name in offer.parameters],
        "columns": [{"name": each.name, "type": each.type, "description": text} for each, text in offer.columns],
    }


def _payload(query: Query, name: str) -> dict[str, object]:
    return {
        "name": name,
        "label": name.replace("_", " ").capitalize(),
        "type": "multi-select",
        "default": query.defaults.get(name, ""),
        "reloadMetric": False,
        "width": WIDTH,
    }
