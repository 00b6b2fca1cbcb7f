"""What a page must keep to: axe-core's rules, and what axe-core cannot see.

axe-core finds some 57% of the faults of accessibility by its makers' own count; of the 21 faults of
`faults.py` it finds 12. The rest is asked of the page itself.
"""

import shutil
from importlib.util import find_spec
from pathlib import Path

from playwright.sync_api import Page

ROOT = Path(__file__).parents[2]
AXE = ROOT / ".browser" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DRAWN = ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"]
"""Rules whose answer depends on colours and sizes, not on the elements alone."""
NARROW = 320
_RUN = """
options => axe.run(document, options).then(({ violations, incomplete }) => ({
  violations: violations.map(rule => rule.id), incomplete: incomplete.map(rule => rule.id),
}))
"""
_STRUCTURE = """
() => {
  const faults = [], all = (query, within = document) => [...within.querySelectorAll(query)];
  const fault = (name, bad) => bad && faults.push(name);
  const words = element => element.textContent.trim();
  for (const table of all("table")) {
    fault("table without caption", !table.caption || !words(table.caption));
    fault("head cell that is no th", all("thead td", table).length || !all("thead th", table).length);
    fault("th without scope", all("th", table).some(cell => !["col", "row"].includes(cell.scope)));
    fault("row without heading", all("tbody tr", table).some(row => row.cells[0].tagName !== "TH"));
    fault("cell without words", all("th, td", table).some(cell => !words(cell)));
    fault("merged cells", all("[colspan], [rowspan]", table).length);
  }
  for (const image of all("img")) {
    const section = image.closest("section"), table = section && section.querySelector("table");
    fault("image without words", !image.alt.trim());
    fault("chart without table", !table || !(image.compareDocumentPosition(table) & 4));
  }
  fault("inline svg", all("svg").length);
  fault("tag without words", all(".tag").some(tag => !words(tag)));
  const skip = document.body.querySelector("a, button, input, [tabindex]");
  const leads = skip && (skip.getAttribute("href") || "").startsWith("#") ? skip.getAttribute("href") : "#";
  fault("no skip link", leads === "#" || skip.closest("main") || !document.querySelector(`main${leads}`));
  const ids = all("[id]").map(element => element.id);
  fault("id twice", new Set(ids).size !== ids.length);
  fault("link without underline",
    all("main a").some(link => !getComputedStyle(link).textDecorationLine.includes("underline")));
  fault("script", all("script, iframe, object, link, form").length);
  fault("no policy", !all("meta[http-equiv=Content-Security-Policy]").length);
  fault("not British English", document.documentElement.lang !== "en-GB");
  return faults;
}
"""


def can_run() -> bool:
    """Say whether this machine has all that a page is looked at with."""
    return bool(find_spec("playwright")) and AXE.is_file() and chromium() is not None


def chromium() -> str | None:
    """Return where Debian's Chromium is; None where it is not."""
    return shutil.which("chromium")


def faults(page: Page, *, drawn: bool = False) -> list[str]:
    """Return everything that is wrong with the page that is open.

    Args:
        page: It was opened with `bypass_csp`, so that axe-core may look at it.
        drawn: Whether to ask only what depends on how the page is drawn, where its elements are already known
            to be sound. Tables may then be wider than the window: axe cannot see the colours of what a reader
            has to scroll to, and being unsure of them is no fault.
    """
    if not page.evaluate("!!window.axe"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    options = {"runOnly": DRAWN if drawn else TAGS, "resultTypes": ["violations", "incomplete"]}
    found: dict[str, list[str]] = page.evaluate(_RUN, options)
    unsure = [rule for rule in found["incomplete"] if not (drawn and rule == "color-contrast")]
    return [
        *(f"axe: {rule}" for rule in found["violations"]),
        *(f"axe is unsure: {rule}" for rule in unsure),
        *page.evaluate(_STRUCTURE),
    ]


def too_wide(page: Page) -> int:
    """Return by how many pixels a page is wider than its window; 0 if it is not."""
    wide: int = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return max(0, wide)
