"""The authority's deadlines of the generated file in polars, written by hand: no rulebook.

With `checked` as the last argument it also names the cells that are no dates, the rows that repeat another
and the columns whose dates leave open whether the day stands first.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
from appeals import may_cease_from

NOT_DATES = {
    "case_id", "district", "team", "caseworker",
    "exception_recorded", "order_kind", "review_outcome", "transfer_kind",
}  # fmt: skip
STARTS = ("plan_issued", "previous_review_decided", "review_decided")
MONTHS = 12
RARE = ("transfer_date", "order_made", "cease_notified")
C = pl.col


@dataclass
class Duty:
    """One deadline as expressions: a limit, or a minimum whose answer may only come too early.

    `end` ends it unanswered, `implied` shows that it was done, `excused` that it need not be done in time.
    `rare` starts it, on so few rows that they are better filtered out first.
    """

    name: str
    due: pl.Expr
    answer: pl.Expr
    end: pl.Expr | None = None
    implied: pl.Expr | None = None
    excused: pl.Expr | None = None
    minimum: bool = False
    rare: str = ""

    def verdicts(self, today: date) -> dict[str, pl.Expr]:
        """Return verdict to the rows that have it."""
        if self.minimum:
            return {"early": self.answer < self.due}
        ended = pl.lit(value=False) if self.end is None else self.end.is_not_null()
        if self.end is not None:
            ended &= self.answer.is_null() | (self.end < self.answer)
        late = (self.answer > self.due) & ~ended
        overdue = self.answer.is_null() & ~ended & (self.due < today)
        if self.end is not None:
            late |= ended & (self.end > self.due)
        if self.implied is not None:
            overdue &= ~self.implied
        if self.excused is not None:
            late, overdue = late & ~self.excused, overdue & ~self.excused
        return {"late": late, "overdue": overdue}


def weeks(start: str, number: int) -> pl.Expr:
    """Return the last day of a period in weeks."""
    return C(start) + pl.duration(weeks=number)


def any_of(*names: str) -> pl.Expr:
    """Return whether any of these dates is there."""
    return pl.any_horizontal(C(name).is_not_null() for name in names)


def named_since(start: str) -> pl.Expr:
    """Return whether a plan that names the next school was sent from a day on."""
    return (C("transfer_plan_issued") >= C(start)).fill_null(value=False)


def year(start: str) -> pl.Expr:
    """Return the last day of twelve months that begin with a day; 29 February ends on 28 February."""
    on = C(start).dt.offset_by("12mo")
    return pl.when(on.dt.day() == C(start).dt.day()).then(on - pl.duration(days=1)).otherwise(on)


def duties() -> list[Duty]:
    """Return the deadlines that stand on one row, in the rulebook's order."""
    refused = pl.min_horizontal("assess_refused", "order_made", "withdrawn")
    assess = C("order_kind") == "assess"
    amends = (C("review_outcome") == "amend") | C("amendment_notice_sent").is_not_null()
    named = pl.min_horizontal(
        "transfer_plan_issued",
        pl.when(C("amended_plan_issued") >= C("transfer_date").dt.offset_by("-12mo")).then(
            C("amended_plan_issued")
        ),
    )
    ordered = pl.when(assess).then(C("order_made"))
    return [
        Duty(
            "assess.decide",
            weeks("request_received", 6),
            pl.min_horizontal("assess_agreed", "assess_refused"),
            C("withdrawn"),
            any_of("draft_sent", "no_plan_notified", "plan_issued"),
        ),
        Duty(
            "assess.no_plan",
            pl.when(C("no_plan_notified").is_not_null()).then(weeks("request_received", 16)),
            C("no_plan_notified"),
            refused,
        ),
        Duty("plan.window", C("draft_sent") + pl.duration(days=15), C("plan_issued"), minimum=True),
        Duty(
            "plan.issue",
            weeks("request_received", 20),
            C("plan_issued"),
            pl.min_horizontal(refused, "no_plan_notified"),
            excused=C("exception_recorded") == "yes",
        ),
        Duty(
            "review.decide",
            weeks("review_meeting", 4),
            C("review_decided"),
            C("plan_ceased"),
            any_of("amendment_notice_sent", "amended_plan_issued", "cease_notified")
            | named_since("review_meeting"),
        ),
        Duty(
            "review.amendments",
            pl.when(amends).then(weeks("review_meeting", 4)),
            C("amendment_notice_sent"),
            C("plan_ceased"),
            any_of("amended_plan_issued") | named_since("review_meeting"),
        ),
        Duty(
            "review.final",
            pl.when(amends).then(weeks("review_meeting", 12)),
            C("amended_plan_issued"),
            C("plan_ceased"),
            named_since("review_meeting"),
        ),
        Duty(
            "amend.window",
            C("amendment_notice_sent") + pl.duration(days=15),
            C("amended_plan_issued"),
            minimum=True,
        ),
        Duty(
            "amend.final",
            weeks("amendment_notice_sent", 8),
            C("amended_plan_issued"),
            C("plan_ceased"),
            named_since("amendment_notice_sent"),
        ),
        Duty(
            "cease.keep",
            C("cease_notified").map_elements(may_cease_from, return_dtype=pl.Date),
            C("plan_ceased"),
            minimum=True,
            rare="cease_notified",
        ),
        Duty(
            "phase.school",
            pl.when(C("transfer_kind") == "primary_secondary").then(
                pl.date(C("transfer_date").dt.year(), 2, 14)
            ),
            named,
            C("plan_ceased"),
            rare="transfer_date",
        ),
        Duty(
            "phase.post16",
            pl.when(C("transfer_kind") == "secondary_post16").then(
                pl.date(C("transfer_date").dt.year(), 3, 30)
            ),
            named,
            C("plan_ceased"),
            rare="transfer_date",
        ),
        Duty(
            "phase.between_post16",
            pl.when(C("transfer_kind") == "post16_post16").then(C("transfer_date").dt.offset_by("-5mo")),
            named,
            C("plan_ceased"),
            rare="transfer_date",
        ),
        Duty(
            "order.assess.notify",
            ordered + pl.duration(weeks=2),
            C("assess_agreed"),
            C("withdrawn"),
            any_of("draft_sent", "plan_issued", "no_plan_notified"),
            rare="order_made",
        ),
        Duty(
            "order.assess.no_plan",
            pl.when(C("no_plan_notified").is_not_null()).then(ordered + pl.duration(weeks=10)),
            C("no_plan_notified"),
            C("withdrawn"),
            rare="order_made",
        ),
        Duty(
            "order.assess.issue",
            ordered + pl.duration(weeks=14),
            C("plan_issued"),
            pl.min_horizontal("no_plan_notified", "withdrawn"),
            rare="order_made",
        ),
    ]


def chain(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the yearly reviews: a link for each start of a case, answered by the next date of the case."""
    numbered = rows.select("row", C("case_id").hash().alias("case"), *STARTS, "plan_ceased")
    steps = pl.concat(
        numbered.select(
            "case", "row", C(name).alias("start"), pl.lit(name == "review_decided").alias("recorded")
        ).drop_nulls("start")
        for name in STARTS
    ).sort("case", "start", ~C("recorded"), "row")
    again = (C("case") == C("case").shift(1)) & (C("start") == C("start").shift(1))
    follows = C("case") == C("case").shift(-1)
    return (
        steps.remove(again)
        .with_columns(
            answer=pl.when(follows).then(C("start").shift(-1)),
            recorded=pl.when(follows).then(C("recorded").shift(-1)),
            due=year("start"),
        )
        .with_columns(
            unseen=~C("recorded") & (C("answer") > C("due")) & (C("answer") > C("due").dt.offset_by("12mo"))
        )
        .join(numbered.select("case", "plan_ceased").drop_nulls(), on="case", how="left")
    )


def checks(cells: pl.DataFrame, rows: pl.DataFrame, dates: Sequence[str]) -> dict[str, Any]:
    """Return the cells that are no dates, the rows that repeat another, the columns of an open order."""
    bad = pl.concat(
        cells.filter(C(name).is_not_null() & rows[name].is_null()).select(
            "row", pl.lit(name).alias("column"), C(name).alias("cell")
        )
        for name in dates
    ).sort("row", maintain_order=True)
    repeated = cells.filter(~cells.drop("row").hash_rows().is_first_distinct())["row"]
    first = cells.select(C(dates).str.slice(0, 2).cast(pl.Int64, strict=False).max()).row(0, named=True)
    open_order = [name for name, day in first.items() if day is not None and day <= MONTHS]
    return {"bad": bad.rows(), "repeated": repeated.to_list(), "open_order": open_order}


def main(file: str, as_at: str, checked: str = "") -> None:
    """Print how many clocks of each deadline are late, overdue or early, and the twenty worst."""
    today = date.fromisoformat(as_at)
    cells = pl.scan_csv(file, infer_schema=False, row_index_name="row", row_index_offset=2)
    dates = [name for name in cells.collect_schema().names() if name not in NOT_DATES | {"row"}]
    found: dict[str, Any] = {}
    if checked:
        text = cells.collect()
        rows = text.with_columns(C(dates).str.to_date("%d/%m/%Y", strict=False))
        found = {"checks": checks(text, rows, dates)}
    else:
        unused = ("district", "team", "caseworker")
        rows = cells.drop(unused).with_columns(C(dates).str.to_date("%d/%m/%Y")).collect()
    links = chain(rows)
    annual = Duty("review.annual", C("due"), C("answer"), C("plan_ceased"))
    rare = {name: rows.filter(C(name).is_not_null()) for name in RARE}
    asked = [(rare.get(duty.rare, rows), duty) for duty in duties()]
    asked.insert(4, (links.filter(~C("unseen").fill_null(value=False)), annual))
    counted = pl.collect_all(
        frame.lazy().select(**{verdict: mask.sum() for verdict, mask in duty.verdicts(today).items()})
        for frame, duty in asked
    )
    worst = pl.collect_all(
        frame.lazy()
        .filter(duty.verdicts(today)["overdue"])
        .select("row", deadline=pl.lit(duty.name), days=(today - duty.due).dt.total_days())
        .top_k(20, by=[C("days"), -C("row").cast(pl.Int64)])
        for frame, duty in asked
        if not duty.minimum
    )
    order = pl.Enum([duty.name for _, duty in asked])
    list_of_worst = (
        pl.concat(worst)
        .with_columns(C("deadline").cast(order))
        .sort("days", "row", "deadline", descending=[True, False, False])
        .head(20)
    )
    verdicts = {
        duty.name: {name: count for name, count in found.row(0, named=True).items() if count}
        for (_, duty), found in zip(asked, counted, strict=True)
    }
    print(json.dumps({"verdicts": verdicts, "worst": list_of_worst.rows(), **found}))


if __name__ == "__main__":
    main(*sys.argv[1:])
