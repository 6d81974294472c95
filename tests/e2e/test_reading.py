"""What a reader does: sign in, choose, follow links to a log line, ask in Explore, filter, test the data source."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, quote, urlsplit

import orjson
import pytest
from playwright.sync_api import expect

from tests.contract.boards import BOARDS, panels
from tests.e2e.browser import Reader
from tests.e2e.deliveries import deliver
from tests.e2e.demo import Demo

DATASOURCE = {"type": "opssight-datasource", "uid": "opssight"}
CELLS = "[role=gridcell], [role=cell]"


def test_the_demo_says_where_to_look_and_how_to_sign_in(shown: Demo) -> None:
    assert shown.grafana in shown.printed
    assert str(shown.data / "grafana" / "admin-password") in shown.printed
    assert shown.password not in shown.printed


def test_signing_in_leads_to_the_overview(browser: Reader) -> None:
    browser.open("/")

    assert browser.panel("Pipelines").is_visible()
    browser.require_no_trouble()


def test_variables_offer_what_there_is_and_narrow_the_board(browser: Reader) -> None:
    page = browser.page
    browser.open("/d/opssight-ci?kiosk")
    page.locator(
        "[data-testid*='submenu Label Team'] ~ * input, [data-testid='data-testid template variable'] input"
    ).first.click()
    offered = page.get_by_role("option").all_inner_texts()
    page.get_by_role("option", name="checkout", exact=False).first.click()
    page.keyboard.press("Escape")
    browser.panel("Pipelines").click(position={"x": 200, "y": 10})
    browser.settle()

    assert {"Checkout", "Insights", "Platform"} <= {text.strip() for text in offered}
    assert parse_qs(urlsplit(page.url).query)["var-team"] == ["checkout"]
    repositories = set(re.findall(r"meridian/[\w-]+", browser.panel("Pipelines").inner_text()))
    assert repositories
    assert repositories <= {"meridian/checkout-api", "meridian/checkout-web", "meridian/payments", "meridian/invoicing"}
    browser.require_no_trouble()


def test_a_row_leads_to_its_pipeline_and_to_its_run_and_that_to_the_log_line(browser: Reader) -> None:
    page = browser.page
    browser.page.set_viewport_size({"width": 1400, "height": 2_400})
    browser.open("/d/opssight-ci?kiosk&var-pipeline=ci", panels=len(list(panels(BOARDS["opssight-ci"]))))
    browser.panel("Pipelines").get_by_role("link", name=re.compile("failure|success")).first.click()
    page.wait_for_url(re.compile("/d/opssight-run"))
    browser.settle(len(list(panels(BOARDS["opssight-run"]))))

    run = parse_qs(urlsplit(page.url).query)["var-run"][0]
    assert run
    assert browser.panel("Jobs").locator(CELLS).count() >= 3
    assert "ci" in browser.panel("Attempts").inner_text()
    browser.require_no_trouble()


def test_a_failed_run_shows_why_and_its_lines(browser: Reader, shown: Demo) -> None:
    (failed, *_) = shown.rows("ci/jobs", status="failure", pipeline="ci", limit="1")
    (verdict,) = shown.rows("ci/verdict", run=failed["run"])
    lines = shown.rows("ci/log", run=failed["run"])
    browser.page.set_viewport_size({"width": 1400, "height": 2_400})

    browser.open(f"/d/opssight-run?kiosk&var-run={failed['run']}", panels=len(list(panels(BOARDS["opssight-run"]))))

    assert "failure" in browser.panel("Result").inner_text()
    assert verdict["because"] in browser.panel("Why").inner_text()
    assert lines
    assert lines[0]["body"] in browser.panel("Log lines of failed jobs").inner_text()
    browser.require_no_trouble()


def test_the_data_sources_say_that_they_work(browser: Reader, shown: Demo) -> None:
    browser.page.goto(f"{shown.grafana}/connections/datasources/edit/opssight")
    browser.page.get_by_role("button", name="Test").click()
    expect(
        browser.page.get_by_text(re.compile(r"OpsSight [\d.]+ with \d+ connectors; it knows you as admin"))
    ).to_be_visible()

    assert shown.of_grafana("/api/datasources/uid/opssight-infinity/health")["status"] == "OK"
    browser.require_no_trouble()


def test_explore_lists_the_queries_and_shows_an_answer(browser: Reader) -> None:
    page = browser.page
    query = {"refId": "A", "datasource": DATASOURCE, "target": "ci/runs", "payload": {}}
    pane = {"a": {"datasource": "opssight", "queries": [query], "range": {"from": "now-6h", "to": "now"}}}
    page.goto(f"{browser.address}/explore?schemaVersion=1&orgId=1&panes={quote(orjson.dumps(pane).decode())}")

    expect(page.get_by_text("Runs, newest first, each attempt a row.", exact=False)).to_be_visible()
    expect(page.locator(CELLS).first).to_be_visible()
    page.get_by_label("Query", exact=True).first.click()
    options = page.get_by_role("option")
    expect(options.filter(has_text="ci/branches")).to_be_visible()
    page.keyboard.type("queue")
    expect(options.filter(has_text="ci/queue_time")).to_be_visible()
    expect(options.filter(has_text="ci/branches")).to_have_count(0)
    browser.picture("explore")
    browser.require_no_trouble()


def test_what_strangers_write_is_text_and_leads_nowhere(browser: Reader, shown: Demo) -> None:
    title = '<img src="x" onerror="window.tripped = true"><script>window.tripped = true</script>'
    of_run = {"display_title": title, "html_url": "javascript:window.tripped=true", "name": "<b>strange</b>"}
    deliver(shown, 77, "success", of_run=of_run)
    browser.page.set_viewport_size({"width": 1400, "height": 2_400})

    for uid in ("opssight-ci", "opssight-pipeline", "opssight-run"):
        run = "&var-run=77" if uid == "opssight-run" else ""
        browser.open(f"/d/{uid}?kiosk&var-repo=acme%2Ftill{run}", panels=len(list(panels(BOARDS[uid]))))
        assert "<b>strange</b>" in browser.page.locator("body").inner_text(), uid
        assert browser.page.evaluate("window.tripped") is None, uid
        assert browser.page.locator("a[href^='javascript:']").count() == 0, uid
    assert title in browser.panel("Attempts").inner_text()
    browser.require_no_trouble()


@pytest.fixture
def filtered(browser: Reader) -> str:
    """A board of somebody's own, with ad-hoc filters over OpsSight."""
    board = {
        "uid": "somebodys-own",
        "title": "Somebody's own",
        "schemaVersion": 41,
        "time": {"from": "now-7d", "to": "now"},
        "templating": {"list": [{"type": "adhoc", "name": "filters", "datasource": DATASOURCE, "filters": []}]},
        "annotations": {"list": [each for each in BOARDS["opssight-ci"]["annotations"]["list"] if "target" in each]},
        "panels": [
            {
                "id": 1,
                "type": "table",
                "title": "Runs",
                "gridPos": {"x": 0, "y": 0, "w": 24, "h": 12},
                "datasource": DATASOURCE,
                "targets": [{"refId": "A", "datasource": DATASOURCE, "target": "ci/runs", "payload": {}}],
            }
        ],
    }
    answer = browser.page.request.post(
        f"{browser.address}/api/dashboards/db", data={"dashboard": board, "overwrite": True}
    )
    assert answer.ok
    return "/d/somebodys-own"


def test_ad_hoc_filters_offer_columns_and_values_and_narrow_the_rows(browser: Reader, filtered: str) -> None:
    page = browser.page
    browser.open(f"{filtered}?var-filters=repo|%3D|meridian%2Fpayments")
    assert set(re.findall(r"meridian/[\w-]+", browser.panel("Runs").inner_text())) == {"meridian/payments"}

    page.get_by_placeholder("Filter by label values").click()
    page.get_by_role("option", name="status", exact=True).click()
    page.get_by_role("option").filter(has_text="=Equals").click()
    expect(page.get_by_role("option", name="failure", exact=True)).to_be_visible()
    page.get_by_role("option", name="failure", exact=True).click()
    page.keyboard.press("Escape")
    runs = browser.panel("Runs").locator(CELLS)
    expect(runs.filter(has_text=re.compile("^success$"))).to_have_count(0)
    expect(runs.filter(has_text=re.compile("^failure$"))).not_to_have_count(0)
    browser.require_no_trouble()
