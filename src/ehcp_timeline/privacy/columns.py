"""Whether a hidden number can vary, and the cheapest number to hide with it, found column by column.

In a table with totals across and down every number joins a row to a column, and there are few columns. So it
is enough to know, for each pair of columns, how many rows let one unit pass from one to the other: a way from
a number's column back to its row is then a walk over a few bits, however many rows there are. The answers are
those of `secondary.can_vary` and `secondary.cheapest_way`, which search the whole network.
"""

from collections.abc import Mapping
from functools import cache
from math import inf

from ehcp_timeline.privacy.secondary import Network, Range, Values


class ColumnWays:
    """The ways in which one unit may move along the hidden numbers of a table that adds across and down.

    Columns are bits: 1 for the first, 2 for the second, 4 for the third.
    """

    def __init__(self, table: Network, values: Values, known: Mapping[int, Range], large: Range) -> None:
        """Take the numbers that are hidden, each with its range; `large` is the range of any hidden later."""
        width, rows = table.width, len(values) // table.width
        self.table = table
        self.values = values
        self.known = dict(known)
        self._large = large
        self.into = [0] * rows  # for each row the columns from which one unit may come
        self.out = [0] * rows  # and those to which one may go
        for place, own in known.items():
            row, column = divmod(place, width)
            goes_out, comes_in = self._ways(place, own)
            self.out[row] |= goes_out << column
            self.into[row] |= comes_in << column
        self._by_some = [0] * width  # for each column those to which at least one row lets one unit pass
        self._by_two = [0] * width  # and those to which at least two do
        for into, out in zip(self.into, self.out, strict=True):
            self._pass(into, out)
        self._note_reached()

    def add(self, place: int, own: Range) -> None:
        """Take one more hidden number."""
        self.known[place] = own
        row, column = divmod(place, self.table.width)
        goes_out, comes_in = self._ways(place, own)
        before = tuple(self._by_two)
        if goes_out:
            self._pass(self.into[row], 1 << column)
            self.out[row] |= 1 << column
        if comes_in:
            self._pass(1 << column, self.out[row])
            self.into[row] |= 1 << column
        if before != tuple(self._by_two):
            self._note_reached()

    def _pass(self, into: int, out: int) -> None:
        """Note that one more row lets one unit pass from some columns to others."""
        for column in _columns(into):
            self._by_two[column] |= self._by_some[column] & out
            self._by_some[column] |= out

    def _ways(self, place: int, own: Range) -> tuple[bool, bool]:
        """Return whether one unit may go along a number from its row to its column, and the other way."""
        more, less = self.values[place] < own.most, self.values[place] > own.least
        return (less, more) if self.table.totals[place] == 1 else (more, less)

    def can_vary(self, place: int) -> bool:
        """Say whether a hidden number could have another value with nothing else hidden."""
        row, column = divmod(place, self.table.width)
        bit = 1 << column
        goes_out, comes_in = self._ways(place, self.known[place])
        # a unit that goes out along the number comes back to the row from another column, and the reverse
        back, forth = goes_out and self.into[row] & ~bit, comes_in and self.out[row] & ~bit
        if back & self._reached[column] or forth & self._reaching[column]:
            return True  # without this row, because another row lets it pass too
        return bool(back and self._from(bit, row) & back) or bool(forth and self._from(forth, row) & bit)

    def _note_reached(self) -> None:
        """Note which columns can be reached from which whatever row may not be passed."""
        columns = range(self.table.width)
        reached = list(self._by_two)
        for through in columns:
            for start in columns:
                if reached[start] >> through & 1:
                    reached[start] |= reached[through]
        self._reached = reached
        self._reaching = [
            sum(1 << start for start in columns if reached[start] >> goal & 1) for goal in columns
        ]

    def _from(self, columns: int, without: int) -> int:
        """Return the columns that one unit can reach from some without passing a row."""
        into, out = self.into[without], self.out[without]
        met = waiting = columns
        while waiting:
            bit = waiting & -waiting
            waiting ^= bit
            column = bit.bit_length() - 1
            to = self._by_some[column]
            if into & bit:
                to &= self._by_two[column] | ~out
            waiting |= to & ~met
            met |= to
        return met

    def _to(self, columns: int, without: int) -> int:
        """Return the columns from which one unit can reach one of some without passing a row."""
        into, out = self.into[without], self.out[without]
        met, found = 0, columns
        while found != met:
            met = found
            for before in range(self.table.width):
                bit = 1 << before
                if not met & bit:
                    to = self._by_some[before]
                    if into & bit:
                        to &= self._by_two[before] | ~out
                    if to & met:
                        found |= bit
        return met

    def cheapest_way(self, place: int, costs: Mapping[int, int], dearer: int) -> Values | None:
        """Return what `secondary.cheapest_way` does if one more number of the same row must be hidden.

        Nearly every way is so: it leaves the row by a number that is printed, and comes back to the column
        along hidden ones.

        Args:
            place: A hidden number that cannot vary yet.
            costs: What it costs to hide each number that may be hidden; nothing if it is.
            dearer: What any printed number of another row costs at least.

        Returns:
            None where the cheapest way may be another, or there are several.
        """
        width = self.table.width
        row, column = divmod(place, width)
        goes_out, comes_in = self._ways(place, self.known[place])
        back = self._from(1 << column, row) if goes_out else 0
        forth = self._to(1 << column, row) if comes_in else 0
        alone, with_others = dict[int, int](), inf
        for other, at in enumerate(range(row * width, (row + 1) * width)):
            if other == column or at not in costs:
                continue
            bit = 1 << other
            out, into = self._ways(at, self.known.get(at) or self._large)
            for goes, reached in ((goes_out and into, back), (comes_in and out, forth)):
                if goes and reached & bit:
                    alone[at] = costs[at]
                elif goes:
                    with_others = min(with_others, costs[at] + dearer)
        if not alone:
            return None
        best = min(alone.values())
        places = tuple(at for at, cost in alone.items() if cost == best)
        return places if len(places) == 1 and best < with_others else None


@cache
def _columns(bits: int) -> tuple[int, ...]:
    return tuple(column for column in range(bits.bit_length()) if bits >> column & 1)
