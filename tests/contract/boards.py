"""The committed boards, as Grafana reads them: their panels, and what each of them needs of its answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

Json = dict[str, Any]

ROOT = Path(__file__).parents[2]
BOARDS: dict[str, Json] = {
    path.stem: orjson.loads(path.read_bytes()) for path in sorted((ROOT / "dashboards").glob("*/*.json"))
}
OF_ROWS = re.compile(r"\$\{__data\.fields\.(\w+)\}")
NAMED = re.compile(r"^/\^(\w+)\$/$")


def panels(board: Json) -> Iterator[Json]:
    """Yield the panels that ask something."""
    yield from (panel for panel in board["panels"] if panel.get("targets"))


def variables(board: Json) -> Iterator[Json]:
    """Yield the variables that are filled by a query."""
    yield from (each for each in board["templating"]["list"] if each["type"] == "query")


def lanes(board: Json) -> Iterator[Json]:
    """Yield the lanes of annotations."""
    yield from (each for each in board["annotations"]["list"] if "target" in each)


def wanted_fields(panel: Json) -> set[str]:
    """Return the fields that a panel names: its columns, those of its links, of its titles and of its numbers."""
    named = set(OF_ROWS.findall(orjson.dumps(panel["fieldConfig"]).decode()))
    if found := NAMED.match(panel["options"].get("reduceOptions", {}).get("fields", "")):
        named.add(found[1])
    return named | (set() if panel["type"] == "timeseries" else columns(panel))


def columns(panel: Json) -> set[str]:
    """Return the names, of fields or of series, whose looks a panel sets."""
    return {each["matcher"]["options"] for each in panel["fieldConfig"]["overrides"]}
