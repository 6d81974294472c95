"""docs/reference.md: every table, query, action, receiver and board, from the code that makes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, get_args, get_origin

from datasource_server import sdk

HEAD = """# Reference

Made by `opssight render` from the code; a test says when it is out of date.
"""

WORDS = {"str": "text", "int": "whole number", "float": "number", "bool": "yes or no", "datetime": "moment, UTC"}


def reference(connectors: Mapping[str, sdk.Connector]) -> str:
    """Return the whole page as Markdown."""
    own = (table for connector in connectors.values() for table in connector.tables)
    parts = [HEAD, *_tables("Shared tables", sdk.DELIVERY), *_tables("OpsSight's own tables", sdk.JOURNAL)]
    parts += _tables("Tables of single connectors", own)
    parts += [part for name in sorted(connectors) for part in _connector(connectors[name])]
    return "\n".join(parts).rstrip() + "\n"


def _tables(title: str, tables: Iterable[type[sdk.Row]]) -> Iterator[str]:
    yield f"## {title}\n"
    for table in tables:
        yield f"### `{table.table}`\n\n{sentence(table.__doc__)} Key: {', '.join(f'`{name}`' for name in table.key)}.\n"
        yield "| column | type | what it holds |\n|-|-|-|"
        yield "\n".join(_column(table, name) for name in table.model_fields) + "\n"


def _column(table: type[sdk.Row], name: str) -> str:
    return f"| `{name}` | {_type(table.model_fields[name].annotation)} | {_cell(sdk.column_sentence(table, name))} |"


def _type(annotation: Any) -> str:  # noqa: ANN401  any annotation
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is list:
        return f"list of {_type(inner[0])}"
    if origin is dict:
        return "map of texts"
    known = [each for each in inner if each is not type(None)]
    if origin is not None and known and all(isinstance(each, str) for each in known):
        return "one of " + ", ".join(f"`{word}`" for word in known)
    if known:
        return _type(known[0])
    name: str = annotation.__name__
    return WORDS.get(name, name)


def _connector(connector: sdk.Connector) -> Iterator[str]:
    yield f"## Connector `{connector.name}`\n"
    yield from _settings(connector)
    ways = (
        ("Collectors", connector.collectors),
        ("Receivers", connector.receivers),
        ("Derivations", connector.derivations),
        ("Notifiers", connector.notifiers),
        ("Actions", connector.actions),
    )
    for title, found in ways:
        if found:
            yield f"### {title}\n\n" + "\n".join(f"- `{name}`: {each.doc}" for name, each in found.items()) + "\n"
    yield from _queries(connector)
    if connector.dashboards:
        boards = (f"- **{each.title}** (`{each.uid}`): {each.description}" for each in connector.dashboards)
        yield "### Boards\n\n" + "\n".join(boards) + "\n"
    if connector.alert_rules:
        rules = (
            f"- **{each.title}** (`{each.uid}`): `{each.query}` above {each.above:g}" for each in connector.alert_rules
        )
        yield "### Alert rules\n\n" + "\n".join(rules) + "\n"


def _settings(connector: sdk.Connector) -> Iterator[str]:
    names = ", ".join(f"`{name}`" for name in connector.settings.model_fields)
    yield f"{sentence(connector.settings.__doc__)}\n\nSettings of `[{connector.name}]`: {names}.\n"


def _queries(connector: sdk.Connector) -> Iterator[str]:
    found = connector.queries()
    if not found:
        return
    yield "### Queries\n\n| query | shape | parameters | what it answers |\n|-|-|-|-|"
    yield "\n".join(_query(query) for query in found.values()) + "\n"


def _query(query: sdk.Query) -> str:
    parameters = ", ".join(f"`{name}`" for name in query.parameters())
    return f"| `{query.path}` | {query.shape} | {parameters} | {_cell(query.doc)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def sentence(doc: str | None) -> str:
    """Return the first line of a docstring."""
    return (doc or "").strip().partition("\n")[0]
