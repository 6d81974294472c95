r"""The receiver of test reports: one JUnit XML file, or a zip of several, from whatever runs tests.

    signature=$(openssl dgst -sha256 -hmac "$SECRET" -r report.xml | cut -d' ' -f1)
    curl --data-binary @report.xml -H "X-OpsSight-Signature: sha256=$signature" \
        "$OPSSIGHT/hooks/junit/reports?repo=acme/web&run=$RUN&attempt=1&sha=$SHA&branch=main&pipeline=ci"

The facts about the run are parameters of the address, or headers `X-OpsSight-Repo`, `-Run` and so on.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from datasource_server import sdk
from datasource_server.sdk.junit import NoReport, Report, as_document, is_report, merged, to_test_results
from datasource_server.sdk.unzip import is_zip, unzip
from opssight_junit.connector import connector

FACTS = ("repo", "run", "attempt", "sha", "branch", "pipeline", "job", "part")
MOST_BYTES = 25_000_000
BEGIN = re.compile(r"<\?opssight-report (.*?)\?>\n")
"""Stands before each report of an archive, so that they can be kept as one text."""


def unpack(body: bytes) -> bytes:
    """Return the report, or the reports of an archive behind each other, as UTF-8 text."""
    if not is_zip(body):
        return as_document(body).encode()
    texts = [f"<?opssight-report {_quoted(name)}?>\n{as_document(xml)}\n" for name, xml in _reports(body)]
    if not texts:
        raise sdk.Unparsable("the archive holds no test report: no file .xml that begins with <testsuites>")
    return "".join(texts).encode()


def _reports(body: bytes) -> Iterator[tuple[str, bytes]]:
    for name, found in unzip(body, lambda name: name.lower().endswith(".xml"), most_bytes=MOST_BYTES):
        if isinstance(found, str):
            raise sdk.Unparsable(f"{name} of the archive: {found}")
        if is_report(found):
            yield name, found


def _quoted(name: str) -> str:
    return re.sub(r"[?<>\s\x00-\x1f]+", " ", name)[:300]


@connector.receiver(
    verify=sdk.hmac_sha256("X-OpsSight-Signature", "sha256="),
    max_bytes=MOST_BYTES,
    unpack=unpack,
    told_apart_by=[f"{way}{fact}" for fact in FACTS for way in ("x-opssight-", "query-")],
)
def reports(delivery: sdk.Delivery) -> Sequence[sdk.Row]:
    """Take test reports: JUnit XML or a zip of it, signed, with `repo` and `run` in headers or in the address."""
    about = _about(delivery)
    rows: list[sdk.TestResult] = []
    for name, xml in _parts(delivery.body.decode("utf-8", "replace")):
        part = " › ".join(filter(None, (about.part, *posixpath.dirname(name).split("/"))))
        try:
            rows += to_test_results(xml.encode(), replace(about, part=part))
        except NoReport as problem:
            raise sdk.Unparsable(f"{name or 'the body'} is no test report: {problem}") from None
        except sdk.Unparsable as problem:
            raise sdk.Unparsable(f"{name or 'the body'}: {problem}") from None
    return merged(rows)


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """Yield name and text of each report."""
    first, *others = BEGIN.split(text)
    if not others:
        yield "", first
    yield from zip(others[::2], others[1::2], strict=True)


def _about(delivery: sdk.Delivery) -> Report:
    told = {fact: _fact(delivery, fact) for fact in FACTS}
    if lacking := [fact for fact in ("repo", "run") if not told[fact]]:
        raise sdk.Unparsable(
            f"the delivery does not say {' and '.join(lacking)}: expected headers X-OpsSight-Repo and X-OpsSight-Run, "
            "or parameters repo and run"
        )
    return Report(
        run_id=told["run"],
        repo=told["repo"],
        written_at=delivery.received_at,
        attempt=_attempt(told["attempt"]),
        pipeline=told["pipeline"],
        branch=told["branch"].removeprefix("refs/heads/"),
        sha=told["sha"],
        job_id=told["job"],
        part=told["part"],
    )


def _fact(delivery: sdk.Delivery, fact: str) -> str:
    """Return a fact of the run; a header counts before the address."""
    headers = delivery.headers
    return (headers.get(f"x-opssight-{fact}", "") or headers.get(f"query-{fact}", "")).strip()


def _attempt(text: str) -> int:
    if not text:
        return 1
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and int(text) >= 1):
        raise sdk.Unparsable(f"attempt is {text[:20]!r}, expected a number from 1")
    return int(text)
