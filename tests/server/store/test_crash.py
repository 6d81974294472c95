"""Whatever moment the server is killed at, what it acknowledged is there, whole and once."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.repo.sources import ROOT

ROUNDS = 52


def reports(task: str, folder: Path, rounds: int) -> list[dict[str, Any]]:
    """Return what the crashing program found, a report a round."""
    command = [sys.executable, "-m", "tests.server.store.crashing", task, str(folder), str(rounds), "20260301"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.slow
def test_no_acknowledged_row_is_lost_when_the_process_is_killed_while_it_writes(tmp_path: Path) -> None:
    """Check 50."""
    found = reports("writes", tmp_path, ROUNDS)

    assert len(found) == ROUNDS
    assert [report["lost"] for report in found] == [[]] * ROUNDS
    assert {report["halves"] for report in found} == {0}
    assert {report["doubles"] for report in found} == {0}
    assert sum(report["acknowledged"] for report in found) > 2 * ROUNDS
    assert [alarm for report in found for alarm in report["alarms"]] == []
    assert sorted(report["open_seconds"] for report in found)[ROUNDS // 2] < 1.0


def test_a_store_that_is_killed_in_its_migrations_has_each_of_them_once_when_it_is_opened_again(tmp_path: Path) -> None:
    """Check 54."""
    found = reports("migrations", tmp_path, 10)

    assert [report["rows"] for report in found] == [[["text!", 1, 3_000]]] * 10
    assert {report["tables"][0][0] for report in found} == {0}
