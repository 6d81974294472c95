"""The recorded answers of real GitLabs beside the project, where they are there."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

FOLDER = Path(__file__).parents[4] / "shared" / "data" / "samples" / "gitlab"
TABLES = FOLDER / "apache+incubator-devlake/backend/plugins/gitlab/e2e/raw_tables"
HOOKS = FOLDER / "drone+go-scm/scm/driver/gitlab/testdata/webhooks"
ANSWERS = FOLDER / "drone+go-scm/scm/driver/gitlab/testdata"
OTHER_HOOKS = FOLDER / "xanzy+go-gitlab/testdata/webhooks"

recordings = pytest.mark.skipif(not FOLDER.is_dir(), reason="the recordings beside the project (shared) are not there")


def table(name: str) -> list[dict[str, Any]]:
    """The answers of one raw table, each as GitLab gave it."""
    csv.field_size_limit(sys.maxsize)
    with (TABLES / f"_raw_gitlab_api_{name}.csv").open(encoding="utf-8", newline="") as file:
        return [orjson.loads(row["data"]) for row in csv.DictReader(file)]


def hooks() -> Iterator[tuple[str, bytes]]:
    """Every recorded delivery with its name."""
    for folder in (HOOKS, OTHER_HOOKS):
        yield from ((path.stem, path.read_bytes()) for path in sorted(folder.glob("*.json")))
