"""The whole answer of `ehcp check`: every file judged once, and listed, counted and measured on the way."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Final

import polars as pl

from ehcp_timeline.audit.bulk.clocks import CLOCKS, Judged
from ehcp_timeline.audit.bulk.cross_check import verified
from ehcp_timeline.audit.bulk.judge import judge
from ehcp_timeline.audit.bulk.requests import repeated_until_known
from ehcp_timeline.audit.selection import Selection, unjudgeable
from ehcp_timeline.audit.verdicts import VERDICTS, Verdict
from ehcp_timeline.cases.model import Problem, require_date
from ehcp_timeline.cases.row_checks import NO_CASES
from ehcp_timeline.cases.sheet import Batch
from ehcp_timeline.cases.source import CaseFile
from ehcp_timeline.law.rulebook import Rulebook
from ehcp_timeline.measure.acknowledged import AcknowledgedFile, AcknowledgedTally
from ehcp_timeline.measure.answer import RulebookUsed
from ehcp_timeline.measure.counts import (
    DECIDE,
    ISSUE,
    Backlog,
    clocks_of,
    has_exception,
    one_decimal,
    percent,
)
from ehcp_timeline.measure.date_order import date_order
from ehcp_timeline.measure.findings import NOTHING, FilterCheck, Listing, is_wanted
from ehcp_timeline.measure.multi_file import JoinedCases, joint_of, one_history
from ehcp_timeline.measure.result import (
    Audit,
    AuditSummary,
    GroupSummary,
    HeadingUnread,
    Input,
    NotJudged,
    OpenCase,
)
from ehcp_timeline.record import field, record, replace

TWENTY_WEEKS = timedelta(weeks=20)
YEAR = timedelta(days=365)


@record(slots=True)
class Rates:
    """DfE's headline measures of the as-at day's calendar year, under the names of its files.

    Source: data guidance of "Education, health and care plans", files `requests` and `timeliness_20_week`.
    A plan counts in the year in which it was issued; it needs a request date. One that answers an order of
    the Tribunal (`order_plan_issued`) is left out, and so is one that another authority made (transferred
    in). Leaving exceptions out takes them from both sides of the rate. More than a year is more than 365
    days. `kpis.toml` defines the same measures for `ehcp scorecard`; a test holds the two together. They are
    counted here as well because to read that file takes a tenth of the time in which `ehcp check` reads a
    council's.

    Attributes:
        counts: Numbers of plans or requests, and the days from request to plan, added up.
    """

    as_at: date
    rulebook: Rulebook
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, judged: Judged) -> None:
        """Count one batch."""
        year = date(self.as_at.year, 1, 1), self.as_at
        begun, done = pl.col("start").is_between(*year), pl.col("answered").is_between(*year)
        met, answered = pl.col("strict") == "met", pl.col("answered").is_not_null()
        decided = clocks_of(judged, DECIDE, "start", "answered", "strict").select(
            decided=(begun & answered & met).sum(),
            decisions=(done & pl.col("strict").is_in(["met", "late"])).sum(),
            decisions_in_time=(done & met).sum(),
        )
        self.counts.update(decided.row(0, named=True))
        rows = judged.rows
        if not {"request_received", "plan_issued"} <= set(rows.columns):
            return
        issued, received = pl.col("plan_issued"), pl.col("request_received")
        in_year = issued.is_between(*year) & (received <= issued)
        if "plan_transferred" in rows.columns:
            transferred = pl.col("plan_transferred") <= self.as_at
            in_year &= ~transferred.fill_null(value=False)
        plans = rows.lazy().filter(in_year).select(took=issued - received, excepted=has_exception(judged))
        took, excepted = pl.col("took"), pl.col("excepted")
        within, over = took <= TWENTY_WEEKS, took > YEAR
        counted = plans.select(
            issued=pl.len(),
            within=within.sum(),
            issued_ex=(~excepted).sum(),
            within_ex=(within & ~excepted).sum(),
            under_a_year=(~within & ~over).sum(),
            over_a_year=over.sum(),
            days=took.dt.total_days().sum(),
        )
        self.counts.update(counted.collect().row(0, named=True))

    def named(self) -> Mapping[str, float | int | str | None]:
        """Return the measures under DfE's names; a rate with nothing below the line is None."""
        of = self.counts
        return {
            "time_period": str(self.as_at.year),
            "request_outcome_six_weeks": of["decided"],
            "decisions_within_6_weeks": of["decisions_in_time"],
            "pc_decisions_within_6_weeks": percent(of["decisions_in_time"], of["decisions"]),
            "plans_issued_den": of["issued"],
            "plans_issued_within_20_weeks": of["within"],
            "pc_plans_issued_within_20_weeks": percent(of["within"], of["issued"]),
            "pc_plans_issued_20_weeks_ex": percent(of["within_ex"], of["issued_ex"]),
            "plans_issued_gt20weeks_ltyear": of["under_a_year"],
            "plans_issued_gt_1_year": of["over_a_year"],
            "avg_weeks_issue_plan": one_decimal(of["days"], 7 * of["issued"]),
        }


@record(slots=True)
class FileReading:
    """What is kept while the batches of one file go by.

    Attributes:
        tell: Called with the number of rows of each batch, once it has been judged.
        keep: Where the rows of each batch are kept; None to keep none.
        kept_as: What is kept of them; None for all.
        problems: Everything in the file that a person should put right.
    """

    source: CaseFile
    tell: Callable[[int], None] | None = None
    keep: list[pl.DataFrame] | None = None
    kept_as: Callable[[pl.DataFrame], pl.DataFrame] | None = None
    problems: list[Problem] = field(default_factory=list)

    def batches(self) -> Iterator[Batch]:
        """Yield the batches of the file."""
        for batch in self.source.batches():
            self.problems += batch.problems
            if self.keep is not None:
                self.keep.append(self.kept_as(batch.frame) if self.kept_as else batch.frame)
            read = batch.read
            yield batch
            del batch  # large, while the next comes
            if self.tell:
                self.tell(read)


_SET_ASIDE: Final = NO_CASES | {"duplicate-row"}
_CLOSING: Final = frozenset(("assess_refused", "no_plan_notified", "withdrawn", "moved_away"))
_NOT_ALL_READ: Final = "No plan that could be judged is overdue; not everything could be read."
_NO_PLAN_JUDGED: Final = "No plan could be judged."
_NO_CLOSURES: Final = "No column says when requests were refused or closed; some of these may be closed."


@record(slots=True)
class _SummaryTally:
    """What is counted while batches go by: open assessments, and DfE's measures."""

    backlog: Backlog
    rates: Rates
    most: int
    acknowledged: AcknowledgedTally | None

    def add(self, judged: Judged) -> None:
        self.backlog.add(judged)
        self.rates.add(judged)

    def summary(self) -> GroupSummary:
        """Return what was counted; the oldest are listed without those whose late plan is accepted."""
        backlog, tally = self.backlog, self.acknowledged
        listed = [case for case in backlog.oldest if not (tally and tally.accepts(case.case_id, ISSUE))]
        return GroupSummary(
            backlog.by_stage(),
            self.rates.named(),
            backlog.clearance(),
            tuple(listed[: self.most]),
            next(iter(backlog.oldest), None),
        )


@record(slots=True)
class _Counted:
    """Everything that is listed and counted while batches go by.

    Attributes:
        groups: Columns and names of the districts, teams or caseworkers that were asked for.
        verdicts: Deadline to verdict to how many clocks.
        without: Deadlines that no column of a file could answer, to how many clocks started.
        members: Rows of the groups so far, by file, as what looks across rows comes last.
    """

    listing: Listing
    everybody: _SummaryTally
    of_group: _SummaryTally
    groups: Mapping[str, frozenset[str]]
    verdicts: dict[str, Counter[Verdict]] = field(default_factory=dict)
    without: Counter[str] = field(default_factory=Counter)
    members: dict[int, list[pl.Series]] = field(default_factory=dict)
    acknowledged: AcknowledgedTally | None = None

    def add(self, everything: Judged, file: int, unanswerable: Collection[str]) -> None:
        """Count a batch, without what the file has no column to answer."""
        for deadline in unanswerable:
            if clocks := everything.clocks.get(deadline):
                self.without[deadline] += clocks.height - clocks.counts.get("not-owed", 0)
        answerable = {name: clocks for name, clocks in everything.clocks.items() if name not in unanswerable}
        for deadline, clocks in answerable.items():
            self.verdicts.setdefault(deadline, Counter()).update(clocks.counts)
        judged = replace(everything, clocks=answerable)
        accepted = self.acknowledged.rows_accepted(judged, file) if self.acknowledged else NOTHING
        self.listing.add(judged, file, accepted)
        self.everybody.add(judged)
        if self.groups and self.groups.keys() <= set(judged.rows.columns):
            self._add_group(judged, file)

    def _add_group(self, judged: Judged, file: int) -> None:
        asked = (pl.col(column).cast(pl.String).is_in(sorted(names)) for column, names in self.groups.items())
        rows = judged.rows.filter(*asked)
        self.members.setdefault(file, []).append(rows["row"])
        members = pl.concat(self.members[file]).implode()
        clocks = {
            name: judged.clocks[name].only(judged.clocks[name]["row"].is_in(members))
            for name in (*ISSUE, *DECIDE)
            if name in judged.clocks
        }
        self.of_group.add(replace(judged, rows=rows, clocks=clocks))

    def summary(self, rulebook: Rulebook) -> AuditSummary:
        verdicts: dict[str, dict[Verdict, int]] = {}
        rights: dict[str, dict[Verdict, int]] = {}
        for deadline in rulebook.deadlines:
            if deadline.id in self.verdicts:
                counts = self.verdicts[deadline.id]
                in_order = {verdict: counts[verdict] for verdict in VERDICTS if counts[verdict]}
                (rights if deadline.right else verdicts)[deadline.id] = in_order
        everybody = self.everybody.summary()
        return AuditSummary(
            stages=everybody.stages,
            rates=everybody.rates,
            verdicts=verdicts,
            rights=rights,
            not_judged=tuple(
                NotJudged(deadline.id, deadline.answers, self.without[deadline.id])
                for deadline in rulebook.deadlines
                if self.without[deadline.id]
            ),
            clearance=everybody.clearance,
        )


@repeated_until_known
def check_files(
    rulebook: Rulebook,
    sources: Sequence[CaseFile],
    as_at: date,
    selection: Selection,
    *,
    oldest: int = 10,
    top: int | None = None,
    ranked: bool | None = False,
    assume_blank: Collection[str] = (),
    sample: int = 0,
    tell: Callable[[int], None] | None = None,
    keep: list[pl.DataFrame] | None = None,
    kept_as: Callable[[pl.DataFrame], pl.DataFrame] | None = None,
    acknowledged: AcknowledgedFile | None = None,
    clock_columns: Sequence[str] = tuple(CLOCKS),
) -> Audit:
    """Judge every row of every file, and return the whole answer of `ehcp check`.

    The `oldest` open assessments are named, so many; of clocks only the worst `top` of each deadline and
    verdict are listed, or all. `ranked`, the clocks of each verdict stand worst first, instead of all in file
    order; None gives both lists. `assume_blank` are columns that a file does not have and that count as
    blank: "not yet". So many rows of each file are a `sample` that the other reader of the law judges again.
    `tell` is called with the number of rows of each batch, once it has been judged; `keep` gets the rows of
    every file, batch by batch, or what `kept_as` makes of them. What is `acknowledged` is counted and not
    listed. A listed clock has the `clock_columns`.

    Raises:
        ReadersDisagreeError: The two readers give different answers for a row of the sample.
        UsageError: The selection has a word that there is not, or matches nothing in the files; or `as_at` is
            no date.
    """
    require_date("as_at", as_at)
    selection.refuse_unknown(rulebook)
    if keep:
        keep.clear()  # what was read before it was known which requests stand on several rows
    sources = one_history(rulebook, sources)
    joint = joint_of(sources)
    tally = AcknowledgedTally(acknowledged, as_at) if acknowledged else None
    listing = Listing(rulebook, selection, top, clock_columns)
    kept = oldest + len(acknowledged.rows) if oldest and acknowledged else oldest
    everybody, of_group = (
        _SummaryTally(Backlog(as_at, kept), Rates(as_at, rulebook), oldest, tally) for _ in range(2)
    )
    counted = _Counted(listing, everybody, of_group, selection.groups, acknowledged=tally)
    readings = [FileReading(source, tell, keep, kept_as) for source in sources]
    blank = frozenset(assume_blank)
    unanswerable = [
        {deadline.id for deadline in unjudgeable(rulebook, source.columns | blank)} for source in sources
    ]
    columns = {column for source in sources for column in (*source.columns, *assume_blank)}
    filters = FilterCheck(selection, rulebook, columns=columns)
    wanted = [
        deadline for deadline in rulebook.deadlines if not deadline.right or is_wanted(deadline, selection)
    ]
    rights = {deadline.id for deadline in wanted if deadline.right}
    owed = _exit_code_deadlines(rulebook, selection)
    clocks, rows, judged_of_owed = ([0] * len(sources) for _ in range(3))
    problems: list[Problem] = []
    for file, reading in enumerate(readings):
        batches = reading.batches()
        if sample:
            answers = verified(rulebook, batches, as_at, sample, deadlines=wanted)
        else:
            answers = judge(rulebook, batches, as_at, deadlines=wanted)
        for judged in answers:
            counted.add(judged, file, unanswerable[file])
            clocks[file] += sum(
                judged.clocks[name].height for name in judged.clocks.keys() - unanswerable[file] - rights
            )
            rows[file] += judged.rows.height
            judged_of_owed[file] += sum(
                judged.clocks[name].height for name in (owed & judged.clocks.keys()) - unanswerable[file]
            )
            problems += joint.problems_of(judged.problems) if joint else judged.problems
            filters.add(judged.rows)
            del judged  # large, while the next comes
    orders = (
        date_order(rulebook, source, as_at, assume_blank, number)
        for source, number in zip(sources, clocks, strict=True)
    )
    date_orders = tuple(order for order in orders if order)
    filters.refuse()
    unread = tuple(heading for source in sources for heading in HeadingUnread.all_of(source))
    problems += (problem for reading in readings for problem in reading.problems)
    undecided = _is_undecided(unread, problems, listing)
    nothing_judged = any(some and not number for some, number in zip(rows, judged_of_owed, strict=True))
    summary = counted.summary(rulebook)
    overdue = any(summary.verdicts.get(name, {}).get("overdue") for name in ("assess.decide", "plan.issue"))
    closed = all(_CLOSING.intersection((*source.columns, *blank)) for source in sources)
    lacking = not any(judged_of_owed) or any(line.deadline in ISSUE for line in summary.not_judged)
    if (undecided or nothing_judged or lacking) and not summary.clearance.overdue_plans:
        sentence = _NO_PLAN_JUDGED if lacking else _NOT_ALL_READ
        summary = replace(summary, clearance=replace(summary.clearance, sentence=sentence))
    whole = everybody.summary()
    return Audit(
        as_at=as_at,
        rulebook=RulebookUsed.of(rulebook),
        input=Input.all_of(sources),
        summary=replace(
            summary, date_order=date_orders, closures=None if closed or not overdue else _NO_CLOSURES
        ),
        findings=_placed(listing.finished(ranked=bool(ranked)), joint),
        ranked=_placed(listing.finished(ranked=True), joint) if ranked is None else None,
        oldest=tuple(_on_own_row(case, joint) for case in whole.oldest),
        longest=_on_own_row(whole.longest, joint) if whole.longest else None,
        problems=tuple(sorted(problems)),
        unread=unread,
        group=of_group.summary() if selection.groups else None,
        selected=listing.selected,
        overdue_cases=pl.concat(late).n_unique() if (late := listing.overdue) else 0,
        breaches=frozenset(listing.breaches),
        undecided=undecided,
        nothing_judged=nothing_judged,
        latest=listing.latest,
        acknowledged=tally.left_out(listing.left_out()) if tally else None,
    )


def _is_undecided(unread: Sequence[HeadingUnread], problems: Sequence[Problem], listing: Listing) -> bool:
    """Return whether a heading, a row or a cell that was not read may have left a listed clock unknown."""
    if any(heading.decides for heading in unread):
        return True
    if any(problem.stops == "row" and problem.rule not in _SET_ASIDE for problem in problems):
        return True
    if any(problem.rule == "unknown-item" for problem in problems):
        return True
    return listing.unread and any(
        problem.rule == "misplaced-element"
        or (problem.affects == "cell" and not problem.rule.startswith("undated"))
        for problem in problems
    )


def _exit_code_deadlines(rulebook: Rulebook, selection: Selection) -> frozenset[str]:
    """Return the authority's statutory deadlines; all deadlines, if the selection leaves those out."""
    usual = Selection()
    asked = usual.kinds <= (selection.kinds or usual.kinds) and usual.who <= (selection.who or usual.who)
    own = (one for one in rulebook.deadlines if {one.kind} <= usual.kinds and {one.who} <= usual.who)
    return frozenset(one.id for one in (own if asked else rulebook.deadlines))


def _on_own_row(case: OpenCase, joint: JoinedCases | None) -> OpenCase:
    return replace(case, row=joint.place(case.row)) if joint else case


def _placed(findings: pl.DataFrame, joint: JoinedCases | None) -> pl.DataFrame:
    return joint.placed(findings) if joint else findings
