"""Sections on a terminal and in a pipe: nothing cut, nothing steered, no meaning in colour alone."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehcp_timeline.output.sections import Section, TableColumn, plain_text, without_empty_columns
from ehcp_timeline.output.terminal import terminal_text

COLUMNS = (
    TableColumn("case", "fixed"),
    TableColumn("due", "fixed"),
    TableColumn("days", "number"),
    TableColumn("note"),
)
LONG = "EHC-" + "0123456789" * 4
SECTION = Section(
    "Overdue: 1", columns=COLUMNS, rows=((LONG, "2025-08-20", "1,148", "word " * 20),), alarm=True
)


def test_plain_text_is_aligned_and_whole() -> None:
    """Numbers stand to the right, text to the left, a long line stays one line."""
    rows = (("C-1", "2025-08-20", "148", "a"), ("C-22", "2024-01-01", "7", "b"))
    text = plain_text([Section("Overdue: 2", columns=COLUMNS, rows=rows), Section(before=("end",))])

    assert text == (
        "Overdue: 2\n"
        "case  due         days  note\n"
        "C-1   2025-08-20   148  a\n"
        "C-22  2024-01-01     7  b\n"
        "\n"
        "end\n"
    )


@pytest.mark.parametrize("width", [60, 80, 200])
def test_ids_and_dates_are_never_cut(width: int) -> None:
    """Where they fit, the whole id, date and number stand on one line; nothing is wider than the window."""
    lines = terminal_text([SECTION], width=max(width, 72), colour=False).splitlines()

    assert any(LONG in line and "2025-08-20" in line and "1,148" in line for line in lines)
    assert max(map(len, lines)) <= max(width, 72)


@pytest.mark.parametrize("width", [20, 60])
def test_a_table_that_cannot_fit_is_drawn_as_records(width: int) -> None:
    """Each cell has a line of its own with its heading; rows are parted by a blank line."""
    rows = (("EHC-1", "2025-08-20", "1,148", "a note"), ("EHC-2", "2025-08-21", "", "another"))
    columns = (*COLUMNS, TableColumn("a column that is much wider than the window", "fixed"))
    wide = Section("t", columns=columns, rows=tuple((*row, "x" * 50) for row in rows))
    lines = terminal_text([wide], width=width, colour=False).splitlines()

    assert lines[:5] == ["t", "case: EHC-1", "due: 2025-08-20", "days: 1,148", "note: a note"]
    assert lines[lines.index("") + 1 :][:3] == ["case: EHC-2", "due: 2025-08-21", "note: another"]
    assert max(map(len, lines)) <= width


def test_a_table_that_says_what_its_rows_are_about_is_drawn_in_parts() -> None:
    """The first columns stand before each part; where not even one other column fits, rows are records."""
    names = ("group", "day", "first", "second", "third")
    columns = tuple(TableColumn(name, "fixed") for name in names)
    wide = Section("t", columns=columns, rows=(("North", "12", "a" * 20, "b" * 20, "c" * 20),), repeated=2)

    def drawn(width: int) -> list[str]:
        return terminal_text([wide], width=width, colour=False).splitlines()

    assert drawn(76)[1] == f"group  day  {'first':20}  {'second':20}  third"
    assert drawn(75) == [
        "t",
        f"group  day  {'first':20}  second",
        f"North  12   {'a' * 20}  {'b' * 20}",
        "",
        "group  day  third",
        f"North  12   {'c' * 20}",
    ]
    assert drawn(32)[1:3] == ["group  day  first", f"North  12   {'a' * 20}"]
    assert drawn(31)[1:4] == ["group: North", "day: 12", f"first: {'a' * 20}"]


def test_a_table_that_fits_stays_within_the_window() -> None:
    """At 80 columns no line of a table with ordinary ids is longer."""
    rows = (("EHC-000123", "2025-08-20", "1,148", "a long note that has to be folded " * 3),)
    text = terminal_text([Section("t", columns=COLUMNS, rows=rows)], width=80, colour=False)

    assert max(map(len, text.splitlines())) <= 80


WORDS = st.lists(st.text("abcxyz-_", min_size=1, max_size=20), min_size=1, max_size=12).map(" ".join)
LINES = st.lists(st.tuples(WORDS, WORDS, WORDS, WORDS), min_size=1, max_size=5)


@given(rows=LINES, width=st.integers(20, 160))
def test_no_word_of_any_column_is_lost(rows: list[tuple[str, ...]], width: int) -> None:
    """However the columns are folded, every word of every cell is on the page, whole."""
    columns = (TableColumn("a", "fixed"), TableColumn("b"), TableColumn("c"), TableColumn("d", "number"))
    section = Section(columns=columns, rows=tuple(rows))
    drawn = terminal_text([section], width=width, colour=False)
    missing = [word for row in rows for cell in row for word in cell.split() if word not in drawn]

    assert missing == [] or max(map(len, missing)) > width


def test_the_room_goes_to_what_is_folded_most() -> None:
    """A long column is given what a short one does not need."""
    columns = (TableColumn("short"), TableColumn("long"))
    section = Section(columns=columns, rows=(("one two", "word " * 12),))

    lines = terminal_text([section], width=40, colour=False).splitlines()
    assert lines[1:] == ["one    word word word word word word", "two    word word word word word word"]


def test_what_is_optional_gives_way_to_what_is_not() -> None:
    """In a narrow window the last optional columns are left out; plain text keeps them all."""
    columns = (*COLUMNS[:3], TableColumn("caseworker", optional=True), TableColumn("team", optional=True))
    section = Section(
        columns=columns, rows=(("EHC-000123", "2025-08-20", "148", "A. Khan", "Assessment North"),)
    )
    narrow = terminal_text([section], width=44, colour=False)

    assert "Khan" in narrow
    assert "Assessment" not in narrow
    assert narrow.endswith("\nLeft out, to fit 44 columns: team.\n")
    assert "Assessment" in terminal_text([section], width=60, colour=False)
    assert "Assessment North" in plain_text([section])


def test_a_command_is_never_folded() -> None:
    """A line that begins with blanks can be copied whole, however narrow the window; prose is folded."""
    line = "  ehcp check " + "cases.csv " * 10
    text = terminal_text([Section(before=(line, "word " * 20))], width=40, colour=False)

    assert text.splitlines()[0] == line.rstrip()
    assert max(map(len, text.splitlines()[1:])) <= 40


def test_a_table_without_headings_has_no_empty_first_line() -> None:
    """Labels and what stands beside them begin at once, on a terminal and in a pipe."""
    section = Section("t", columns=(TableColumn("", "fixed"), TableColumn("")), rows=(("Law", "reg 5"),))

    assert plain_text([section]) == "t\nLaw  reg 5\n"
    assert terminal_text([section], width=40, colour=False) == "t\nLaw  reg 5\n"


def test_colour_adds_nothing() -> None:
    """Without its colours the coloured page is the plain page, and without colour there are no escapes."""
    coloured = terminal_text([SECTION], width=80, colour=True)
    bare = terminal_text([SECTION], width=80, colour=False)

    assert "\x1b[" in coloured
    assert "\x1b" not in bare
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured).split() == bare.split()


@given(st.text(min_size=1))
def test_no_cell_can_steer_the_screen(cell: str) -> None:
    """Whatever a cell holds, the only escapes are the page's own colours, and the cell is never markup."""
    section = Section(
        cell, before=(cell,), columns=(TableColumn("x", "fixed"),), rows=((cell,),), after=(cell,)
    )
    for text in (terminal_text([section], width=80, colour=True), plain_text([section])):
        rest = re.sub(r"\x1b\[[0-9;]*m", "", text)
        assert not any(one < " " and one != "\n" for one in rest)
        assert not any("\x7f" <= one <= "\x9f" or "\u2028" <= one <= "\u202e" for one in rest)


def test_markup_in_a_case_file_is_text() -> None:
    """Square brackets and colons that Rich would read as markup are printed."""
    section = Section(columns=(TableColumn("x"),), rows=(("[link=http://a]b[/link] :smile: [red]c[/red]",),))

    assert "[link=http://a]b[/link] :smile: [red]c[/red]" in terminal_text([section], width=80, colour=True)


def test_empty_columns_are_left_out() -> None:
    """A column in which no row has a word is not drawn."""
    kept = without_empty_columns(Section(columns=COLUMNS, rows=(("C-1", "", "5", ""), ("C-2", "", "", ""))))

    assert [column.heading for column in kept.columns] == ["case", "days"]
    assert kept.rows == (("C-1", "5"), ("C-2", ""))
