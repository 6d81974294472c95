"""What is taken out of texts before they are stored."""

from __future__ import annotations

import time

import orjson
import pytest

from datasource_server.ingest.redact import MASK, redact, redact_json, redact_lines, redact_row, redact_rows
from datasource_server.ingest.terminal_codes import strip_codes
from datasource_server.sdk import JobLogLine, PipelineJob
from datasource_server.sdk.journal import DeliveryRecord
from tests.server.ingest.planted import KEY_BODY, TOKENS, TOLD, pem


@pytest.mark.parametrize("name", TOKENS)
def test_tokens_are_known_by_their_shape(name: str) -> None:
    """check 28"""
    token = TOKENS[name]
    assert redact(f"before {token} after") == f"before {MASK} after"
    assert redact(f"'{token}',") == f"'{MASK}',"
    assert token not in redact(f"x={token}")


@pytest.mark.parametrize("name", TOLD)
def test_secrets_are_known_by_what_stands_before_them(name: str) -> None:
    """check 28"""
    text, secret = TOLD[name]
    clean = redact(text)
    assert secret not in clean
    assert MASK in clean
    assert clean.startswith(text[: text.index(secret)])


def test_a_private_key_goes_whole_and_the_lines_stay() -> None:
    """check 28"""
    text = f"cat key\n{pem()}\ndone"
    clean = redact(text)
    assert not any(line in clean for line in KEY_BODY.split("\n"))
    assert clean.split("\n")[0] == "cat key"
    assert clean.split("\n")[-1] == "done"
    assert clean.count("\n") == text.count("\n")


def test_a_private_key_whose_end_was_cut_off_goes_too() -> None:
    """check 28"""
    head = pem("").partition("\n-----END")[0]
    clean = redact(f"{head}\n")
    assert not any(line in clean for line in KEY_BODY.split("\n"))


@pytest.mark.parametrize(
    "name", [name for name in TOKENS if name not in ("SendGrid", "Terraform", "Azure", "Slack hook")]
)
def test_a_token_that_is_broken_by_a_line_wrap_is_found_wherever_it_breaks(name: str) -> None:
    """check 29"""
    token = TOKENS[name]
    for place in range(1, len(token)):
        clean = redact(f"see {token[:place]}\n{token[place:]} there")
        left = clean.replace("see ", "").replace(" there", "").replace(MASK, "").replace("\n", "")
        assert token not in clean.replace("\n", "")
        assert len(left) < len(token) / 2
        assert clean.count("\n") == 1


@pytest.mark.parametrize(
    "code",
    [
        "\x1b[31m",
        "\x1b[0;1;32m",
        "\x1b]8;;http://x\x07",
        "\x1b]0;t\x1b\\",
        "\x1b(B",
        "\x00",
        "\u200b",
        "\u202e",
        "\x9b1m",
    ],
)
def test_a_token_that_is_split_by_terminal_codes_is_found(code: str) -> None:
    """check 29"""
    for token in TOKENS.values():
        split = code.join((token[:2], token[2:11], token[11:]))
        assert redact(f"see {split} there") == f"see {MASK} there"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\", "click"),
        ("\x1b]8;;https://evil.example\x07click\x1b]8;;\x07", "click"),
        ("\x1b]52;c;aGk=\x07x", "x"),
        ("\x1bP1$r0m\x1b\\x", "x"),
        ("ding\x07", "ding"),
        ("a\x00b\x08c\x7f", "abc"),
        ("user\u202etxt.exe\u202c", "usertxt.exe"),
        ("\u2066a\u2069\u200e\u200f\u061c", "a"),
        ("one\u2028two\u2029three", "one\ntwo\nthree"),
        ("10%\r20%\r\n30%", "10%\n20%\n30%"),
        ("\ufeffbom \u200bzero", "bom zero"),
        ("tag\U000e0041", "tag"),
        ("c1 \x85\x9b31mred", "c1 red"),
        ("tab\tand\nline", "tab\tand\nline"),
        ("héllo 👩‍👩‍👧 日本", "héllo 👩‍👩‍👧 日本"),
        ("unfinished \x1b", "unfinished "),
        ("unfinished \x1b[31", "unfinished "),
    ],
)
def test_what_a_terminal_or_browser_would_obey_is_taken_out(text: str, clean: str) -> None:
    """check 27"""
    assert redact(text) == clean


@pytest.mark.parametrize(
    "text",
    [
        "SyntaxError: Unexpected token: identifier",
        "id-token: write",
        "secrets: read",
        "persist-credentials: true",
        "credentials_test.go:88:9: undefined: x",
        "password: ***",
        "token: ${{ secrets.GITHUB_TOKEN }}",
        "export TOKEN=$GITHUB_TOKEN",
        "commit 3f9a1c77e2b84d05aa10b7c1d2e3f4a5b6c7d8e9",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "https://github.com/acme/checkout/actions/runs/123456789/job/2",
        "git@github.com:acme/checkout.git",
        "user@example.com wrote to team@example.com",
        "2025-03-01T10:00:00Z compiling token_bucket v1.2.3",
        '"access_tokens_url": "https://api.github.com/app/installations/95738/access_tokens"',
        "",
    ],
)
def test_ordinary_lines_stay_as_they_are(text: str) -> None:
    assert redact(text) == text


def test_lines_below_each_other_are_read_together() -> None:
    """check 29"""
    token = TOKENS["GitHub"]
    lines = ["first", f"see {token[:20]}", f"{token[20:]} there", *pem().split("\n"), "two\nlines", "", "last"]
    clean = redact_lines(lines)
    assert len(clean) == len(lines)
    assert clean[:3] == ["first", f"see {MASK}", f"{MASK} there"]
    assert clean[-3:] == ["two\nlines", "", "last"]
    assert not any(line in "".join(clean) for line in KEY_BODY.split("\n"))


def test_a_key_that_runs_over_the_lines_of_a_log_is_found() -> None:
    """check 28"""
    rows = [
        JobLogLine(job_id="1", line=number, repo="a/b", text=text, level="error")
        for number, text in enumerate(pem().split("\n"), 1)
    ]
    clean = [row for row in redact_rows(rows) if isinstance(row, JobLogLine)]
    assert {row.text for row in clean} == {MASK}
    assert [row.line for row in clean] == [row.line for row in rows]
    assert all(row.model_fields_set == other.model_fields_set for row, other in zip(clean, rows, strict=True))


def test_lists_and_maps_of_a_row_are_redacted() -> None:
    token = TOKENS["AWS key id"]
    job = PipelineJob(id="1", run_id="1", repo="a/b", name=token, status="success", created_at=0, needs=["a", token])
    clean = redact_row(job)
    assert isinstance(clean, PipelineJob)
    assert (clean.name, clean.needs) == (MASK, ["a", MASK])
    record = DeliveryRecord(id="1", receiver="r", body="b", headers={"x-api-token": "abcd1234efgh"}, received_at=0)
    clean_record = redact_row(record)
    assert isinstance(clean_record, DeliveryRecord)
    assert clean_record.headers == {"x-api-token": MASK}


def test_rows_without_secrets_are_the_same_objects() -> None:
    row = JobLogLine(job_id="1", line=1, repo="a/b", text="fine")
    assert redact_row(row) is row


@pytest.mark.parametrize("name", [*TOKENS, *TOLD])
def test_json_bodies_are_redacted_in_whatever_way_they_are_written(name: str) -> None:
    """check 28"""
    text, secret = TOLD[name] if name in TOLD else (TOKENS[name], TOKENS[name])
    value = {"commits": [{"message": f"line\n{text}\n\u202eend"}], "n": 1, "list": [text, None, True, 1.5]}
    escaped = orjson.dumps(value).replace(secret[:1].encode(), f"\\u{ord(secret[0]):04x}".encode(), 1)
    for body in (orjson.dumps(value), escaped, orjson.dumps(value, option=orjson.OPT_INDENT_2)):
        clean = redact_json(body)
        assert secret.encode() not in clean
        found = orjson.loads(clean)
        assert (found["n"], found["list"][1:]) == (1, [None, True, 1.5])
        assert "\u202e" not in found["commits"][0]["message"]


def test_members_whose_name_says_secret_are_masked() -> None:
    body = orjson.dumps({"auth": {"password": "correct horse battery", "api_key": "k3y with space", "a\\u": "x"}})
    assert orjson.loads(redact_json(body))["auth"] == {"password": MASK, "api_key": MASK, "a\\u": "x"}


def test_clean_json_is_the_same_bytes() -> None:
    body = b'{"b" : 1.0, "a": [1, 2,3], "big": 12345678901234567890123}'
    assert redact_json(body) is body


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff\xfe", b"[" * 5000, b'{"a": "\\ud800"}', b'{"a": 1', b'{"x":"\\u0041", "n": ' + b"9" * 400 + b"}"],
)
def test_what_is_no_json_is_redacted_as_text(body: bytes) -> None:
    """check 24"""
    token = TOKENS["npm"].encode()
    assert token not in redact_json(body + b" " + token)
    assert isinstance(redact_json(body), bytes)


def test_deep_json_is_redacted_to_its_bottom() -> None:
    token = TOKENS["npm"]
    body = orjson.loads(b'{"a":' * 150 + b"1" + b"}" * 150)
    place = body
    for _ in range(149):
        place = place["a"]
    place["a"] = token
    assert token.encode() not in redact_json(orjson.dumps(body))


def test_lone_surrogates_are_no_crash() -> None:
    assert redact("a\ud800b") == "a?b"


def test_no_text_makes_it_slow() -> None:
    """Linear, whatever the text: half a megabyte of what makes backtracking engines explode, in a moment."""
    began = time.perf_counter()
    for piece in (
        "password=",
        "://a:",
        "\x1b[",
        "\x1b]",
        "-----BEGIN PRIVATE KEY-----",
        "eyJ.",
        "ghp_",
        "token: ",
        "A" * 9,
    ):
        text = piece * (500_000 // len(piece))
        assert redact(text) is not None
        assert strip_codes(text.encode()) is not None
    assert time.perf_counter() - began < 15
