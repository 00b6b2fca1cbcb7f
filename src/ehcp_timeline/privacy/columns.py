"""Whether a hidden number can vary, and the cheapest number to hide with it, found column by column.

In a table with totals across and down every number joins a row to a column, and there are few columns. So it
is enough to know, for each pair of columns, how many rows let one unit pass from one to the other: a way from
a number's column back to its row is then a walk over a few bits, however many rows there are. The answers are
those of `secondary.can_vary` and `secondary.cheapest_way`, which search the whole network.
"""

from collections.abc import Mapping
from math import inf

from ehcp_timeline.privacy.secondary import Network, Range, Values

_NONE = 0


class ColumnWays:
    """The ways in which one unit may move along the hidden numbers of a table that adds across and down.

    Columns are bits: 1 for the first, 2 for the second, 4 for the third.
    """

    def __init__(self, table: Network, values: Values, known: Mapping[int, Range], large: Range) -> None:
        """Take the numbers that are hidden, each with its range; `large` is the range of any hidden later."""
        width = table.width
        self.table = table
        self.values = values
        self.known = dict[int, Range]()
        self._large = large
        rows = len(values) // width
        self.into = [_NONE] * rows  # for each row the columns from which one unit may come
        self.out = [_NONE] * rows  # and those to which one may go
        self._passing = [0] * (width * width)  # how many rows let one unit pass between two columns
        self._by_some = [_NONE] * width  # for each column those to which at least one row lets it pass
        self._by_two = [_NONE] * width  # and those to which at least two do
        self._reached: list[int] = []  # for each column those that it leads to though one row be closed
        self._reaching: list[int] = []
        for place, own in known.items():
            self.add(place, own)

    def add(self, place: int, own: Range) -> None:
        """Take one more hidden number."""
        self.known[place] = own
        row, column = divmod(place, self.table.width)
        goes_out, comes_in = self._ways(place, own)
        bit = 1 << column
        if goes_out:
            for before in _columns(self.into[row] & ~bit):
                self._pass(before, column)
            self.out[row] |= bit
        if comes_in:
            for after in _columns(self.out[row] & ~bit):
                self._pass(column, after)
            self.into[row] |= bit

    def _pass(self, before: int, after: int) -> None:
        at = before * self.table.width + after
        self._passing[at] += 1
        if self._passing[at] == 1:
            self._by_some[before] |= 1 << after
        elif self._passing[at] == 2:
            self._by_two[before] |= 1 << after
            self._reached = []

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
        if not self._reached:
            self._note_reached()
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
        met, found = _NONE, columns
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


def _columns(bits: int) -> list[int]:
    return [column for column in range(bits.bit_length()) if bits >> column & 1]
