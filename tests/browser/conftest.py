"""One browser for all tests of a process; none of them is collected where there is none."""

import os
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

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


@pytest.fixture
def opened(browser: "Browser", tmp_path: Path) -> Iterator[Opened]:
    """Return what opens a page; whatever it asks of another address than its own is noted in `asked`."""
    contexts = []

    def open_page(page: bytes, width: int = 1280, **settings: Any) -> "Page":
        file = tmp_path / "page.html"
        file.write_bytes(page)
        context = browser.new_context(
            viewport={"width": width, "height": 900}, bypass_csp=True, offline=True, **settings
        )
        contexts.append(context)
        shown = context.new_page()
        asked: list[str] = []
        shown.on("request", lambda request: asked.append(request.url))
        shown.goto(file.as_uri())
        elsewhere = [url for url in asked if url != file.as_uri() and not url.startswith("data:")]
        assert elsewhere == []
        return shown

    yield open_page
    for context in contexts:
        context.close()
