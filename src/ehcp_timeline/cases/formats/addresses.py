"""Gives cells of a worksheet the addresses that Excel shows."""


def address(row: int, column: int) -> str:
    """Return the address of a cell, both counted from 1.

    >>> address(12, 28)
    'AB12'
    """
    letters = ""
    while column:
        column, place = divmod(column - 1, 26)
        letters = chr(ord("A") + place) + letters
    return f"{letters}{row}"
