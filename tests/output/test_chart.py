"""A chart keeps its words inside itself, its colours apart, and its shape for the same numbers."""

import re
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from ehcp_timeline.output.chart import CONTEXT, NARROW, PALETTE, WIDE, BarChart, Chart, ChartLine, LineChart

SVG = "{http://www.w3.org/2000/svg}"
LINES = (
    ChartLine("England", ((2022.0, 47.7), (2023.0, 49.1)), PALETTE[3]),
    ChartLine("Bournemouth, Christchurch and Poole", ((2022.0, 48.0), (2023.0, 49.0)), PALETTE[0]),
)
TICKS = ((2022.0, "2022"), (2023.0, "2023"))
RATE = LineChart("Rates", "% of plans", TICKS, (("", LINES),), 100)
BAND = ChartLine("To come", ((0.0, 10.0), (1.0, 20.0)), PALETTE[3], ((0.0, 10.0, 10.0), (1.0, 5.0, 40.0)))
PANELS = LineChart(
    "Paths", "Plans", ((0.0, "2026"),), (("Oldest first", (BAND,)), ("In time first", (BAND,)))
)
BARS = BarChart(
    "Duties",
    "Overdue",
    ("new", "old"),
    (("Send the final amended plan " * 4, (30.0, 10.0)), ("B", (0.0, 5.0))),
)


def luminance(colour: str) -> float:
    """Return the relative luminance of WCAG 2.2."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours."""
    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_every_colour_stands_out_from_the_page_and_from_its_neighbour() -> None:
    """WCAG 1.4.11 asks 3:1 of shapes; neighbours of a bar touch."""
    assert [colour for colour in (*PALETTE, CONTEXT) if contrast(colour, "#ffffff") < 3] == []
    assert [pair for pair in pairwise(PALETTE) if contrast(*pair) < 3] == []


@pytest.mark.parametrize("chart", [RATE, PANELS, BARS])
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_no_word_leaves_its_chart(chart: Chart, width: int) -> None:
    """By the width of Arial's letters; in a narrow window as in a wide one."""
    svg = ET.fromstring(chart.svg(width))
    high = float(svg.attrib["height"])

    for word in svg.iter(f"{SVG}text"):
        long = len(word.text or "") * 16 * 0.5
        shift = {"start": 0.0, "middle": long / 2, "end": long}[word.attrib["text-anchor"]]
        left, down = float(word.attrib["x"]) - shift, float(word.attrib["y"])
        assert left >= -16, word.text
        assert left + long <= width + 16, word.text
        assert 12 <= down <= high, word.text


def test_a_bar_is_as_long_as_its_number() -> None:
    """30 is three times 10, and 40 eight times 5."""
    wide = [
        (one.attrib["fill"], float(one.attrib["width"]))
        for one in ET.fromstring(BARS.svg(WIDE)).iter(f"{SVG}rect")
        if one.get("stroke")
    ]

    assert [colour for colour, _ in wide] == [PALETTE[0], PALETTE[1], PALETTE[1]]
    assert wide[0][1] == pytest.approx(3 * wide[1][1], abs=0.2)
    assert wide[0][1] + wide[1][1] == pytest.approx(8 * wide[2][1], abs=0.5)


def test_a_band_lies_where_its_numbers_are() -> None:
    """5 to 40 of a scale that ends at 40: the band reaches the head of the panel."""
    svg = ET.fromstring(PANELS.svg(WIDE))
    polygon = next(svg.iter(f"{SVG}polygon")).attrib["points"]
    heights = [float(point.split(",")[1]) for point in polygon.split()]
    foot = max(float(line.attrib["y1"]) for line in list(svg.iter(f"{SVG}line"))[:5])
    head = min(float(line.attrib["y1"]) for line in list(svg.iter(f"{SVG}line"))[:5])

    assert heights == pytest.approx(
        [foot - (foot - head) / 4, head, foot - (foot - head) / 8, foot - (foot - head) / 4], abs=0.1
    )


def test_names_at_the_ends_of_lines_never_overlap() -> None:
    """Two lines that end together have their names a line apart."""
    names = [float(word.attrib["y"]) for word in ET.fromstring(RATE.svg(WIDE)).iter(f"{SVG}text")
             if word.text in ("England", "Bournemouth, Christchurch and Poole")]  # fmt: skip

    assert abs(names[0] - names[1]) >= 22


def test_a_name_is_text_whatever_it_holds() -> None:
    """Markup, control and bidirectional characters draw nothing of their own."""
    bars = BarChart("x", "x", ("a",), (('<script>"&\x07\u202e', (1.0,)),))
    svg = bars.svg(WIDE)

    assert "<script" not in svg
    assert not re.search("[\x00-\x08\u202e]", svg)
    assert [word.text for word in ET.fromstring(svg).iter(f"{SVG}text")][2] == '<script>"&\\u{7}\\u{202e}'


def test_nothing_to_draw_is_drawn_empty() -> None:
    """No bar and no point is no error."""
    assert BarChart("x", "x", ("a",), ()).svg(WIDE).startswith("<svg")
    assert LineChart("x", "x", (), (("", ()),)).svg(NARROW).startswith("<svg")
