"""Of a failed job's log the lines are kept that tell why, and an archive can do no harm."""

from __future__ import annotations

import io
import time
import zipfile
from pathlib import Path

import pytest

from datasource_server.sdk.log_lines import MASK, MOST_LINES
from opssight_github.archives import MOST_FILE_BYTES, file_name, read_archive
from opssight_github.logs import read_lines, to_log_lines
from opssight_github.words import moment
from tests.fakes.github import generate_organisation
from tests.fakes.github.archives import HOSTILE, log_archive
from tests.fakes.github.logs import job_log

from .samples import FOLDER

STAMP = "2026-01-15T12:00:00.1234567Z"
WORLD = generate_organisation(repos=2, runs=300, seed=3)


def log(*lines: str) -> str:
    return "\ufeff" + "".join(f"{STAMP} {line}\n" for line in lines)


def test_a_line_has_its_moment_loudness_and_step() -> None:
    text = log(
        "Current runner version: '2.330.0'",
        "##[group]Run make test",
        "\x1b[36;1mmake test\x1b[0m",
        "##[endgroup]",
        "[command]/usr/bin/git fetch",
        "##[warning]Node.js 16 is old",
        "\x1b[31mE       assert 1 == 2\x1b[0m",
        "##[error]Process completed with exit code 1.",
        "Post job cleanup.",
    )
    lines = {line.number: line for line in read_lines(text)}
    assert sorted(lines) == [1, 2, 3, 5, 6, 7, 8, 9]
    assert [lines[number].level for number in (1, 5, 6, 7, 8)] == ["info", "command", "warning", "error", "error"]
    assert [lines[number].step for number in (1, 3, 8, 9)] == [
        "",
        "Run make test",
        "Run make test",
        "Post job cleanup.",
    ]
    assert (lines[3].text, lines[8].text) == ("make test", "Process completed with exit code 1.")
    (first, *_) = to_log_lines(text, job_id="9", repo="acme/web")
    assert first.logged_at == moment(STAMP)
    assert first.logged_at.microsecond == 123_456


def test_a_line_without_a_stamp_has_that_of_the_line_before() -> None:
    first, second = read_lines(f"{STAMP} a\nb")
    assert (first.stamp, second.stamp, second.text) == (STAMP, STAMP, "b")


def test_of_a_progress_bar_the_last_state_is_kept() -> None:
    (line,) = read_lines(f"{STAMP} 10%\r50%\r100%\r\n")
    assert line.text == "100%"


def test_the_tail_and_the_neighbourhood_of_errors_are_kept() -> None:
    noise = [f"step {number} done" for number in range(5_000)]
    noise[1_000] = "##[error]undefined: retry"
    noise[3_000] = "curl: (28) Failed to connect to example.test"
    numbers = [row.line for row in to_log_lines(log(*noise), job_id="9", repo="acme/web")]
    assert set(range(941, 1_007)) <= set(numbers)
    assert set(range(2_997, 3_010)) <= set(numbers)
    assert set(range(4_881, 5_001)) <= set(numbers)
    assert len(numbers) < 250


def test_a_log_full_of_errors_is_bounded_and_keeps_its_end() -> None:
    rows = to_log_lines(log(*["##[error]it failed"] * 20_000), job_id="9", repo="acme/web")
    assert len(rows) <= MOST_LINES + 70
    assert rows[-1].line == 20_000


def test_a_long_line_is_bounded() -> None:
    (row,) = to_log_lines(log("x" * 1_000_000), job_id="9", repo="acme/web")
    assert len(row.text) == 2_000


def test_what_was_cut_is_said() -> None:
    rows = to_log_lines(log("a"), job_id="9", repo="acme/web", cut="12 bytes")
    assert (rows[-1].text, rows[-1].level) == ("[the log was cut: 12 bytes]", "warning")


def test_no_part_of_a_private_key_is_kept_where_only_its_end_is() -> None:
    key = ["-----BEGIN RSA PRIVATE KEY-----", *["MIIEow" * 10] * 30, "-----END RSA PRIVATE KEY-----"]
    texts = [row.text for row in to_log_lines(log(*key, *["fine"] * 100), job_id="9", repo="acme/web")]
    assert not any("MIIEow" in text for text in texts)
    assert MASK in texts
    assert texts.count("fine") == 100


def test_every_kind_of_failure_of_the_fake_keeps_its_deciding_line() -> None:
    failed = [job for run in WORLD.runs() for job in run.latest.jobs if job.conclusion == "failure"]
    kept = {job.failure: to_log_lines(job_log(job, "m" * 40), job_id="9", repo="r") for job in failed}
    assert len(kept) == 8
    assert all(any(row.level == "error" for row in rows) for rows in kept.values())
    assert any("AssertionError" in row.text for row in kept["test"])


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the recordings beside the project (shared) are not there")
def test_the_end_of_a_real_log_is_read() -> None:
    (path,) = Path(FOLDER).glob("link-assistant+hive-mind/**/ci-run-*.tail.txt")
    rows = to_log_lines(path.read_text("utf-8"), job_id="9", repo="r")
    assert 50 < len(rows) <= MOST_LINES + 70


def attempt_archive(*hostile: str) -> tuple[bytes, dict[str, str]]:
    attempt = next(
        run.latest for run in WORLD.runs() if len(run.latest.jobs) == 4 and run.latest.conclusion == "success"
    )
    expected = {file_name(job.blueprint.name): job_log(job, "m" * 40) for job in attempt.jobs}
    return log_archive(attempt, "m" * 40, frozenset(hostile)), expected


def test_an_archive_gives_each_jobs_log_by_name() -> None:
    body, expected = attempt_archive()
    logs = read_archive(body)
    assert logs.texts == expected
    assert not logs.cut


@pytest.mark.parametrize("kind", sorted(HOSTILE))
def test_a_hostile_archive_does_no_harm(kind: str) -> None:
    """check 22: names that lead outside, that are absolute or there twice, encryption, nesting and lies are skipped."""
    body, expected = attempt_archive(kind)
    logs = read_archive(body)
    assert logs.texts == expected
    assert logs.skipped


def _zip(entries: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in entries.items():
            archive.writestr(name, body)
    return target.getvalue()


def test_a_bomb_is_stopped_at_the_cap() -> None:
    """check 21: a thousand to one is read up to 10 MB a file, 50 MB in all, in less than a second, and said."""
    body = _zip({f"{number}_job {number}.txt": b"0" * 20_000_000 for number in range(7)})
    begun = time.thread_time()
    logs = read_archive(body)
    took = time.thread_time() - begun
    assert {len(text) for text in logs.texts.values()} == {MOST_FILE_BYTES}
    assert (len(logs.texts), len(logs.cut), len(logs.skipped)) == (5, 5, 2)
    assert took < 1


def test_no_more_than_a_thousand_entries_are_read() -> None:
    """check 21: the number of entries is capped too."""
    logs = read_archive(_zip({f"{number}_job {number}.txt": b"x\n" for number in range(1_200)}))
    assert (len(logs.texts), len(logs.skipped)) == (1_000, 200)


def test_an_archive_of_very_many_names_is_not_even_opened() -> None:
    """check 21: a directory of many names costs nothing."""
    logs = read_archive(_zip({str(number): b"" for number in range(20_500)}))
    assert (logs.texts, list(logs.skipped)) == ({}, ["*"])


@pytest.mark.parametrize("body", [b"", b"not a zip", b"PK\x05\x06" + bytes(18), _zip({"0_a.txt": b"abc"})[:-9]])
def test_what_is_no_archive_gives_nothing(body: bytes) -> None:
    """check 22: a broken archive is skipped."""
    assert read_archive(body).texts == {}


def test_a_job_whose_log_lies_about_its_size_is_skipped() -> None:
    """check 22: a size that lies is found while reading."""
    body = bytearray(_zip({"0_build.txt": b"abc" * 100}))
    place = body.rfind(b"PK\x01\x02")
    body[place + 24 : place + 28] = (3).to_bytes(4, "little")
    logs = read_archive(bytes(body))
    assert logs.texts == {}
    assert list(logs.skipped) == ["0_build.txt"]
