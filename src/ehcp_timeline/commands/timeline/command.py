"""`ehcp timeline`: every deadline of one case from typed dates, without a file."""

import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Annotated, ClassVar, Final

import typer

from ehcp_timeline.audit.verdicts import Working
from ehcp_timeline.errors import UsageError
from ehcp_timeline.law.rulebook import Rulebook, Who, rulebook_name
from ehcp_timeline.measure.answer import ClockRecord, RulebookUsed
from ehcp_timeline.output.sections import Section, table
from ehcp_timeline.output.verdict_words import standing
from ehcp_timeline.record import record
from ehcp_timeline.shell.destination import RUNNING, say
from ehcp_timeline.shell.options import DATED_FORMATS, Chronology, LawOptions, ScreenOptions, examples
from ehcp_timeline.text import NOT_ADVICE, count, day

if TYPE_CHECKING:
    from ehcp_timeline.output.receipt import Receipt


@examples(
    "ehcp timeline",
    "ehcp timeline request_received=2026-01-12",
    "ehcp timeline draft_sent=2026-02-01",
    "ehcp timeline order_made=2026-03-02 order_kind=make --format json",
)
def timeline(
    words: Annotated[list[str] | None, typer.Argument(metavar="NAME=VALUE", hidden=True)] = None,
    *,
    chronology: Chronology = False,
    output: ScreenOptions,
    about: LawOptions,
) -> None:
    """Show one case's dates: what happens next, and who owes it.

    NAME is a column of a case file (`ehcp template --rows` lists them), VALUE a date, a code or yes or no.
    Without them it asks five questions. No file is needed and nothing is kept. Every other date follows, with
    its law.
    Formats: table, plain, json, csv, ndjson, md, xlsx, ics, html (a page for the
    family).
    """
    to = output.choose((*DATED_FORMATS, "html"))
    asks = about.request()
    rulebook, vocabulary, when = asks.rulebook, asks.vocabulary, asks.as_at
    from ehcp_timeline.audit.single.judge import judge_case
    from ehcp_timeline.cases.cells.parser import row_from_words
    from ehcp_timeline.output.calendar import entries_of_case
    from ehcp_timeline.output.document import Document

    if not words:
        words = answers(lambda word: row_from_words([word], vocabulary, when))
        RUNNING.get().params["words"] = words  # a receipt holds them as if they had been typed
    row = row_from_words(words, vocabulary, when)
    judged = judge_case(rulebook, [row], when, foresee=True)
    clocks = tuple(
        TimelineClock.of(working.clock, working.deadline, row.texts, row=None) for working in judged
    )

    def page(receipt: "Receipt") -> str:
        from ehcp_timeline.output.family import FamilyCase

        return FamilyCase(rulebook, [row], judged, when, row.case_id, chronology).page(receipt)

    to.write(
        Document.of_list(
            f"Timeline as at {when}",
            TimelineAnswer(when, RulebookUsed.of(rulebook), clocks),
            "clocks",
            partial(timeline_sections, rulebook, judged, when),
            entries=lambda _: entries_of_case(judged, rulebook, when),
            made={"html": page},
        )
    )


QUESTIONS: Final = (
    ("request_received", "When did the council get the request for an EHC needs assessment?"),
    ("assess_agreed", "When did it agree to assess? If it refused, write `no` before the date."),
    ("draft_sent", "When did it send the draft plan?"),
    ("plan_issued", "When did it send the final plan?"),
    ("review_meeting", "When was the last review meeting?"),
)


def answers(check: Callable[[str], object]) -> list[str]:
    """Ask the five questions on a terminal and return what was answered, as NAME=VALUE.

    Args:
        check: Raises UsageError for an answer that cannot be read; the question is then asked again.

    Raises:
        UsageError: There is no terminal to ask on, or nothing was answered.
    """
    if not (sys.stdin and sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("missing argument 'NAME=VALUE'", "ehcp timeline request_received=2026-01-12")
    say("Five questions about one case. Give a date such as 12/01/2026; press Enter if there is none.")
    given: list[str] = []
    ask = partial(typer.prompt, default="", show_default=False, prompt_suffix=" ", err=True)
    for number, (name, question) in enumerate(QUESTIONS, start=1):
        while text := str(ask(f"{number}. {question}")):
            refused = name == "assess_agreed" and text.lower().startswith("no ")
            word = f"assess_refused={text[3:].strip()}" if refused else f"{name}={text.strip()}"
            try:
                check(word)
            except UsageError as error:
                wrong = error.message.removeprefix(f"{word.partition('=')[0]}: ")
                say(f"{wrong}; {error.hint}")
            else:
                given.append(word)
                break
    if not given:
        raise UsageError("no date was given", "ehcp timeline request_received=2026-01-12")
    say(f"To run it again: ehcp timeline {shlex.join(given)}", "")
    return given


_WHO: Mapping[Who, str] = {
    "authority": "the council",
    "other authority": "the other council",
    "family": "the family",
    "school": "the school",
    "adviser": "the adviser",
    "health": "the health body",
}


@record(frozen=True, slots=True, kw_only=True)
class TimelineClock(ClockRecord):
    """One clock of a case that was given in words; `not-owed` and `not-started` included."""

    row: None


@record(frozen=True, slots=True)
class TimelineAnswer:
    """The answer of `ehcp timeline --format json`."""

    SCHEMA: ClassVar = "ehcp-timeline/1"

    as_at: date
    rulebook: RulebookUsed
    clocks: tuple[TimelineClock, ...]


def timeline_sections(rulebook: Rulebook, judged: Sequence[Working], as_at: date) -> list[Section]:
    """Return what happens next, by when and who owes it; then what is late, comes later and is past.

    Every clock that has started, or whose day is known, is among them, in the order of their days. Of a
    family's rights, those still open and the last that has lapsed.
    """
    lapsed = {working.deadline.id: working for working in judged if working.clock.reason == "time-passed"}
    known = (one for one in judged if one.clock.verdict != "not-started" or one.clock.due is not None)
    shown = [one for one in known if one.clock.reason != "time-passed" or one is lapsed[one.deadline.id]]
    shown.sort(key=lambda working: working.clock.due or date.max)
    late = [working for working in shown if working.clock.verdict == "overdue"]
    minima = [
        working for working in shown if working.deadline.minimum and working.clock.verdict != "not-owed"
    ]
    rest = [working for working in shown if working not in late and working not in minima]
    ahead = [working for working in rest if _is_ahead(working, as_at)]
    first = [working for working in ahead if working.clock.verdict == "running"][:1]
    parts = {
        ("Late now", "due"): late,
        ("After that" if first else "Ahead", "by"): [working for working in ahead if working not in first],
        ("Not before these days", "not before"): minima,
        ("Done, past or unclear", "due"): [working for working in rest if working not in ahead],
    }
    others = {working.deadline.id for working in judged} - {working.deadline.id for working in shown}
    name = rulebook_name(rulebook.version, rulebook.overlays)
    left_out = f"{count(len(others), 'other deadline')} of {name} have not started or do not apply."
    tables = [
        table(
            title,
            (
                {
                    day_heading: day(working.clock.due) if working.clock.due else "no day",
                    "who": _WHO[working.deadline.who],
                    "what": _what(working),
                    "how it stands": standing(working, rulebook),
                }
                for working in part
            ),
            fixed=("who",),
            text=("what", "how it stands"),
            alarm=part is late,
        )
        for (title, day_heading), part in parts.items()
        if part
    ]
    nothing = () if shown else ("No deadline has started.",)
    return [
        Section(f"The dates of this case on {day(as_at)}", before=nothing),
        *(_next(working, rulebook) for working in first),
        *tables,
        *_laws(rulebook, shown),
        Section(before=(left_out,)),
        Section(before=(NOT_ADVICE,), closing=True),
    ]


def _is_ahead(working: Working, as_at: date) -> bool:
    """Return whether an open clock has its day still to come, or runs without one."""
    clock, why = working.clock, working.not_owed
    ahead = clock.due >= as_at if clock.due else clock.verdict == "running"
    return ahead and not (clock.answered or clock.ended or (why and not why.awaits))


def _next(working: Working, rulebook: Rulebook) -> Section:
    deadline, due = working.deadline, working.clock.due
    must = "may" if deadline.right else "must" if deadline.kind == "statutory" else "should"
    what = _what(working)
    after, _, act = what.partition(": ") if what.startswith("After ") else ("", "", what)
    opening = ", ".join(filter(None, (after, f"by {day(due)}" if due else "")))
    act = act[:1].lower() + act[1:].replace(": ", " and ")
    said = f"{opening} {_WHO[deadline.who]} {must} {act}: {standing(working, rulebook)}.".lstrip()
    return Section("Next", before=(said[:1].upper() + said[1:],))


def _what(working: Working) -> str:
    """Return what is owed; what is not law is labelled so."""
    kind = working.deadline.kind
    return working.deadline.duty if kind == "statutory" else f"{working.deadline.duty} ({kind}, not law)"


def _laws(rulebook: Rulebook, shown: Sequence[Working]) -> list[Section]:
    """Return the provision of each duty, what its short name stands for, and where its words are."""
    if not shown:
        return []
    laws = dict.fromkeys((_what(working), working.deadline.law) for working in shown)
    cited = {law.split(" ")[0] for _, law in laws}
    names = tuple(f"{law.id}: {law.title}" for law in rulebook.instruments if law.id in cited)
    words = ("The words of the law:", f"  ehcp rules show {shown[0].deadline.id}")
    rows = ({"what": what, "the law": law} for what, law in laws)
    return [table("The law", rows, text=("what", "the law"), after=(*names, *words))]
