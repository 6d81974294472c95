"""From a key of DORA to the deployments that it counts, and from one of these to its run."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import expect

from tests.contract.boards import BOARDS, panels
from tests.e2e.browser import Reader
from tests.e2e.demo import Demo

FAILURES = "Deployments that failed their users"


def test_a_key_opens_the_rows_that_it_counts_and_a_row_its_run(browser: Reader, shown: Demo) -> None:
    page = browser.page
    page.set_viewport_size({"width": 1400, "height": 2_700})
    browser.open("/d/opssight-delivery?kiosk", panels=len(list(panels(BOARDS["opssight-delivery"]))))

    browser.panel("Fail rate").get_by_role("button").filter(has_text="%").click()
    page.get_by_text("The deployments that failed their users", exact=True).click()
    page.wait_for_url(re.compile("viewPanel"))
    browser.settle()
    rows = browser.panel(FAILURES)
    expect(rows).to_be_visible()

    version = rows.get_by_role("link", name=re.compile(r"^v\d")).first
    known = {row["version"]: row["run"] for row in shown.rows("dora/failures", limit="1000")}
    chosen = version.inner_text()
    version.click()
    page.wait_for_url(re.compile("/d/opssight-run"))
    browser.settle(len(list(panels(BOARDS["opssight-run"]))))

    (run,) = parse_qs(urlsplit(page.url).query)["var-run"]
    assert run == known[chosen]
    assert "deploy" in browser.panel("Attempts").inner_text()
    browser.require_no_trouble()
