"""What a person sees in a terminal."""

from __future__ import annotations

import io
from typing import Any

import httpx
import pytest
from rich.console import Console

from datasource_server.cli import printing

ROWS = [
    {
        "pipeline": "ci [prod]",
        "status": "failure",
        "started_at": 1795399930000,
        "p50_seconds": 12345.6,
        "labels": ["a", "b"],
        "title": "x" * 90,
        "ok": None,
    }
]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Console:
    console = Console(file=io.StringIO(), force_terminal=True, width=60, color_system=None)
    monkeypatch.setattr(printing, "OUT", console)
    monkeypatch.setattr(printing, "ERR", console)
    return console


def said(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_wide_table_shows_what_fits_and_names_the_rest(terminal: Console) -> None:
    headers = {"X-OpsSight-Data-As-Of": "1795399930000", "X-OpsSight-Notice": "The limit was lowered to 5000 rows."}

    printing.show_rows("ci/runs", httpx.Response(200, json=ROWS, headers=headers))

    text = said(terminal)
    assert "ci [prod]" in text
    assert "2026-11-23 02:12:10" in text
    assert "not shown here, but with --json: labels, title, ok" in text
    assert "data as of 2026-11-23 02:12:10 UTC; The limit was lowered" in text
    assert max(len(line) for line in text.splitlines() if line.startswith(("┏", "│"))) <= 60


def test_no_rows_are_said_in_words(terminal: Console) -> None:
    printing.show_rows("ci/runs", httpx.Response(200, json=[]))

    assert "ci/runs: no rows" in said(terminal)


def test_a_collection_is_shown_while_it_goes_on(terminal: Console) -> None:
    lines: list[dict[str, Any]] = [
        {
            "progress": {
                "connector": "github",
                "collector": "runs",
                "scope": "acme/web",
                "rows": 5,
                "done": 1,
                "scopes": 2,
            }
        },
        {"run": {"source": "github", "collector": "runs", "scope": "acme/web", "rows": 5, "error": ""}},
        {"run": {"source": "github", "collector": "runs", "scope": "acme/api", "rows": 0, "error": "the tool is gone"}},
        {"error": "no connector"},
    ]

    failed = printing.show_passes(lines)

    text = said(terminal)
    assert failed == 2
    assert "github runs acme/web: 5 rows" in text
    assert "github runs acme/api: the tool is gone" in text
    assert "collection: no connector" in text


def test_a_broken_plugin_is_listed_with_its_reason(terminal: Console) -> None:
    printing.show_plugins(
        [{"name": "gone", "package": "gone 1", "problem": "no module", "configured": False, "broken_queries": {}}]
    )

    assert "gone: no module" in said(terminal)
