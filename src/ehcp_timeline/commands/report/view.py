"""A report as sections: a chart beside its table, then how the numbers were made."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import cycle

from ehcp_timeline.commands.report.answer import Audience, ChangedSince, Lost, Number, ReportAnswer
from ehcp_timeline.commands.report.headline import (
    BAND_WORDS,
    NEVER,
    PACE_MOVED,
    doubts,
    horizon,
    sentences,
    shown,
)
from ehcp_timeline.measure.changes import Change
from ehcp_timeline.measure.compare.figures import ATTRIBUTION, ENGLAND
from ehcp_timeline.measure.forecast.outlook import Outlook
from ehcp_timeline.output.chart import (
    CONTEXT,
    NARROW,
    PALETTE,
    WIDE,
    BarChart,
    ChartLine,
    LineChart,
    data_uri,
)
from ehcp_timeline.output.document import Document
from ehcp_timeline.output.html import html_page
from ehcp_timeline.output.receipt import Receipt
from ehcp_timeline.output.sections import Section, markdown_page, table, without_empty_columns
from ehcp_timeline.output.summary import STAGE_WORDS, acknowledged_lines
from ehcp_timeline.privacy.suppress import HIDDEN, legend
from ehcp_timeline.text import NOT_ADVICE, count, day, listed

KINDS: Mapping[Audience, str] = {
    "board": "report for the board",
    "team": "report for the team",
    "public": "performance report",
}
_FOOTERS: Mapping[Audience, str] = {
    "board": "For councillors and managers. It names cases by number: not for publication.",
    "team": "For the team that does the work. It names cases and caseworkers: not for publication.",
    "public": "Made for publication: nobody is named and small numbers are hidden.",
}
_TO_A_FILE = "This is the text of a page with charts. To write the page: add -o board.html"
_BARS = 8
_PATH_STEP = 3  # every third point of a forecast, twelve weeks apart
_MOST = 10
_DASHES = ("7 4", "2 3", "8 3 2 3")
ORDER_WORDS = {
    "observed": "As cases are taken now",
    "oldest-first": "Oldest first",
    "in-time-first": "In time first",
    "split": "Half to the oldest, half in time",
}
CHANGE_WORDS: Mapping[Change | Lost, str] = {
    "new": "newly overdue",
    "still-late": "still overdue",
    "cleared": "were overdue, done or ended since",
    "excused": "were overdue, an exception is claimed now",
    "moved": "no longer overdue: a date in the file was changed",
    "unjudgeable": "can no longer be judged",
    "gone": "open before, no longer in the file",
    "no-longer": "no longer overdue: done, ended, excepted, changed or not in the file",
}

_WAITING = (
    "A child counts as waiting from the request until a plan is issued, or until the request is refused or "
    "withdrawn or ends in another way. A child with two open requests counts twice."
)
_TOO_LONG = (
    "Longer than the law allows: past the 20 weeks of regulation 13, or past the limit that replaces them. "
    "Children with a claimed exception are not counted here, unless the dates refute it."
)
_OVERDUE = (
    "Overdue deadlines are statutory duties of the council. Those with a claimed exception are not counted, "
    "unless the dates refute it."
)
_NAMES = "This page names cases. Do not publish it; --for public makes a page for publication."
_NAMES_PUBLIC = (
    "Nobody is named on this page. Do not publish two such pages of days close together: the difference "
    "between them can reveal single children."
)


def report_document(answer: ReportAnswer, *, on_screen: bool) -> Document:
    """Return a report with its sentences; `on_screen`, with what to type for the page itself."""
    words, whose = tuple(sentences(answer)), f"{answer.authority}: " if answer.authority else ""
    title = f"{whose}EHC plans on {day(answer.as_at)}"

    def everything() -> list[Section]:
        return [Section(title, words), *report_sections(answer)]

    def page(receipt: Receipt) -> str:
        return html_page(
            "commands/report/board.html",
            title=title,
            kind=f"Education, health and care plans: {KINDS[answer.audience]}",
            sentences=words,
            sections=list(report_sections(answer)),
            uri=data_uri,
            wide=WIDE,
            narrow=NARROW,
            footer=_FOOTERS[answer.audience],
            receipt=receipt,
        )

    return Document(
        title,
        replace(answer, sentences=words),
        sections=lambda: [
            *everything(),
            *([Section(before=(_TO_A_FILE,), closing=True)] if on_screen else ()),
        ],
        nameless=answer.audience == "public",
        made={"html": page, "md": lambda _: markdown_page(everything())},
    )


def report_sections(answer: ReportAnswer) -> Iterator[Section]:
    """Yield the parts of a page after its opening sentences."""
    yield _duties(answer)
    yield _rates(answer)
    if not answer.not_counted:
        stages = (
            {"stage": STAGE_WORDS[stage].capitalize(), "children waiting": number}
            for stage, number in answer.stages.items()
        )
        yield table("Open cases by stage", stages, text=("stage",), caption="Open assessments by stage")
        yield _waiting(answer)
        yield from _forecast(answer)
    yield from _cases(answer)
    if answer.changed:
        yield _changed(answer.changed, answer)
    yield _quality(answer)
    names = _NAMES_PUBLIC if answer.audience == "public" else _NAMES
    yield Section("How this was counted", (_WAITING, _TOO_LONG, _OVERDUE, names, NOT_ADVICE))


def _duties(answer: ReportAnswer) -> Section:
    title = "Overdue deadlines, by duty"
    if not answer.duties:
        return Section(title, ("No deadline that could be judged is overdue.", *doubts(answer)))
    worst, bars, rows = answer.duties[0], [], []
    for duty in answer.duties:
        row: dict[str, object] = {"duty": duty.duty, "overdue": duty.overdue}
        row |= {BAND_WORDS[band]: number for band, number in duty.by_age.items()}
        if answer.audience != "public":
            row["oldest, days late"] = duty.oldest_days
        rows.append(row | {"the law": duty.law})
        if not isinstance(duty.overdue, str):
            ages = tuple(float(age) for age in duty.by_age.values() if not isinstance(age, str))
            known = len(ages) == len(duty.by_age)  # if not, all of the bar is of no age
            bar = (*ages, 0.0) if known else (*(0.0 for _ in duty.by_age), float(duty.overdue))
            bars.append((duty.duty, bar))
    bars = bars[:_BARS]
    alt = (
        f"Bar chart: most overdue deadlines are of the duty, “{worst.duty}” ({shown(worst.overdue)}). "
        "The numbers are in the table “Overdue deadlines”."
    )
    more = (
        f"The chart shows {count(len(bars), 'duty', 'duties')}; the table has {len(rows) - len(bars)} more."
    )
    unknown = ("age not published",) if any(ages[4] for _, ages in bars) else ()
    chart = BarChart(alt, "Overdue deadlines", (*BAND_WORDS.values(), *unknown), tuple(bars))
    return _with_legend(
        table(
            title,
            rows,
            text=("duty", "the law"),
            before=(more,) if len(rows) > len(bars) else (),
            chart=chart if bars else None,
            caption="Overdue deadlines",
        ),
        answer,
    )


def _with_legend(section: Section, answer: ReportAnswer) -> Section:
    """Return a table with what `[c]` stands for, if a number in it is hidden, first below it."""
    if answer.threshold and any(HIDDEN in row for row in section.rows):
        return replace(section, after=(legend(answer.threshold), *section.after))
    return section


def _rates(answer: ReportAnswer) -> Section:
    rates, whose = answer.rates, answer.authority or "The council"
    series: list[tuple[str, str, str, Sequence[Number | float | None]]] = [
        (f"{whose}, this file", PALETTE[0], "", [rate.rate for rate in rates]),
        (f"{whose}, published", PALETTE[1], _DASHES[0], [rate.published for rate in rates]),
        (ENGLAND, PALETTE[3], "", [rate.england for rate in rates]),
    ]
    series += [
        (name, CONTEXT, dash, [rate.others[name] for rate in rates])
        for name, dash in zip(rates[0].others if rates else (), cycle(_DASHES), strict=False)
    ]
    years = [rate.year for rate in rates]
    lines = tuple(
        ChartLine(name, _points(years, values), colour, dash=dash)
        for name, colour, dash, values in series
        if any(isinstance(value, float) for value in values)
    )
    own = [rate for rate in rates if rate.plans]
    latest = f"{shown(own[-1].rate)}% in {own[-1].year}" if own else "no plans in this file"
    alt = f"Line chart by year. {whose}: {latest}. The numbers are in the table “20-week rate”."
    rows = []
    for place, rate in enumerate(rates):
        whole = (rate.first, rate.last) == (date(rate.year, 1, 1), date(rate.year, 12, 31))
        year = str(rate.year) if whole or not rate.plans else f"{rate.year} (part)"
        percentages = {f"{name}, %": values[place] for name, *_, values in series}
        rows.append({"year": year, "plans issued": rate.plans, **percentages})
    before = (
        "The share of all plans issued in a calendar year, exceptions included, as the DfE counts it. "
        "A part year holds the months that the file records."
    )
    section = table(
        "Plans issued within 20 weeks", rows, before=(before,), after=(ATTRIBUTION,), caption="20-week rate"
    )
    ticks = tuple((float(year), str(year)) for year in years)
    chart = LineChart(alt, "% of plans issued", ticks, (("", lines),), 100) if lines else None
    return replace(_filled(_with_legend(section, answer), "no figure"), chart=chart)


def _points(
    places: Sequence[float], values: Sequence[Number | float | None]
) -> tuple[tuple[float, float], ...]:
    """Return the points of a line; what is hidden or unknown is left out."""
    pairs = zip(places, values, strict=True)
    return tuple((float(x), float(y)) for x, y in pairs if isinstance(y, int | float))


def _waiting(answer: ReportAnswer) -> Section:
    points = answer.waiting
    rows = (
        {"day": day(point.day), "waiting": point.open, "longer than the law allows": point.overdue}
        for point in points
    )
    said = "As the file records it today: what was entered since is counted on the day it happened."
    caption = "Children waiting, month by month"
    section = _with_legend(table("The backlog so far", rows, before=(said,), caption=caption), answer)
    if len(points) == 1:
        return replace(section, before=("The file does not record what was finished before.",))
    days = [point.day.toordinal() for point in points]
    lines = (
        ChartLine("Waiting", _points(days, [point.open for point in points]), PALETTE[0]),
        ChartLine("Overdue", _points(days, [point.overdue for point in points]), PALETTE[3]),
    )
    first, last = section.rows[0], section.rows[-1]
    alt = (
        f"Line chart. On {first[0]} {first[1]} children waited, {first[2]} of them longer than the law "
        f"allows; on {last[0]} {last[1]} and {last[2]}. The numbers are in the table “{section.caption}”."
    )
    ticks = tuple((float(point.day.toordinal()), f"{point.day:%b %Y}") for point in points[::-3][::-1])
    panel = ("", tuple(line for line in lines if line.points))
    return replace(section, chart=LineChart(alt, "Children", ticks, (panel,)))


def _forecast(answer: ReportAnswer) -> Iterator[Section]:
    title = "When the backlog clears, by order of work"
    if not answer.policies:
        yield Section(title, (f"No forecast: {answer.no_forecast}.",))
        return
    before = (
        "Each order of work is simulated many times from the pace of the last year. Arithmetic cannot say "
        "which family comes first, so no order is recommended."
    )
    moved = (f"{PACE_MOVED.capitalize()}: the last year is not a sure guide.",) if answer.pace_moved else ()
    outlooks = sorted(answer.policies, key=lambda outlook: list(ORDER_WORDS).index(outlook.policy))
    rows = []
    for outlook in outlooks:
        clear = outlook.clearance
        sure = not answer.pace_moved or clear.never_share < NEVER
        never = f"{100 * clear.never_share:.0f} of 100" if sure else "probably"
        days = {
            f"clear in {share} of 100": "not in that time" if when is None else day(when)
            for share, when in ((50, clear.p50), (85, clear.p85), (95, clear.p95))
        }
        order = {"order of work": ORDER_WORDS[outlook.policy]}
        rows.append(order | days | {f"not clear by {day(horizon(answer))}": never})
    yield table(
        title,
        rows,
        text=("order of work",),
        fixed=days,
        before=(before,),
        after=(f"Clear means no more than {count(answer.clear_at, 'overdue plan')}.", *moved),
        caption="Clearance dates",
    )
    yield _paths(answer, outlooks)


def _paths(answer: ReportAnswer, outlooks: Sequence[Outlook]) -> Section:
    """Return the backlog ahead: the middle simulation, and the span that 70 of 100 keep to."""
    paths = {ORDER_WORDS[outlook.policy]: outlook.path[_PATH_STEP - 1 :: _PATH_STEP] for outlook in outlooks}
    days = [point.day.toordinal() for point in answer.waiting]
    past = _points(days, [point.overdue for point in answer.waiting])
    panels = []
    for name, path in paths.items():
        weeks = [point.week_ending.toordinal() for point in path]
        middle, low, high = (
            (*past[-1:], *_points(weeks, [getattr(point, key) for point in path]))
            for key in ("overdue_p50", "overdue_p15", "overdue_p85")
        )
        band = tuple((x, least, most) for (x, least), (_, most) in zip(low, high, strict=True))
        to_come = ChartLine("To come", middle, PALETTE[3], band)
        panels.append((name, (ChartLine("So far", past, PALETTE[0]), to_come)))
    rows = [
        {"week ending": day(points[0].week_ending)}
        | {
            name: f"{point.overdue_p50:,} ({point.overdue_p15:,} to {point.overdue_p85:,})"
            for name, point in zip(paths, points, strict=True)
        }
        for points in zip(*paths.values(), strict=True)
    ]
    ends = listed([f"{name.lower()}, {path[-1].overdue_p50:,}" for name, path in paths.items()])
    last = rows[-1]["week ending"]
    alt = (
        f"Line charts. In the middle simulation so many plans are overdue on {last}: {ends}. "
        "The numbers are in the table “Overdue plans to come”."
    )
    years = range(answer.waiting[0].day.year, horizon(answer).year + 1)
    ticks = tuple((float(date(year, 1, 1).toordinal()), str(year)) for year in years)
    return table(
        "Overdue plans to come",
        rows,
        before=(
            "The line is the middle simulation, the band holds 70 of 100; 15 are above it and 15 below.",
        ),
        chart=LineChart(alt, "Plans overdue", ticks, tuple(panels)),
        caption="Overdue plans to come: the middle simulation (and the span of 70 of 100)",
    )


def _cases(answer: ReportAnswer) -> Iterator[Section]:
    oldest = [
        {"case": case.case_id, "weeks open": case.weeks, "open since": day(case.start)}
        | {"stage": STAGE_WORDS[case.stage], "team": case.team, "caseworker": case.caseworker}
        for case in answer.oldest
    ]
    work = [
        {"case": late.case_id, "what is owed": late.duty, "due": day(late.due), "days late": late.days_late}
        | {"team": late.team, "caseworker": late.caseworker}
        for late in answer.work
    ]
    text = ("stage", "what is owed", "team", "caseworker")
    for title, caption, rows in (
        ("The oldest open cases", "Oldest open cases", oldest),
        ("Overdue now, worst first", "Overdue deadlines, worst first", work),
    ):
        if rows:
            section = table(title, rows, fixed=("open since", "due"), text=text, caption=caption)
            yield _filled(section, "not recorded")


def _filled(section: Section, word: str) -> Section:
    """Return a section without empty columns, and a word in each empty cell, which is read out as nothing."""
    section = without_empty_columns(section)
    return replace(section, rows=tuple(tuple(cell or word for cell in row) for row in section.rows))


def _changed(changed: ChangedSince, answer: ReportAnswer) -> Section:
    what = "plan" if answer.audience == "public" else "deadline"
    became, same_day = f"what became of a {what}", changed.as_at == answer.as_at
    rows = (
        {became: CHANGE_WORDS[name].capitalize(), f"{what}s": number}
        for name, number in changed.counts.items()
    )
    section = table(
        f"What changed since {'the earlier file' if same_day else day(changed.as_at)}",
        rows,
        text=(became,),
        before=() if same_day else ("Time alone makes deadlines overdue between two days.",),
        caption="Changes since the earlier file",
    )
    return _with_legend(section, answer)


def _quality(answer: ReportAnswer) -> Section:
    rows, judged = (sum(getattr(file, key) for file in answer.input) for key in ("rows", "judged"))
    said = [f"{count(rows, 'row')} {'was' if rows == 1 else 'were'} read and {judged:,} judged."]
    for line in answer.not_judged[:_MOST]:
        lacks = f"Not judged, because the file has no column {' or '.join(line.needs)}: "
        said.append(f"{lacks}{count(line.clocks, 'deadline')} of {line.deadline}.")
    kinds: dict[str, list[str]] = {}
    for problem in answer.problems:
        kinds.setdefault(problem.try_, []).append(problem.column or "the whole row")
    most = sorted(kinds.items(), key=lambda kind: (-len(kind[1]), kind[0]))[:_MOST]
    if answer.problems:
        said.append(f"{count(len(answer.problems), 'problem')} to put right; ehcp check lists each.")
    elif answer.audience != "public":
        said.append("No problem was found in the file.")
    said += acknowledged_lines(answer.acknowledged)
    kinds_shown = []
    for what, columns in most:
        once = tuple(dict.fromkeys(columns))
        few = once if len(once) <= 3 else (*once[:2], f"{len(once) - 2:,} more")
        kind = {"what to try": what[:1].upper() + what[1:], "columns": listed(few), "problems": len(columns)}
        kinds_shown.append(kind)
    return table(
        "How good the data is",
        kinds_shown,
        text=("what to try", "columns"),
        before=tuple(said),
        caption="Problems in the file, the most frequent kinds",
    )
