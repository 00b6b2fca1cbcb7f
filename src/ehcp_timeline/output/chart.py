"""Charts as SVG: lines with bands, and stacked bars, each drawn for a wide and for a narrow window.

Colours, few gridlines, horizontal words and labels beside the lines follow the Analysis Function's
"Data visualisation: charts". A chart is shown as an image: `alt` says its message, a table has its numbers.
"""

import math
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from ehcp_timeline.text.safe import visible

PALETTE = ("#12436d", "#28a197", "#801650", "#f46a25")
CONTEXT = "#6f7276"
WIDE, NARROW = 640, 320
_TEXT, _GRID = "#0b0c0c", "#d0d3d6"
_SIZE, _LINE = 16, 22  # of the letters, and from one line of them to the next
_LETTER = 0.58  # of Arial, the mean width of a letter over its size
_PANEL = 210
_SWATCH = 14


@dataclass(frozen=True, slots=True)
class ChartLine:
    """One line of a chart.

    Attributes:
        points: Its places, from left to right.
        band: The least and the most at each of some places; empty for none.
        dash: How it is broken, as SVG's `stroke-dasharray`; empty for not at all.
    """

    name: str
    points: tuple[tuple[float, float], ...]
    colour: str
    band: tuple[tuple[float, float, float], ...] = ()
    dash: str = ""


@dataclass(frozen=True, slots=True)
class LineChart:
    """Panels of lines that share their scales.

    Attributes:
        alt: What the chart says, and where its numbers stand.
        unit: What is counted, printed above it.
        ticks: Places on the horizontal scale with their words.
        panels: Title to lines; one panel has no title.
        top: The end of the vertical scale; None for a round number above the highest point.
    """

    alt: str
    unit: str
    ticks: tuple[tuple[float, str], ...]
    panels: tuple[tuple[str, tuple[ChartLine, ...]], ...]
    top: float | None = None

    def svg(self, width: int) -> str:
        """Return the chart for a window of this many pixels."""
        return _drawn(_line_chart(self, width))


@dataclass(frozen=True, slots=True)
class BarChart:
    """Horizontal bars of up to four parts each, and a fifth for what belongs to none.

    Attributes:
        alt: What the chart says, and where its numbers stand.
        unit: What is counted, printed above it.
        parts: What each colour stands for.
        bars: Name to a number for each part, whose sum stands at its end.
    """

    alt: str
    unit: str
    parts: tuple[str, ...]
    bars: tuple[tuple[str, tuple[float, ...]], ...]

    def svg(self, width: int) -> str:
        """Return the chart for a window of this many pixels."""
        return _drawn(_bar_chart(self, width))


Chart = LineChart | BarChart


def data_uri(chart: Chart, width: int) -> str:
    """Return a chart as the address of an image that holds it whole."""
    return f"data:image/svg+xml;base64,{b64encode(chart.svg(width).encode()).decode('ascii')}"


def scale_of(most: float) -> tuple[float, float]:
    """Return a round end of a scale for numbers up to `most`, and the step between its gridlines.

    >>> scale_of(0), scale_of(4), scale_of(37), scale_of(812), scale_of(100)
    ((1.0, 1.0), (4.0, 1.0), (40.0, 10.0), (1000.0, 200.0), (100.0, 20.0))
    """
    if most <= 1:
        return 1.0, 1.0
    size = 10.0 ** math.floor(math.log10(most / 5))
    step = max(1.0, next(size * part for part in (1, 2, 5, 10) if most <= 5 * size * part))
    return math.ceil(most / step) * step, step


@dataclass(frozen=True, slots=True)
class _Frame:
    """A rectangle with the scales of both directions."""

    left: float
    right: float
    head: float
    foot: float
    span: tuple[float, float]
    top: float

    def x(self, value: float) -> float:
        first, last = self.span
        return round(self.left + (value - first) / ((last - first) or 1) * (self.right - self.left), 1)

    def y(self, value: float) -> float:
        return round(self.foot - value / self.top * (self.foot - self.head), 1)


def _line_chart(chart: LineChart, width: int) -> ET.Element:
    every = [line for _, lines in chart.panels for line in lines]
    most = max(
        (y for line in every for y in (*(y for _, y in line.points), *(high for *_, high in line.band))),
        default=0,
    )
    top, step = scale_of(chart.top or most)
    places = [x for line in every for x in (*(x for x, _ in line.points), *(x for x, *_ in line.band))]
    span = (min(places, default=0), max(places, default=1))
    across = 2 if len(chart.panels) > 1 and width >= WIDE else 1
    names = [] if across > 1 or width < WIDE else [line.name for line in every]
    margin = max((_width(name) + 1.6 * _SWATCH for name in names), default=0)
    cell = width / across
    legend = [] if names else list(dict.fromkeys((line.name, line.colour, line.dash) for line in every))
    svg, head = _opened(chart.unit, legend, width)
    for number, (title, lines) in enumerate(chart.panels):
        row, column = divmod(number, across)
        above = head + row * (_PANEL + 3.2 * _LINE) + (_LINE if title else 0)
        left = column * cell + _width(_number(top)) + 8
        right = (column + 1) * cell - (margin or _SIZE)
        frame = _Frame(left, right, above + 10, above + 10 + _PANEL, span, top)
        if title:
            _word(svg, column * cell, above - 6, title, bold=True)
        _grid(svg, frame, step, chart.ticks, width)
        for line in lines:
            _trace(svg, frame, line)
        if names:
            _end_labels(svg, frame, lines)
    rows = math.ceil(len(chart.panels) / across)
    titled = _LINE if chart.panels and chart.panels[0][0] else 0
    return _sized(svg, width, head + rows * (_PANEL + 3.2 * _LINE) - 1.2 * _LINE + titled)


def _bar_chart(chart: BarChart, width: int) -> ET.Element:
    colours = (*PALETTE, CONTEXT)
    legend = [(name, colour, "") for name, colour in zip(chart.parts, colours, strict=False)]
    svg, head = _opened(chart.unit, legend, width)
    totals = [sum(values) for _, values in chart.bars]
    room = width - _width(_number(max(totals, default=0))) - 12
    for (name, values), total in zip(chart.bars, totals, strict=True):
        for text in _folded(name, width):
            _word(svg, 0, head + _SIZE, text)
            head += _LINE
        left = 0.0
        for value, colour in zip(values, colours, strict=False):
            long = value / (max(totals) or 1) * room
            if value:
                box = {"x": left, "y": head + 2, "width": max(long, 1), "height": _LINE, "fill": colour}
                ET.SubElement(svg, "rect", _texts(box | {"stroke": "#ffffff", "stroke-width": 1}))
            left += long
        _word(svg, left + 6, head + 2 + _SIZE, _number(total), bold=True)
        head += 1.7 * _LINE
    return _sized(svg, width, head)


def _opened(unit: str, legend: Sequence[tuple[str, str, str]], width: int) -> tuple[ET.Element, float]:
    """Return a drawing with its unit and its legend, and how far down they reach."""
    svg = ET.Element(
        "svg", {"xmlns": "http://www.w3.org/2000/svg", "font-family": "Arial, Helvetica, sans-serif"}
    )
    ET.SubElement(svg, "rect", {"width": "100%", "height": "100%", "fill": "#ffffff"})
    head = 0.0
    for text in _folded(unit, width):
        _word(svg, 0, head + _SIZE, text)
        head += _LINE
    left = 0.0
    for name, colour, dash in legend:
        long = _width(name) + _SWATCH + 14
        if left and left + long > width:
            left, head = 0.0, head + _LINE
        _swatch(svg, left, head + _SIZE - 5, colour, dash)
        _word(svg, left + _SWATCH + 6, head + _SIZE, name)
        left += long
    return svg, head + (_LINE if legend else 0) + 6


def _grid(
    svg: ET.Element, frame: _Frame, step: float, ticks: Sequence[tuple[float, str]], width: int
) -> None:
    for place in range(round(frame.top / step) + 1):
        y, number = frame.y(place * step), _number(place * step)
        ends = {"x1": frame.left, "x2": frame.right, "y1": y, "y2": y}
        ET.SubElement(svg, "line", _texts(ends | {"stroke": _TEXT if not place else _GRID}))
        _word(svg, frame.left - 6, y + 5, number, anchor="end")
    free = 0.0
    for value, text in ticks:
        x, half = frame.x(value), _width(text) / 2
        if frame.left - 1 <= x <= frame.right + 1 and min(x, width - half) - half >= free:
            middle = min(x, width - half)
            _word(svg, middle, frame.foot + _LINE, text, anchor="middle")
            free = middle + half + 8


def _trace(svg: ET.Element, frame: _Frame, line: ChartLine) -> None:
    if line.band:
        upper = [f"{frame.x(x)},{frame.y(high)}" for x, _, high in line.band]
        lower = [f"{frame.x(x)},{frame.y(low)}" for x, low, _ in reversed(line.band)]
        points = {"points": " ".join(upper + lower)}
        ET.SubElement(svg, "polygon", points | {"fill": line.colour, "fill-opacity": "0.25"})
    places = [(frame.x(x), frame.y(y)) for x, y in line.points]
    if len(places) == 1:
        ET.SubElement(
            svg, "circle", _texts({"cx": places[0][0], "cy": places[0][1], "r": 4, "fill": line.colour})
        )
    style = {"fill": "none", "stroke": line.colour, "stroke-width": "3" if line.colour != CONTEXT else "2"}
    if line.dash:
        style["stroke-dasharray"] = line.dash
    ET.SubElement(svg, "polyline", {"points": " ".join(f"{x},{y}" for x, y in places)} | style)


def _end_labels(svg: ET.Element, frame: _Frame, lines: Sequence[ChartLine]) -> None:
    """Write the name of each line beside its end, moved so that no two names overlap."""
    ends = sorted(
        (frame.y(line.points[-1][1]), line.name, line.colour, line.dash) for line in lines if line.points
    )
    free = frame.head
    for place, (end, name, colour, dash) in enumerate(ends):
        y = min(max(end, free), frame.foot - (len(ends) - 1 - place) * _LINE)
        _swatch(svg, frame.right + 5, y, colour, dash)
        _word(svg, frame.right + 5 + 1.3 * _SWATCH, y + 5, name)
        free = y + _LINE


def _swatch(svg: ET.Element, x: float, y: float, colour: str, dash: str) -> None:
    """Draw what a name stands for: a square of its colour, or a piece of its broken line."""
    if dash:
        ends = {"x1": x - 3, "x2": x + _SWATCH, "y1": y, "y2": y, "stroke": colour, "stroke-width": 3}
        ET.SubElement(svg, "line", _texts(ends | {"stroke-dasharray": dash}))
        return
    box = {"x": x, "y": y - 6, "width": _SWATCH, "height": 12, "fill": colour}
    ET.SubElement(svg, "rect", _texts(box))


def _word(
    svg: ET.Element, x: float, y: float, text: str, anchor: str = "start", *, bold: bool = False
) -> None:
    place = {"x": x, "y": y, "font-size": _SIZE, "fill": _TEXT, "text-anchor": anchor}
    word = ET.SubElement(svg, "text", _texts(place | ({"font-weight": "bold"} if bold else {})))
    word.text = visible(text)


def _folded(text: str, width: int) -> Iterator[str]:
    """Yield a text as lines that fit."""
    line = ""
    for word in text.split():
        if line and _width(f"{line} {word}") > width:
            yield line
            line = ""
        line = f"{line} {word}".strip()
    yield line


def _width(text: str) -> float:
    return len(text) * _SIZE * _LETTER


def _number(value: float) -> str:
    return f"{value:,.0f}"


def _texts(values: dict[str, object]) -> dict[str, str]:
    return {
        name: f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)
        for name, value in values.items()
    }


def _sized(svg: ET.Element, width: int, height: float) -> ET.Element:
    high = math.ceil(height)
    svg.attrib |= _texts({"viewBox": f"0 0 {width} {high}", "width": width, "height": high})
    return svg


def _drawn(svg: ET.Element) -> str:
    return ET.tostring(svg, encoding="unicode")
