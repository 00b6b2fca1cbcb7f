"""`ehcp changes`: what changed in the cases between two files, or two saved answers."""

import re
import sys
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ehcp_timeline.errors import UsageError
from ehcp_timeline.record import record, replace
from ehcp_timeline.shell import options
from ehcp_timeline.shell.destination import say
from ehcp_timeline.shell.open import CaseRequest, say_unused, without_cases
from ehcp_timeline.shell.parse import day_asked

if TYPE_CHECKING:
    from ehcp_timeline.measure.changes import Side
    from ehcp_timeline.output.receipt import InputRead

_DAY_IN_NAME = re.compile(
    r"(?<!\d)(?:(20\d\d[-_. ]?[01]\d[-_. ]?[0-3]\d)|([0-3]\d[-_. ][01]\d[-_. ]20\d\d))(?!\d)"
)
OldAsAt = Annotated[
    str | None, options.option("--old-as-at", "DATE", "The day OLD was saved.  [default: a date in its name]")
]


@record(frozen=True, slots=True)
class _ChangesOutput(options.ScreenOptions):
    """Where the answer goes; `--force` means more here."""

    force: Annotated[
        bool,
        typer.Option(
            "--force", help="Compare files of different councils or rulebooks; overwrite the output."
        ),
    ] = False


@options.exit_codes(
    "0  nothing that was asked for is overdue in NEW",
    "1  something is",
    "2  cannot run, OLD has no known day, or OLD and NEW do not belong together",
    "3  nothing is overdue in NEW, but some of its rows could not be judged",
)
@options.examples(
    "ehcp changes cases-2026-05-25.csv cases-2026-06-01.csv",
    "ehcp changes old.csv new.csv --old-as-at 2026-05-25 --as-at 2026-06-01",
    "ehcp changes old.csv new.csv --old-as-at 2026-05-25 -o changes.csv",
)
def changes(
    old: Annotated[Path, typer.Argument(metavar="OLD", hidden=True)],
    new: Annotated[Path, typer.Argument(metavar="NEW", hidden=True)],
    *,
    old_as_at: OldAsAt = None,
    top: options.Top = 20,
    duties: options.DutyOptions,
    groups: options.GroupOptions,
    pseudonymise: options.Pseudonymise = None,
    exit_zero: options.ExitZero = False,
    assume_blank: options.AssumeBlank = None,
    acknowledged: options.Acknowledged = None,
    output: _ChangesOutput,
    about: options.LawOptions,
) -> None:
    """Show what is newly overdue, done or gone since last time.

    OLD and NEW are case files, or answers saved with `ehcp check FILE --include all --format json`. Each is
    judged for its own day: OLD for --old-as-at, or for a date in its name; NEW for --as-at, a date in its
    name, or today. Clocks are matched by case, deadline and start; the order of rows and columns does not
    matter. Formats: table, plain, csv, json, ndjson, md, xlsx.
    """
    key = options.key_asked(pseudonymise, output.outputs)
    to = output.choose()
    asks = about.request()
    selection = options.chosen(asks.rulebook, duties, groups)
    from ehcp_timeline.commands.changes.view import changes_sections
    from ehcp_timeline.measure.answer import RulebookUsed
    from ehcp_timeline.measure.casework import chosen_by
    from ehcp_timeline.measure.changes import (
        ChangesAnswer,
        SideTold,
        changes_between,
        counted,
        objections,
        spelt_alike,
        without_acknowledged,
    )
    from ehcp_timeline.measure.findings import FilterCheck
    from ehcp_timeline.output.document import Document
    from ehcp_timeline.output.receipt import MadeFrom, read_of
    from ehcp_timeline.privacy.pseudonyms import STATEMENT, pseudonymised

    before, old_read = _side(asks, old, "OLD", lambda: _old_day(asks, old, old_as_at), assume_blank)
    named = None if about.as_at else day_in_name(new)
    after, new_read = _side(asks, new, "NEW", lambda: named or asks.as_at, assume_blank)
    before = spelt_alike(before, after)
    objected = tuple(objections(before, after))
    if objected and not output.force:
        raise UsageError("; ".join(objected), "add --force to compare them anyway")
    say(*(f"compared anyway: {objection}" for objection in objected))
    filters = FilterCheck(selection, asks.rulebook)
    filters.add(before.clocks)
    filters.add(after.clocks)
    filters.refuse()
    frame = changes_between(before, after, chosen_by(selection, asks.rulebook))
    counts, left_out = counted(frame), None
    if accepted := replace(asks, as_at=after.as_at).acknowledged(acknowledged):
        frame, left_out = without_acknowledged(frame, after, accepted)
        say_unused(left_out)
    if key is not None:
        frame = pseudonymised(frame, key)
    statement, told = STATEMENT if key else None, without_cases(left_out, key)
    answer = ChangesAnswer(SideTold.of(before), SideTold.of(after), statement, counts, frame, told)
    read = (old_read, new_read, *read_of([left_out] if left_out else []))
    made_from = MadeFrom(after.as_at, RulebookUsed.of(asks.rulebook), read)
    sections = partial(changes_sections, (before.as_at, after.as_at), answer, top)
    to.write(Document.of_list("Changes", answer, "changes", sections, made_from=made_from))
    if exit_zero:
        raise typer.Exit(0)
    if counts["new"] or counts["still-late"]:
        raise typer.Exit(options.FOUND)
    raise typer.Exit(options.NOT_ALL_JUDGED if after.rows_left_out else 0)


def _side(
    asks: CaseRequest, path: Path, name: str, day: Callable[[], date], assume_blank: list[str] | None
) -> "tuple[Side, InputRead]":
    """Return one of the two, judged now or read back, and what was read; say what it is."""
    from ehcp_timeline.measure.casework import ALL
    from ehcp_timeline.measure.changes import is_saved_answer, side_of_answer, side_of_file
    from ehcp_timeline.output.receipt import InputRead, file_sha256

    if is_saved_answer(path):
        side, sha256 = side_of_answer(path), file_sha256(path)
    else:
        on_its_day = replace(asks, as_at=day())
        source = on_its_day.source(path)
        side, sha256 = side_of_file(on_its_day.work(source, ALL, assume_blank)), source.sha256
    say(f"{name}: {path}, {len(side.cases):,} cases, {side.clocks.height:,} clocks, as at {side.as_at}")
    return side, InputRead(path.name, sha256)


def _old_day(asks: CaseRequest, path: Path, given: str | None) -> date:
    """Return the day that OLD was saved: the one given, one in the file's name, or what a person types.

    Raises:
        UsageError: It cannot be known, and nobody can be asked.
    """
    if given is not None:
        return day_asked(given, "--old-as-at")
    if named := day_in_name(path):
        return named
    happened = [name for name in asks.rulebook.events if name not in asks.rulebook.planned]
    days = (
        column.filter(column <= asks.as_at).max()
        for batch in asks.source(path).batches()
        for column in (batch.frame[name] for name in happened if name in batch.frame.columns)
    )
    latest = max((last for last in days if isinstance(last, date)), default=None)
    if not (sys.stdin and sys.stdin.isatty() and sys.stderr.isatty()):
        tip = f"add --old-as-at {latest}, the last date in the file" if latest else "add --old-as-at DATE"
        raise UsageError(f"nothing says on which day OLD was saved: {path} has no date in its name", tip)
    typed = typer.prompt("On which day was OLD saved", default=str(latest) if latest else None, err=True)
    return day_asked(str(typed), "--old-as-at")


def day_in_name(path: Path) -> date | None:
    """Return the one date in the name of a file, the year first or the day first; None where there is none.

    >>> day_in_name(Path("cases 25-05-2026.xlsx")), day_in_name(Path("cases_20260525.csv"))
    (datetime.date(2026, 5, 25), datetime.date(2026, 5, 25))
    >>> day_in_name(Path("2026-05-25 to 2026-06-01.csv")) is None
    True
    """
    days = set()
    for year_first, day_first in _DAY_IN_NAME.findall(path.stem):
        digits = "".join(filter(str.isdigit, year_first)) or "".join(re.split(r"\D", day_first)[::-1])
        try:
            days.add(date.fromisoformat(digits))
        except ValueError:
            continue
    return days.pop() if len(days) == 1 else None
