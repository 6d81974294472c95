"""Dashboard: what Grafana shows, as plain values; the server renders them to classic dashboard JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Link:
    """A link on a board, a panel or a field; Grafana's `${…}` variables are allowed in `url`."""

    title: str
    url: str
    new_tab: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """How one column of the answer is shown.

    `kind` names a value mapping that all boards share (`status`); `options` are Grafana's own `custom.*` and standard
    field options, such as `{"custom.width": 90}`.
    """

    name: str
    title: str = ""
    unit: str = ""
    kind: str = ""
    links: tuple[Link, ...] = ()
    hidden: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel: a query of OpsSight and how it is drawn.

    `type` is Grafana's panel id. `query` is `connector/name`. `payload` maps the query's parameters to values or
    variables (`"${team:csv}"`). `width` and `height` are Grafana's grid units (24 across); panels flow from left to
    right. `thresholds` are (from, colour) steps, the first one from None. `empty` is said in words when there is
    nothing. A table shows its `columns` in their order. `max_points` makes the intervals of a time series wide enough
    for so many of them; 0 leaves it to the panel's width. `defaults` and `options` are Grafana's own field and panel
    options.
    """

    title: str
    description: str
    type: str
    query: str = ""
    payload: Mapping[str, str] = field(default_factory=dict)
    width: int = 12
    height: int = 8
    unit: str = ""
    empty: str = "Nothing in this time range"
    columns: tuple[Column, ...] = ()
    links: tuple[Link, ...] = ()
    thresholds: tuple[tuple[float | None, str], ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    transparent: bool = False
    max_points: int = 0


@dataclass(frozen=True, slots=True)
class Heading:
    """A row's heading between panels."""

    title: str


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable at the top of a board, filled by a query of shape `variable`; `kind` text is a free text box.

    Without the default `__all` there is no "All" to choose, and the first of its values is taken.
    """

    name: str
    label: str
    query: str = ""
    payload: Mapping[str, str] = field(default_factory=dict)
    multi: bool = True
    kind: str = "query"
    default: str = "__all"
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Lane:
    """One lane of annotations over every time axis: a query of shape `annotations` in one colour."""

    name: str
    query: str
    colour: str
    payload: Mapping[str, str] = field(default_factory=dict)
    is_on: bool = True


@dataclass(frozen=True, slots=True)
class Dashboard:
    """One board: it answers one question. `uid` is at most 40 characters and never changes.

    `menu` is its place among the links that stand at the top of every board, smallest first; 0 leaves it out of them.
    """

    uid: str
    title: str
    description: str
    panels: tuple[Panel | Heading, ...]
    variables: tuple[Variable, ...] = ()
    lanes: tuple[Lane, ...] = ()
    links: tuple[Link, ...] = ()
    tags: tuple[str, ...] = ("opssight",)
    time_from: str = "now-7d"
    refresh: str = "1m"
    folder: str = "team"
    menu: int = 0
