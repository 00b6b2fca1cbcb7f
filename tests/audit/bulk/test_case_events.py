"""Cases are put together from their rows whatever the order, the hashes and the size of the file."""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from ehcp_timeline.audit.bulk import case_events as whole_cases
from ehcp_timeline.audit.bulk.case_events import Cases, held_at, merged, nearest
from ehcp_timeline.audit.bulk.case_store import Memory
from ehcp_timeline.audit.bulk.days import NEVER
from ehcp_timeline.audit.bulk.judge import judge
from ehcp_timeline.audit.bulk.lazy_clocks import JoinedClocks
from ehcp_timeline.audit.bulk.row_events import Columns
from ehcp_timeline.audit.bulk.verdicts import Inquiry
from ehcp_timeline.cases.model import Row
from ehcp_timeline.law.loader.rulebook import load_rulebook
from tests.audit.bulk.made import batch_of, batches_of, differences, part_of

LAW = load_rulebook()
AS_AT = date(2025, 6, 1)
PLAN, REVIEW, BEFORE = "plan_issued", "review_decided", "previous_review_decided"


def _held(rows: list[Row], size: int = 2) -> Memory:
    batches = batches_of(rows, LAW, size)
    repeating = [one for one in LAW.deadlines if one.repeats]
    memory = Memory.for_deadlines(repeating, LAW, batches[0].frame.columns)
    for batch in batches:
        memory.add(Columns(batch, LAW, AS_AT.toordinal()))
    return memory


def _scattered(seed: int, rows: int, cases: int) -> list[Row]:
    """Return rows of cases whose dates meet, repeat and lie before and after the as-at date."""
    random = Random(seed)  # noqa: S311  a file made up for a test
    found = []
    for number in range(2, rows + 2):
        events = {
            name: date(2023, 1, 1) + timedelta(days=90 * random.randrange(12))
            for name in (PLAN, REVIEW, BEFORE, "plan_ceased", "plan_transferred", "moved_away")
            if random.random() < 0.4
        }
        found.append(Row(number, f"EHC{random.randrange(cases)}", events))
    return found


@pytest.mark.parametrize("size", [1, 2, 4])
def test_only_rows_on_which_something_stands_are_kept(size: int) -> None:
    """Advice alone says nothing of reviews; a cell that cannot be read may; lines stay as they are."""
    rows = [
        Row(2, "A", {"advice_received": AS_AT}),
        Row(3, "B", {REVIEW: AS_AT}),
        Row(4, "C", {"advice_received": AS_AT}, unreadable=frozenset({BEFORE})),
        Row(5, "D", {}, unreadable=frozenset({"advice_received"})),
    ]
    memory = _held(rows, size)

    assert (memory.height, [line for part in memory.rows for line in part]) == (2, [3, 4])
    assert [at for part in memory.days[REVIEW] for at in part["position"]] == [0]
    assert [at for part in memory.unreadable[BEFORE] for at in part] == [1]
    assert differences(LAW, batches_of(rows, LAW, size), AS_AT) == []


def test_a_file_without_anything_of_reviews_keeps_nothing() -> None:
    """Nothing is held of it, and both readers say the same."""
    rows = [Row(number, f"A{number}", {"advice_received": AS_AT}) for number in range(2, 5)]

    assert _held(rows).height == 0
    assert differences(LAW, batches_of(rows, LAW, 2), AS_AT) == []


def test_what_no_column_can_start_keeps_nothing() -> None:
    """A plan's `request_received` matters to a release from detention alone: kept only with its column."""
    plan = Row(2, "A", {PLAN: AS_AT, "request_received": AS_AT})
    other = Row(3, "B", {"request_received": AS_AT})
    released = Row(4, "C", {"detained_to": AS_AT})

    reviews, all_of_them = _held([plan, other]), _held([plan, other, released])

    assert ({*reviews.days}, reviews.height) == ({PLAN}, 1)
    assert ({*all_of_them.days}, all_of_them.height) == ({PLAN, "request_received", "detained_to"}, 3)
    assert differences(LAW, batches_of([plan, other], LAW, 1), AS_AT) == []


@pytest.mark.slow
@pytest.mark.parametrize("size", [1, 7, 120])
def test_chains_do_not_depend_on_the_batches(size: int) -> None:
    """The same rows in one batch or in many: the single reader's clocks each time."""
    rows = _scattered(5, 120, 27)

    assert differences(LAW, batches_of(rows, LAW, size), AS_AT) == []


@pytest.mark.parametrize("hashed", [[7, 7, 7, 7], [9, 8, 9, 8], [2**63 + 1, 2**63, 2**63 + 1, 2**63]])
def test_cases_whose_hashes_are_the_same_are_kept_apart(hashed: list[int]) -> None:
    """Where the first hash, or its upper bits, bring two cases together, the second parts them."""
    memory = _held([Row(number, case, {PLAN: AS_AT}) for number, case in enumerate("ABAB", 2)], 4)
    hashes = memory.hashes[0]
    memory.hashes[0] = hashes.with_columns(pl.Series(hashes.columns[0], hashed, pl.UInt64))

    cases = Cases(memory, Inquiry(LAW, AS_AT))

    assert cases.split(cases.keys((PLAN,), "happened"))[0].to_list() == [0, 1]


@pytest.mark.slow
def test_chains_do_not_depend_on_the_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A first hash that is the same for every case changes no clock."""
    monkeypatch.setattr(Memory, "add", _with_one_hash(Memory.add))

    assert differences(LAW, batches_of(_scattered(6, 120, 30), LAW, 50), AS_AT) == []


@pytest.mark.parametrize("case", [8, pytest.param(9, marks=pytest.mark.slow)])
def test_cases_judged_in_halves_give_the_same_clocks(case: int) -> None:
    """A large file is judged on two threads; its clocks come in row order, and some of them too."""
    rows = [*_scattered(case, 120, 30), Row(200, "LOST", {}, unreadable=frozenset({PLAN}))]
    law = part_of(LAW, *(one.id for one in LAW.deadlines if one.repeats))
    batches = batches_of(rows, law, 50)
    assert differences(law, batches, AS_AT, large=0) == []

    *_, last = judge(law, batches, AS_AT, large=0)
    clocks = last.clocks["review.annual"]
    some = pl.Series([*range(clocks.height - 1, 0, -3), 0, 17], dtype=pl.UInt32)
    assert isinstance(clocks, JoinedClocks)
    assert len(clocks.parts) == 2
    assert_frame_equal(clocks.at(some).frame(), clocks.frame()[some])


Add = Callable[[Memory, Columns, Memory | None], None]


def _with_one_hash(add: Add) -> Add:
    def added(memory: Memory, batch: Columns, other: Memory | None = None) -> None:
        add(memory, batch, other)
        same = pl.lit(1, dtype=pl.UInt64).alias(memory.hashes[-1].columns[0])
        memory.hashes[-1] = memory.hashes[-1].with_columns(same)

    return added


@pytest.mark.slow
def test_a_file_too_large_to_pack_is_sorted_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where case, day and row do not fit one number, they are sorted as two."""
    monkeypatch.setattr(whole_cases, "LARGEST", 1)

    assert differences(LAW, batches_of(_scattered(7, 120, 30), LAW, 50), AS_AT) == []


def test_the_first_row_of_a_case_stands_for_it() -> None:
    """A case is the position of its first row, over all batches."""
    cases = Cases(
        _held([Row(number, case, {PLAN: AS_AT}) for number, case in enumerate("BABC", 2)]),
        Inquiry(LAW, AS_AT),
    )

    assert cases.split(cases.keys((PLAN,), "happened"))[0].to_list() == [0, 1, 3]
    assert cases.row.to_list() == [2, 3, 4, 5]


def test_what_has_not_happened_is_not_among_the_keys() -> None:
    """A date after the as-at date is no answer; it is kept for the problem of a start on two rows."""
    later = AS_AT + timedelta(days=1)
    rows = [Row(2, "A", {REVIEW: AS_AT}), Row(3, "A", {REVIEW: later}), Row(4, "A", {REVIEW: later})]
    cases = Cases(_held(rows), Inquiry(LAW, AS_AT))

    assert cases.split(cases.keys((REVIEW,), "happened"))[1].to_list() == [AS_AT.toordinal()]
    assert cases.split(cases.dates(REVIEW).key)[1].to_list() == [
        day.toordinal() for day in (AS_AT, later, later)
    ]
    assert cases.dates(REVIEW).first.to_list() == [True, True, False]
    assert differences(LAW, batches_of(rows, LAW, 2), AS_AT) == []


def test_days_outside_the_file_find_what_lies_inside() -> None:
    """A search from before all dates finds the first, from after them the last, and never another case."""
    rows = [Row(2, "A", {REVIEW: date(2025, 1, 1)}), Row(3, "B", {REVIEW: date(2025, 2, 1)})]
    cases = Cases(_held(rows), Inquiry(LAW, AS_AT))
    keys, edge = cases.keys((REVIEW,), "happened"), cases.edge(pl.Series([0, 1]))
    days = [date(2025, 1, 1).toordinal(), date(2025, 2, 1).toordinal()]

    assert cases.find(keys, edge, 0, "forward").to_list() == days
    assert cases.find(keys, edge, NEVER, "backward").to_list() == days
    assert cases.find(keys, edge, NEVER, "forward").to_list() == [NEVER, NEVER]
    assert cases.find(keys, edge, 0, "backward").to_list() == [NEVER, NEVER]
    assert cases.find(keys, edge, days[0] + 1, "forward").to_list() == [NEVER, days[1]]
    assert cases.find(keys, edge, days[1] - 1, "backward").to_list() == [days[0], NEVER]


def test_the_nearest_key_in_any_order() -> None:
    """Needles need not be sorted; one that nothing answers finds nothing."""
    keys = pl.Series([10, 20, 30])

    assert nearest(keys, pl.Series([25, 10, 31]), "forward").to_list() == [30, 10, None]
    assert nearest(keys, pl.Series([25, 9, 30]), "backward").to_list() == [20, None, 30]


def test_merged_keys_stand_once() -> None:
    """Columns are merged in order, each number once; no column is an empty one."""
    assert merged([pl.Series([1, 3]), pl.Series([], dtype=pl.Int64), pl.Series([1, 2])]).to_list() == [
        1,
        2,
        3,
    ]
    assert merged([]).to_list() == []
    assert merged([pl.Series([4, 5])]).to_list() == [4, 5]


def test_positions_are_held_for_their_own_key_alone() -> None:
    """A key for which no position is held has none."""
    found = held_at(pl.Series([1, 2, 4]), pl.Series([1, 3, 4]), pl.Series([7, 8, 9], dtype=pl.UInt32))

    assert found.to_list() == [7, NEVER, 9]


def test_a_start_on_three_rows_is_told_twice() -> None:
    """The problem names the first row, whichever batch it stood in."""
    rows = [Row(number, "A", {PLAN: AS_AT}) for number in (2, 5, 9)]
    batches = [batch_of([row], LAW) for row in rows]

    assert differences(LAW, batches, AS_AT) == []
