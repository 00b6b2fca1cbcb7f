"""Gives cells of a worksheet the addresses that Excel shows."""

from collections.abc import Mapping
from dataclasses import replace

from ehcp_timeline.cases.model import Problem


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


def with_address(problem: Problem, places: Mapping[str, int]) -> Problem:
    """Return the problem of a cell with its address, any other as it is; places of columns count from 0."""
    if problem.stops != "cell" or problem.column not in places:
        return problem
    return replace(problem, problem=f"{address(problem.row, places[problem.column] + 1)}: {problem.problem}")
