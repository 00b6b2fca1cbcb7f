"""`says` is printed as a quotation: it holds the provision's own words, `...` where they are cut."""

import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ehcp_timeline.law.deadline import Excuse
from ehcp_timeline.law.loader.rulebook import load_rulebook

LAW = load_rulebook([Path(__file__).parents[2] / "examples" / "local-promises.toml"])
FILES = tuple(
    tomllib.loads(path.read_text(encoding="utf-8"))
    for path in sorted(Path(__file__).with_name("provisions").glob("*.toml"))
)
TEXTS: dict[str, list[dict[str, Any]]] = {one["instrument"]: one["provision"] for one in FILES}
NUMBER = re.compile(r"(?:\b(?:reg|s|rule) |, |\band reg )(\d+[A-Z]?)\b")


def cited_texts(law: str) -> list[str]:
    """Return every committed paragraph of the regulations, sections or rules that a citation names."""
    instrument, _, where = law.partition(" ")
    numbers = set(NUMBER.findall(where))
    kept = [one["text"] for one in TEXTS.get(instrument, ()) if set(NUMBER.findall(one["at"])) <= numbers]
    return [re.sub(r"\s+", " ", text) for text in kept]


def stands_in(says: str, text: str) -> bool:
    """Say whether the pieces between the dots stand in the text, whole words each, in their order.

    >>> stands_in("within 5 weeks ... of the order", "within 5 weeks, in any event, of the order")
    True
    >>> stands_in("5 weeks of the order", "within 15 weeks of the order")
    False
    """
    pieces = [re.sub(r"^\b|\b$", r"\\b", re.escape(piece.strip())) for piece in says.split("...")]
    return re.search(".*?".join(pieces), text) is not None


WORDS = [(one.id, one.law, one.says) for one in LAW.deadlines if one.seen == "primary"]
WORDS += [
    (f"{one.id}, excuse {excuse.id}", excuse.law, excuse.says)
    for one in LAW.deadlines
    for excuse in one.excuses
    if excuse.seen == "primary"
]


@pytest.mark.parametrize(("law", "says"), [pair[1:] for pair in WORDS], ids=[pair[0] for pair in WORDS])
def test_words_seen_in_the_law_stand_in_it(law: str, says: str) -> None:
    """What was not seen word for word is `quoted` or `unverified`, and a paraphrase is `means`.

    Dots cut one paragraph: words of two provisions make no sentence of the law.
    """
    assert says
    assert any(stands_in(says, text) for text in cited_texts(law))


def test_every_provision_has_its_source_and_its_day() -> None:
    """A text names where and when it was seen; each paragraph stands once."""
    for one in FILES:
        assert one["source"].startswith("https://www.legislation.gov.uk/")
        assert one["seen"] >= date(2026, 11, 21)
        places = [provision["at"] for provision in one["provision"]]
        assert len(set(places)) == len(places)
        assert all(NUMBER.search(place) for place in places)
        assert all(len(provision["text"]) > 20 for provision in one["provision"])


def test_a_text_with_dots_is_marked_as_a_fragment() -> None:
    """Reg 45(7) has dots of its own: the editors of legislation.gov.uk mark omitted words so."""
    cut = [
        (one["instrument"], provision["at"])
        for one in FILES
        for provision in one["provision"]
        if "..." in provision["text"] and not provision.get("fragment")
    ]

    assert cut == [("SEND-Regs-2014", "reg 45(7)")]


def test_every_deadline_and_excuse_has_words_or_a_meaning() -> None:
    """Nobody is shown a duty without either the law's words or a paraphrase."""
    clauses: list[Any] = [*LAW.deadlines, *(excuse for one in LAW.deadlines for excuse in one.excuses)]

    assert [one.id for one in clauses if not (one.says or one.means)] == []


def test_a_paraphrase_says_nothing_of_its_sources_in_brackets() -> None:
    """How the words were seen is told by `seen`, not inside a quotation."""
    clauses: list[Any] = [*LAW.deadlines, *(excuse for one in LAW.deadlines for excuse in one.excuses)]
    telling = re.compile(r"not seen|recollection|quoted")

    assert [one.id for one in clauses if telling.search(one.says)] == []
    assert all(isinstance(one, Excuse) or one.says != one.means for one in clauses)
