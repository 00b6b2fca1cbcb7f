"""What `ehcp check` tells a person."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ehcp_timeline.cases.model import Problem
from ehcp_timeline.commands.check.view import Page, check_sections
from ehcp_timeline.law.loader.rulebook import load_rulebook
from ehcp_timeline.law.rulebook import Overlay
from ehcp_timeline.measure.answer import RulebookUsed
from ehcp_timeline.measure.result import Audit, Clearance, HeadingUnread, Input
from ehcp_timeline.output.sections import Section, plain_text
from ehcp_timeline.output.summary import unread_lines
from ehcp_timeline.output.terminal import terminal_text
from tests.cli.command import ehcp, printed
from tests.output.made import LAW, OVERDUE, PROBLEM, RUNNING, UNKNOWN, WORST, audit, findings

FULL = Page(top=20, soon=14, files="cases.csv", law=" --as-at 2026-01-15")
SCREEN = replace(FULL, lists=False, full=False)


def titled(beginning: str, answer: Audit, page: Page = FULL) -> Section:
    """Return the section whose title begins so."""
    sections = check_sections(answer, LAW, page)
    return next(section for section in sections if section.title.startswith(beginning))


def test_the_screen() -> None:
    """What was read, one line a duty, the whole file, what to type next."""
    text = plain_text(check_sections(audit(WORST, OVERDUE, RUNNING, UNKNOWN), LAW, SCREEN))

    assert (
        text
        == """\
EHC plan time limits in cases.csv on 15 January 2026
5 rows read, 4 judged, 1 not, every date column read; rulebook 2026.11.
1 problem, 1 may make a deadline unclear (see --full).
1 deadline not judged: the file lacks a column (see --full).

                          overdue     worst  case  next 14 days  unclear
Final plan, 20 weeks            2  745 days  C-2              1
Annual review, 12 months        0                             0        1
All, in 2 cases                 2                             1        1

Open assessments  2,062: 492 no decision, 852 being assessed, 718 draft sent
Oldest            C-2, 126 weeks since the request, no decision
Plans in 2026     50.0% of 4 plans within 20 weeks
At this pace      2 overdue plans never clear, a straight line

List them       ehcp check --list
Why, by law     ehcp explain C-2 cases.csv --as-at 2026-01-15
When it clears  ehcp forecast cases.csv --as-at 2026-01-15
"""
    )


def test_the_whole_page() -> None:
    """A list for each kind of duty, plans before reviews; then the whole file; the screen last."""
    answer = audit(WORST, OVERDUE, RUNNING, UNKNOWN)
    text = plain_text(check_sections(answer, LAW, FULL))
    whole, screen = text.split("\nEHC plan time limits in cases.csv on 15 January 2026\n")

    assert screen.splitlines()[-3:] == [
        "As a file       ehcp check cases.csv --as-at 2026-01-15 -o findings.csv",
        "Why, by law     ehcp explain C-2 cases.csv --as-at 2026-01-15",
        "When it clears  ehcp forecast cases.csv --as-at 2026-01-15",
    ]
    assert (
        whole
        == """\
EHC plan time limits as at 15 January 2026
cases.csv: 5 rows, 4 judged, 1 not judged.
The law: rulebook 2026.11.

Final plan, 20 weeks: 2 overdue, 1 due in 14 days
case  due         how it stands  deadline    note
C-2   2024-01-01  745 days late  plan.issue  absent (refuted)
C-1   2025-08-20  148 days late  plan.issue
C-3   2026-01-20  5 days left    plan.issue

Annual review, 12 months: 1 unclear
case  how it stands                               deadline
C-4   plan_issued (row 5): 31 February is no day  review.annual

The deadlines, and how many are overdue in the whole file
deadline       overdue  what is owed             the law
plan.issue           2  Send the finalised plan  SEND-Regs-2014 reg 13(2)
review.annual           Review the plan          CFA-2014 s 44(1)

Oldest open assessments
case  row  started     weeks  stage
C-2     3  2023-08-14    126  waiting for a decision whether to assess

So far in 2026
      measure                            name
   4  plans issued                       plans_issued_den
50.0  % of plans issued within 20 weeks  pc_plans_issued_within_20_weeks

Not judged: the file has no column that could answer these
deadline       clocks  needs a column
review.annual       3  review_decided
If a missing column means "not done yet", add --assume-blank COLUMN.

To put right in the file: 1 problem
0 stopped a row, 1 may affect deadlines, 0 changed nothing.
rows  column       problem                try
5     plan_issued  31 February is no day  give the real date
"""
    )


def test_lists_alone_stand_before_the_screen() -> None:
    """`--list` leaves out what `--full` says of the whole file."""
    text = plain_text(check_sections(audit(WORST), LAW, replace(FULL, full=False)))

    assert text.startswith("Final plan, 20 weeks: 1 overdue\ncase  ")
    assert "Oldest open assessments" not in text
    assert text.count("EHC plan time limits in cases.csv") == 1


def test_a_list_that_is_cut_says_how_many_there_are() -> None:
    """`--top 1` shows the worst one and the total; the total is the audit's, however many it kept."""
    cut = replace(audit(WORST), selected={"plan.issue": {"overdue": 312}})
    page = replace(FULL, top=1)

    section = titled("Final plan", audit(WORST, OVERDUE), page)
    assert section.title == "Final plan, 20 weeks: 1 of 2 overdue"
    assert [row[0] for row in section.rows] == ["C-2"]
    assert titled("Final plan", cut, page).title == "Final plan, 20 weeks: 1 of 312 overdue"


def test_a_deadline_that_is_late_elsewhere_in_the_file_is_named() -> None:
    """The authority's statutory overdue clocks are counted by deadline, listed or not; others' are not."""
    counts = {
        "plan.issue": {"overdue": 1263},
        "review.annual": {"overdue": 12419},
        "assess.advice": {"overdue": 5},
    }
    section = titled("The deadlines", audit(verdicts=counts))

    assert [row[:2] for row in section.rows] == [("plan.issue", "1,263"), ("review.annual", "12,419")]


def test_what_stops_most_comes_first_among_the_problems() -> None:
    """A row that cannot be judged before a cell that cannot, and both before what stops nothing."""
    stops = [replace(PROBLEM, rule=word, stops=word) for word in ("nothing", "cell", "row", "row")]
    section = titled("To put right", audit(problems=tuple(stops)))

    assert section.before == ("2 stopped a row, 1 may affect deadlines, 1 changed nothing.",)
    assert [row[0] for row in section.rows] == ["5, 5", "5", "5"]


def test_no_deadline_needs_a_date_of_birth() -> None:
    """One that cannot be read is named, and leaves every deadline as it is."""
    birth = replace(PROBLEM, column="date_of_birth")

    section = titled("To put right", audit(problems=(birth, PROBLEM)))
    assert section.before == ("0 stopped a row, 1 may affect deadlines, 1 changed nothing.",)
    assert [row[1] for row in section.rows] == ["plan_issued", "date_of_birth"]
    assert "2 problems, 1 may make a deadline unclear (see --full)." in plain_text(
        check_sections(audit(problems=(birth, PROBLEM)), LAW, SCREEN)
    )


def test_caseworker_and_team_are_shown_where_the_file_has_them() -> None:
    """A column of the file that nobody filled takes no room."""
    named = replace(audit(OVERDUE), findings=findings(OVERDUE, caseworker="A. Khan"))
    headings = [column.heading for column in titled("Final plan", named).columns]

    assert headings == ["case", "due", "how it stands", "deadline", "caseworker"]


def test_doubts_are_said_in_words() -> None:
    """Disputed readings and days that rest on unannounced holidays stand in the note."""
    doubtful = replace(OVERDUE, certainty="disputed", provisional=True, excuse="absent (claimed)")
    assert titled("Final plan", audit(doubtful)).rows[0][-1] == "disputed, absent (claimed), provisional"


@pytest.mark.parametrize(
    ("changes", "title", "words"),
    [
        ({"verdict": "early", "days_left": 2}, "1 done too early", "2 days too early, on 2025-08-18"),
        ({"verdict": "late", "days_late": 1}, "1 done late", "1 day late, on 2025-08-18"),
        ({"verdict": "met"}, "1 done in time", "done on 2025-08-18"),
        ({"verdict": "running", "days_left": 0}, "1 due in 14 days", "due today"),
        (
            {"verdict": "running", "days_left": 1, "act_by": date(2025, 8, 19)},
            "1 due in 14 days",
            "1 day left, act by 2025-08-19",
        ),
        ({"verdict": "excused", "days_late": 9}, "1 past the day with an excuse", "9 days late, excused"),
    ],
)
def test_how_a_clock_stands(changes: dict[str, object], title: str, words: str) -> None:
    """Every verdict in a few words, with its day; what is not overdue, due or unclear is counted below."""
    clock = replace(OVERDUE, **{"answered": date(2025, 8, 18), "days_late": None, **changes})  # type: ignore[arg-type]
    section = titled("Final plan", audit(clock))

    assert section.title == f"Final plan, 20 weeks: {title}"
    assert section.rows[0][2] == words


def test_what_is_not_overdue_due_or_unclear_is_counted_below_the_duties() -> None:
    """A plan that came too early is no breach to come: one line says how many there are."""
    early = replace(OVERDUE, verdict="early", answered=date(2025, 8, 18), days_left=2, days_late=None)
    duties = check_sections(audit(WORST, early), LAW, SCREEN)[1]

    assert duties.after == ("Also 1 done too early.",)


def test_nothing_to_list_is_said() -> None:
    """A clean file is answered with a sentence, not with silence."""
    clear = Clearance(0, 13, 0.0, 0.0, date(2026, 1, 15), "No plan is overdue.")
    clean = audit(clearance=clear, problems=(), not_judged=(), oldest=(), rates={})
    text = plain_text(check_sections(clean, LAW, FULL))

    assert "\nNothing you asked for is overdue, due soon or unclear.\n" in text
    assert "To put right" not in text
    assert "So far in" not in text
    assert "ehcp explain" not in text


def test_a_file_that_starts_no_deadline_is_not_called_clear() -> None:
    """Rows were read, dates were not: that is no answer about what is overdue."""
    text = plain_text(check_sections(audit(verdicts={}, not_judged=()), LAW, SCREEN))

    assert "No deadline was started by any date that was read." in text
    assert "Nothing you asked for" not in text


def test_a_file_that_can_answer_no_deadline_is_not_called_clear() -> None:
    """Dates started deadlines; whether they were met, no column of the file could say."""
    text = plain_text(check_sections(audit(verdicts={}), LAW, SCREEN))

    assert "No deadline could be judged: the file has no column that could answer one." in text
    assert "No deadline was started" not in text
    assert "Nothing you asked for" not in text


def test_excused_plans_explain_a_difference() -> None:
    """What is past its day with a recorded exception is not overdue: it is counted beside."""
    clear = Clearance(3, 13, 1.0, 2.0, date(2026, 3, 1), "", 1)
    (facts,) = [
        section for section in check_sections(audit(WORST, clearance=clear), LAW, SCREEN) if section.rows
    ][1:2]

    assert facts.rows[-1] == (
        "At this pace",
        "3 overdue plans (1 more excused) clear about 1 March 2026, a straight line",
    )


def drawn(sections: Sequence[Section]) -> list[str]:
    """Return sections as lines on a terminal of 80 columns."""
    return terminal_text(sections, width=80, colour=False).splitlines()


def test_every_screen_fits_80_by_24() -> None:
    """Ten kinds of duty, long names, unread headings: the smallest duties share a line and none is lost."""
    ids = (
        *("assess.decide", "plan.issue", "review.annual", "review.decide", "phase.school", "move.notice"),
        *("order.amend", "cease.keep", "payments.review"),
    )
    clocks = [
        replace(WORST, deadline=name, case_id=f"EHC-{number:036}", days_late=number + 1)
        for number, name in enumerate(ids)
    ]
    file = "/a folder/a name of no fewer than forty letters.csv"
    unread = HeadingUnread(
        "a", "h", 2, "dates", 9, decides=True, may_be=("withdrawn",), reason=None, lines=()
    )
    answer = audit(
        *clocks,
        input=(Input(file, "a" * 64, 28_263, 28_000, 263),),
        problems=(replace(PROBLEM, stops="row"), PROBLEM),
        unread=tuple(replace(unread, heading=f"h{n}") for n in range(30)),
        selected={name: {"overdue": 10_000 - 7 * n, "unknown": n} for n, name in enumerate(ids)},
        overdue_cases=12_345,
    )
    page = replace(SCREEN, files=f"'{file}'", again=f"ehcp check '{file}'", whose=("A. Khan",))
    law = load_rulebook()

    lines = drawn(check_sections(answer, law, page, lambda sections: len(drawn(sections)) < 24))
    assert len(lines) < 24
    assert max(map(len, lines)) <= 80
    assert "Not read: 29 more headings; `ehcp columns` lists them." in lines
    assert any(line.startswith("Decision to assess, 6 weeks   10,000 ") for line in lines)
    assert any(line.endswith(" other duties") or " other duties " in line for line in lines)
    assert any(line.startswith("All, in 12,345 cases") and " 89,748 " in line for line in lines)
    assert "Left out, to fit 80 columns: case." in lines
    everything = drawn(check_sections(answer, law, page))
    assert len(everything) > 24
    assert not any("other duties" in line for line in everything)


def test_what_may_be_several_columns_is_never_to_be_ignored() -> None:
    """Outcomes have no line of their own: the columns that they may mean are named, and where to look."""
    unread = HeadingUnread(
        *("a", "Decision", 2, "outcomes", 3),
        decides=True,
        may_be=("assess_agreed", "assess_refused"),
        reason=None,
        lines=(),
    )

    assert list(unread_lines(audit(unread=(unread,)))) == [
        'Not read: "Decision" (3 outcomes). It may be assess_agreed or assess_refused: see `ehcp columns`.'
    ]


def test_problems_alike_are_one_line() -> None:
    """Fifty bad dates in one column are one line with the first rows; another column is another line."""
    many = tuple(replace(PROBLEM, row=row) for row in range(2, 52))
    other = Problem(0, "", "no-header", "two headings look alike", "rename one", "nothing")
    section = titled("To put right", audit(problems=(*many, other)))

    assert section.title == "To put right in the file: 51 problems"
    assert section.rows == (
        ("2, 3, 4, 5, 6, 7 and 44 more", "plan_issued", "31 February is no day", "give the real date"),
        ("", "", "two headings look alike", "rename one"),
    )


def test_problems_of_a_kind_that_say_few_things_are_told_apart() -> None:
    """Three wordings are three lines, each with its rows; a fourth makes them one with an example."""
    said = tuple(
        Problem(row, "plan_issued", "impossible-date", f"day {row % 3} is not a day", "give it", "cell")
        for row in range(2, 6)
    )
    more = Problem(9, "plan_issued", "impossible-date", "day 9 is not a day", "give it", "cell")

    def rows(*problems: Problem) -> tuple[tuple[str, ...], ...]:
        return titled("To put right", audit(problems=problems)).rows

    assert rows(*said) == (
        ("2, 5", "plan_issued", "day 2 is not a day", "give it"),
        ("3", "plan_issued", "day 0 is not a day", "give it"),
        ("4", "plan_issued", "day 1 is not a day", "give it"),
    )
    assert rows(*said, more) == (("2, 3, 4, 5, 9", "plan_issued", "e.g. day 2 is not a day", "give it"),)


def test_all_that_run_are_not_called_due_soon() -> None:
    """Where every running clock is listed, the heading does not promise a number of days."""
    section = titled("Final plan", audit(RUNNING), replace(FULL, soon=None))

    assert section.title == "Final plan, 20 weeks: 1 running"


def test_files_of_several_rulebooks_are_named() -> None:
    """Every file has its own line, and local rulebooks stand beside the law."""
    files = (Input("a.csv", "a" * 64, 1, 1, 0), Input("b.csv", "b" * 64, 1204, 1204, 0))
    section = check_sections(
        audit(input=files, rulebook=RulebookUsed("2026.11", "a" * 64, (Overlay("ours.toml", "c" * 64),))),
        LAW,
        FULL,
    )[0]

    assert section.before == (
        "a.csv: 1 row, 1 judged.",
        "b.csv: 1,204 rows, 1,204 judged.",
        "The law: rulebook 2026.11 with ours.toml.",
    )


def test_a_plan_that_ceased_while_its_appeal_was_open_has_no_first_day(tmp_path: Path) -> None:
    """Until the order there is no lawful day to count from: too early, by no number."""
    cases = tmp_path / "cases.csv"
    cases.write_text(
        "case_id,cease_notified,appeal_lodged,appeal_ground,order_made,plan_ceased\n"
        "C-1,2026-03-02,2026-04-20,cease,,2026-06-15\n"
    )

    shown = printed(ehcp("check", str(cases), "--as-at", "2026-06-30", "--full"))
    assert "C-1   too early, on 2026-06-15" in shown
