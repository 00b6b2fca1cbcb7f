"""A record is what a dataclass is: each class is made both ways, and both are asked the same."""

import copy
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, asdict, dataclass, is_dataclass
from typing import Any

import pytest

from ehcp_timeline.record import field, fields, record, replace


def classes(decorator: Callable[..., Any]) -> dict[str, Any]:
    """Return classes of every kind that the package has, made by a decorator."""

    @decorator(frozen=True, slots=True, order=True)
    class Day:
        number: int
        text: str = field(default="none", compare=False)
        secret: str = field(default="never shown", repr=False)

    @decorator(slots=True)
    class Tally:
        name: str
        parts: list[int] = field(default_factory=list)
        total: int = field(init=False, default=0)

        def __post_init__(self) -> None:
            self.total = sum(self.parts)

    @decorator(frozen=True, slots=True, kw_only=True)
    class Named:
        first: int
        last: int = 9

    @decorator(frozen=True, slots=True)
    class Empty:
        pass

    @decorator(frozen=True)
    class Base:
        one: int

    @decorator(frozen=True)
    class Derived(Base):
        two: tuple[int, ...] = (2,)

    @decorator(eq=False)
    class Itself:
        one: int

    return {each.__name__: each for each in (Day, Tally, Named, Empty, Base, Derived, Itself)}


BOTH = [classes(dataclass), classes(record)]
MADE: dict[str, Callable[[dict[str, Any]], object]] = {
    "positions": lambda of: of["Day"](3, "x"),
    "defaults": lambda of: of["Day"](3),
    "a list of its own": lambda of: (of["Tally"]("a").parts, of["Tally"]("b").parts),
    "set after the others": lambda of: of["Tally"]("a", [1, 2]).total,
    "by name": lambda of: of["Named"](first=1),
    "no fields": lambda of: of["Empty"](),
    "inherited fields first": lambda of: of["Derived"](1, (3,)),
    "a copy with another value": lambda of: replace(of["Derived"](1), one=4),
    "as a dictionary": lambda of: asdict(of["Tally"]("a", [1])),
    "names of fields": lambda of: [part.name for part in fields(of["Derived"])],
    "deep copy": lambda of: copy.deepcopy(of["Day"](3, "x")),
}
COMPARED: dict[str, Callable[[dict[str, Any]], object]] = {
    "equal": lambda of: of["Day"](3) == of["Day"](3, "left out of the comparison"),
    "unequal": lambda of: of["Day"](3) == of["Day"](4),
    "no fields are equal": lambda of: of["Empty"]() == of["Empty"](),
    "another class is unequal": lambda of: of["Base"](1) == of["Derived"](1),
    "lower": lambda of: of["Day"](3) < of["Day"](4),
    "not lower": lambda of: of["Day"](4) < of["Day"](4),
    "at most": lambda of: of["Day"](4) <= of["Day"](4),
    "greater": lambda of: of["Day"](5) > of["Day"](4),
    "at least": lambda of: of["Day"](3) >= of["Day"](4),
    "same hash": lambda of: hash(of["Day"](3)) == hash(of["Day"](3, "x")),
    "no fields, same hash": lambda of: hash(of["Empty"]()) == hash(of["Empty"]()),
    "compared by identity": lambda of: of["Itself"](1) == of["Itself"](1),
    "a dataclass": lambda of: is_dataclass(of["Day"]),
}
REFUSED: dict[str, Callable[[dict[str, Any]], object]] = {
    "missing": lambda of: of["Day"](),
    "too many": lambda of: of["Day"](1, "x", "y", 2),
    "unknown name": lambda of: of["Day"](1, other=2),
    "position for a name": lambda of: of["Named"](1),
    "frozen": lambda of: setattr(of["Day"](1), "number", 2),
    "frozen: deleted": lambda of: delattr(of["Day"](1), "number"),
    "no such field": lambda of: setattr(of["Tally"]("a"), "other", 2),
    "not ordered": lambda of: of["Base"](1) < of["Base"](2),
    "other classes are not ordered": lambda of: of["Day"](1) < of["Base"](2),
    "unhashable": lambda of: hash(of["Tally"]("a")),
    "not a field that is set": lambda of: of["Tally"]("a", [], 3),
}


@pytest.mark.parametrize("case", MADE)
def test_a_record_holds_and_shows_what_a_dataclass_does(case: str) -> None:
    """Fields, defaults, copies and what is printed."""
    expected, made = (repr(MADE[case](of)) for of in BOTH)
    assert made == expected


@pytest.mark.parametrize("case", COMPARED)
def test_records_compare_as_dataclasses_do(case: str) -> None:
    """Equality, order and hashes."""
    expected, answered = (COMPARED[case](of) for of in BOTH)
    assert answered is expected


@pytest.mark.parametrize("case", REFUSED)
def test_a_record_refuses_what_a_dataclass_refuses(case: str) -> None:
    """With the same kind of error."""
    with pytest.raises((TypeError, AttributeError)) as expected:
        REFUSED[case](BOTH[0])
    with pytest.raises(expected.type):
        REFUSED[case](BOTH[1])


@record(frozen=True, slots=True)
class Kept:
    """A record that pickle can find."""

    number: int
    more: tuple[str, ...] = ()


def test_a_frozen_record_comes_back_from_a_pickle_and_stays_frozen() -> None:
    """As the law does that the build keeps."""
    back = pickle.loads(pickle.dumps(Kept(3, ("a",)), 5))  # noqa: S301 - made in the line itself
    assert back == Kept(3, ("a",))
    with pytest.raises(FrozenInstanceError):
        back.number = 4
