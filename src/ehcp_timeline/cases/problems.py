"""A problem is something in the file that stops us from judging: where, what, and what to try."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing in a case file that a person should put right.

    Attributes:
        row: Physical line of the file, 1 for its first line; 0 where the whole file is meant.
        column: The column's own name, or an empty string where the whole row is meant.
        rule: Short permanent id of the check that found it, as `impossible-date`.
        problem: What is wrong. Never holds the value of a personal column.
        try_: What to try.
        stops: `row` if the row could not be judged at all, `cell` if the clocks that need this cell could
            not, `nothing` if everything was judged all the same.
    """

    row: int
    column: str
    rule: str
    problem: str
    try_: str
    stops: str


NO_ROWS = Problem(
    0, "", "no-rows", "there is no row below the headings", "export it again if there are cases", "nothing"
)
