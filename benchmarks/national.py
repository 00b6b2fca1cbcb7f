"""Write case files as large as England's: seeded, mixed by DfE's figures, council after council.

    python benchmarks/national.py 1000000 cases.csv
    python benchmarks/national.py 1000000 cases.parquet

Each council has some 20,000 rows: first its requests of four years, then its reviews, so that a child with a
plan stands on two rows far apart. Every child is invented, and no row has a fault: faults are a matter of
tests, and no peer could keep up with them. What DfE does not publish is assumed, and named in `ASSUMED`.
"""

import argparse
import sys
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

HERE: Final = Path(__file__).parent
AS_AT: Final = date(2024, 12, 31)
COUNCIL: Final = 20_000
SEED: Final = 20241231
ROW_GROUP: Final = 100_000
FIVE_MONTHS: Final = 153
DATES: Final = (
    "request_received", "assess_agreed", "assess_refused", "advice_requested", "advice_received",
    "no_plan_notified", "draft_sent", "plan_issued", "withdrawn", "order_made", "previous_review_decided",
    "review_meeting", "review_report_sent", "review_decided", "amendment_notice_sent",
    "amended_plan_issued", "cease_notified", "plan_ceased", "transfer_date", "transfer_plan_issued",
)  # fmt: skip
PLANNED: Final = ("review_meeting", "transfer_date")
WORDS: Final = ("exception_recorded", "order_kind", "review_outcome", "transfer_kind")
COLUMNS: Final = ("case_id", "district", "team", "caseworker", *DATES, *WORDS)
ASSUMED: Final = {
    "draft too late for the family's 15 days": 0.02,
    "amendments too late for the family's 15 days": 0.02,
    "notice of amendment within four weeks": 0.35,
    "amended plan within twelve weeks": 0.45,
    "amended plan not sent yet": 0.15,
    "a review row has a phase transfer": 0.12,
    "a new school named in time": 0.80,
    "a new school never named": 0.05,
    "an order after a refusal": 0.5,
    "a plan kept too short a time after the notice to cease": 0.1,
}

Days = np.ndarray[Any, np.dtype[np.float64]]
Table = dict[str, Any]
_TODAY: Final = AS_AT.toordinal()
_NONE: Final = np.nan
_BLANK: Final[Any] = None  # numpy declares no `where` with None


def _figures() -> Mapping[str, Mapping[str, int]]:
    return tomllib.loads((HERE / "dfe.toml").read_text(encoding="utf-8"))


class _Draw:
    """Seeded draws for one council."""

    def __init__(self, council: int) -> None:
        self.rng = np.random.Generator(np.random.PCG64([SEED, council]))

    def days(self, rows: int, low: int, high: int) -> Days:
        """Return whole days from `low` to `high`, both included."""
        return self.rng.integers(low, high + 1, rows).astype(np.float64)

    def some(self, rows: int, share: float) -> Any:  # noqa: ANN401  a mask
        """Return a mask that is true for about this share."""
        return self.rng.random(rows) < share


def _where(mask: Any, days: Days) -> Days:  # noqa: ANN401
    return np.where(mask, days, _NONE)


def _requests(draw: _Draw, rows: int, figures: Mapping[str, Mapping[str, int]]) -> Table:
    """Return the requests of four years and what became of them."""
    received = _received(draw, rows, figures["requests"])
    decisions = figures["decisions"]
    made = decisions["to_assess"] + decisions["not_to_assess"] + decisions["withdrawn"]
    fate = draw.rng.random(rows) * made
    agrees = fate < decisions["to_assess"]
    refuses = ~agrees & (fate < decisions["to_assess"] + decisions["not_to_assess"])
    in_time = draw.some(
        rows, decisions["in_six_weeks"] / (decisions["in_six_weeks"] + decisions["over_six_weeks"])
    )
    decided = received + np.where(in_time, draw.days(rows, 10, 42), draw.days(rows, 43, 160))
    table = {
        "request_received": received,
        "assess_agreed": _where(agrees, decided),
        "assess_refused": _where(refuses, decided),
        "withdrawn": _where(~agrees & ~refuses, received + draw.days(rows, 5, 200)),
    }
    table["order_made"], ordered = _orders(draw, table, decisions)
    table["order_kind"] = np.where(ordered, "assess", _BLANK)
    agreed = np.where(ordered, table["order_made"] + draw.days(rows, 3, 20), table["assess_agreed"])
    table["assess_agreed"] = agreed
    return table | _assessed(draw, table, figures)


def _received(draw: _Draw, rows: int, by_year: Mapping[str, int]) -> Days:
    years = np.array([int(year) for year in by_year])
    weights = np.array(list(by_year.values()), dtype=np.float64)
    year = draw.rng.choice(years, rows, p=weights / weights.sum())
    firsts = [date(one, 1, 1).toordinal() for one in range(years[0], years[-1] + 1)]
    first: Days = np.array(firsts, dtype=np.float64)
    began: Days = first[year - years[0]]
    return began + draw.days(rows, 0, 364)


def _orders(draw: _Draw, table: Table, decisions: Mapping[str, int]) -> tuple[Days, Any]:
    rows = len(table["request_received"])
    share = decisions["to_tribunal"] / decisions["not_to_assess"] * ASSUMED["an order after a refusal"]
    made = table["assess_refused"] + draw.days(rows, 120, 400)
    ordered = draw.some(rows, share) & (made <= _TODAY)
    return _where(ordered, made), ordered


def _assessed(draw: _Draw, table: Table, figures: Mapping[str, Mapping[str, int]]) -> Table:
    """Return advice, draft and plan of the requests that are assessed."""
    plans, rows = figures["plans"], len(table["request_received"])
    done = figures["assessments"]
    ordered = ~np.isnan(table["order_made"])
    began = np.where(ordered, table["order_made"], table["request_received"])
    length = draw.rng.random(rows) * (plans["in_twenty_weeks"] + plans["up_to_a_year"] + plans["over_a_year"])
    took = np.where(
        length < plans["in_twenty_weeks"],
        draw.days(rows, 100, 140),
        np.where(
            length < plans["in_twenty_weeks"] + plans["up_to_a_year"],
            draw.days(rows, 141, 365),
            draw.days(rows, 366, 700),
        ),
    )
    agreed = table["assess_agreed"]
    finished = np.maximum(_where(~np.isnan(agreed), began + took), agreed + 40)
    plan = draw.some(rows, done["plan"] / (done["plan"] + done["no_plan"]))
    hurried = draw.some(rows, ASSUMED["draft too late for the family's 15 days"])
    before = np.where(hurried, draw.days(rows, 3, 14), draw.days(rows, 16, 35))
    asked = agreed + draw.days(rows, 1, 7)
    excepted = draw.some(rows, 1 - plans["without_exception"] / plans["issued"])
    return {
        "advice_requested": asked,
        "advice_received": asked + draw.days(rows, 20, 90),
        "no_plan_notified": _where(~plan, finished),
        "draft_sent": _where(plan, finished - before),
        "plan_issued": _where(plan, finished),
        "exception_recorded": np.where(excepted, "yes", "no"),
    }


def _reviews(draw: _Draw, rows: int, issued: Days, figures: Mapping[str, Mapping[str, int]]) -> Table:
    """Return one review cycle for each of some plans; `issued` is the day of a plan with a row of its own."""
    reviews = figures["reviews"]
    first = ~np.isnan(issued) & draw.some(rows, 0.5)
    previous = np.where(
        first, _NONE, np.where(np.isnan(issued), _TODAY - draw.days(rows, 200, 900), issued + 350)
    )
    since = np.where(first, issued, previous)
    meets = ~draw.some(rows, reviews["no_meeting"] / reviews["expected"])
    meeting = _where(meets, since + draw.days(rows, 230, 420))
    decided_in_time = draw.some(
        rows, reviews["decided_in_four_weeks"] / (reviews["decided_in_four_weeks"] + reviews["decided_later"])
    )
    decided = meeting + np.where(decided_in_time, draw.days(rows, 1, 28), draw.days(rows, 29, 300))
    outcomes = reviews["to_amend"] + reviews["to_cease"] + reviews["to_maintain"]
    fate = draw.rng.random(rows) * outcomes
    amends, ceases = fate < reviews["to_amend"], fate > outcomes - reviews["to_cease"]
    outcome = np.where(amends, "amend", np.where(ceases, "cease", "maintain"))
    known = decided <= _TODAY
    table = {
        "previous_review_decided": previous,
        "review_meeting": meeting,
        "review_report_sent": meeting + draw.days(rows, 5, 40),
        "review_decided": decided,
        "review_outcome": np.where(known, outcome, _BLANK),
    }
    return (
        table
        | _amended(draw, table, amends & known)
        | _ceased(draw, table, ceases & known)
        | _transfers(draw, rows)
    )


def _amended(draw: _Draw, table: Table, amends: Any) -> Table:  # noqa: ANN401
    rows, meeting = len(table["review_meeting"]), table["review_meeting"]
    notice_in_time = draw.some(rows, ASSUMED["notice of amendment within four weeks"])
    notice = meeting + np.where(notice_in_time, draw.days(rows, 7, 28), draw.days(rows, 29, 200))
    hurried = draw.some(rows, ASSUMED["amendments too late for the family's 15 days"])
    in_time = draw.some(rows, ASSUMED["amended plan within twelve weeks"])
    final = notice + np.where(
        hurried,
        draw.days(rows, 5, 14),
        np.where(in_time, draw.days(rows, 16, 56), draw.days(rows, 57, 250)),
    )
    sent = amends & ~draw.some(rows, ASSUMED["amended plan not sent yet"])
    return {"amendment_notice_sent": _where(amends, notice), "amended_plan_issued": _where(sent, final)}


def _ceased(draw: _Draw, table: Table, ceases: Any) -> Table:  # noqa: ANN401
    rows = len(table["review_meeting"])
    notice = _where(ceases, table["review_decided"] + draw.days(rows, 0, 10))
    short = draw.some(rows, ASSUMED["a plan kept too short a time after the notice to cease"])
    kept = np.where(short, draw.days(rows, 10, 55), draw.days(rows, 63, 120))
    return {"cease_notified": notice, "plan_ceased": notice + kept}


def _transfers(draw: _Draw, rows: int) -> Table:
    moves = draw.some(rows, ASSUMED["a review row has a phase transfer"])
    next_year = draw.some(rows, 0.5)
    september = np.where(next_year, date(2025, 9, 1).toordinal(), date(2024, 9, 2).toordinal())
    kind = draw.rng.choice(
        ["primary_secondary", "secondary_post16", "post16_post16"], rows, p=[0.5, 0.4, 0.1]
    )
    between = kind == "post16_post16"  # these come at any time of the year
    day = np.where(between, september - draw.days(rows, 0, 240), september)
    due = np.select(
        [kind == "primary_secondary", kind == "secondary_post16"],
        [_days_of(next_year, 2, 14), _days_of(next_year, 3, 30)],
        day - FIVE_MONTHS,
    )
    in_time = draw.some(rows, ASSUMED["a new school named in time"])
    named = due + np.where(in_time, -draw.days(rows, 0, 60), draw.days(rows, 1, 150))
    ever = moves & ~draw.some(rows, ASSUMED["a new school never named"])
    return {
        "transfer_kind": np.where(moves, kind, _BLANK),
        "transfer_date": _where(moves, day),
        "transfer_plan_issued": _where(ever, named),
    }


def _days_of(next_year: Any, month: int, day: int) -> Days:  # noqa: ANN401
    return np.where(next_year, date(2025, month, day).toordinal(), date(2024, month, day).toordinal())


def council(number: int) -> pl.DataFrame:
    """Return the whole file of one council, as text."""
    figures, draw = _figures(), _Draw(number)
    all_requests = sum(figures["requests"].values())
    asked = round(COUNCIL * all_requests / (all_requests + figures["reviews"]["expected"]))
    requests = _seen(_requests(draw, asked, figures))
    issued = requests["plan_issued"]
    due_for_review = np.flatnonzero(issued <= _TODAY - 365)
    others = COUNCIL - asked - len(due_for_review)
    issued_before = np.concatenate([issued[due_for_review], np.full(others, _NONE)])
    reviews = _seen(_reviews(draw, COUNCIL - asked, issued_before, figures))
    cases = np.concatenate([np.arange(asked), due_for_review, np.arange(asked, asked + others)])
    mixed = np.concatenate([np.arange(asked), asked + draw.rng.permutation(COUNCIL - asked)])
    return _as_text(number, _stacked(requests, reviews), cases)[mixed]


def _seen(table: Table) -> Table:
    """Return what was known on the as-at date: nothing that is not planned lies after it.

    What rests on an event that has not come has not come either.
    """
    return {
        name: values if name in PLANNED or name in WORDS else np.where(values <= _TODAY, values, _NONE)
        for name, values in table.items()
    }


def _stacked(requests: Table, reviews: Table) -> Table:
    height = {0: len(requests["request_received"]), 1: len(reviews["review_meeting"])}
    return {
        name: np.concatenate(
            [
                table.get(name, np.full(height[place], None if name in WORDS else _NONE, dtype=_kind(name)))
                for place, table in enumerate((requests, reviews))
            ]
        )
        for name in (*DATES, *WORDS)
    }


def _kind(name: str) -> type:
    return object if name in WORDS else np.float64


def _as_text(number: int, table: Table, cases: Any) -> pl.DataFrame:  # noqa: ANN401
    days = pl.DataFrame({name: table[name] for name in DATES}).fill_nan(None).cast(pl.Int32)
    words = pl.DataFrame({name: pl.Series(table[name].tolist(), dtype=pl.String) for name in WORDS})
    who = pl.DataFrame({"case": cases}).select(
        case_id=pl.format("{}-{}", pl.lit(f"{number:03}"), pl.col("case").cast(pl.String).str.zfill(6)),
        district=pl.format("District {}-{}", pl.lit(f"{number:03}"), pl.col("case") % 12),
        team=pl.format("Team {}-{}", pl.lit(f"{number:03}"), pl.col("case") % 7),
        caseworker=pl.format("Worker {}-{}", pl.lit(f"{number:03}"), pl.col("case") % 60),
    )
    epoch = date(1970, 1, 1).toordinal()
    dates = days.select((pl.col(name) - epoch).cast(pl.Date).dt.strftime("%d/%m/%Y") for name in DATES)
    return pl.concat([who, dates, words], how="horizontal").select(COLUMNS)


def batches(rows: int) -> Iterator[pl.DataFrame]:
    """Yield the rows of a file, one council at a time."""
    for number in range(-(-rows // COUNCIL)):
        yield council(number).head(rows - number * COUNCIL)


def write_csv(rows: int, path: Path) -> None:
    """Write a case file as text, days as day/month/year."""
    with path.open("wb") as file:
        for number, frame in enumerate(batches(rows)):
            frame.write_csv(file, include_header=not number)


def write_parquet(rows: int, path: Path) -> None:
    """Write the same case file with real dates."""
    dated = (frame.with_columns(pl.col(DATES).str.to_date("%d/%m/%Y")) for frame in batches(rows))
    pl.concat(dated).write_parquet(path, row_group_size=ROW_GROUP)


def main() -> int:
    """Read the command line and write the file."""
    parser = argparse.ArgumentParser(description="Write an invented case file, mixed as England's cases are.")
    parser.add_argument("rows", type=int, metavar="ROWS")
    parser.add_argument("out", type=Path, metavar="OUT.csv|OUT.parquet")
    asked = parser.parse_args()
    write = write_parquet if asked.out.suffix == ".parquet" else write_csv
    part = asked.out.with_suffix(".part")
    write(asked.rows, part)
    part.rename(asked.out)  # it is there whole or not at all
    return 0


if __name__ == "__main__":
    sys.exit(main())
