"""What `ehcp check` tells a person."""

from dataclasses import replace
from datetime import date

from ehcp_timeline.cases.model import Problem
from ehcp_timeline.commands.check.view import check_sections
from ehcp_timeline.measure.answer import Overlay, RulebookUsed
from ehcp_timeline.measure.result import Clearance, Input
from ehcp_timeline.output.plain import plain_text
from ehcp_timeline.output.sections import Section
from tests.output.made import LAW, OVERDUE, PROBLEM, RUNNING, UNKNOWN, WORST, audit, findings


def titled(sections: list[Section], beginning: str) -> Section:
    """Return the section whose title begins so."""
    return next(section for section in sections if section.title.startswith(beginning))


def test_the_whole_page() -> None:
    """Late first, worst first; then due soon, then unknown; then the whole file and what to type next."""
    answer = audit(WORST, OVERDUE, RUNNING, UNKNOWN)
    text = plain_text(check_sections(answer, LAW, top=20, soon=14, files="cases.csv"))

    assert (
        text
        == """\
EHC plan time limits as at 15 January 2026
cases.csv: 5 rows, 4 judged, 1 not judged.
The law: rulebook 2026.11.

Overdue, worst first: 2
case  due         days late  deadline    note
C-2   2024-01-01        745  plan.issue  absent (refuted)
C-1   2025-08-20        148  plan.issue

Due within 14 days: 1
case  due         days left  act by      deadline
C-3   2026-01-20          5  2026-01-20  plan.issue

Cannot be judged: 1
case  row  deadline       why
C-4     5  review.annual  a cell that matters could not be read

The deadlines, and how many are overdue in the whole file
deadline       overdue  what is owed             the law
plan.issue           2  Send the finalised plan  SEND-Regs-2014 reg 13(2)
review.annual           Review the plan          CFA-2014 s 44(1)

Oldest open assessments
case  row  started     weeks  stage
C-2     3  2023-08-14    126  waiting for a decision whether to assess

Open assessments: 2,062
cases  stage
  492  waiting for a decision whether to assess
  852  being assessed, no draft plan recorded
  718  draft plan sent, not finalised

So far in 2026
      measure                            name in DfE's files
   4  plans issued                       plans_issued_den
50.0  % of plans issued within 20 weeks  pc_plans_issued_within_20_weeks

When the overdue plans clear
2 plans are overdue: never at this rate.
By order of work, with odds, and what would change it:
  ehcp forecast cases.csv --as-at 2026-01-15

Not judged: the file has no column that could answer these
deadline       clocks  needs a column
review.annual       3  review_decided
If a missing column means `not yet`, say so: --assume-blank COLUMN.

To put right in the file: 1 problem
0 kept a row from being judged, 1 some of its clocks, 0 nothing.
rows  column       problem                try
5     plan_issued  31 February is no day  give the real date

Next
Every line as a file:
  ehcp check cases.csv --as-at 2026-01-15 -o findings.csv
Why, with the law:
  ehcp explain C-2 cases.csv --as-at 2026-01-15
"""
    )


def test_a_list_that_is_cut_says_how_many_there_are() -> None:
    """`--top 1` shows the worst one and the total; the total is the audit's, however many it kept."""
    cut = replace(audit(WORST), selected={"overdue": 312})
    one = titled(check_sections(audit(WORST, OVERDUE), LAW, top=1, soon=14, files="x"), "Overdue")
    kept = titled(check_sections(cut, LAW, top=1, soon=14, files="x"), "Overdue")

    assert one.title == "Overdue, worst first: 1 of 2 shown"
    assert [row[0] for row in one.rows] == ["C-2"]
    assert kept.title == "Overdue, worst first: 1 of 312 shown"


def test_a_deadline_that_is_late_elsewhere_in_the_file_is_named() -> None:
    """The authority's statutory overdue clocks are counted by deadline, listed or not; others' are not."""
    counts = {
        "plan.issue": {"overdue": 1263},
        "review.annual": {"overdue": 12419},
        "assess.advice": {"overdue": 5},
    }
    section = titled(check_sections(audit(verdicts=counts), LAW, top=20, soon=14, files="x"), "The deadlines")

    assert [row[:2] for row in section.rows] == [("plan.issue", "1,263"), ("review.annual", "12,419")]


def test_what_stops_most_comes_first_among_the_problems() -> None:
    """A row that cannot be judged before a cell that cannot, and both before what stops nothing."""
    stops = [replace(PROBLEM, rule=word, stops=word) for word in ("nothing", "cell", "row", "row")]
    section = titled(
        check_sections(audit(problems=tuple(stops)), LAW, top=20, soon=14, files="x"), "To put right"
    )

    assert section.before == ("2 kept a row from being judged, 1 some of its clocks, 1 nothing.",)
    assert [row[0] for row in section.rows] == ["5, 5", "5", "5"]


def test_caseworker_and_team_are_shown_where_the_file_has_them() -> None:
    """A column of the file that nobody filled takes no room."""
    named = replace(audit(OVERDUE), findings=findings(OVERDUE, caseworker="A. Khan"))
    section = titled(check_sections(named, LAW, top=20, soon=14, files="x"), "Overdue")

    assert [column.heading for column in section.columns] == [
        "case",
        "due",
        "days late",
        "deadline",
        "caseworker",
    ]


def test_doubts_are_said_in_words() -> None:
    """Disputed readings and days that rest on unannounced holidays stand in the note."""
    doubtful = replace(OVERDUE, certainty="disputed", provisional=True, excuse="absent (claimed)")
    section = titled(check_sections(audit(doubtful), LAW, top=20, soon=14, files="x"), "Overdue")

    assert section.rows[0][-1] == "disputed, absent (claimed), provisional"


def test_a_finalised_plan_that_came_too_early_is_its_own_list() -> None:
    """An early clock shows the first lawful day, when it was done and how many days too soon."""
    early = replace(OVERDUE, verdict="early", answered=date(2025, 8, 18), days_left=2, days_late=None)
    section = titled(check_sections(audit(early), LAW, top=20, soon=14, files="x"), "Done too early")

    assert [column.heading for column in section.columns] == [
        "case",
        "from",
        "done",
        "days early",
        "deadline",
    ]
    assert section.rows == (("C-1", "2025-08-20", "2025-08-18", "2", "plan.issue"),)


def test_nothing_to_list_is_said() -> None:
    """A clean file is answered with a sentence, not with silence."""
    clear = Clearance(0, 13, 0.0, 0.0, date(2026, 1, 15), "No plan is overdue.")
    clean = audit(clearance=clear, problems=(), not_judged=(), oldest=(), rates={})
    text = plain_text(check_sections(clean, LAW, top=20, soon=14, files="x"))

    assert (
        "Nothing to list\nNo clock of the kind that was asked for is overdue, due soon or in doubt.\n" in text
    )
    assert "To put right" not in text
    assert "So far in" not in text
    assert "ehcp explain CASE x" in text


def test_problems_alike_are_one_line() -> None:
    """Fifty bad dates in one column are one line with the first rows; another column is another line."""
    many = tuple(replace(PROBLEM, row=row) for row in range(2, 52))
    other = Problem(0, "", "no-header", "two headings look alike", "rename one", "nothing")
    section = titled(
        check_sections(audit(problems=(*many, other)), LAW, top=20, soon=14, files="x"), "To put right"
    )

    assert section.title == "To put right in the file: 51 problems"
    assert section.rows == (
        ("2, 3, 4, 5, 6, 7 and 44 more", "plan_issued", "31 February is no day", "give the real date"),
        ("", "", "two headings look alike", "rename one"),
    )


def test_problems_of_a_kind_that_say_few_things_are_told_apart() -> None:
    """Three wordings are three lines, each with its rows; a fourth makes them one with an example."""
    said = tuple(
        Problem(row, "plan_issued", "impossible-date", f"day {row % 3} is no day", "give it", "cell")
        for row in range(2, 6)
    )
    more = Problem(9, "plan_issued", "impossible-date", "day 9 is no day", "give it", "cell")

    def rows(*problems: Problem) -> tuple[tuple[str, ...], ...]:
        sections = check_sections(audit(problems=problems), LAW, top=20, soon=14, files="x")
        return titled(sections, "To put right").rows

    assert rows(*said) == (
        ("2, 5", "plan_issued", "day 2 is no day", "give it"),
        ("3", "plan_issued", "day 0 is no day", "give it"),
        ("4", "plan_issued", "day 1 is no day", "give it"),
    )
    assert rows(*said, more) == (("2, 3, 4, 5, 9", "plan_issued", "e.g. day 2 is no day", "give it"),)


def test_all_that_run_are_not_called_due_soon() -> None:
    """Where every running clock is listed, the heading does not promise a number of days."""
    sections = check_sections(audit(RUNNING), LAW, top=20, soon=None, files="x")

    assert titled(sections, "Running").title == "Running: 1"


def test_files_of_several_rulebooks_are_named() -> None:
    """Every file has its own line, and local rulebooks stand beside the law."""
    files = (Input("a.csv", "a" * 64, 1, 1, 0), Input("b.csv", "b" * 64, 1204, 1204, 0))
    section = check_sections(
        audit(input=files, rulebook=RulebookUsed("2026.11", "a" * 64, (Overlay("ours.toml", "c" * 64),))),
        LAW,
        top=20,
        soon=14,
        files="x",
    )[0]

    assert section.before == (
        "a.csv: 1 row, 1 judged.",
        "b.csv: 1,204 rows, 1,204 judged.",
        "The law: rulebook 2026.11 with ours.toml.",
    )
