"""Puts one copy of the package to the golden cases and to the other reader; exits 1 if it fails anywhere.

    python tests/mutant_killer.py tell truth.pickle              # writes down what the sound package answers
    python tests/mutant_killer.py clock.py truth.pickle # tries the package with that file changed

The golden cases hold the single reader to the law. The bulk reader judges the rows of all golden cases as
one file, as at two of their days, and is held to what the sound single reader says. So a fault that both
readers share is found by the first, and one of the bulk reader by the second.
"""

import pickle
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from ehcp_timeline.cases.model import Row
from ehcp_timeline.clock import announced_until
from ehcp_timeline.commands.rules.golden.cases import Golden, load_fixtures
from ehcp_timeline.commands.rules.golden.run import failures
from ehcp_timeline.law.loader.rulebook import load_rulebook
from ehcp_timeline.law.rulebook import Rulebook, part_of

if TYPE_CHECKING:  # half of the mutants need no polars
    import polars as pl

    from ehcp_timeline.audit.bulk.clocks import Judged
    from ehcp_timeline.cases.sheet import Batch

STATUTE = Path(__file__).parent / "statute"
AS_AT = (date(2025, 8, 30), date(2026, 6, 1))
BATCHES = 3
STRIDE = 37  # neighbours rest on the same rules: one of every 37 soon meets the one that is wrong
ALSO = (
    Row(0, "two-kinds", {"order_made": date(2025, 6, 2)}, {"order_kind": frozenset({"assess", "cease"})}),
    Row(0, "on-the-day", {"request_received": date(2025, 6, 1), "plan_issued": AS_AT[0]}),
    Row(0, "last-announced", {"review_meeting": announced_until() - timedelta(weeks=4)}),
)
Told = tuple[Mapping[str, "pl.DataFrame"], tuple[object, ...]]
Truth = tuple[Sequence["Batch"], Mapping[date, Sequence[Told]]]


def every_row(goldens: Sequence[Golden]) -> list[Row]:
    """Return the rows of all golden cases as one file: each case with a number of its own, none twice."""
    rows: list[Row] = []
    seen: set[str] = set()
    for case, golden in enumerate(goldens):
        said = repr(golden.rows)
        if said not in seen:
            seen.add(said)
            rows += (replace(row, case_id=f"C-{case}") for row in golden.rows)
    return [replace(row, number=number) for number, row in enumerate((*rows, *ALSO), 2)]


def told(judged: "Judged") -> Told:
    """Return everything that a reader says of one batch."""
    clocks = {name: one.frame() for name, one in judged.clocks.items()}
    return {name: frame for name, frame in clocks.items() if frame.height}, tuple(sorted(judged.problems))


def tell_truth(rulebook: Rulebook, goldens: Sequence[Golden]) -> Truth:
    """Return a file, and what the single reader says of it."""
    from tests.audit.bulk.made import batches_of, judge_by_single

    rows = every_row(goldens)
    batches = batches_of(rows, rulebook, -(-len(rows) // BATCHES))
    return batches, {day: [told(one) for one in judge_by_single(rulebook, batches, day)] for day in AS_AT}


def bulk_fails(rulebook: Rulebook, truth: Truth) -> bool:
    """Return whether the bulk reader says anything else than the truth."""
    from ehcp_timeline.audit.bulk.judge import judge
    from tests.audit.bulk.made import whole_file

    batches, days = truth
    return any(
        not _alike(told(judged), expected)
        for day, parts in days.items()
        for judged, expected in zip(whole_file(judge)(rulebook, batches, day), parts, strict=True)
    )


def _alike(one: Told, other: Told) -> bool:
    clocks, problems = one
    others, other_problems = other
    return (
        clocks.keys() == others.keys()
        and problems == other_problems
        and all(frame.equals(others[name]) for name, frame in clocks.items())
    )


def single_fails(rulebook: Rulebook, goldens: Sequence[Golden]) -> bool:
    """Return whether the single reader fails a golden case."""
    spread = (one for first in range(STRIDE) for one in goldens[first::STRIDE])
    return any(any(failures([one], part_of(rulebook, one.expect))) for one in spread)


def fails(changed: str, path: Path) -> bool:
    """Return whether the package fails, trying first what is most likely to notice this file."""
    rulebook = load_rulebook()
    if "bulk" in changed:
        truth: Truth = pickle.loads(path.read_bytes())  # noqa: S301  our own
        return bulk_fails(rulebook, truth)
    return single_fails(rulebook, load_fixtures([STATUTE], rulebook, date.max))


def main(word: str, path: Path) -> int:
    """Write the truth, or try the package: 0 if it is sound, 1 if it fails."""
    if word != "tell":
        try:
            return int(fails(word, path))
        except Exception:  # noqa: BLE001  a mutant that breaks is a mutant noticed
            return 1
    rulebook = load_rulebook()
    goldens = load_fixtures([STATUTE], rulebook, date.max)
    truth = tell_truth(rulebook, goldens)
    path.write_bytes(pickle.dumps(truth))
    return 2 if single_fails(rulebook, goldens) or bulk_fails(rulebook, truth) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
