"""Of a log those lines are kept that tell why a job failed, and none that holds a part of a key."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from datasource_server.sdk.log_lines import (
    LONGEST_KEY,
    MOST_LINES,
    TAIL,
    is_loud,
    kept_places,
    key_lines,
    last_state,
    moment_of,
    plain,
)


def test_the_tail_and_the_neighbourhood_of_errors_and_hints_are_kept() -> None:
    texts = [f"step {number} done" for number in range(5_000)]
    texts[3_000] = "curl: (28) Failed to connect to example.test"

    kept = kept_places(texts, [1_000])

    assert kept == [*range(940, 1_006), *range(2_996, 3_009), *range(5_000 - TAIL, 5_000)]


def test_where_there_are_too_many_errors_those_near_the_end_are_kept() -> None:
    count = 20_000
    kept = kept_places(["it failed"] * count, range(0, count, 100))

    assert MOST_LINES <= len(kept) <= MOST_LINES + 70
    assert kept[-1] == count - 1
    assert kept[0] > count - 100 * 20


@pytest.mark.parametrize("texts", [[], ["fine"], ["it failed"]])
def test_a_short_log_is_kept_whole(texts: list[str]) -> None:
    assert kept_places(texts, []) == list(range(len(texts)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Error: it broke", True),
        ("  npm ERR! code 1", True),
        ("E       assert 1 == 2", True),
        ("E  two spaces", False),
        ("no error here", False),
        ("", False),
    ],
)
def test_a_line_that_begins_as_an_error_does_is_loud(text: str, expected: bool) -> None:
    assert is_loud(text) is expected


def test_a_line_is_what_a_person_would_have_seen_last() -> None:
    assert last_state("10%\r50%\r100%\r") == "100%"
    assert plain("\x1b[31mred\x1b[0m") == "red"


def test_lines_of_a_key_are_counted_from_its_beginning_to_before_its_end() -> None:
    word = "PRIVATE KEY"
    found = [0]
    for text in ("a", f"-----BEGIN RSA {word}-----", "MIIE", f"-----END RSA {word}-----", "b"):
        found.append(key_lines(text, found[-1]))

    assert found[1:] == [0, 1, 2, 0, 0]


def test_a_key_without_an_end_does_not_hide_the_rest_of_a_log() -> None:
    counts = [1]
    while counts[-1]:
        counts.append(key_lines("MIIE", counts[-1]))

    assert len(counts) == LONGEST_KEY + 2


def test_what_only_looks_like_a_stamp_has_no_moment() -> None:
    assert moment_of("2026-01-15T12:00:00+00:00", datetime.fromisoformat) == datetime(2026, 1, 15, 12, tzinfo=UTC)
    assert moment_of("2026-99-15T12:00:00Z", datetime.fromisoformat) is None
    assert moment_of("", datetime.fromisoformat) is None
