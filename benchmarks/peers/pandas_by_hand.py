"""The authority's deadlines of the generated file in pandas, written by hand: no rulebook.

With `checked` as the last argument it also names the cells that are no dates, the rows that repeat another
and the columns whose dates leave open whether the day stands first.
"""

import json
import sys
from typing import Any

import pandas as pd
from appeals import may_cease_from

NOT_DATES = {
    "case_id", "district", "team", "caseworker",
    "exception_recorded", "order_kind", "review_outcome", "transfer_kind",
}  # fmt: skip
Column = Any
MONTHS = 12


def read(file: str, checked: str) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return the rows with their physical line and real dates, and what the checks found."""
    rows = pd.read_csv(file, dtype="string", keep_default_na=True)
    dates = [name for name in rows.columns if name not in NOT_DATES]
    repeated = (rows.index[rows.duplicated()] + 2).tolist() if checked else []
    bad: list[tuple[int, str, str]] = []
    open_order = []
    for name in dates:
        cells = rows[name]
        rows[name] = pd.to_datetime(cells, format="%d/%m/%Y", errors="coerce" if checked else "raise")
        if checked:
            unread = cells[cells.notna() & rows[name].isna()]
            bad += [(row + 2, name, cell) for row, cell in unread.items()]
            first = pd.to_numeric(cells.str.slice(0, 2), errors="coerce").max()
            open_order += [name] if pd.notna(first) and first <= MONTHS else []
    rows.insert(0, "row", range(2, len(rows) + 2))
    if not checked:
        return rows, {}
    bad.sort(key=lambda one: one[0])
    return rows, {"checks": {"bad": bad, "repeated": repeated, "open_order": open_order}}


def weeks(start: Column, number: int) -> Column:
    """Return the last day of a period in weeks."""
    return start + pd.Timedelta(weeks=number)


def year(start: Column) -> Column:
    """Return the last day of twelve months that begin with a day; 29 February ends on 28 February."""
    on = start + pd.DateOffset(months=12)
    return on.where(on.dt.day != start.dt.day, on - pd.Timedelta(days=1))


def chain(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the yearly reviews: a link for each start of a case, answered by the next date of the case."""
    parts = []
    for name in ("plan_issued", "previous_review_decided", "review_decided"):
        part = rows.loc[rows[name].notna(), ["case_id", "row", name]].rename(columns={name: "start"})
        parts.append(part.assign(recorded=name == "review_decided"))
    steps = pd.concat(parts).sort_values(
        ["case_id", "start", "recorded", "row"], ascending=[True, True, False, True]
    )
    links = steps.drop_duplicates(["case_id", "start"]).reset_index(drop=True)
    follows = links["case_id"] == links["case_id"].shift(-1)
    links["answer"] = links["start"].shift(-1).where(follows)
    recorded = links["recorded"].shift(-1, fill_value=True) | ~follows
    links["due"] = year(links["start"])
    unseen = ~recorded & (links["answer"] > links["due"] + pd.DateOffset(months=12))
    ceased = rows.loc[rows["plan_ceased"].notna(), ["case_id", "plan_ceased"]]
    return links[~unseen].merge(ceased, on="case_id", how="left")


class Verdicts:
    """What has been found so far.

    Args:
        today: The as-at date.
    """

    def __init__(self, today: pd.Timestamp) -> None:
        self.today = today
        self.counts: dict[str, dict[str, int]] = {}
        self.worst: list[pd.DataFrame] = []

    def limit(
        self,
        name: str,
        rows: pd.DataFrame,
        due: Column,
        answer: Column,
        end: Column = None,
        implied: Column = False,
        excused: Column = False,
    ) -> None:
        """Count a time limit: late or overdue."""
        ended = False if end is None else end.notna() & (answer.isna() | (end < answer))
        late = (answer > due) & ~ended if end is not None else answer > due
        overdue = answer.isna() & (due < self.today)
        if end is not None:
            late |= ended & (end > due)
            overdue &= ~ended
        late, overdue = (
            late & ~pd.Series(excused, index=rows.index),
            overdue & ~pd.Series(excused, index=rows.index),
        )
        overdue &= ~pd.Series(implied, index=rows.index)
        self._count(name, late=late, overdue=overdue)
        worst = pd.DataFrame({"row": rows["row"][overdue], "days": (self.today - due[overdue]).dt.days})
        self.worst.append(worst.nlargest(20, "days", keep="all").assign(deadline=name))

    def minimum(self, name: str, due: Column, answer: Column) -> None:
        """Count a minimum: early."""
        self._count(name, early=answer < due)

    def _count(self, name: str, **verdicts: Column) -> None:
        self.counts[name] = {verdict: int(mask.sum()) for verdict, mask in verdicts.items() if mask.any()}

    def told(self) -> dict[str, Any]:
        """Return the counts, and the twenty worst."""
        worst = pd.concat(self.worst)
        places = {name: place for place, name in enumerate(self.counts)}
        worst["place"] = worst["deadline"].map(places)
        worst = worst.sort_values(["days", "row", "place"], ascending=[False, True, True]).head(20)
        return {"verdicts": self.counts, "worst": worst[["row", "deadline", "days"]].to_numpy().tolist()}


def requests(found: Verdicts, rows: pd.DataFrame) -> None:
    """Judge what follows a request."""
    asked = rows[rows["request_received"].notna()]
    start = asked["request_received"]
    done = asked[["draft_sent", "no_plan_notified", "plan_issued"]].notna().any(axis=1)
    decided = asked[["assess_agreed", "assess_refused"]].min(axis=1)
    found.limit("assess.decide", asked, weeks(start, 6), decided, asked["withdrawn"], done)
    refused = asked[["assess_refused", "order_made", "withdrawn"]].min(axis=1)
    told = asked["no_plan_notified"].notna()
    found.limit(
        "assess.no_plan", asked[told], weeks(start[told], 16), asked["no_plan_notified"][told], refused[told]
    )
    found.minimum("plan.window", asked["draft_sent"] + pd.Timedelta(days=15), asked["plan_issued"])
    ended = pd.concat([refused, asked["no_plan_notified"]], axis=1).min(axis=1)
    excused = (asked["exception_recorded"] == "yes").fillna(value=False).astype(bool)
    found.limit("plan.issue", asked, weeks(start, 20), asked["plan_issued"], ended, excused=excused)


def reviews(found: Verdicts, rows: pd.DataFrame) -> None:
    """Judge yearly reviews, what follows their meetings, and the end of plans."""
    links = chain(rows)
    found.limit("review.annual", links, links["due"], links["answer"], links["plan_ceased"])
    met = rows[rows["review_meeting"].notna()]
    start, ceased = met["review_meeting"], met["plan_ceased"]
    shown = met[["amendment_notice_sent", "amended_plan_issued", "cease_notified"]].notna().any(axis=1)
    shown |= met["transfer_plan_issued"] >= start
    found.limit("review.decide", met, weeks(start, 4), met["review_decided"], ceased, shown)
    amended = (met["review_outcome"] == "amend").fillna(value=False) | met["amendment_notice_sent"].notna()
    met = met[amended.astype(bool)]
    start, ceased = met["review_meeting"], met["plan_ceased"]
    notice, final = met["amendment_notice_sent"], met["amended_plan_issued"]
    named = met["transfer_plan_issued"] >= start
    found.limit("review.amendments", met, weeks(start, 4), notice, ceased, final.notna() | named)
    found.limit("review.final", met, weeks(start, 12), final, ceased, named)
    sent = rows[rows["amendment_notice_sent"].notna()]
    notice, final = sent["amendment_notice_sent"], sent["amended_plan_issued"]
    found.minimum("amend.window", notice + pd.Timedelta(days=15), final)
    named = sent["transfer_plan_issued"] >= notice
    found.limit("amend.final", sent, weeks(notice, 8), final, sent["plan_ceased"], named)
    told = rows[rows["cease_notified"].notna()]
    kept = pd.to_datetime(told["cease_notified"].dt.date.map(may_cease_from))
    found.minimum("cease.keep", kept, told["plan_ceased"])


def transfers(found: Verdicts, rows: pd.DataFrame) -> None:
    """Judge the naming of the next school."""
    for name, kind in (
        ("phase.school", "primary_secondary"),
        ("phase.post16", "secondary_post16"),
        ("phase.between_post16", "post16_post16"),
    ):
        moves = rows[rows["transfer_date"].notna() & (rows["transfer_kind"] == kind).fillna(value=False)]
        day, years = moves["transfer_date"], moves["transfer_date"].dt.year
        due = day - pd.DateOffset(months=5)
        if kind != "post16_post16":
            month, last = (2, 14) if kind == "primary_secondary" else (3, 30)
            due = pd.to_datetime(pd.DataFrame({"year": years, "month": month, "day": last}))
        amended = moves["amended_plan_issued"]
        amended = amended.where(amended >= day - pd.DateOffset(months=12))
        answer = pd.concat([moves["transfer_plan_issued"], amended], axis=1).min(axis=1)
        found.limit(name, moves, due, answer, moves["plan_ceased"])


def orders(found: Verdicts, rows: pd.DataFrame) -> None:
    """Judge what follows an order to assess."""
    ordered = rows[rows["order_made"].notna() & (rows["order_kind"] == "assess").fillna(value=False)]
    start, withdrawn = ordered["order_made"], ordered["withdrawn"]
    done = ordered[["draft_sent", "no_plan_notified", "plan_issued"]].notna().any(axis=1)
    found.limit("order.assess.notify", ordered, weeks(start, 2), ordered["assess_agreed"], withdrawn, done)
    told = ordered["no_plan_notified"].notna()
    found.limit(
        "order.assess.no_plan",
        ordered[told],
        weeks(start[told], 10),
        ordered["no_plan_notified"][told],
        withdrawn[told],
    )
    ended = ordered[["no_plan_notified", "withdrawn"]].min(axis=1)
    found.limit("order.assess.issue", ordered, weeks(start, 14), ordered["plan_issued"], ended)


def main(file: str, as_at: str, checked: str = "") -> None:
    """Print how many clocks of each deadline are late, overdue or early, and the twenty worst."""
    (rows, checks), found = read(file, checked), Verdicts(pd.Timestamp(as_at))
    requests(found, rows)
    reviews(found, rows)
    transfers(found, rows)
    orders(found, rows)
    print(json.dumps({**found.told(), **checks}))


if __name__ == "__main__":
    main(*sys.argv[1:])
