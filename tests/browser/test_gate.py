"""The gate catches each of 21 faults put into a page that has none."""

import re

import pytest

from ehcp_timeline.output.html import _environment
from tests.browser.conftest import Opened
from tests.browser.gate import NARROW, faults, too_wide

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SOUND = """
{% extends "output/templates/page.html" %}
{% from "output/templates/tables.html" import table %}
{% block kind %}Report{% endblock %}
{% block main %}
<h1>Plans</h1>
<p>See <a href="#part">the table</a>, and read on.</p>
<section id="part"><h2>Overdue</h2>
<figure><img src="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E" alt="Bar chart"></figure>
{{ table("Overdue", ["duty", "overdue"], [["plan", "12"], ["review", "7"]], ["text", "number"]) }}
<p><span class="tag red">Late</span></p>
</section>
{% endblock %}
{% block foot %}<p>Made for a test.</p>{% endblock %}
"""
# What is put wrong: its name, the text that is changed, what it becomes, and what the gate says.
FAULTS = (
    ("no lang", '<html lang="en-GB">', "<html>", "axe: html-has-lang"),
    ("no title", r"<title>.*?</title>", "", "axe: document-title"),
    ("no h1", "<h1>Plans</h1>", "<p>Plans</p>", "axe: page-has-heading-one"),
    ("skipped heading", "<h2>Overdue</h2>", "<h4>Overdue</h4>", "axe: heading-order"),
    ("empty heading cell", r'<th scope="col">duty</th>', '<th scope="col"></th>', "axe: empty-table-header"),
    ("low contrast", "<p>See", '<p style="color: #999">See', "axe: color-contrast"),
    ("svg without name", "<h1>", '<svg role="img" width="9" height="9"></svg><h1>', "axe: svg-img-alt"),
    ("image without alt", ' alt="Bar chart"', "", "axe: image-alt"),
    (
        "scroll region without focus",
        r'<div class="wide"[^>]*>',
        '<div style="overflow: auto; width: 60px">',
        "axe: scrollable-region-focusable",
    ),
    ("no main", r'<main id="main">(.*)</main>', r'<div id="main">\1</div>', "axe: landmark-one-main"),
    ("zoom blocked", "initial-scale=1", "user-scalable=no", "axe: meta-viewport"),
    (
        "tiny targets",
        "<p>See",
        '<p style="font-size: 6px; line-height: 1"><a href="#main">a</a><br><a href="#part">b</a></p><p>See',
        "axe: target-size",
    ),
    ("heading cells as td", r'<th scope="col"[^>]*>(.*?)</th>', r"<td>\1</td>", "head cell that is no th"),
    ("no scope", ' scope="col"', "", "th without scope"),
    ("no caption", r"<caption>.*?</caption>", "", "table without caption"),
    (
        "status by colour alone",
        r'<td class="number">12</td>',
        '<td class="number" style="background: #ca3535"></td>',
        "cell without words",
    ),
    ("inline svg", "<h1>", '<svg width="9" height="9"></svg><h1>', "inline svg"),
    ("id twice", "<h1>", '<h1 id="part">', "id twice"),
    ("no skip link", r'<a class="skip".*?</a>', "", "no skip link"),
    (
        "link by colour alone",
        '<a href="#part">the table',
        '<a href="#part" style="text-decoration: none">the table',
        "link without underline",
    ),
    ("chart without table", r"<table>.*</table>", "", "chart without table"),
)


def sound() -> str:
    """Return a page without a fault, of the parts that every page is made of."""
    return _environment().from_string(SOUND).render(title="Plans")


def test_there_are_21_faults_and_a_sound_page_has_none(opened: Opened) -> None:
    """What is put wrong below is all that is wrong."""
    assert len({name for name, *_ in FAULTS}) == 21
    assert faults(opened(sound().encode())) == []


@pytest.mark.parametrize(("name", "text", "changed", "said"), FAULTS, ids=[name for name, *_ in FAULTS])
def test_the_gate_catches(opened: Opened, name: str, text: str, changed: str, said: str) -> None:
    """Each alone, by the rule that is meant for it."""
    page, places = re.subn(text, changed, sound(), flags=re.DOTALL)

    assert places, name
    assert said in faults(opened(page.encode()))


def test_the_gate_sees_a_page_that_does_not_fit_a_telephone(opened: Opened) -> None:
    """axe-core does not look at that."""
    wide = sound().replace("<h1>", '<div style="width: 456px">wide</div><h1>')

    assert too_wide(opened(sound().encode(), NARROW)) == 0
    assert too_wide(opened(wide.encode(), NARROW)) > 0
