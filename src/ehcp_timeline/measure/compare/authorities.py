"""Finds the local authority that a person means; what is near is suggested, never taken."""

import re
from collections.abc import Sequence
from difflib import get_close_matches

from ehcp_timeline.errors import UsageError
from ehcp_timeline.measure.compare.figures import Area, Figures

_OFFICIAL = re.compile(
    r"\b(the|royal|london|metropolitan|borough|city|county|district|unitary|council|authority|of|and)\b"
)


def find_authority(word: str, figures: Figures, option: str = "--authority") -> Area:
    """Return the authority with this name or code, whatever its capitals and titles.

    Raises:
        UsageError: There is none; names that are near are suggested.
    """
    there = figures.authorities()
    areas = [place for place in there if word.strip() in (place.code, place.ons)]
    areas = areas or [place for place in there if _plain(place.name) == _plain(word)]
    if not areas:
        raise UsageError(f"{option}: there is no local authority `{word.strip()}`", _near(word, there))
    return areas[-1]


def find_authorities(words: Sequence[str], figures: Figures, option: str = "--with") -> tuple[Area, ...]:
    """Return the authorities of a list; names that hold a comma themselves are kept whole.

    Raises:
        UsageError: One is not known.
    """
    names = [name for word in words for name in _names(word, figures) if name.strip()]
    return tuple(find_authority(name, figures, option) for name in names)


def _names(text: str, figures: Figures) -> list[str]:
    """Part a list at its commas, but not inside a name such as `Bristol, City of`."""
    known = {_plain(place.name) for place in figures.authorities()}
    pieces = text.split(",")
    names: list[str] = []
    while pieces:
        for length in range(len(pieces), 0, -1):
            name = ",".join(pieces[:length])
            if _plain(name) in known or length == 1:
                names.append(name)
                pieces = pieces[length:]
                break
    return names


def _near(word: str, there: Sequence[Area]) -> str:
    folded = {_plain(place.name): place.name for place in there}
    wanted = _plain(word)
    near = [folded[match] for match in get_close_matches(wanted, folded, n=3, cutoff=0.6)]
    near += [name for plain, name in folded.items() if wanted and wanted in plain and name not in near]
    return f"did you mean {' or '.join(near[:3])}?" if near else "give its name as the DfE does, or its code"


def _plain(name: str) -> str:
    """Return a name without what people write differently.

    >>> _plain("Kent County Council") == _plain("kent"), _plain("Bristol, City of")
    (True, 'bristol')
    """
    words = _OFFICIAL.sub(" ", name.lower().replace("&", " "))
    return re.sub(r"[^a-z]+", "", words) or re.sub(r"[^a-z]+", "", name.lower())
