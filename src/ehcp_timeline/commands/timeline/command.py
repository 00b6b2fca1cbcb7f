"""`ehcp timeline`: every deadline of one case from typed dates, without a file."""

import shlex
import sys
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ehcp_timeline.errors import UsageError
from ehcp_timeline.shell.destination import say
from ehcp_timeline.shell.help_text import examples
from ehcp_timeline.shell.options import DATED_FORMATS, Chronology, LawOptions, ScreenOptions

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
    from ehcp_timeline.commands.timeline.view import TimelineAnswer, TimelineClock, timeline_sections
    from ehcp_timeline.measure.answer import RulebookUsed, keys, values
    from ehcp_timeline.output.calendar import entries_of_case
    from ehcp_timeline.output.document import Document

    if not words:
        words = answers(lambda word: row_from_words([word], vocabulary, when))
    row = row_from_words(words, vocabulary, when)
    judged = judge_case(rulebook, [row], when, foresee=True)
    lines = tuple(
        TimelineClock.of(working.clock, working.deadline, row.texts, row=None) for working in judged
    )

    def page(receipt: "Receipt") -> str:
        from ehcp_timeline.output.family import FamilyCase

        return FamilyCase(rulebook, [row], judged, when, row.case_id, chronology).page(receipt)

    to.write(
        Document(
            f"Timeline as at {when}",
            TimelineAnswer(when, RulebookUsed.of(rulebook), lines),
            keys(TimelineClock),
            lambda: values(lines),
            lambda: timeline_sections(rulebook, judged, when),
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
