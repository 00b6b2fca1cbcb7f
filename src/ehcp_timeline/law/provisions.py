"""Which regulation of the SEND Regulations 2014 each deadline encodes, which are left out, and why."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from ehcp_timeline.law.rulebook import Deadline, NotEncoded, Rulebook

REGULATIONS: Final = "SEND-Regs-2014"
_NUMBER: Final = re.compile(r"(?:\breg |, |\band )(\d+[A-Z]?)\b(?!\s+(?:September|March|May|weeks|days))")


@dataclass(slots=True)
class Provision:
    """One regulation with something to say about time.

    Attributes:
        number: As `10` or `18A`.
        encoded: The deadlines that encode it.
        applied: Deadlines that another regulation says it applies to.
        left_out: What of it no deadline encodes, and why.
    """

    number: str
    encoded: list[Deadline] = field(default_factory=list)
    applied: list[Deadline] = field(default_factory=list)
    left_out: list[NotEncoded] = field(default_factory=list)


def provisions(rulebook: Rulebook) -> tuple[Provision, ...]:
    """Return every regulation that a deadline or a line of `not-encoded.toml` cites, in their order."""
    by_number: dict[str, Provision] = {}
    for deadline in rulebook.deadlines:
        for law in (deadline.law, *(version.law for version in deadline.versions)):
            own, _, applied = law.partition("applying")
            for number in _numbers(own):
                _add(_of(by_number, number).encoded, deadline)
            for number in _NUMBER.findall(applied):
                _add(_of(by_number, number).applied, deadline)
    for provision in rulebook.not_encoded:
        for number in dict.fromkeys(_numbers(provision.law)):
            _of(by_number, number).left_out.append(provision)
    return tuple(sorted(by_number.values(), key=lambda provision: _order(provision.number)))


def _add(listed: list[Deadline], deadline: Deadline) -> None:
    if deadline not in listed:
        listed.append(deadline)


def _of(by_number: dict[str, Provision], number: str) -> Provision:
    return by_number.setdefault(number, Provision(number))


def _numbers(law: str) -> Iterator[str]:
    """Yield the regulations that a citation names.

    >>> list(_numbers("SEND-Regs-2014 reg 20(3), 21(3)")), list(_numbers("CFA-2014 s 44(1)"))
    (['20', '21'], [])
    """
    if law.startswith(REGULATIONS):
        yield from _NUMBER.findall(law)


def _order(number: str) -> tuple[int, str]:
    digits = re.match(r"\d+", number)
    return int(digits[0]) if digits else 0, number
