"""The two readers say the same of every clock, in every column, whatever the file and whatever the law."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ehcp_timeline.audit.bulk.cross_check import verified
from ehcp_timeline.audit.bulk.judge import LARGE
from ehcp_timeline.cases.model import Row
from ehcp_timeline.law.loader.rulebook import load_rulebook
from ehcp_timeline.law.rulebook import Rulebook
from tests.audit.bulk.drawn import days, files, rulebooks
from tests.audit.bulk.made import batches_of, differences, part_of, whole_file

LAW = load_rulebook()
EVERY = [deadline.id for deadline in LAW.deadlines]
OFTEN = [*EVERY, *(len(EVERY) // 3 * [one.id for one in LAW.deadlines if one.repeats])]
COVERED = st.dates(date(2014, 6, 1), date(2027, 3, 1))
HALVED = st.sampled_from([LARGE, 0])  # whether the cases are judged in two halves
NEAR = st.dates(date(2019, 11, 1), date(2020, 11, 30))  # the excuses of 2020 among them


@st.composite
def _drawn(draw: st.DrawFn) -> tuple[Rulebook, list[Row], date]:
    rulebook = draw(rulebooks())
    return rulebook, draw(files(rulebook, days)), draw(days)


@pytest.mark.slow
@settings(max_examples=2 * settings().max_examples)
@given(drawn=_drawn(), size=st.integers(1, 20), large=HALVED)
def test_any_small_rulebook_is_read_alike(
    drawn: tuple[Rulebook, list[Row], date], size: int, large: int
) -> None:
    """Random words of the closed vocabulary over a random file: no column of any clock differs."""
    rulebook, rows, as_at = drawn

    assert differences(rulebook, batches_of(rows, rulebook, size), as_at, large=large) == []


@st.composite
def _of_the_law(draw: st.DrawFn) -> tuple[Rulebook, list[Row], date]:
    """Draw a file for a few deadlines, which is searched faster, or for the whole law."""
    ids = draw(st.lists(st.sampled_from(OFTEN), max_size=3))
    rulebook = part_of(LAW, *ids) if ids else LAW
    return rulebook, draw(files(rulebook, NEAR | COVERED)), draw(NEAR | COVERED)


@given(drawn=_of_the_law(), size=st.integers(1, 20), large=HALVED)
def test_some_files_are_judged_alike_by_the_law(
    drawn: tuple[Rulebook, list[Row], date], size: int, large: int
) -> None:
    """The law over a random file: no column of any clock differs, and no sample of `check` does."""
    _judged_alike(*drawn, size, large)


@pytest.mark.slow
@settings(max_examples=3 * settings().max_examples)
@given(drawn=_of_the_law(), size=st.integers(1, 20), large=HALVED)
def test_any_file_is_judged_alike_by_the_law(
    drawn: tuple[Rulebook, list[Row], date], size: int, large: int
) -> None:
    """The same over three times as many files."""
    _judged_alike(*drawn, size, large)


def _judged_alike(rulebook: Rulebook, rows: list[Row], as_at: date, size: int, large: int) -> None:
    batches = batches_of(rows, rulebook, size)

    assert differences(rulebook, batches, as_at, large=large) == []
    assert len(whole_file(verified)(rulebook, batches, as_at, 4, large=large)) == len(batches) + 1
