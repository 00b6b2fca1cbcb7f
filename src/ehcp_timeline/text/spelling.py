"""Compares what was written with what is known: other spellings of a word, and words that look like it."""

import re
from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(word: str, known: Iterable[str], most: int = 3) -> str:
    """Return the nearest known words as a question, the nearest first; empty where none is near.

    >>> did_you_mean("Assesment", ("Reviews", "Assessment"))
    'did you mean Assessment?'
    """
    words = {folded(name): name for name in known}
    near = [words[match] for match in get_close_matches(folded(word), words, n=most)]
    return f"did you mean {' or '.join(near)}?" if near else ""


def folded(word: str) -> str:
    """Return a word without what people write differently."""
    return re.sub(r"[\s_]+", "-", word.strip().lower())
