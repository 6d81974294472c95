"""Printing: tables and progress for people, plain JSON and CSV for programs."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import httpx
import orjson
from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

OUT = Console()
ERR = Console(stderr=True)
MOMENTS = ("time", "timeEnd")
MAX_CELL = 40
BROUGHT = ("collectors", "receivers", "actions", "queries", "dashboards")


def say(text: str) -> None:
    """Print one line for a person."""
    OUT.print(text, markup=False, highlight=False, soft_wrap=True)


def write(body: bytes) -> None:
    """Print bytes as they are, with a line's end."""
    sys.stdout.buffer.write(body if body.endswith(b"\n") else body + b"\n")
    sys.stdout.flush()


def write_json(value: object) -> None:
    """Print a value as JSON, indented."""
    write(orjson.dumps(value, option=orjson.OPT_INDENT_2))


def show_rows(path: str, answer: httpx.Response) -> None:
    """Print rows as a table as wide as the terminal, and below it what was left out and how old they are."""
    show_found(path, orjson.loads(answer.content), answer.headers)


def show_found(path: str, rows: Sequence[Mapping[str, Any]], headers: Mapping[str, str] | None = None) -> None:
    """Print rows that are there already; the answer's `headers` may tell more of them."""
    cells = {name: [_cell(name, row[name]) for row in rows] for name in (rows[0] if rows else ())}
    shown = _fitting(cells, OUT.width) if OUT.is_terminal else dict(cells)
    if rows:
        wide = Console(file=OUT.file, width=sum(map(_width, shown, shown.values())) + 1)
        (OUT if OUT.is_terminal else wide).print(_table(path, shown, rows), highlight=False)
    foot = _foot(len(rows), [name for name in cells if name not in shown], headers or {})
    OUT.print(f"{path}: {foot}", style="dim", highlight=False, markup=False, soft_wrap=True)


def _table(path: str, cells: Mapping[str, Sequence[str]], rows: Sequence[Mapping[str, Any]]) -> Table:
    table = Table(title=path, header_style="bold")
    for name in cells:
        table.add_column(name, no_wrap=True, overflow="ellipsis", max_width=MAX_CELL, justify=_side(name, rows))
    for line in zip(*cells.values(), strict=True):
        table.add_row(*map(escape, line))
    return table


def _fitting(cells: Mapping[str, Sequence[str]], width: int) -> dict[str, Sequence[str]]:
    """Return the first columns that fit beside each other; at least one."""
    found: dict[str, Sequence[str]] = {}
    for name, values in cells.items():
        width -= _width(name, values)
        if width < 1 and found:
            break
        found[name] = values
    return found


def _width(name: str, values: Sequence[str]) -> int:
    return min(MAX_CELL, max(cell_len(name), *map(cell_len, values), 0)) + 3


def show_plugins(found: Sequence[Mapping[str, Any]]) -> None:
    """Print the plugins as a table."""
    table = Table(header_style="bold")
    for name in ("plugin", "from", "state"):
        table.add_column(name, no_wrap=True)
    table.add_column("brings", overflow="fold")
    for each in found:
        table.add_row(escape(each["name"]), escape(each["package"]), _state(each), _brought(each))
    OUT.print(table)
    for each in found:
        if each["problem"]:
            OUT.print(f"{each['name']}: {each['problem']}", markup=False, highlight=False, soft_wrap=True)


def _brought(plugin: Mapping[str, Any]) -> str:
    counts = ((len(plugin.get(name, ())), name) for name in BROUGHT)
    return ", ".join(f"{count} {name if count > 1 else _one(name)}" for count, name in counts if count)


def _one(name: str) -> str:
    return "query" if name == "queries" else name.removesuffix("s")


def show_passes(lines: Iterable[Mapping[str, Any]]) -> int:
    """Show a collection while it goes on, then each scope's outcome; return how many scopes broke off."""
    if not ERR.is_terminal:
        return sum(_outcome(line, OUT) for line in lines if "progress" not in line)
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    failed = 0
    with Progress(*columns, console=ERR, transient=True) as progress:
        task = progress.add_task("collecting", total=None)
        for line in lines:
            if "progress" in line:
                progress.update(task, description=_news(line["progress"]))
            else:
                failed += _outcome(line, progress.console)
    return failed


def table_of(title: str, rows: Iterable[tuple[str, str, str]]) -> None:
    """Print lines of name, verdict and detail under a title."""
    table = Table(title=title, title_justify="left", show_header=False, box=None, pad_edge=False)
    for name, verdict, detail in rows:
        table.add_row(escape(name), verdict, escape(detail))
    OUT.print(table, highlight=False)


def _outcome(line: Mapping[str, Any], console: Console) -> int:
    run = line.get("run", {})
    error = line.get("error") or run.get("error", "")
    name = " ".join(str(run[key]) for key in ("source", "collector", "scope") if run.get(key)) or "collection"
    said = error or f"{run.get('rows', 0)} rows"
    console.print(f"{name}: {said}", markup=False, highlight=False, soft_wrap=True)
    return 1 if error else 0


def _news(facts: object) -> str:
    if not isinstance(facts, Mapping):
        return str(facts)
    return " ".join(
        f"{value}" if isinstance(value, str) else f"{name} {value}" for name, value in facts.items() if value
    )


def _state(plugin: Mapping[str, Any]) -> str:
    if plugin["problem"]:
        return "broken"
    return "configured" if plugin["configured"] else "installed"


def _cell(name: str, value: object) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool) and (name.endswith("_at") or name in MOMENTS):
        return datetime.fromtimestamp(value / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < 10_000 else f"{value:.0f}"
    return "" if value is None else " ".join(str(value).split())


def _side(name: str, rows: Sequence[Mapping[str, Any]]) -> Any:  # noqa: ANN401  rich's word for a side
    values = [row[name] for row in rows if row[name] is not None]
    is_number = bool(values) and all(isinstance(value, int | float) for value in values)
    return "right" if is_number and not name.endswith("_at") else "left"


def _foot(count: int, hidden: Sequence[str], headers: Mapping[str, str]) -> str:
    parts = [f"{count} rows" if count else "no rows"]
    if hidden:
        parts.append(f"not shown here, but with --json: {', '.join(hidden)}")
    if (as_of := headers.get("x-opssight-data-as-of", "")).isdigit():
        parts.append("data as of " + _cell("time", int(as_of)) + " UTC")
    if notice := headers.get("x-opssight-notice"):
        parts.append(notice)
    return "; ".join(parts)
