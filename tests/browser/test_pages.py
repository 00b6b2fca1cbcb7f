"""Every page this package makes, in real Chromium: no fault, no request, no width too many."""

import re
from functools import cache
from pathlib import Path

import pytest

from tests.browser.conftest import Opened
from tests.browser.gate import NARROW, faults, too_wide
from tests.cli.command import ehcp, said

pytestmark = [pytest.mark.browser, pytest.mark.slow]
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


@cache
def page(name: str) -> bytes:
    """Return one page; each is made once."""
    run = ehcp(*PAGES[name])
    assert run.stdout, said(run)
    return run.stdout


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_fault(opened: Opened, name: str) -> None:
    """Light, dark, in the reader's own colours, at 320 pixels, with letters twice as large.

    axe-core finds nothing and is sure of it, and the page keeps to what axe-core cannot see. At 320 pixels
    only tables scroll, each in a region of its own; at 200% no text is cut off (WCAG 1.4.4).
    """
    shown = opened(page(name))
    cut = "[...document.querySelectorAll('main *')].filter(e => e.scrollWidth > e.clientWidth + 1 && \
           getComputedStyle(e).overflowX === 'hidden').length"

    assert faults(shown) == []
    shown.emulate_media(color_scheme="dark")
    assert faults(shown, drawn=True) == []
    shown.emulate_media(color_scheme="light", forced_colors="active")
    assert faults(shown, drawn=True) == []
    shown.emulate_media(forced_colors="none")
    shown.set_viewport_size({"width": NARROW, "height": 900})
    assert too_wide(shown) == 0
    assert faults(shown, drawn=True) == []
    shown.set_viewport_size({"width": 1280, "height": 900})
    shown.add_style_tag(content="html { font-size: 200%; }")
    assert too_wide(shown) == 0
    assert shown.evaluate(cut) == 0


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
    ratio = "Math.min(...[...document.images].map(i => i.clientWidth / i.naturalWidth))"

    for width, natural, least in ((NARROW, 320, 0.85), (1280, 640, 0.8)):
        shown = opened(page("board"), width)
        assert shown.evaluate("document.images[0].naturalWidth") == natural
        assert shown.evaluate(ratio) > least


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
