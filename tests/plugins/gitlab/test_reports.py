"""Test reports are read in every form that GitLab hands them out in; what is hostile or broken is skipped by name."""

from __future__ import annotations

import gzip
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opssight_gitlab import reports
from opssight_gitlab.reports import read_reports

XML = b"<testsuite><testcase name='a'/></testsuite>"


def packed(**files: bytes) -> bytes:
    """An archive; names have dots for underscores."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            archive.writestr(name.replace("_", "."), body)
    return target.getvalue()


def test_plain_gzipped_and_archived_reports_are_found() -> None:
    assert list(read_reports(XML).files.values()) == [XML]
    assert list(read_reports(gzip.compress(XML) + gzip.compress(b"<b/>")).files.values()) == [XML, b"<b/>"]
    found = read_reports(packed(a_xml=XML, b_txt=b"no report", c_XML=b"<c/>"))
    assert found.files == {"a.xml": XML, "c.XML": b"<c/>"}
    assert found.skipped == {}


def test_bombs_are_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    """check 21: neither in an archive nor in a gzip more comes out than the caps allow."""
    monkeypatch.setattr(reports, "MOST_BYTES", 100_000)
    bomb = b"\0" * 5_000_000
    assert read_reports(gzip.compress(bomb)).files == {}
    found = read_reports(packed(a_xml=XML, b_xml=bomb, c_xml=XML))
    assert set(found.files) <= {"a.xml", "c.xml"}
    assert found.skipped["b.xml"] == "more than the caps allow"


def test_what_is_broken_off_is_skipped_with_its_reason() -> None:
    assert read_reports(gzip.compress(XML)[:-9]).skipped == {"junit-0.xml": "broken off"}
    assert "broken archive" in read_reports(packed(a_xml=XML)[:-30]).skipped["*"]


@given(st.binary(max_size=200), st.sampled_from([b"", b"PK", b"PK\x03\x04", b"\x1f\x8b\x08"]))
def test_no_bytes_stop_the_reading(body: bytes, begin: bytes) -> None:
    found = read_reports(begin + body)
    assert found.files or found.skipped or begin
