"""One meaning, one look: the value mappings that all boards share. A glyph and a word go with every colour."""

from __future__ import annotations

from typing import Any

STATUS = {
    "success": ("✓ success", "green"),
    "failure": ("✕ failure", "red"),
    "running": ("▶ running", "blue"),
    "queued": ("◔ queued", "text"),
    "cancelled": ("⊘ cancelled", "text"),
    "skipped": ("– skipped", "text"),
}
LEVEL = {
    "error": ("✕ error", "red"),
    "warning": ("! warning", "orange"),
    "command": ("$ command", "blue"),
    "debug": ("· debug", "text"),
    "info": ("i info", "text"),
}
STATE = {"merged": ("✓ merged", "purple"), "open": ("◔ open", "green"), "closed": ("⊘ closed", "text")}
FRESHNESS = {"fresh": ("✓ fresh", "green"), "late": ("! late", "orange"), "stale": ("✕ stale", "red")}


def _mapping(looks: dict[str, tuple[str, str]]) -> list[dict[str, Any]]:
    options = {
        word: {"index": place, "text": text, "color": colour}
        for place, (word, (text, colour)) in enumerate(looks.items())
    }
    return [{"type": "value", "options": options}]


MAPPINGS = {
    "status": _mapping(STATUS),
    "level": _mapping(LEVEL),
    "state": _mapping(STATE),
    "freshness": _mapping(FRESHNESS),
}
