"""The steps that lead from a case's dates to a verdict, and what they lead to.

The steps of a clock give, between them, every word of its `Circumstances`; whoever looks those up in the
decision table reaches the same verdict. `replay` does, and a test holds every golden case to it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from ehcp_timeline.audit.circumstances import Circumstances
from ehcp_timeline.audit.clocks import Verdict
from ehcp_timeline.audit.verdicts import decide

Facts = Mapping[str, str | int | bool | date | None]


@dataclass(frozen=True, slots=True)
class Step:
    """One step from the file to the verdict.

    Attributes:
        number: 1 for the first.
        title: What the step is about, in a few words.
        text: What was found, as a sentence.
        law: The words or provision it rests on; may be empty.
        gives: Field of `Circumstances` to the word that this step establishes.
        facts: What it rests on, by name: days as dates, ids, numbers.
    """

    number: int
    title: str
    text: str
    law: str = ""
    gives: Mapping[str, str] = field(default_factory=dict)
    facts: Facts = field(default_factory=dict)


def replay(steps: Iterable[Step]) -> Verdict:
    """Return the verdict that the steps lead to, from what they give and nothing else."""
    given = {name: word for step in steps for name, word in step.gives.items()}
    return decide(Circumstances(**given)).verdict
