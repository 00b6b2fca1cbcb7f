"""What was typed, taken apart: days, lists and choices, each with one clear line when it cannot be."""

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from difflib import get_close_matches

from ehcp_timeline.cli.today import today
from ehcp_timeline.errors import UsageError

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")


def day_asked(word: str | None) -> date:
    """Return the day that `--as-at` names, or today.

    Raises:
        UsageError: It is no day written as 2026-01-31.
    """
    if word is None:
        return today()
    try:
        if _ISO.fullmatch(word.strip()):
            return date.fromisoformat(word.strip())
    except ValueError:
        raise UsageError(f"--as-at {word}: there is no such day", "write it as 2026-01-31") from None
    raise UsageError(f"--as-at {word}: is no date", "write it as 2026-01-31")


def choices(option: str, given: Iterable[str], known: Sequence[str]) -> frozenset[str]:
    """Return the words of a repeatable option that also takes comma lists; blanks may stand for hyphens.

    Raises:
        UsageError: A word is not one of `known`.
    """
    return frozenset(choice(option, word, known) for word in split(given))


def choice(option: str, word: str, known: Sequence[str]) -> str:
    """Return the known word that was meant, whatever its case, hyphens or underscores.

    Raises:
        UsageError: There is none.
    """
    folded = {_folded(one): one for one in known}
    found = folded.get(_folded(word))
    if found is None:
        raise UsageError(f"{option}: `{word}` is not one of {', '.join(known)}", did_you_mean(word, known))
    return found


def did_you_mean(word: str, known: Collection[str]) -> str:
    """Return the nearest known words as a question; an empty string where none is near."""
    near = get_close_matches(_folded(word), [_folded(one) for one in known], n=3)
    meant = [one for one in known if _folded(one) in near]
    return f"did you mean {' or '.join(meant)}?" if meant else ""


def split(given: Iterable[str]) -> list[str]:
    """Return every word of a repeatable option, comma lists taken apart."""
    return [word.strip() for part in given for word in part.split(",") if word.strip()]


def _folded(word: str) -> str:
    """Return a word without what people write differently."""
    return re.sub(r"[\s_]+", "-", word.strip().lower())
