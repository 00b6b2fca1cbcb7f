"""Children who move between two phases of education, and the day a plan named the next school."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from random import Random

from kent.days import LAST_DAY, pick, plus
from kent.plan_rows import AMENDED
from kent.published import Published
from kent.rows import Row


@dataclass(frozen=True, slots=True)
class Cohort:
    """Children of one school year who move on one day.

    Attributes:
        kind: The transfer.
        moves: The day they move.
        born: The year in which their school year begins, on 1 September, by birth.
        every: One in so many of them moves.
        shares: By which day a plan named the next school for what share, in tenths of a percent; the last
            day is the last lawful one, or the last of the file.
    """

    kind: str
    moves: date
    born: int
    every: int
    shares: tuple[tuple[date, int], ...]


def put_transfers(rng: Random, published: Published, rows: Iterable[Row]) -> None:
    """Put every cohort's transfers on the rows of plans that stay."""
    by_school_year: dict[int, list[Row]] = {}
    for row in rows:
        if row.child.born:
            by_school_year.setdefault(_school_year(row.child.born), []).append(row)
    for cohort in _cohorts(published):
        _put_cohort(rng, cohort, by_school_year.get(cohort.born, [])[:: cohort.every])


def _school_year(born: date) -> int:
    return born.year if born.month >= 9 else born.year - 1


def _cohorts(published: Published) -> tuple[Cohort, ...]:
    """The cohorts: the shares of the two secondary ones are printed, the others are assumed.

    Of post-16 transfers in 2023 the county's reply to a petition says that 20 to 30% were in time: a quarter.

    "By 15 February" of the papers is taken as the law's "before": nothing is issued on the day itself.
    """
    first, last = date(2023, 2, 14), date(2024, 2, 14)
    by_first = published.share("phase_transfer_secondary_by_deadline_pct", date(2023, 2, 15))
    by_last = published.share("phase_transfer_secondary_by_deadline_pct", date(2024, 2, 15))
    before = date(2024, 2, 1)
    by_then = published.share("phase_transfer_finalised_pct_two_weeks_before", before)
    moves, moves_next = date(2023, 9, 1), date(2024, 9, 2)
    return (
        Cohort("primary_secondary", moves, 2011, 1, ((first, by_first),)),
        Cohort("primary_secondary", moves_next, 2012, 1, ((before, by_then), (last, by_last))),
        Cohort("early_years_school", moves, 2018, 1, ((first, 780),)),
        Cohort("infant_junior", moves, 2015, 7, ((first, 740),)),
        Cohort("infant_junior", moves_next, 2016, 7, ((last, 900),)),
        Cohort("secondary_post16", moves, 2006, 1, ((date(2023, 3, 30), 250),)),
        Cohort("secondary_post16", moves_next, 2007, 1, ((LAST_DAY, 410),)),
        Cohort("post16_post16", moves, 2004, 6, ((date(2023, 4, 1), 500),)),
    )


def _put_cohort(rng: Random, cohort: Cohort, rows: list[Row]) -> None:
    """So many named by each day, the rest later or not yet."""
    waiting = rng.sample(rows, len(rows))
    number = len(waiting)
    named = 0
    from_ = date(cohort.moves.year - 1, 10, 17)
    for day, share in cohort.shares:
        upto = (number * share + 500) // 1000
        for row in waiting[named:upto]:
            _put_transfer(row, cohort, pick(rng, from_, day))
        named, from_ = upto, plus(day, 1)
    for row in waiting[named:]:
        later = pick(rng, plus(from_, 4), plus(from_, 120)) if rng.random() < 0.8 else None
        _put_transfer(row, cohort, later)


def _put_transfer(row: Row, cohort: Cohort, named: date | None) -> None:
    """Put the transfer on the row, and let the row hold no other amendment that could pass for it."""
    row.facts["transfer_kind"] = cohort.kind
    row.dates["transfer_date"] = cohort.moves
    row.put("transfer_plan_issued", named)
    if row.facts.get("review_outcome") != "amend":
        return
    for column in AMENDED:
        row.dates.pop(column, None)
    decided = row.dates["review_decided"]
    if named and named <= LAST_DAY and plus(decided, 16) <= named <= plus(decided, 150):
        row.dates |= {"amendment_notice_sent": decided, "amended_plan_issued": named}
    else:
        row.facts["review_outcome"] = "maintain"
