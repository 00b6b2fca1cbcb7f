"""One browser for all tests of a process; none of them is collected where there is none."""

import os
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if find_spec("playwright"):
    from tests.browser.gate import can_run, chromium
else:

    def can_run() -> bool:
        """Say that nothing can be looked at without Playwright."""
        return False


if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

collect_ignore_glob = [] if can_run() else ["*.py"]
if os.environ.get("EHCP_BROWSER") == "required" and not can_run():
    raise RuntimeError("pages cannot be looked at: Chromium, Playwright or axe-core is missing")

Opened = Callable[..., "Page"]


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """Start Debian's Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="session")
def tab(browser: "Browser") -> "Iterator[Page]":
    """Open one window for every page, which no policy of a page keeps axe-core out of."""
    context = browser.new_context(bypass_csp=True, offline=True)
    yield context.new_page()
    context.close()


@pytest.fixture
def opened(tab: "Page", tmp_path: Path) -> Iterator[Opened]:
    """Return what opens a page in a window of a width; a request to another address than its own fails."""
    file, asked = tmp_path / "page.html", list[str]()
    tab.on("request", note := lambda request: asked.append(request.url))

    def open_page(page: bytes, width: int = 1280) -> "Page":
        file.write_bytes(page)
        tab.emulate_media(color_scheme="light", forced_colors="none")
        tab.set_viewport_size({"width": width, "height": 900})
        tab.goto(file.as_uri())
        return tab

    yield open_page
    tab.remove_listener("request", note)
    assert [url for url in asked if url != file.as_uri() and not url.startswith("data:")] == []
