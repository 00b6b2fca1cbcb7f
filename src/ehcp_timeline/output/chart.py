"""Charts as SVG: lines with bands, and stacked bars, each drawn for a wide and for a narrow window.

Colours, few gridlines, horizontal words and labels beside the lines follow the Analysis Function's
"Data visualisation: charts". A chart is shown as an image: `alt` says its message, a table has its numbers.
"""

import math
from base64 import b64encode
from collections.abc import Mapping, Sequence
from xml.etree import ElementTree as ET

from ehcp_timeline.record import record
from ehcp_timeline.text import visible

PALETTE = ("#12436d", "#28a197", "#801650", "#f46a25")
CONTEXT = "#6f7276"
WIDE, NARROW = 640, 320
_TEXT, _GRID = "#0b0c0c", "#d0d3d6"
_SIZE, _LINE = 16, 22  # of the letters, and from one line of them to the next
_LETTER = 0.58  # of Arial, the mean width of a letter over its size
_PANEL = 210
_SWATCH = 14


@record(frozen=True, slots=True)
class ChartLine:
    """One line of a chart, its points from left to right.

    Attributes:
        band: The least and the most at each of some places; empty for none.
        dash: How it is broken, as SVG's `stroke-dasharray`; empty for not at all.
    """

    name: str
    points: tuple[tuple[float, float], ...]
    colour: str
    band: tuple[tuple[float, float, float], ...] = ()
    dash: str = ""


@record(frozen=True, slots=True)
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
        every = [line for _, lines in self.panels for line in lines]
        places = [place for line in every for place in (*line.points, *line.band)]
        top, step = scale_of(self.top or max((place[-1] for place in places), default=0))
        across_scale = [place[0] for place in places]
        span = (min(across_scale, default=0), max(across_scale, default=1))
        across = 2 if len(self.panels) > 1 and width >= WIDE else 1
        names = [] if across > 1 or width < WIDE else [line.name for line in every]
        margin = max((_width(name) + 1.6 * _SWATCH for name in names), default=_SIZE)
        cell = width / across
        legend = [] if names else list(dict.fromkeys((line.name, line.colour, line.dash) for line in every))
        drawing = _Drawing(self.unit, legend, width)
        tall = _PANEL + 3.2 * _LINE
        for number, (title, lines) in enumerate(self.panels):
            row, column = divmod(number, across)
            above = drawing.head + row * tall + (_LINE if title else 0)
            left = column * cell + _width(f"{top:,.0f}") + 8
            frame = _Frame(left, (column + 1) * cell - margin, above + 10, above + 10 + _PANEL, span, top)
            if title:
                drawing.word(column * cell, above - 6, title, bold=True)
            drawing.grid(frame, step, self.ticks)
            for line in lines:
                drawing.trace(frame, line)
            if names:
                drawing.end_labels(frame, lines)
        titled = _LINE if self.panels and self.panels[0][0] else 0
        return drawing.text(math.ceil(len(self.panels) / across) * tall - 1.2 * _LINE + titled)


@record(frozen=True, slots=True)
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
        colours = (*PALETTE, CONTEXT)
        legend = [(name, colour, "") for name, colour in zip(self.parts, colours, strict=False)]
        drawing = _Drawing(self.unit, legend, width)
        most = max((sum(values) for _, values in self.bars), default=0)
        room = width - _width(f"{most:,.0f}") - 12
        for name, values in self.bars:
            drawing.prose(name)
            left = 0.0
            for value, colour in zip(values, colours, strict=False):
                long = value / (most or 1) * room
                if value:
                    box = {"x": left, "y": drawing.head + 2, "width": max(long, 1), "height": _LINE}
                    drawing.add("rect", box | {"fill": colour, "stroke": "#ffffff", "stroke-width": 1})
                left += long
            drawing.word(left + 6, drawing.head + 2 + _SIZE, f"{sum(values):,.0f}", bold=True)
            drawing.head += 1.7 * _LINE
        return drawing.text()


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


@record(frozen=True, slots=True)
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


class _Drawing:
    """A drawing with its unit and its legend; `head` is how far down it reaches."""

    def __init__(self, unit: str, legend: Sequence[tuple[str, str, str]], width: int) -> None:
        namespace, font = "http://www.w3.org/2000/svg", "Arial, Helvetica, sans-serif"
        self.svg, self.width, self.head = (
            ET.Element("svg", {"xmlns": namespace, "font-family": font}),
            width,
            0.0,
        )
        self.add("rect", {"width": "100%", "height": "100%", "fill": "#ffffff"})
        self.prose(unit)
        left = 0.0
        for name, colour, dash in legend:
            long = _width(name) + _SWATCH + 14
            if left and left + long > width:
                left, self.head = 0.0, self.head + _LINE
            self.swatch(left, self.head + _SIZE - 5, colour, dash)
            self.word(left + _SWATCH + 6, self.head + _SIZE, name)
            left += long
        self.head += (_LINE if legend else 0) + 6

    def add(self, tag: str, values: Mapping[str, object]) -> ET.Element:
        return ET.SubElement(self.svg, tag, _texts(values))

    def word(self, x: float, y: float, text: str, anchor: str = "start", *, bold: bool = False) -> None:
        place = {"x": x, "y": y, "font-size": _SIZE, "fill": _TEXT, "text-anchor": anchor}
        self.add("text", place | ({"font-weight": "bold"} if bold else {})).text = visible(text)

    def prose(self, text: str) -> None:
        line = ""
        for word in text.split():
            if line and _width(f"{line} {word}") > self.width:
                self._line(line)
                line = ""
            line = f"{line} {word}".strip()
        self._line(line)

    def _line(self, text: str) -> None:
        self.word(0, self.head + _SIZE, text)
        self.head += _LINE

    def swatch(self, x: float, y: float, colour: str, dash: str) -> None:
        """Draw what a name stands for: a square of its colour, or a piece of its broken line."""
        if dash:
            ends = {"x1": x - 3, "x2": x + _SWATCH, "y1": y, "y2": y, "stroke": colour, "stroke-width": 3}
            self.add("line", ends | {"stroke-dasharray": dash})
        else:
            self.add("rect", {"x": x, "y": y - 6, "width": _SWATCH, "height": 12, "fill": colour})

    def grid(self, frame: _Frame, step: float, ticks: Sequence[tuple[float, str]]) -> None:
        for place in range(round(frame.top / step) + 1):
            y = frame.y(place * step)
            ends = {"x1": frame.left, "x2": frame.right, "y1": y, "y2": y}
            self.add("line", ends | {"stroke": _GRID if place else _TEXT})
            self.word(frame.left - 6, y + 5, f"{place * step:,.0f}", anchor="end")
        free = 0.0
        for value, text in ticks:
            x, half = frame.x(value), _width(text) / 2
            middle = min(x, self.width - half)
            if frame.left - 1 <= x <= frame.right + 1 and middle - half >= free:
                self.word(middle, frame.foot + _LINE, text, anchor="middle")
                free = middle + half + 8

    def trace(self, frame: _Frame, line: ChartLine) -> None:
        if line.band:
            upper = [f"{frame.x(x)},{frame.y(high)}" for x, _, high in line.band]
            lower = [f"{frame.x(x)},{frame.y(low)}" for x, low, _ in reversed(line.band)]
            band = {"points": " ".join(upper + lower), "fill": line.colour, "fill-opacity": "0.25"}
            self.add("polygon", band)
        places = [(frame.x(x), frame.y(y)) for x, y in line.points]
        if len(places) == 1:
            self.add("circle", {"cx": places[0][0], "cy": places[0][1], "r": 4, "fill": line.colour})
        stroke = {"stroke": line.colour, "stroke-width": 2 if line.colour == CONTEXT else 3}
        points = {"points": " ".join(f"{x},{y}" for x, y in places), "fill": "none"}
        self.add("polyline", points | stroke | ({"stroke-dasharray": line.dash} if line.dash else {}))

    def end_labels(self, frame: _Frame, lines: Sequence[ChartLine]) -> None:
        """Write the name of each line beside its end, moved so that no two names overlap."""
        ends = sorted(
            (frame.y(line.points[-1][1]), line.name, line.colour, line.dash) for line in lines if line.points
        )
        free = frame.head
        for place, (end, name, colour, dash) in enumerate(ends):
            y = min(max(end, free), frame.foot - (len(ends) - 1 - place) * _LINE)
            self.swatch(frame.right + 5, y, colour, dash)
            self.word(frame.right + 5 + 1.3 * _SWATCH, y + 5, name)
            free = y + _LINE

    def text(self, below: float = 0) -> str:
        """Return the drawing, which ends so far below its head."""
        high = math.ceil(self.head + below)
        size = {"viewBox": f"0 0 {self.width} {high}", "width": self.width, "height": high}
        self.svg.attrib |= _texts(size)
        return ET.tostring(self.svg, encoding="unicode")


def _width(text: str) -> float:
    return len(text) * _SIZE * _LETTER


def _texts(values: Mapping[str, object]) -> dict[str, str]:
    return {
        name: f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)
        for name, value in values.items()
    }
