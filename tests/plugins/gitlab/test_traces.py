"""Traces become the lines that a person would have seen, with time, section and loudness."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasource_server.sdk.log_lines import MASK
from opssight_gitlab.traces import read_trace, to_log_lines, to_steps

SAMPLES = Path(__file__).parents[4] / "shared" / "data" / "samples"
CLEAR = "\x1b[0K"
TRACE = "\n".join(
    [
        f"{CLEAR}Running with gitlab-runner 17.5.0",
        f"section_start:1768478400:get_sources\r{CLEAR}\x1b[36;1mGetting source\x1b[0;m",
        "Receiving objects:   1%\rReceiving objects:  50%\rReceiving objects: 100%, done.",
        f"section_end:1768478410:get_sources\r{CLEAR}",
        f"section_start:1768478410:step_script\r{CLEAR}\x1b[36;1mExecuting\x1b[0;m",
        f"section_start:1768478411:tests[collapsed=true]\r{CLEAR}\x1b[32;1m$ make test\x1b[0;m",
        "FAIL test_one",
        "WARNING: slow",
        f"section_end:1768478420:tests\r{CLEAR}",
        f"section_end:1768478421:step_script\r{CLEAR}section_start:1768478421:cleanup_file_variables\r{CLEAR}Cleaning",
        f"section_end:1768478422:cleanup_file_variables\r{CLEAR}\x1b[31;1mERROR: Job failed: exit code 1\x1b[0;m",
        "",
    ]
)


def test_lines_are_what_stood_last_with_their_section_and_loudness() -> None:
    lines = read_trace(TRACE).lines
    assert [line.plain for line in lines] == [
        "Running with gitlab-runner 17.5.0",
        "Getting source",
        "Receiving objects: 100%, done.",
        "",
        "Executing",
        "$ make test",
        "FAIL test_one",
        "WARNING: slow",
        "",
        "Cleaning",
        "ERROR: Job failed: exit code 1",
    ]
    assert [line.step for line in lines[:3]] == ["", "get_sources", "get_sources"]
    assert [line.level for line in lines[5:8]] == ["command", "info", "warning"]
    assert lines[-1].level == "error"


def test_sections_become_steps_and_the_one_before_tidying_up_failed() -> None:
    steps = to_steps(read_trace(TRACE), job_id="1", repo="acme/web")
    assert [(step.number, step.name, step.status) for step in steps] == [
        (1, "get_sources", "success"),
        (2, "step_script", "success"),
        (3, "tests", "failure"),
        (4, "cleanup_file_variables", "success"),
    ]
    assert steps[2].started_at == datetime(2026, 1, 15, 12, 0, 11, tzinfo=UTC)
    assert steps[2].finished_at == datetime(2026, 1, 15, 12, 0, 20, tzinfo=UTC)


def test_stamps_of_the_runner_are_read_and_what_was_written_in_several_goes_is_one_line() -> None:
    text = (
        "2026-01-15T12:00:00.962646Z 00O Cloning\r\n"
        "2026-01-15T12:00:01.5Z 00O+ 50%\r\r\n"
        "2026-01-15T12:00:02.5Z 00O+done\n"
        "2026-01-15T12:00:03Z 01E fatal: no\n"
        "plain\n"
    )
    first, second, third = to_log_lines(read_trace(text), job_id="1", repo="acme/web")
    assert (first.text, first.logged_at) == ("done", datetime(2026, 1, 15, 12, 0, 0, 962646, tzinfo=UTC))
    assert (second.text, second.level, second.line) == ("fatal: no", "error", 2)
    assert (third.text, third.logged_at) == ("plain", second.logged_at)


def test_colours_are_left_to_the_redaction() -> None:
    (line,) = to_log_lines(read_trace("\x1b[31mred\x1b[0m\n"), job_id="1", repo="acme/web")
    assert line.text == "\x1b[31mred\x1b[0m"


def test_a_private_key_is_masked_wherever_its_parts_stand() -> None:
    word = "PRIVATE KEY"
    text = f"a\n-----BEGIN RSA {word}-----\nMIIE\n-----END RSA {word}-----\nb"
    assert [line.text for line in read_trace(text).lines] == ["a", MASK, MASK, "-----END RSA PRIVATE KEY-----", "b"]


def test_of_a_long_trace_the_tail_and_the_neighbourhood_of_errors_are_kept() -> None:
    text = "\n".join("ERROR: boom" if number == 5_000 else f"line {number}" for number in range(10_000))
    kept = {row.line for row in to_log_lines(read_trace(text), job_id="1", repo="acme/web")}
    assert {5_001, 4_941, 5_006, 9_881, 10_000} <= kept
    assert len(kept) < 200


@given(st.text(alphabet="\r\n\x1b[0Ksection_start:1:a \u00e4[]", max_size=200))
def test_no_text_stops_the_reading(text: str) -> None:
    rows = list(to_log_lines(read_trace(text), job_id="1", repo="acme/web"))
    assert all("\r" not in row.text and "\n" not in row.text for row in rows)


@pytest.mark.skipif(not SAMPLES.exists(), reason="the recorded samples are not here: ../shared/data/samples")
def test_a_recorded_trace_is_read_whole() -> None:
    path = SAMPLES / "gitlab/gitlab-org+gitlab/spec/fixtures/trace/trace_with_sections"
    trace = read_trace(path.read_text("utf-8"))
    assert [each.name for each in trace.sections][:3] == ["prepare_script", "get_sources", "restore_cache"]
    assert all(each.ended_at for each in trace.sections)
    texts = [line.plain for line in trace.lines]
    assert "$ whoami" in texts
    assert "Cloning into '/nolith/ci-tests'..." in texts
    assert next(line.step for line in trace.lines if line.plain == "root") == "build_script"
