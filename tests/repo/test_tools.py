"""The project's verbs exist, and its import contracts and SQL hold."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from .sources import ROOT, files_under, project_files, pyproject, text_of

BIN = Path(sys.executable).parent
VERBS = {"install", "demo", "check", "test", "e2e", "render", "panels", "bench"}


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_makefile_has_every_verb_with_its_sentence() -> None:
    explained = re.findall(r"^([a-z0-9-]+):[^\n=]*## \w", text_of("Makefile"), re.MULTILINE)
    assert set(explained) >= VERBS


def test_the_changelog_has_a_place_for_what_comes_next() -> None:
    changelog = text_of("CHANGELOG.md")
    assert "## [Unreleased]" in changelog
    assert re.search(r"^- \w", changelog, re.MULTILINE), "lines for users"


def test_the_changelog_knows_the_version_once_it_is_released() -> None:
    version = pyproject()["project"]["version"]
    released = re.findall(r"^## \[(\d+\.\d+\.\d+)\] - \d{4}-\d{2}-\d{2}$", text_of("CHANGELOG.md"), re.MULTILINE)
    assert not released or released[0] <= version


def test_scripts_may_be_run() -> None:
    scripts = [name for name in project_files() if text_of(name).startswith("#!")]
    assert ".ci/run" in scripts
    assert [name for name in scripts if not os.access(ROOT / name, os.X_OK)] == []


def test_the_import_contracts_hold() -> None:
    outcome = run(str(BIN / "lint-imports"), "--no-cache")
    assert outcome.returncode == 0, outcome.stdout


@pytest.mark.slow
def test_the_queries_are_formatted() -> None:
    queries = files_under("plugins", suffixes=(".sql",))
    outcome = run(str(BIN / "sqlfluff"), "lint", "--disable-progress-bar", *queries)
    assert queries, "no query found"
    assert outcome.returncode == 0, outcome.stdout
