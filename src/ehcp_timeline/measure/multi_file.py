"""Several files as one history: a case that is in more than one is judged once, on the rows of all.

It is put into one more file, with the columns of all; what is left of each file is judged by itself. What the
joint cannot settle is unknown and said, with both files: two dates for one event, an answer that the file of
a row has no column for, a case that a later SEN2 return no longer holds.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import replace
from datetime import date
from functools import reduce
from itertools import pairwise
from typing import Any, Final

import polars as pl

from ehcp_timeline.audit.selection import unjudgeable
from ehcp_timeline.audit.single.events import ASKED, DECISIONS, REQUEST
from ehcp_timeline.cases.case_numbers import alike, key_of
from ehcp_timeline.cases.model import Problem
from ehcp_timeline.cases.sheet import ROW, Batch
from ehcp_timeline.cases.source import CaseFile
from ehcp_timeline.law.rulebook import Rulebook
from ehcp_timeline.text import count

_CASE, _KEY, _FILE, _BORN, _SPELT = "case_id", "key", "file", "date_of_birth", "spelt_key"
_BEGIN: Final = 2**31  # rows of the joint are numbered from here; no file has so many
_ONE_REQUEST: Final = 183  # days: nothing new need be assessed within six months (CFA 2014 s.36(8)(b))
_ONE_EVENT: Final = 28
_NOUGHTS: Final = "(^|[^0-9])0+([0-9])"
_NUMBER: Final = re.compile(r"\b\d{10}\b")
_NAMED: Final = 20
_TRY = "correct the file that is wrong"


class JoinedCases(CaseFile):
    """The cases that are in several files: all their rows, with the columns of all files.

    Attributes:
        places: The row of its own file for each row, numbered from `_BEGIN`.
    """

    def __init__(self, rows: pl.DataFrame, batch: Batch) -> None:
        """Take the rows of all files, in the order in which they are numbered."""
        self._reading = self._unread = self._begun = None
        self._kept = [batch]
        self.places = rows.get_column(ROW)
        self.name = self.sha256 = ""
        self.columns = frozenset(batch.columns)
        self.expected = self.rows = self.judged = 0

    def placed(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return what was found with the row that each file's reader knows."""
        own = pl.col(ROW) - _BEGIN
        inside = pl.col(ROW) >= _BEGIN
        found = rows.select(pl.when(inside).then(own)).to_series()
        return rows.with_columns(pl.when(inside).then(self.places.gather(found)).otherwise(ROW).alias(ROW))

    def place(self, row: int) -> int:
        """Return the row in its own file of a row of any; any other number stays as it is."""
        return int(self.places[row - _BEGIN]) if 0 <= row - _BEGIN < len(self.places) else row

    def problems_about(self, case: object) -> Iterator[Problem]:
        """Yield what the files contradict each other in about a case."""
        about = f"case {case}: "
        problems = (problem for batch in self._kept for problem in batch.problems)
        yield from (problem for problem in problems if problem.problem.startswith(about))

    def problems_of(self, problems: Iterable[Problem]) -> Iterator[Problem]:
        """Yield what was found when rows were judged beside each other; that they are several is known."""
        for problem in problems:
            if problem.rule != "same-start-twice":
                said = _NUMBER.sub(lambda number: str(self.place(int(number[0]))), problem.problem)
                yield replace(problem, row=self.place(problem.row), problem=said)


def joint_of(sources: Iterable[CaseFile]) -> JoinedCases | None:
    """Return the file of joined cases, None where no case is in two files."""
    return next((source for source in sources if isinstance(source, JoinedCases)), None)


def one_history(rulebook: Rulebook, sources: Sequence[CaseFile]) -> list[CaseFile]:
    """Return files with each case in one of them; one file, or files that share no case, stay as they are.

    The files are read for it. The last is that of the latest SEN2 return, or the last that was named.

    Raises:
        CaseFileError: As `CaseFile.batches` raises.
    """
    if len(sources) < 2:
        return list(sources)
    known = [source.known_until for source in sources]
    order = list(range(len(sources)))
    if all(known):
        order.sort(key=lambda place: known[place] or date.min)
    *parts, joint = _History(rulebook, [sources[place] for place in order]).files()
    as_named = [parts[order.index(place)] for place in range(len(sources))]
    return as_named if joint is None else [*as_named, joint]


class _History:
    """Some files, oldest first, read from end to end."""

    def __init__(self, rulebook: Rulebook, sources: Sequence[CaseFile]) -> None:
        self.rulebook = rulebook
        self.sources = sources
        self.batches = [list(source.batches()) for source in sources]
        self.problems: list[Problem] = []
        self.lost: dict[str, pl.Series] = {}  # column of the joint to the rows on which it cannot be known
        repeating = [deadline for deadline in rulebook.deadlines if deadline.repeats]
        names = {name for deadline in repeating for name in (*deadline.start_events, *deadline.answers)}
        self._repeated = frozenset(rulebook.columns_of(names)) - {*DECISIONS, REQUEST}

    def files(self) -> tuple[*tuple[CaseFile, ...], JoinedCases | None]:
        """Return the files without the cases that several of them hold, and those as one more, if any."""
        frames = []
        for place, batches in enumerate(self.batches):
            for batch in batches:
                born = pl.col(_BORN) if _BORN in batch.frame.columns else pl.lit(None, pl.Date).alias(_BORN)
                rows = batch.frame.select(ROW, _CASE, born, pl.lit(place, pl.UInt16).alias(_FILE))
                frames.append(rows.with_columns(key_of(rows[_CASE]).alias(_KEY)))
        cases = self._with_noughts_back(pl.concat(frames).with_columns(pl.col(_KEY).alias(_SPELT)))
        shared = self._shared(cases)
        self._say_alike(cases, shared)
        gone = self._gone(cases)
        parts = []
        for place, source in enumerate(self.sources):
            mine = cases.filter(pl.col(_FILE) == place)
            joined = mine.join(shared, on=_KEY, how="semi")[ROW]
            left = mine.filter(pl.col(_KEY).is_in(gone.get(place, pl.Series(dtype=pl.String)).implode()))[ROW]
            kept = [self._without(batch, source.columns, joined, left) for batch in self.batches[place]]
            part = copy(source)
            part.keep(kept)
            parts.append(part)
        if shared.is_empty():
            parts[-1].add(self.problems)
            return *parts, None
        joint = self._joint(cases.join(shared, on=_KEY, how="semi"))
        joint.add(self.problems)
        return *parts, joint

    def _with_noughts_back(self, cases: pl.DataFrame) -> pl.DataFrame:
        """Return the rows with one key for numbers that differ in leading noughts and share a date of birth.

        A spreadsheet drops the noughts. Numbers are joined only if no file has both, and each has that date.
        """
        if not cases[_KEY].str.contains(_NOUGHTS).any():
            return cases
        bare = pl.col(_KEY).str.replace_all(_NOUGHTS, "$1$2").alias("bare")
        each = cases.group_by(bare, _KEY, maintain_order=True).agg(
            pl.col(_CASE).first(), pl.col(_FILE).unique(), pl.col(_BORN).drop_nulls().unique()
        )
        pairs = each.group_by("bare", maintain_order=True).agg(
            pl.all().exclude(_FILE, _BORN),
            pl.col(_FILE).explode().is_duplicated().any().alias("within"),
            pl.col(_BORN).explode().n_unique().alias("days"),
            pl.col(_BORN).list.len().eq(1).all().alias("dated"),
        )
        proved = pairs.filter(pl.col(_KEY).list.len() > 1, ~pl.col("within"), pl.col("days") == 1, "dated")
        if proved.is_empty():
            return cases
        one, other, *_ = proved[_CASE][0]
        many = count(proved.height, "case")
        said = f'joined by date of birth: {many} with and without leading noughts, as "{one}" and "{other}"'
        self._say(0, _CASE, "case-number-spelling", said, "write the number in one way")
        keys = proved.select(pl.col(_KEY), pl.col(_KEY).list.first().alias("first")).explode(_KEY)
        return cases.with_columns(pl.col(_KEY).replace(keys[_KEY], keys["first"]))

    def _shared(self, cases: pl.DataFrame) -> pl.DataFrame:
        """Return the keys of the cases that are in several files and may be of one child."""
        several = cases.filter(pl.col(_FILE).n_unique().over(_KEY) > 1)
        each = several.group_by(_KEY, maintain_order=True).agg(
            pl.col(_FILE).first(), pl.col(_FILE).last().alias("last"), pl.col(_CASE).last()
        )
        known = several.drop_nulls(_BORN).group_by(_KEY, _FILE)
        born = known.agg(pl.col(_BORN).first(), pl.col(_BORN).n_unique().alias("days"))
        apart = born.group_by(_KEY).agg(pl.col(_BORN).n_unique(), pl.col("days").max())
        other = apart.filter(pl.col(_BORN) > 1, pl.col("days") == 1)
        two = each.join(other, on=_KEY, how="semi", maintain_order="left")
        for case, first, last in two.select(_CASE, _FILE, "last").head(_NAMED).iter_rows():
            names = f"{self.sources[first].name} and {self.sources[last].name}"
            said = f"case {case} has different dates of birth in {names}; it is read as two children"
            tip = "if they are one child, correct the date of birth; if not, number one of them anew"
            self._say(0, _CASE, "two-children", said, tip)
        shared = each.join(two, on=_KEY, how="anti", maintain_order="left")
        if not shared.is_empty():
            many, first = shared.height, shared[_CASE][0]
            which = f"case {first} stands" if many == 1 else f"{many:,} cases stand"
            among = "" if many == 1 else f", {first} among them"
            said = f"{which} in several files{among}; each is judged once, on the rows of all"
            tip = "make sure that one number means one child in all of them"
            self._say(0, _CASE, "case-in-several-files", said, tip)
        else:
            upn = pl.col(_KEY).str.contains(r"^[a-z][0-9]{11}[0-9a-z]$")
            shares = cases.group_by(_FILE).agg(upn.mean())[_KEY]
            if (shares > 0.5).any() and (shares < 0.5).any():
                said = "no case stands in several files: one numbers its cases by UPN, another does not"
                self._say(0, _CASE, "no-case-joined", said, "export both with the same number for a case")
        return shared.select(_KEY)

    def _say_alike(self, cases: pl.DataFrame, shared: pl.DataFrame) -> None:
        """Say which numbers of different files are one case, or may be, though they are not written alike."""
        spelt = cases.join(shared, on=_KEY, how="semi").unique([_FILE, _CASE], maintain_order=True)
        pairs = spelt.group_by(_SPELT, maintain_order=True).agg(pl.col(_CASE).unique(maintain_order=True))
        for first, other, *_ in pairs.filter(pl.col(_CASE).list.len() > 1)[_CASE].head(_NAMED):
            said = f'"{first}" and "{other}" of another file are read as one case'
            self._say(0, _CASE, "case-number-spelling", said, "write the number in one way")
        numbers = cases.unique(_KEY, keep="first", maintain_order=True)
        file_of = dict(numbers.select(_CASE, _FILE).iter_rows())
        for _, text, _, other in alike(numbers.select(ROW, _CASE)):
            if file_of[text] != file_of[other]:
                one, two = (f'"{name}" of {self.sources[file_of[name]].name}' for name in (text, other))
                said = f"{one} and {two} may be one case; they are kept apart"
                tip = "if they are one case, give each file a date_of_birth, or write the number in one way"
                self._say(0, _CASE, "alike-case-numbers", said, tip)

    def _gone(self, cases: pl.DataFrame) -> dict[int, pl.Series]:
        """Return, for each SEN2 return, its cases that a later one of another year does not hold."""
        gone: dict[int, pl.Series] = {}
        returns = [place for place, source in enumerate(self.sources) if source.known_until]
        for place, later in pairwise(returns):
            one, other = self.sources[place], self.sources[later]
            if one.known_until == other.known_until:
                continue
            in_file = cases.unique([_FILE, _KEY], maintain_order=True)
            before, after = (in_file.filter(pl.col(_FILE) == at)[_KEY] for at in (place, later))
            gone[place] = before.filter(~before.is_in(after.implode()))
            if many := len(gone[place]):
                said = (
                    f"{count(many, 'case')} of {one.name}, {gone[place][0].upper()} among them, "
                    f"{'is' if many == 1 else 'are'} not in {other.name}: what became of what was open is "
                    "unknown"
                )
                self._say(0, _CASE, "left-between-returns", said, "look these cases up", stops="cell")
        return gone

    def _without(self, batch: Batch, columns: frozenset[str], joined: pl.Series, left: pl.Series) -> Batch:
        """Return a batch without the joined rows; what is open on rows that left is unknown."""
        frame = batch.frame.filter(~pl.col(ROW).is_in(joined.implode()))
        unreadable = {
            name: rows.filter(~rows.is_in(joined.implode())) for name, rows in batch.unreadable.items()
        }
        if len(left):
            rows = frame.filter(pl.col(ROW).is_in(left.implode()))
            for deadline in self.rulebook.deadlines:
                self._lose(unreadable, rows, deadline.start_events, deadline.answers, columns)
        return replace(batch, frame=frame, unreadable=unreadable)

    def _lose(
        self,
        unreadable: dict[str, pl.Series],
        rows: pl.DataFrame,
        starts: Iterable[str],
        answers: Iterable[str],
        columns: Iterable[str],
    ) -> None:
        """Note on rows that start a clock that its answers cannot be known where they are blank."""
        begun = [name for name in self.rulebook.columns_of(starts) if name in rows.columns]
        if not begun or rows.is_empty():
            return
        started = rows.filter(pl.any_horizontal(pl.col(name).is_not_null() for name in begun))
        for name in set(self.rulebook.columns_of(answers)).intersection(columns):
            there = pl.col(name).is_null() if name in rows.columns else pl.lit(value=True)
            more = started.filter(there)[ROW]
            if len(more):
                held = unreadable.get(name, pl.Series(dtype=pl.UInt32))
                unreadable[name] = pl.concat([held, more]).unique().sort()

    def _joint(self, shared: pl.DataFrame) -> JoinedCases:
        """Return the rows of the cases that are in several files, newest file first."""
        parts: list[pl.DataFrame] = []
        unreadable: dict[str, list[pl.DataFrame]] = {}
        for place in reversed(range(len(self.sources))):
            rows = shared.filter(pl.col(_FILE) == place).select(ROW, _KEY, _FILE)
            for batch in self.batches[place]:
                parts.append(batch.frame.join(rows, on=ROW, how="inner", maintain_order="left"))
                for name, numbers in batch.unreadable.items():
                    unreadable.setdefault(name, []).append(
                        numbers.to_frame(ROW).with_columns(pl.lit(place, pl.UInt16).alias(_FILE))
                    )
        every = pl.concat(parts, how="diagonal_relaxed")
        spelt = every.unique(_KEY, keep="first").select(_KEY, pl.col(_CASE).alias("spelt"))
        frame = every.join(spelt, on=_KEY, how="left", maintain_order="left")
        frame = frame.with_columns(pl.col("spelt").alias(_CASE)).drop("spelt").rename({ROW: "own"})
        frame = frame.with_row_index(ROW, offset=_BEGIN).with_columns(pl.col(ROW).cast(pl.UInt32))
        renumbered = frame.select(_FILE, pl.col("own").alias(ROW), pl.col(ROW).alias("new"))
        for name, some in unreadable.items():
            cells: pl.DataFrame = pl.concat(some)
            self.lost[name] = cells.join(renumbered, on=[_FILE, ROW])["new"].sort()
        events = [name for name in frame.columns if name in self.rulebook.events]
        for name in sorted(events, key=lambda name: name != REQUEST):
            frame = self._once(frame, name)
        frame = self._one_decision(frame)
        if REQUEST in frame.columns:
            frame = self._reopened(frame)
        for place, source in enumerate(self.sources):
            self._lose_what_it_lacks(frame, place, source.columns)
        if REQUEST in frame.columns:
            self._lose_left_requests(frame)
        columns = reduce(
            lambda first, other: {**first, **other}, (dict(each[0].columns) for each in self.batches if each)
        )
        kept = frame.drop(_KEY, _FILE, "own")
        batch = Batch(kept, self.lost, columns=columns)
        return JoinedCases(frame.select(pl.col("own").alias(ROW)), batch)

    def _reopened(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return rows without the decisions on requests that a newer file holds as open; they are said."""
        there = [name for name in DECISIONS if name in frame.columns]
        unread = pl.concat([self.lost.get(name, pl.Series(dtype=pl.UInt32)) for name in there]).implode()
        asked = frame.filter(pl.col(REQUEST).is_not_null())
        undecided = pl.all_horizontal(pl.col(name).is_null() for name in there) & ~pl.col(ROW).is_in(unread)
        pairs = asked.filter(undecided).select(ROW, _KEY, _FILE, "own", _CASE, REQUEST)
        pairs = pairs.join(asked, on=[_KEY, REQUEST], suffix="_old")
        pairs = pairs.filter(pl.col(_FILE) > pl.col(f"{_FILE}_old"))
        for name in there:
            able = [place for place, source in enumerate(self.sources) if name in source.columns]
            dated = pairs.filter(pl.col(_FILE).is_in(able), pl.col(name).is_not_null())
            for row in dated.iter_rows(named=True):
                here, before = self._where(row), self._where({_FILE: row["file_old"], "own": row["own_old"]})
                said = f"case {row[_CASE]}: {name} is blank in {here} and {row[name]} in {before}"
                self._say(row["own"], name, "two-dates", said, _TRY, stops="cell")
            older = dated[f"{ROW}_old"]
            frame = self._dropped(frame, name, older, pl.concat([dated[ROW], older]))
        return frame

    def _lose_left_requests(self, frame: pl.DataFrame) -> None:
        """Note what is open of the requests of a SEN2 return that a later one, with the case, lacks."""
        ends = [name for name in (*DECISIONS[1:], "withdrawn", "moved_away") if name in frame.columns]
        for place, source in enumerate(self.sources):
            later = [
                at
                for at, other in enumerate(self.sources)
                if source.known_until and other.known_until and other.known_until > source.known_until
            ]
            newer = frame.filter(pl.col(_FILE).is_in(later))
            mine = frame.filter(pl.col(_FILE) == place, pl.col(REQUEST).is_not_null())
            mine = mine.filter(pl.all_horizontal(pl.col(name).is_null() for name in ends))
            gone = mine.join(newer, on=[_KEY, REQUEST], how="anti").join(newer, on=_KEY, how="semi")
            for deadline in self.rulebook.deadlines:
                if REQUEST in deadline.start_events:
                    self._lose(self.lost, gone, (REQUEST,), deadline.answers, frame.columns)
            for row in gone.iter_rows(named=True):
                said = (
                    f"case {row[_CASE]}: the open request of {row[REQUEST]} in {self._where(row)} is in no "
                    "later return, though the case is; what became of it is unknown"
                )
                self._say(row["own"], REQUEST, "left-between-returns", said, "look it up", stops="cell")

    def _once(self, frame: pl.DataFrame, name: str) -> pl.DataFrame:
        """Return rows with an event of one day on one row, and without days that contradict each other."""
        columns = [*map(pl.col, (ROW, _KEY, _FILE, _CASE, "own")), pl.col(name).alias("day")]
        of_request = name not in self._repeated and name != REQUEST and REQUEST in frame.columns
        dated = frame.select(*columns, *([pl.col(REQUEST)] if of_request else [])).filter(
            pl.col("day").is_not_null()
        )
        pairs = dated.join(dated, on=_KEY, suffix="_old").filter(pl.col(_FILE) > pl.col(f"{_FILE}_old"))
        same = pairs.filter(pl.col("day") == pl.col("day_old"))
        apart = (pl.col("day") - pl.col("day_old")).dt.total_days().abs()
        near = apart < (_ONE_REQUEST if name == REQUEST else _ONE_EVENT)
        if of_request:
            near |= pl.col(REQUEST) == pl.col(f"{REQUEST}_old")
        agreed = pl.concat([same[ROW], same[f"{ROW}_old"]]).implode()
        differ = pairs.filter(
            apart > 0, near, ~pl.col(ROW).is_in(agreed), ~pl.col(f"{ROW}_old").is_in(agreed)
        )
        twice = same[f"{ROW}_old"]
        if name in DECISIONS and REQUEST in frame.columns:
            asked = frame.filter(pl.col(REQUEST).is_not_null())[ROW].implode()
            both = pl.col(ROW).is_in(asked) == pl.col(f"{ROW}_old").is_in(asked)
            older = same.filter(~both, pl.col(ROW).is_in(asked))[f"{ROW}_old"]
            twice = pl.concat([older, same.filter(~both, ~pl.col(ROW).is_in(asked))[ROW]])
        elif name == REQUEST:
            twice = twice.clear()  # the rows of one request are put together when it is judged
        for pair in differ.unique(ROW, keep="first", maintain_order=True).iter_rows(named=True):
            here, there = self._where(pair), self._where({_FILE: pair["file_old"], "own": pair["own_old"]})
            said = f"case {pair[_CASE]}: {name} is {pair['day']} in {here} and {pair['day_old']} in {there}"
            self._say(pair["own"], name, "two-dates", said, _TRY, stops="cell")
        contradicted = pl.concat([differ[ROW], differ[f"{ROW}_old"]])
        newer = differ[ROW] if name == REQUEST else contradicted
        return self._dropped(frame, name, pl.concat([contradicted, twice]), newer)

    def _one_decision(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return rows without decisions on one request that differ in kind from file to file, and say so."""
        for kinds in ASKED:
            there = [name for name in kinds if name in frame.columns]
            if len(there) < 2 or REQUEST not in frame.columns:
                continue
            request = [_KEY, REQUEST]
            differ = (pl.col(name).is_not_null().any().over(request) for name in there)
            several = frame.filter(
                pl.col(REQUEST).is_not_null(), *differ, pl.col(_FILE).n_unique().over(request) > 1
            )
            for _, rows in several.group_by(request, maintain_order=True):
                said = [(name, row) for row in rows.iter_rows(named=True) for name in there if row[name]]
                (one, new), (two, old) = said[0], next(each for each in said if each[0] != said[0][0])
                text = (
                    f"case {new[_CASE]}: {one} is {new[one]} in {self._where(new)} and {two} is "
                    f"{old[two]} in {self._where(old)}, for one request of {new[REQUEST]}"
                )
                self._say(new["own"], one, "two-answers", text, _TRY, stops="cell")
            for name in there:
                frame = self._dropped(frame, name, several[ROW], several[ROW])
        return frame

    def _dropped(self, frame: pl.DataFrame, name: str, rows: pl.Series, unknown: pl.Series) -> pl.DataFrame:
        """Return rows of which some have no day of an event, and note on which it cannot be known."""
        if len(unknown):
            held = self.lost.get(name, pl.Series(dtype=pl.UInt32))
            self.lost[name] = pl.concat([held, unknown]).unique().sort()
        return frame.with_columns(pl.when(~pl.col(ROW).is_in(rows.implode())).then(name).alias(name))

    def _lose_what_it_lacks(self, frame: pl.DataFrame, place: int, columns: frozenset[str]) -> None:
        """Note what the rows of a file cannot answer because it lacks a column that another file has."""
        every = frozenset(frame.columns)
        able = {deadline.id for deadline in unjudgeable(self.rulebook, every)}
        mine = frame.filter(pl.col(_FILE) == place)
        for deadline in unjudgeable(self.rulebook, columns):
            if deadline.id in able:
                continue
            rows = mine
            if not deadline.repeats and REQUEST in frame.columns:
                answerable = [
                    other for other, source in enumerate(self.sources)
                    if source.columns.intersection(self.rulebook.columns_of(deadline.answers))
                ]  # fmt: skip
                others = frame.filter(pl.col(_FILE).is_in(answerable), pl.col(REQUEST).is_not_null())
                rows = rows.join(others, on=[_KEY, REQUEST], how="anti")
            self._lose(self.lost, rows, deadline.start_events, deadline.answers, every)

    def _where(self, row: Mapping[str, Any]) -> str:
        return f"{self.sources[row[_FILE]].name}, row {row['own']}"

    def _say(self, row: int, column: str, rule: str, said: str, tip: str, stops: str = "nothing") -> None:
        self.problems.append(Problem(row, column, rule, said, tip, stops))
