"""Tells by a look at its headings whether a file may be one table of a SEN2 return, before more is loaded."""

from collections.abc import Sequence

from ehcp_timeline.cases.headings import fold

KEY = "tableid"
_TIES = (KEY, "personid")  # every table of every shape has a heading that ends so


def first_line(heading: str) -> str:
    r"""Return the first line of a heading: in the DfE's template an instruction follows.

    >>> first_line("Person ID\n\n(This must be a unique ID for each Person record)")
    'Person ID'
    """
    return heading.strip().partition("\n")[0].strip()


def may_be_table(headings: Sequence[str]) -> bool:
    """Return whether some heading numbers persons or requests, as no other file need do."""
    return any(fold(first_line(heading)).endswith(_TIES) for heading in headings)
