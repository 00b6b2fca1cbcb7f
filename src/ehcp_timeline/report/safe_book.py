"""Begins an Excel workbook in which no text of a case file can become a formula, a link or a number."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any


@contextmanager
def safe_book(
    title: str,
    made: datetime,
    *,
    author: str = "",
    **options: Any,  # noqa: ANN401 - what xlsxwriter knows
) -> Iterator[tuple[Any, io.BytesIO]]:
    """Give a workbook to write, and the page that holds its bytes once it is closed.

    Args:
        title: Name of the document.
        made: What stands for the moment of writing, so that the same input gives the same bytes.
        author: Who made it.
        options: More that xlsxwriter knows, as a font.
    """
    import xlsxwriter  # type: ignore[import-untyped]  # a fifth of a second to load, for this alone

    page = io.BytesIO()
    safe = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(page, {**options, **safe}) as book:
        book.set_properties({"title": title, "author": author, "created": made})
        yield book, page
