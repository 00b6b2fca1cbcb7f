"""Names in a one-byte encoding are read in the one in which they make sense, or are warned of."""

from pathlib import Path

import pytest

from tests.cases.made import briefly, column, read

NAMES = ["Zoë", "Amélie", "José", "François", "Núñez", "Siân", "Jürgen"]


def names(encoding: str, *some: str) -> bytes:
    """Return a file with these names."""
    rows = "".join(f"A{number},{name}\n" for number, name in enumerate(some, start=1))
    return f"case_id,name\n{rows}".encode(encoding)


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman", "cp850"])
def test_names_are_read_in_their_encoding(tmp_path: Path, encoding: str) -> None:
    """An old Mac's and DOS's are read, and said, so that somebody checks."""
    batch = read(tmp_path, names(encoding, *NAMES))

    assert column(batch, "name") == NAMES
    assert briefly(batch.problems) == ([] if encoding == "cp1252" else [(0, "", "mixed-encodings")])


@pytest.mark.parametrize(
    "name", ["O’Neill", "Children’s team", "“on hold”", "Zoë – ‘tbc’ …", "€5 café", "£40"]
)
def test_windows_quotation_marks_and_dashes_are_no_accents(tmp_path: Path, name: str) -> None:
    """They are letters in other encodings."""
    batch = read(tmp_path, names("cp1252", name))

    assert (column(batch, "name"), batch.problems) == ([name], ())


def test_a_name_that_makes_sense_in_two_encodings_is_warned_of(tmp_path: Path) -> None:
    """`Zo` and one byte: an ë of DOS, an â of a Mac."""
    batch = read(tmp_path, names("cp850", "Zoë"))

    assert briefly(batch.problems) == [(0, "", "mixed-encodings")]
