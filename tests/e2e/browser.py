"""A reader's browser: signed in, at one board after the other, noting what went wrong on the way."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import ConsoleMessage, Locator, Page, Response, sync_playwright

from tests.e2e.demo import Demo

PICTURES = Path(__file__).parent / "pictures"
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
GRAFANAS_OWN = ("/api/gnet/", "/public-dashboards", "gravatar")
"""Addresses that a Grafana without the Internet fails at by itself."""
OF_THEM = ("Failed to load resource", "Failed to fetch plugins from catalog")
"""What the console says of those; a failed address of ours is found by its answer."""
TIMEOUT_MS = 60_000
PANEL = "[data-testid^='data-testid Panel header']"
IS_LOADING = "[aria-label='Panel loading bar'], [data-testid='panel-loading-bar']"
IN_TROUBLE = "[data-testid='data-testid Panel status error']"


def chromium() -> str | None:
    """Return the browser of this machine."""
    return next(
        (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
    )


@dataclass
class Reader:
    """One page of a browser, and the troubles that it met since they were last asked for."""

    page: Page
    address: str
    troubles: list[str] = field(default_factory=list)

    def listen(self) -> None:
        self.page.set_default_timeout(TIMEOUT_MS)
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.troubles.append(f"page error: {error}"))
        self.page.on("response", self._see)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(OF_THEM):
            self.troubles.append(f"console: {message.text[:500]}")

    def _see(self, response: Response) -> None:
        if response.status >= 400 and not any(part in response.url for part in GRAFANAS_OWN):
            self.troubles.append(f"{response.status} of {response.request.method} {response.url}")

    def sign_in(self, password: str) -> None:
        """Sign in by the form, and wait for the board that it leads to."""
        self.page.goto(f"{self.address}/login")
        self.page.fill("input[name=user]", "admin")
        self.page.fill("input[name=password]", password)
        self.page.click("button[type=submit]")
        self.page.wait_for_selector(PANEL)

    def open(self, path: str, *, panels: int = 1) -> None:
        """Open an address and wait until so many panels are there and none is loading."""
        self.page.goto(f"{self.address}{path}")
        self.settle(panels)

    def settle(self, panels: int = 1) -> None:
        """Wait until so many panels are there and none is loading."""
        self.page.wait_for_function(
            "([panel, loading, count]) => document.querySelectorAll(panel).length >= count"
            " && document.querySelectorAll(loading).length === 0",
            arg=[PANEL, IS_LOADING, panels],
        )
        self.page.wait_for_load_state("networkidle")
        self.page.wait_for_function("loading => document.querySelectorAll(loading).length === 0", arg=IS_LOADING)

    def panel(self, title: str) -> Locator:
        """Return the panel of that title."""
        return self.page.locator(f"[data-testid='data-testid Panel header {title}']")

    def picture(self, name: str) -> Path:
        """Take a picture of what is seen."""
        PICTURES.mkdir(exist_ok=True)
        path = PICTURES / f"{name}.png"
        self.page.screenshot(path=path)
        return path

    def require_no_trouble(self) -> None:
        """Fail where anything went wrong since the last time."""
        found, self.troubles[:] = list(self.troubles), []
        assert found == []


@contextmanager
def reader(demo: Demo, program: str) -> Iterator[Reader]:
    """Start a browser and sign in."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(QUIET))
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        found = Reader(page, demo.grafana)
        found.listen()
        found.sign_in(demo.password)
        yield found
        browser.close()
