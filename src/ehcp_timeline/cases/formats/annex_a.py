"""The list of plans that area inspections ask for (Annex A, list 1): it can show overdue reviews.

The list has the latest review of each plan and no column for one that is still to be decided. That open
review is what the clock runs for, so a blank column for it is added. Earlier reviews are not in the list, and
clocks that need them stay unknown.
"""

from collections.abc import Iterable
from dataclasses import replace

import polars as pl

from ehcp_timeline.cases.headers import Spellings, fold, match
from ehcp_timeline.cases.sheet import Sheet, widened

_LIST_1 = ("uniqueid", "dateinitialehcplanissued", "dateupdatedehcplanissued", "dateehcplanlastreviewed")
OPEN_REVIEW = "review_decided"


def is_list_1(headings: Iterable[str]) -> bool:
    """Return whether these are the headings of the list."""
    return set(map(fold, headings)).issuperset(_LIST_1)


def with_open_review(sheet: Sheet, spellings: Spellings) -> Sheet:
    """Return an Annex A list with a blank column for the review still to come; any other file as it is."""
    if not is_list_1(sheet.headings) or OPEN_REVIEW in match(sheet.headings, spellings):
        return sheet
    return replace(
        sheet,
        encoding=f"{sheet.encoding}, Annex A list 1 (only the latest review of each plan)",
        headings=(*sheet.headings, OPEN_REVIEW),
        blocks=widened(sheet, [pl.lit(None, pl.String).alias(str(len(sheet.headings)))]),
    )
