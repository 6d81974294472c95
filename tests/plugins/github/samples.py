"""Recorded answers and deliveries of the real GitHub, which lie beside the project where they lie at all."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

FOLDER = Path(__file__).parents[4] / "shared" / "data" / "samples" / "github"
WEBHOOKS = FOLDER / "octokit-webhooks-examples" / "api.github.com"
REPLAYS = FOLDER / "PyGithub+PyGithub" / "tests" / "ReplayData"
EXAMPLES = FOLDER / "octokit-openapi" / "components.examples"


@dataclass(frozen=True, slots=True)
class Recorded:
    """One recorded exchange: the path that was asked for and the JSON that was answered."""

    path: str
    status: int
    body: Any


@dataclass(frozen=True, slots=True)
class Sample:
    """One recorded webhook body."""

    event: str
    name: str
    body: bytes


def webhooks() -> list[Sample]:
    """Every recorded webhook body; none where the samples are not there."""
    files = sorted(WEBHOOKS.glob("*/*.json")) if WEBHOOKS.is_dir() else []
    return [Sample(each.parent.name, f"{each.parent.name}/{each.stem}", each.read_bytes()) for each in files]


def replay(name: str) -> Iterator[Recorded]:
    """The exchanges of one recording: blocks of request line, headers, status, headers and body."""
    lines = (REPLAYS / f"{name}.txt").read_text("utf-8").split("\n")
    for start in range(0, len(lines) - 9, 11):
        block = lines[start : start + 10]
        headers = dict(ast.literal_eval(block[8]))
        is_json = "json" in str(headers.get("Content-Type", headers.get("content-type", "")))
        yield Recorded(block[4], int(block[7]), orjson.loads(block[9]) if is_json and block[9] else block[9])


def example(name: str) -> Any:
    """One example out of GitHub's description of its API."""
    return orjson.loads((EXAMPLES / f"{name}.json").read_bytes())
