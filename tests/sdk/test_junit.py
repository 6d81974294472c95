"""Test reports become rows: every dialect, every encoding, and nothing that is hostile."""

from __future__ import annotations

import json
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import pytest

from datasource_server import sdk
from datasource_server.sdk.junit import MOST_LETTERS, NoReport, Report, is_report, merged, to_test_results

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
ABOUT = Report("77", "acme/web", NOW, attempt=2, pipeline="ci", branch="main", sha="a" * 40, job_id="5")
SAMPLES = Path(__file__).parents[3] / "shared" / "data" / "samples"
TRUTH = SAMPLES / "TRUTH.jsonl"


def read(xml: str | bytes, about: Report = ABOUT) -> list[sdk.TestResult]:
    return to_test_results(xml.encode() if isinstance(xml, str) else xml, about)


def one(xml: str | bytes) -> sdk.TestResult:
    (row,) = read(xml)
    return row


def case(inside: str = "", attributes: str = 'classname="pkg.Cart" name="adds" time="0.5"') -> str:
    return f'<testsuite name="unit"><testcase {attributes}>{inside}</testcase></testsuite>'


def test_a_row_carries_what_is_known_of_its_run() -> None:
    row = one(case())
    assert (row.run_id, row.attempt, row.job_id, row.repo, row.pipeline) == ("77", 2, "5", "acme/web", "ci")
    assert (row.branch, row.sha, row.suite, row.name) == ("main", "a" * 40, "unit", "pkg.Cart.adds")
    assert (row.status, row.tries, row.is_flaky, row.duration_seconds) == ("passed", 1, False, 0.5)
    assert row.ran_at == NOW


@pytest.mark.parametrize(
    ("inside", "status", "tries", "is_flaky"),
    [
        (
            "<flakyFailure message='once'><stackTrace>x</stackTrace><system-out>y</system-out></flakyFailure>",
            "passed",
            2,
            True,
        ),
        ("<flakyError/><flakyFailure/>", "passed", 3, True),
        ("<failure/><rerunFailure/><rerunError/>", "failed", 3, False),
        ("<error/><rerunError/>", "error", 2, False),
    ],
)
def test_tries_that_surefire_counts_are_counted(inside: str, status: str, tries: int, is_flaky: bool) -> None:
    row = one(case(inside))
    assert (row.status, row.tries, row.is_flaky) == (status, tries, is_flaky)


@pytest.mark.parametrize(
    ("ends", "status", "is_flaky"),
    [
        ("fp", "passed", True),
        ("ffp", "passed", True),
        ("pf", "failed", True),
        ("ff", "failed", False),
        ("pp", "passed", False),
    ],
)
def test_a_test_that_is_there_again_was_tried_again(ends: str, status: str, is_flaky: bool) -> None:
    cases = "".join(
        f'<testcase name="adds" time="{n}">{"<failure/>" * (end == "f")}</testcase>' for n, end in enumerate(ends)
    )
    row = one(f"<testsuite>{cases}</testsuite>")
    assert (row.status, row.tries, row.is_flaky, row.duration_seconds) == (status, len(ends), is_flaky, len(ends) - 1)


def test_an_error_in_the_teardown_is_no_second_try() -> None:
    again = '<testcase name="a"><error message="failed on teardown with OSError"/></testcase>'
    row = one(f'<testsuite><testcase name="a"/>{again}</testsuite>')
    assert (row.status, row.tries, row.is_flaky) == ("error", 1, False)


def test_the_same_test_in_two_files_of_an_attempt_was_tried_twice() -> None:
    (row,) = merged([*read(case("<failure/>")), *read(case())])
    assert (row.status, row.tries, row.is_flaky) == ("passed", 2, True)


def test_a_part_tells_the_jobs_of_a_matrix_apart() -> None:
    rows = [*read(case(), Report("1", "a/b", NOW, part="py311")), *read(case(), Report("1", "a/b", NOW, part="py312"))]
    assert [row.suite for row in merged(rows)] == ["py311 › unit", "py312 › unit"]


def test_a_suite_that_breaks_outside_its_tests_is_a_row() -> None:
    rows = read('<testsuite name="unit"><error message="no database"/><testcase name="a"/></testsuite>')
    assert [(row.name, row.status, row.message) for row in rows] == [
        ("unit", "error", "no database"),
        ("a", "passed", ""),
    ]


def test_several_reports_behind_each_other_are_read() -> None:
    declared = '<?xml version="1.0" encoding="UTF-8"?>\n'
    rows = read(
        f"{declared}<testsuite name='a'><testcase name='x'/></testsuite>\n"
        f"{declared}<testsuite name='b'><testcase name='x'/></testsuite>"
    )
    assert [(row.suite, row.name) for row in rows] == [("a", "x"), ("b", "x")]


UMLAUT = '<?xml version="1.0" encoding="{}"?><testsuite name="Prüfung"><testcase name="größer"/></testsuite>'


@pytest.mark.parametrize(
    "xml",
    [
        UMLAUT.format("ISO-8859-1").encode("latin-1"),
        UMLAUT.format("windows-1252").encode("cp1252"),
        b"\xef\xbb\xbf" + UMLAUT.format("utf-8").encode(),
        UMLAUT.format("utf-16").encode("utf-16"),
        UMLAUT.format("utf-16").encode(),
        b"\n\n " + UMLAUT.format("UTF-8").encode(),
    ],
    ids=["latin-1", "windows", "mark", "utf-16", "says utf-16 and is not", "spaces before"],
)
def test_each_encoding_is_read(xml: bytes) -> None:
    row = one(xml)
    assert (row.suite, row.name) == ("Prüfung", "größer")


def test_bytes_that_are_no_letters_do_not_spoil_the_rest() -> None:
    row = one(
        b'<testsuite name="a\xff"><testcase name="b">'
        b"<failure>\x1b[31mred\x00 &#x1b;[0m&#0;&#65;&#xD800;</failure></testcase></testsuite>"
    )
    assert (row.suite, row.message) == ("a�", "[31mred [0mA")


def test_a_forbidden_reference_is_found_at_any_place() -> None:
    assert all(one(case(f"<failure>{'x' * pad}&#27;y</failure>")).message[-1] == "y" for pad in range(3_900, 3_950))
    wide = case(f"<system-out>{'x' * 65_400}{{}}</system-out><failure>z</failure>")
    assert all(one(wide.format(" " * pad + "&#27;&amp;")).message == "z" for pad in range(200))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1.5", 1.5), ("1,5", 1.5), ("1,234.5", 1234.5), ("1.234,5", 1234.5), ("1,234,567", 1234567.0), (" 2 s", 2.0),
        ("3e-2", 0.03), ("NaN", None), ("inf", None), ("-1", None), ("", None), ("soon", None), ("1" * 400, None),
    ],
)  # fmt: skip
def test_durations_are_read_as_people_write_them(text: str, seconds: float | None) -> None:
    expected = None if seconds is not None and seconds > 604_800 else seconds
    assert one(case("", f'name="a" time="{text}"')).duration_seconds == expected


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-02T10:00:00Z", datetime(2026, 11, 2, 10, tzinfo=UTC)),
        ("2026-11-02T10:00:00.123456789", datetime(2026, 11, 2, 10, 0, 0, 123456, tzinfo=UTC)),
        ("2026-11-02T11:00:00+01:00", datetime(2026, 11, 2, 10, tzinfo=UTC)),
        ("1793613600000", datetime(2026, 11, 2, 10, tzinfo=UTC)),
        ("Mon Nov  2", NOW),
        ("2099-01-01T00:00:00", NOW),
        ("0001-01-01T00:00:00+05:00", NOW),
    ],
)
def test_a_test_ran_when_its_suite_says(text: str, moment: datetime) -> None:
    assert one(f'<testsuite timestamp="{text}"><testcase name="a"/></testsuite>').ran_at == moment


BOMB = '<!DOCTYPE b [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><testsuite name="&b;"/>'


@pytest.mark.parametrize(
    ("xml", "reason"),
    [
        (BOMB, "entities"),
        ('<!DOCTYPE b [<!ENTITY x SYSTEM "file:///etc/passwd">]><testsuite name="&x;"/>', "entities"),
        ("<testsuite><testcase", "no XML"),
        ("", "no XML"),
        ("{}", "no XML"),
        ("<testsuite/><testsuite", "no XML"),
        ("<testsuite>" * 200, "deep"),
        ("<coverage/>", "<coverage>"),
        ("<failure/>", "<failure>"),
        ('<?xml version="1.0" encoding="zip"?><testsuite/>', "encoding zip"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(xml: str, reason: str) -> None:
    """check 23: entities are refused, whatever they would become."""
    with pytest.raises(sdk.Unparsable, match=reason):
        read(xml)


def test_other_xml_is_told_from_a_report() -> None:
    assert is_report(b'\xef\xbb\xbf<?xml version="1.0"?><!-- <coverage> --><testsuites>')
    assert not is_report(b"<coverage/>")
    assert not is_report(b"PK\x03\x04")
    with pytest.raises(NoReport):
        read("<coverage/>")


def test_too_many_tests_are_refused() -> None:
    with pytest.raises(sdk.Unparsable, match="more than 100,000 tests"):
        read("<testsuite>" + '<testcase name="a"/>' * 100_001 + "</testsuite>")


def test_long_texts_are_cut_and_long_names_stay_apart() -> None:
    long = "n" * 600
    rows = read(
        f'<testsuite><testcase name="{long}1"><failure message="{"m" * 9_000}"/></testcase>'
        f'<testcase name="{long}2"/></testsuite>'
    )
    assert len(rows) == 2
    assert all(len(row.name) <= 500 for row in rows)
    assert len(rows[0].message) == MOST_LETTERS


def test_a_huge_output_takes_no_memory() -> None:
    xml = case(f"<system-out>{'x' * 20_000_000}</system-out>").encode()
    tracemalloc.start()
    assert len(read(xml)) == 1
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000


def _truths() -> list[dict[str, object]]:
    lines = TRUTH.read_text("utf-8").splitlines() if TRUTH.is_file() else []
    found = [json.loads(line) for line in lines if '"kind": "junit"' in line]
    return found or [{"file": "", "testcases": 0}]


@pytest.mark.skipif(not TRUTH.is_file(), reason="the recordings beside the project (shared) are not there")
@pytest.mark.parametrize("truth", _truths(), ids=lambda truth: str(truth["file"]).rpartition("/")[2])
def test_recorded_reports_load_without_loss(truth: dict[str, object]) -> None:
    xml = (SAMPLES / str(truth["file"])).read_bytes()
    rows = to_test_results(xml, ABOUT)
    ends = [row.status for row in rows]
    assert sum(row.tries for row in rows) - xml.count(b"<rerunFailure ") == truth["testcases"]
    assert [ends.count(word) for word in ("failed", "error", "skipped")] == [
        truth["failures"],
        truth["errors"],
        truth["skipped"],
    ]
    assert all(row.message for row in rows if row.status in ("failed", "error"))
