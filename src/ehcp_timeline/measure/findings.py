"""The list of clocks of a check: selected batch by batch, cut to the worst or put in file order."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

import polars as pl

from ehcp_timeline.audit.bulk.clocks import CLOCKS, Clocks, Judged
from ehcp_timeline.audit.bulk.days import where_true
from ehcp_timeline.audit.selection import WHOSE, Selection, is_under
from ehcp_timeline.audit.verdicts import VERDICTS, Verdict
from ehcp_timeline.errors import UsageError
from ehcp_timeline.law.rulebook import Deadline, Rulebook
from ehcp_timeline.measure.result import Breach
from ehcp_timeline.record import field, record
from ehcp_timeline.text import did_you_mean, listed

LATEST_FIRST: frozenset[Verdict] = frozenset({"late", "overdue", "excused"})
FIRST_DUE_FIRST = {"running": "days_left", "early": "days_left"}
BREACHES: Mapping[Breach, Verdict] = {"overdue": "overdue", "late": "late", "due-soon": "running"}
_PLACE = ("file", "row", "order", "start")
_ROW_AND_ORDER = (
    pl.col("file").cast(pl.UInt64) * 2**48 + pl.col("row").cast(pl.UInt64) * 2**16 + pl.col("order")
)
"""The first three as one number: polars sorts by it in a third of the time."""
NOTHING: Mapping[str, pl.Series] = {}
WITHOUT_DAY = -(2**31)  # a clock without a due day comes last


@record(slots=True)
class Worst:
    """How bad the worst clocks so far are, of each deadline and verdict.

    Attributes:
        top: How many of each deadline and verdict to keep.
        badness: Verdict and place of the deadline in the rulebook, to how bad the worst `top` of them are.
    """

    top: int
    badness: dict[tuple[Verdict, int], pl.Series] = field(default_factory=dict)

    def candidates(
        self, clocks: Clocks, positions: pl.Series, verdict: Verdict, order: int, *, again: bool
    ) -> pl.Series:
        """Return those positions of one verdict and deadline that may be among the worst, and remember them.

        Args:
            clocks: The clocks of the deadline, in row order.
            positions: The clocks of the verdict, ascending.
            verdict: Their verdict.
            order: Place of their deadline in the rulebook.
            again: Whether they are on rows of an earlier batch: then one that is as bad as the least
                bad kept may take its place.
        """
        badness = bad_as(clocks, positions, verdict)
        held = self.badness.get((verdict, order))
        if held is not None and len(held) == self.top:
            mask = badness >= held[-1] if again else badness > held[-1]
            if not mask.any():
                return positions.clear()
            positions, badness = positions.filter(mask), badness.filter(mask)
        worst = badness.sort(descending=True).head(self.top)
        together = worst if held is None else pl.concat([held, worst]).sort(descending=True)
        self.badness[verdict, order] = together.head(self.top)
        if len(positions) <= self.top:
            return positions
        worse, level = badness > worst.min(), badness == worst.min()  # of the level ones the first rows
        return positions.filter(worse | (level & (level.cum_sum() <= self.top - worse.sum())))

    def of_all(self, candidates: pl.DataFrame, verdict: Verdict) -> pl.DataFrame:
        """Return the worst `top` of each deadline; those that are equally bad in file order."""
        latest_first = [verdict in LATEST_FIRST, *(False for _ in _PLACE)]
        ordered = candidates.sort(_by(verdict), *_PLACE, descending=latest_first, nulls_last=True)
        return ordered.group_by("order", maintain_order=True).head(self.top)


def bad_as(clocks: Clocks, positions: pl.Series, verdict: Verdict) -> pl.Series:
    """Return how bad each clock of one verdict is, in days: the larger, the worse."""
    days = clocks[_by(verdict)][positions]
    numbers = days if days.dtype == pl.Int32 else days.cast(pl.Int32)
    worse = numbers if verdict in LATEST_FIRST else 0 - numbers
    return worse.fill_null(WITHOUT_DAY) if worse.null_count() else worse


def _by(verdict: Verdict) -> str:
    return "days_late" if verdict in LATEST_FIRST else FIRST_DUE_FIRST.get(verdict, "due")


_UNREAD = ("unread-heading", "unreadable", "unreadable-excuse")
OF_DEADLINE = ("duty", "law", "kind", "who", "source")
LISTED = (*CLOCKS, "case_id", "deadline", *OF_DEADLINE, *WHOSE)


@record(slots=True)
class Listing:
    """The selected clocks so far.

    Attributes:
        rulebook: The law; its order breaks ties between clocks of one row.
        top: Keep only this many of each deadline and verdict, the worst; None keeps all.
        columns: What is kept of each clock; `row`, `start` and `verdict` must be among it.
        selected: Deadline to verdict to how many clocks were selected.
        overdue: The hash of the case of each overdue one of them, batch by batch.
        chosen: The selected clocks, batch by batch; where only the worst are kept, those that were among
            them when they went by.
        verdicts: Their verdicts, in the order in which they came.
        worst: How bad the worst of them are.
        named: File to who each of its rows is about, for clocks that come after their batch.
        breaches: What the authority's own statutory clocks among those asked about are.
        unread: Whether one of them is unknown for what could not be read.
        latest: The case that is most days late, once the list is ranked.
        accepted: The overdue clocks that are counted and not listed, batch by batch.
    """

    rulebook: Rulebook
    selection: Selection
    top: int | None
    columns: Sequence[str] = tuple(CLOCKS)
    selected: dict[str, Counter[Verdict]] = field(default_factory=dict)
    overdue: list[pl.Series] = field(default_factory=list)
    chosen: list[pl.DataFrame] = field(default_factory=list)
    verdicts: dict[Verdict, None] = field(default_factory=dict)
    worst: Worst = field(init=False)
    named: dict[int, list[pl.DataFrame]] = field(default_factory=dict)
    breaches: set[Breach] = field(default_factory=set)
    unread: bool = False
    latest: str | None = None
    accepted: list[pl.DataFrame] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.worst = Worst(self.top or 0)

    def add(self, judged: Judged, file: int, accepted: Mapping[str, pl.Series] = NOTHING) -> None:
        """Select from one batch of the file at this place; list nothing overdue on rows that are accepted."""
        names = self._names(judged, file)
        chosen, late = list[pl.DataFrame](), list[pl.Series]()
        for order, clocks, asked in self._asked_for(judged, names):
            deadline = self.rulebook.deadlines[order].id
            shown = list[pl.Series]()
            for verdict, positions in asked:
                mine = positions
                self.selected.setdefault(deadline, Counter())[verdict] += len(mine)
                if verdict == "overdue":
                    rows = clocks["row"][mine]
                    late.append(rows)
                    if deadline in accepted and len(accepted[deadline]):
                        left_out = rows.is_in(accepted[deadline].implode())
                        kept = self._placed(clocks.at(mine.filter(left_out)), file, order)
                        self.accepted.append(with_names(kept, names))
                        mine = mine.filter(~left_out)
                if self.top is not None and len(mine):
                    mine = self.worst.candidates(clocks, mine, verdict, order, again=judged.last)
                if len(mine):
                    self.verdicts.setdefault(verdict)
                    shown.append(mine)
            if shown:
                chosen.append(self._placed(clocks.at(pl.concat(shown)), file, order))
        if late:
            cases = names["case_id"][names["row"].search_sorted(pl.concat(late))]
            self.overdue.append(cases.hash())
        if chosen:
            self.chosen.append(with_names(pl.concat(chosen), names))

    def _asked_for(
        self, judged: Judged, names: pl.DataFrame
    ) -> Iterator[tuple[int, Clocks, Iterator[tuple[Verdict, pl.Series]]]]:
        mine = rows_of_group(names, self.selection)
        for order, deadline in enumerate(self.rulebook.deadlines):
            if deadline.id in judged.clocks and is_wanted(deadline, self.selection):
                clocks = judged.clocks[deadline.id]
                if (deadline.kind, deadline.who) == ("statutory", "authority"):
                    self._look_for_breaches(clocks, mine)
                yield order, clocks, by_verdict(clocks, self.selection, mine)

    def _look_for_breaches(self, clocks: Clocks, rows: pl.Series | None) -> None:
        """Note what the authority's own clocks on these rows are, listed or not."""
        for breach, verdict in BREACHES.items():
            if breach not in self.breaches and clocks.counts.get(verdict):
                mask = _having(clocks, verdict, rows)
                if breach == "due-soon":
                    mask &= clocks["days_left"] <= self.selection.due_within
                if mask.any():
                    self.breaches.add(breach)
        if not self.unread and clocks.counts.get("unknown"):
            reasons = clocks.only(_having(clocks, "unknown", rows))["reason"]
            self.unread = bool(reasons.is_in(_UNREAD).any())

    def _names(self, judged: Judged, file: int) -> pl.DataFrame:
        if judged.last:
            earlier = self.named.pop(file, [])
            return pl.concat([*earlier, _named(judged.rows)]).sort("row")
        names = _named(judged.rows)
        if any(
            deadline.repeats and is_wanted(deadline, self.selection) for deadline in self.rulebook.deadlines
        ):
            self.named.setdefault(file, []).append(names)
        return names

    def finished(self, *, ranked: bool = False) -> pl.DataFrame:
        """Return the list; columns as in `LISTED`.

        It stands in file order, then rulebook order, then by start; or, `ranked`, verdict after verdict, in
        each the worst first, then those due first, then in that order.
        """
        if not self.chosen:
            return self._listed([])
        if self.top is None and not ranked:
            return self._listed(self.chosen)
        together = pl.concat(self.chosen, how="vertical_relaxed")
        lists = []
        for verdict in self.verdicts:
            mine = together.filter(pl.col("verdict") == verdict)
            mine = mine if self.top is None else self.worst.of_all(mine, verdict)
            if ranked:  # the worst first, then those due first
                descending = [verdict in LATEST_FIRST or verdict == "early", False, *(False for _ in _PLACE)]
                mine = mine.sort(_by(verdict), "due", *_PLACE, descending=descending, nulls_last=True)
            lists.append(mine)
        clocks = pl.concat(lists, how="vertical_relaxed")
        if ranked:
            latest_first = [True, *(False for _ in _PLACE)]
            by_lateness = clocks.sort("days_late", *_PLACE, descending=latest_first, nulls_last=True)
            self.latest = str(by_lateness["case_id"][0])
        return self._listed([clocks], ranked=ranked)

    def left_out(self) -> pl.DataFrame:
        """Return the overdue clocks that are accepted, in file order; columns as in `LISTED`."""
        return self._listed(self.accepted)

    def _listed(self, frames: Sequence[pl.DataFrame], *, ranked: bool = False) -> pl.DataFrame:
        if not frames:
            return pl.DataFrame(schema={name: CLOCKS.get(name, pl.String) for name in self._kept})
        clocks = pl.concat(frames, how="vertical_relaxed")
        clocks = clocks if ranked else clocks.sort(_ROW_AND_ORDER, "start")
        of_deadlines = []
        for name in ("id", *OF_DEADLINE):
            values = [getattr(deadline, name) for deadline in self.rulebook.deadlines]
            kind = pl.Enum(list(dict.fromkeys(value for value in values if value is not None)))
            column = pl.Series("deadline" if name == "id" else name, values, kind)
            of_deadlines.append(column.gather(clocks["order"]))
        return clocks.with_columns(of_deadlines).select(self._kept)

    @property
    def _kept(self) -> list[str]:
        return [name for name in LISTED if name not in CLOCKS or name in self.columns]

    def _placed(self, clocks: Clocks, file: int, order: int) -> pl.DataFrame:
        """Return clocks with the place of their file, and of their deadline in the rulebook."""
        numbers = (pl.Series(name, [place], pl.UInt16) for name, place in (("file", file), ("order", order)))
        of_all = [number.new_from_index(0, clocks.height) for number in numbers]
        return clocks.frame(*self.columns).hstack(of_all)


def is_wanted(deadline: Deadline, selection: Selection) -> bool:
    """Return whether a list asks for this deadline: by kind, by who, by its id or the first part of one."""
    return (
        (not selection.kinds or deadline.kind in selection.kinds)
        and (not selection.who or deadline.who in selection.who)
        and (not selection.deadlines or any(is_under(asked, deadline.id) for asked in selection.deadlines))
    )


def rows_of_group(names: pl.DataFrame, selection: Selection) -> pl.Series | None:
    """Return the rows of the districts, teams and caseworkers that a list asks for; None for all rows."""
    groups = selection.groups
    wanted = [pl.col(column).cast(pl.String).is_in(sorted(named)) for column, named in groups.items()]
    return names.filter(*wanted)["row"] if wanted else None


def _having(clocks: Clocks, verdict: Verdict, rows: pl.Series | None) -> pl.Series:
    """Return which clocks on some rows have a verdict; None is every row."""
    mask = clocks.having(frozenset({verdict}))
    return mask if rows is None else mask & clocks["row"].is_in(rows.implode())


def by_verdict(
    clocks: Clocks, selection: Selection, rows: pl.Series | None = None
) -> Iterator[tuple[Verdict, pl.Series]]:
    """Yield the positions of the clocks that a list asks for, verdict by verdict.

    A running clock is asked for if it is due soon. One that is `unknown` though something answered it is
    closed history: it is asked for only with everything. `rows`, only clocks on these.
    """
    for verdict in VERDICTS:
        asked = selection.everything or verdict in selection.verdicts
        if not clocks.counts.get(verdict) or not (asked or verdict == "running"):
            continue
        mask = _having(clocks, verdict, rows)
        if not selection.everything and verdict == "unknown":
            mask &= clocks["answered"].is_null()
        if not asked:
            mask &= clocks["days_left"] <= selection.due_within
        positions = where_true(mask)
        if len(positions):
            yield verdict, positions


@record(slots=True)
class FilterCheck:
    """Whether the filters of a selection match anything in some files.

    Attributes:
        held: Column to what the rows hold in it, for the columns of `WHOSE` that are asked for.
        matched: Whether all these filters matched some row.
    """

    selection: Selection
    rulebook: Rulebook
    held: dict[str, set[str]] = field(default_factory=dict)
    columns: set[str] = field(default_factory=set)
    matched: bool = False

    def add(self, rows: pl.DataFrame) -> None:
        """Look at some rows, or at clocks with who they are about."""
        for column in self.selection.groups:
            there = rows[column].drop_nulls().unique() if column in rows.columns else ()
            self.held.setdefault(column, set()).update(there)
        if not self.matched and set(self.held) <= set(rows.columns):
            mine = rows_of_group(rows, self.selection)
            self.matched = mine is None or not mine.is_empty()

    def refuse(self) -> None:
        """Raise UsageError if a filter matches no row, or no column can start or answer a deadline."""
        for column, asked in self.selection.groups.items():
            held, name = self.held.get(column, set()), max(asked, key=len)
            if not held & asked:
                some = f"the file has no {column}; leave out --{column}"
                if held:
                    others = ", among others" if len(held) > 5 else ""
                    some = f"the file has {listed(sorted(held)[:5])}{others}"
                hint = did_you_mean(name, held) or some
                raise UsageError(f"--{column}: no row has the {column} `{name}`", hint)
        if self.held and not self.matched:
            options = listed([f"--{column}" for column in self.held])
            raise UsageError(f"no row matches {options} together", "leave one of them out")
        if not (self.columns and self.selection.deadlines):
            return
        names = listed(sorted(self.selection.deadlines), "or")
        wanted = [
            deadline
            for deadline in self.rulebook.deadlines
            if any(is_under(name, deadline.id) for name in self.selection.deadlines)
        ]
        columns_of = self.rulebook.columns_of
        started = [one for one in wanted if self.columns.intersection(columns_of(one.start_events))]
        if not started:
            starts = columns_of(event for deadline in wanted for event in deadline.start_events)
            hint = f"it needs a column {listed(list(starts), 'or')}"
            raise UsageError(f"--deadline: no column of the file can start {names}", hint)
        answers = [columns_of(deadline.answers) for deadline in started]
        if not any(self.columns.intersection(columns) for columns in answers):
            needed = listed(list(dict.fromkeys(chain.from_iterable(answers))), "or")
            hint = f'it needs a column {needed}; if that means "not done yet", add --assume-blank COLUMN'
            raise UsageError(f"--deadline: no column of the file can answer {names}", hint)


def with_names(clocks: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """Return clocks with who they are about; `names` has every row of theirs, in ascending order."""
    positions = names["row"].search_sorted(clocks["row"])
    return clocks.hstack([column[positions] for column in names if column.name != "row"])


def _named(rows: pl.DataFrame) -> pl.DataFrame:
    """Return who each row is about: the few columns that are kept until the file has been read."""
    absent = pl.Series([None], dtype=pl.Categorical).new_from_index(0, rows.height)
    columns = [rows[name] if name in rows.columns else absent.alias(name) for name in WHOSE]
    return pl.DataFrame([rows["row"], rows["case_id"], *(column.cast(pl.Categorical) for column in columns)])
