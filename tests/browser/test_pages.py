"""Every page this package makes, in real Chromium: no fault, no request, no width too many."""

import re
from functools import cache
from pathlib import Path

import pytest

from tests.browser.conftest import Opened
from tests.browser.gate import NARROW, faults, too_wide
from tests.cli.command import ehcp, said

pytestmark = pytest.mark.browser
REPORT = ("report", "examples/cases.csv", "--as-at", "2026-06-01", "--format", "html")
PAGES = {
    "board": (*REPORT, "--authority", "Kent", "--with", "Essex,Surrey"),
    "team": (*REPORT, "--for", "team", "--since", "examples/cases.csv", "--since-as-at", "2026-05-01"),
    "public": (*REPORT, "--for", "public"),
    "family": (
        *("timeline", "request_received=2026-01-12", "assess_refused=2026-02-20", "--as-at", "2026-03-01"),
        *("--chronology", "--format", "html"),
    ),
    "late": ("explain", "A-007", "examples/cases.csv", "--as-at", "2026-06-01", "--format", "html"),
    "dates": ("timeline", "request_received=2026-01-12", "--as-at", "2026-07-20", "--format", "html"),
    "case": ("explain", "A-019", *REPORT[1:]),
    "chronology": ("explain", "A-024", *REPORT[1:], "--chronology"),
    "problems": ("report", "examples/cases-with-problems.csv", *REPORT[2:]),
}
OUTLINED = re.compile(
    r"\s*- '?(banner|main|contentinfo|navigation|heading|img|figure|region|table|caption)\b"
)
OUTLINE = Path(__file__).with_name("board.aria.txt")
every_page = pytest.mark.parametrize("name", PAGES)


@cache
def page(name: str) -> bytes:
    """Return one page; each is made once."""
    run = ehcp(*PAGES[name])
    assert run.stdout, said(run)
    return run.stdout


@every_page
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_has_no_fault(opened: Opened, name: str, scheme: str) -> None:
    """axe-core finds nothing and is sure of it, and the page keeps to what axe-core cannot see."""
    assert faults(opened(page(name), color_scheme=scheme)) == []


@every_page
def test_a_page_fits_a_telephone(opened: Opened, name: str) -> None:
    """At 320 pixels it reflows; only tables scroll, each in a region of its own."""
    shown = opened(page(name), NARROW)

    assert too_wide(shown) == 0
    assert faults(shown, out_of_sight=True) == []


@every_page
def test_letters_may_be_twice_as_large(opened: Opened, name: str) -> None:
    """At 200% nothing leaves the window and no text is cut off (WCAG 1.4.4)."""
    shown = opened(page(name))
    shown.add_style_tag(content="html { font-size: 200%; }")
    cut = "[...document.querySelectorAll('main *')].filter(e => e.scrollWidth > e.clientWidth + 1 && \
           getComputedStyle(e).overflowX === 'hidden').length"

    assert too_wide(shown) == 0
    assert shown.evaluate(cut) == 0


@every_page
def test_colours_of_a_reader_are_kept(opened: Opened, name: str) -> None:
    """With forced colours every word is still there to see."""
    assert faults(opened(page(name), forced_colors="active"), out_of_sight=True) == []


def test_the_first_key_leads_past_the_head(opened: Opened) -> None:
    """Tab shows the skip link, Enter goes to the main part, the next Tab to its first link."""
    shown = opened(page("board"))
    shown.keyboard.press("Tab")
    assert shown.evaluate("document.activeElement.textContent") == "Skip to main content"
    shown.keyboard.press("Enter")
    shown.keyboard.press("Tab")
    assert shown.evaluate("!!document.activeElement.closest('main')")


def test_a_telephone_gets_the_narrow_chart(opened: Opened) -> None:
    """Its letters are as large as those of the page."""
    narrow, wide = (opened(page("board"), width) for width in (NARROW, 1280))
    ratio = "Math.min(...[...document.images].map(i => i.clientWidth / i.naturalWidth))"

    assert narrow.evaluate("document.images[0].naturalWidth") == 320
    assert wide.evaluate("document.images[0].naturalWidth") == 640
    assert narrow.evaluate(ratio) > 0.85
    assert wide.evaluate(ratio) > 0.8


def test_a_page_prints_as_a_tagged_pdf(opened: Opened) -> None:
    """In British English, on some pages of A4."""
    pdf = opened(page("board")).pdf(prefer_css_page_size=True, tagged=True)

    assert b"/Lang (en-GB)" in pdf
    assert b"/StructTreeRoot" in pdf
    assert 4 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 12
    assert re.search(rb"/MediaBox \[0 0 59[45]\.\d+ 84[12]\.\d+\]", pdf)


def test_a_screen_reader_finds_its_way(opened: Opened) -> None:
    """Landmarks, headings, charts and tables, as the accessibility tree names them; figures as 0.

    If the page was changed on purpose, copy what is printed here into board.aria.txt.
    """
    snapshot = opened(page("board")).locator("body").aria_snapshot()
    kept = [line for line in snapshot.splitlines() if OUTLINED.match(line)]
    lines = [re.sub(r"(?<!level=)\b\d[\d,.]*", "0", line) for line in kept]

    assert lines == OUTLINE.read_text(encoding="utf-8").splitlines()
