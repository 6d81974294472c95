"""Uploaded reports become rows of their run, or are kept with the reason why not."""

from __future__ import annotations

import hashlib
import hmac
import io
import zipfile
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from datasource_server import sdk
from datasource_server.ingest import Ingest
from datasource_server.plugins import Plugins
from datasource_server.settings import Settings
from datasource_server.store import Store
from opssight_junit import connector
from tests.server.routes.house import opened, settings_in

SECRET = "a secret of the uploads"
ABOUT = {"repo": "acme/web", "run": "77", "attempt": "2", "sha": "c" * 40, "branch": "main", "pipeline": "ci"}
GOOD = (
    '<testsuite name="unit"><testcase name="adds"/><testcase name="größer"><failure>no</failure></testcase></testsuite>'
)


class House:
    """A store and the way in, with the receiver of reports."""

    def __init__(self, store: Store, ingest: Ingest) -> None:
        self.store, self.ingest = store, ingest

    async def send(
        self, body: bytes, headers: Mapping[str, str] | None = None, query: Mapping[str, str] | None = None
    ) -> str:
        """Uploads a body; returns what became of it."""
        digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        signed = {"X-OpsSight-Signature": f"sha256={digest}", **(headers or {})}
        return (await self.ingest.receive("junit", "reports", signed, body, ABOUT if query is None else query)).state

    async def rows(self, columns: str) -> list[tuple[Any, ...]]:
        """Columns of the stored results."""
        found = await self.store.rows(f"SELECT {columns} FROM test_result ORDER BY run_id, suite, name")
        return [tuple(row.values()) for row in found]

    async def reason(self) -> str:
        """Why the last delivery was put aside."""
        rows = await self.store.rows("SELECT reason FROM delivery ORDER BY read_at DESC LIMIT 1")
        return str(rows[0]["reason"])


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A house that takes reports."""
    plugins = Plugins.empty()
    plugins.add("junit", "opssight_junit")
    plugins.configure(Settings(data_dir=tmp_path, junit={"webhook_secret": SECRET}))  # type: ignore[call-arg]
    store = Store(tmp_path / "opssight.duckdb", [*sdk.DELIVERY, *sdk.JOURNAL])
    store.open()
    ingest = Ingest(store, plugins)
    await ingest.start(is_collecting=False)
    yield House(store, ingest)
    await ingest.stop()
    store.close()


def zipped(files: Mapping[str, bytes | str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return packed.getvalue()


async def test_a_report_becomes_rows_of_its_run(house: House) -> None:
    assert await house.send(GOOD.encode()) == "parsed"
    assert await house.rows("source, repo, run_id, attempt, sha, branch, pipeline, name, status") == [
        ("junit", "acme/web", "77", 2, "c" * 40, "main", "ci", "adds", "passed"),
        ("junit", "acme/web", "77", 2, "c" * 40, "main", "ci", "größer", "failed"),
    ]


async def test_facts_may_stand_in_headers_and_count_before_the_address(house: House) -> None:
    headers = {"X-OpsSight-Run": "78", "X-OpsSight-Part": "py312", "X-OpsSight-Branch": "refs/heads/x"}
    assert await house.send(GOOD.encode(), headers) == "parsed"
    assert (await house.rows("run_id, suite, branch"))[0] == ("78", "py312 › unit", "x")


async def test_the_same_report_of_two_runs_is_two(house: House) -> None:
    for run in ("1", "2", "2"):
        await house.send(GOOD.encode(), query=ABOUT | {"run": run})
    assert [row for (row,) in await house.rows("run_id")] == ["1", "1", "2", "2"]
    assert (await house.store.rows("SELECT count(*) AS n FROM delivery"))[0]["n"] == 2


async def test_an_archive_gives_all_its_reports_and_leaves_other_files(house: House) -> None:
    body = zipped(
        {
            "cart/TEST-cart.xml": GOOD,
            "shop/TEST-shop.xml": GOOD.replace("ö", "\N{LATIN SMALL LETTER O WITH DIAERESIS}").encode(),
            "shop/latin.XML": f'<?xml version="1.0" encoding="ISO-8859-1"?>\n{GOOD.replace("unit", "früh")}'.encode(
                "latin-1"
            ),
            "coverage.xml": "<coverage/>",
            "readme.txt": "no report",
        }
    )
    assert await house.send(body) == "parsed"
    names = [("cart › unit", "adds"), ("cart › unit", "größer"), ("shop › früh", "adds"), ("shop › früh", "größer")]
    assert await house.rows("suite, name") == [*names, ("shop › unit", "adds"), ("shop › unit", "größer")]


async def test_a_retry_in_a_file_of_its_own_is_a_second_try(house: House) -> None:
    body = zipped(
        {
            "r/1.xml": '<testsuite><testcase name="a"><error/></testcase></testsuite>',
            "r/2.xml": '<testsuite><testcase name="a"/></testsuite>',
        }
    )
    await house.send(body)
    assert await house.rows("suite, name, status, tries, is_flaky") == [("r", "a", "passed", 2, True)]


@pytest.mark.parametrize(
    ("body", "query", "reason"),
    [
        (GOOD.encode(), {"repo": "acme/web"}, "does not say run"),
        (GOOD.encode(), {}, "does not say repo and run"),
        (GOOD.encode(), ABOUT | {"attempt": "first"}, "attempt is 'first'"),
        (b"<testsuite><testcase", ABOUT, "no XML"),
        (b"<coverage/>", ABOUT, "no test report"),
        (b'{"a": 1}', ABOUT, "no XML"),
        (b"\xff\xfe\x00", ABOUT, "no XML"),
        (b'<?xml version="1.0" encoding="zip"?><a/>', ABOUT, "encoding zip"),
        (zipped({"a/good.xml": GOOD, "a/torn.xml": GOOD[:40]}), ABOUT, "a/torn.xml: the report is no XML"),
        (zipped({"a.txt": "x"}), ABOUT, "holds no test report"),
        (zipped({"a.xml": GOOD})[:60], ABOUT, "broken archive"),
        (
            zipped({"a.xml": b"<testsuite>" + b" " * 26_000_000}),
            ABOUT,
            "a.xml of the archive: more than 25,000,000 bytes",
        ),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><testsuite name="&b;"/>', ABOUT, "declares entities"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_cannot_be_read_is_kept_with_its_reason(
    body: bytes, query: Mapping[str, str], reason: str, house: House
) -> None:
    assert await house.send(body, query=query) == "quarantined"
    assert reason in await house.reason()
    assert await house.rows("name") == []


async def test_an_upload_that_is_not_signed_is_refused(house: House) -> None:
    with pytest.raises(sdk.Rejected):
        await house.send(GOOD.encode(), {"X-OpsSight-Signature": "sha256=00"})


async def test_secrets_are_neither_kept_nor_stored(house: House) -> None:
    """check 28: what a test printed is redacted before anything is kept, in an archive too."""
    secret = "ghp_" + "a1B2" * 9
    failure = f'<failure message="token={secret}">password=hunter22</failure><system-out>{secret}</system-out>'
    report = f'<testsuite><testcase name="a">{failure}</testcase></testsuite>'
    await house.send(report.encode())
    await house.send(zipped({"a.xml": report}), query=ABOUT | {"run": "78"})
    kept = await house.store.rows("SELECT body FROM delivery")
    assert [row for (row,) in await house.rows("message")] == ["token=•••\npassword=•••"] * 2
    assert len(kept) == 2
    assert all(secret not in row["body"] and "hunter22" not in row["body"] for row in kept)


async def test_a_kept_archive_is_read_again(house: House) -> None:
    await house.send(zipped({"cart/a.xml": GOOD}))
    before = await house.rows("*")
    replayed = await house.ingest.replay("junit", only_quarantined=False)
    assert (replayed.read, replayed.parsed) == (1, 1)
    assert await house.rows("*") == before


async def test_curl_uploads_a_file_with_the_facts_in_the_address(tmp_path: Path) -> None:
    body = zipped({"a.xml": GOOD})
    digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-OpsSight-Signature": f"sha256={digest}", "Content-Type": "application/x-www-form-urlencoded"}
    async with opened(settings_in(tmp_path, junit={"webhook_secret": SECRET}), connector) as door:
        address = "/hooks/junit/reports?repo=acme/web&run=77&branch=feature%2Fcart"
        answer = await door.client.post(address, content=body, headers=headers)
        rows = await door.house.store.rows("SELECT run_id, branch FROM test_result")
    assert (answer.status_code, answer.json()["state"]) == (202, "parsed")
    assert [(row["run_id"], row["branch"]) for row in rows] == [("77", "feature/cart")] * 2
