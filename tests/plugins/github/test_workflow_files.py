"""A workflow file tells which job waits for which, and when the workflow ought to run by itself."""

from __future__ import annotations

import pytest

from opssight_github.workflow_files import Definition, needs_of, read_definition
from tests.fakes.github.blueprints import file_text, workflows_of

FILE = b"""
name: Release
on:
  push: {branches: [main]}
  schedule:
    - cron: "5 4 * * 1"
    - cron: "5 4 * * 1"
jobs:
  lint: {runs-on: ubuntu-latest}
  test:
    name: test on ${{ matrix.os }}
    needs: lint
    strategy: {matrix: {os: [linux, mac]}}
  matrixed:
    needs: [lint]
  called:
    uses: ./.github/workflows/deploy.yml
    needs: [test, matrixed]
"""


def job(number: int, name: str) -> dict[str, object]:
    return {"id": number, "name": name}


def test_names_needs_and_crons_are_read() -> None:
    found = read_definition(FILE)
    assert (found.name, found.crons) == ("Release", ("5 4 * * 1",))
    assert found.needs == {"lint": [], "test": ["lint"], "matrixed": ["lint"], "called": ["test", "matrixed"]}


def test_jobs_of_a_matrix_and_of_a_reusable_workflow_are_known_by_their_entry() -> None:
    names = ["lint", "test on linux", "test on mac", "matrixed (3.11, a b)", "called / ship", "a stranger"]
    found = needs_of([job(number, name) for number, name in enumerate(names)], read_definition(FILE))
    assert found["1"] == ["lint"]
    assert found["3"] == ["lint"]
    assert found["4"] == ["test on linux", "test on mac", "matrixed (3.11, a b)"]
    assert "5" not in found


def test_the_fakes_files_say_what_its_jobs_wait_for() -> None:
    for workflow in workflows_of(1, 0, 0):
        jobs = [job(number, each.name) for number, each in enumerate(workflow.jobs)]
        found = needs_of(jobs, read_definition(file_text(workflow).encode()))
        assert [found[str(number)] for number, _ in enumerate(workflow.jobs)] == [
            list(each.needs) for each in workflow.jobs
        ]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"just text",
        b"a: [unclosed",
        b"jobs: 3\non: 4",
        b"on: {schedule: {cron: x}}\njobs: {a: null}",
        b"!!python/object/apply:os.system ['true']",
        b"x: " + b"[" * 5_000,
        b"\xff\xfe\x00",
        b"a" * 600_000,
    ],
)
def test_what_is_no_workflow_says_nothing(text: bytes) -> None:
    found = read_definition(text)
    assert (dict(found.needs), found.crons) == ({}, ())


def test_a_file_of_a_million_laughs_is_refused() -> None:
    lines = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 40)}]" for n in range(1, 9))]
    assert read_definition("\n".join(lines).encode()) == Definition()
