"""Runs the variants of one section side by side, in turns, and sees that they all give the same answer."""

import hashlib
import json
import re
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from processes import Cost, median, run
from sections import HERE, PYTHON, Cases, Part, Section, Variant, Written

Say = Callable[[str], None]
MEGABYTE = 1 << 20
_MOST = 20
ANSWERING = ("counts", "page", "list")
_WORST = re.compile(r"^\S+ +\d{4}-\d\d-\d\d +([\d,]+) days? late +([a-z_0-9.]+)", re.MULTILINE)
_OVERDUE = re.compile(r"^([a-z_0-9]+\.[a-z_0-9.]+) +([\d,]+) +\D", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a variant found.

    Attributes:
        verdicts: Deadline to verdict to how many clocks.
        worst: Deadline and days late of the twenty worst that are overdue, and their rows where it says so.
        page: Whether it is a page, which says neither rows nor what is late.
        checks: What a peer's checks found; None if it made none.
    """

    verdicts: Mapping[str, Mapping[str, int]]
    worst: Sequence[tuple[Any, ...]]
    page: bool = False
    checks: Mapping[str, Any] | None = field(default=None, compare=False)

    def as_page(self) -> "Answer":
        """Return the part of this answer that a page says as well."""
        overdue = {
            name: {"overdue": told["overdue"]} for name, told in self.verdicts.items() if "overdue" in told
        }
        return Answer(overdue, _worst([(deadline, days) for *_, deadline, days in self.worst]), page=True)


@dataclass(frozen=True, slots=True)
class Measured:
    """One section as it was measured.

    Attributes:
        section: What ran.
        costs: Variant to the median of its rounds.
        rounds: How many there were.
        left_out: Variants that did not run, and why.
        same: How many variants were found to give the same answer.
    """

    section: Section
    costs: Mapping[str, Cost]
    rounds: int
    left_out: Sequence[str]
    same: int


class Bench:
    """Where the files of a run are.

    Args:
        data: The folder of the case files, which stay.
        scratch: The folder of what the commands write.
        say: Takes a line for whoever waits.
    """

    def __init__(self, data: Path, scratch: Path, say: Say) -> None:
        self._data, self._scratch, self._say = data, scratch, say
        recipe = (HERE / "national.py").read_bytes() + (HERE / "dfe.toml").read_bytes()
        self._recipe = hashlib.sha256(recipe).hexdigest()[:8]

    def measure(self, section: Section, rounds: int, only: frozenset[str]) -> Measured:
        """Run a section.

        Args:
            section: What runs.
            rounds: How often each variant runs.
            only: Names of variants; none for all.

        Raises:
            RuntimeError: A command failed, or two gave different answers.
        """
        wanted = [one for one in section.variants if not only or one.name in only]
        there = [one for one in wanted if not one.needs or find_spec(one.needs)]
        left_out = [f"{one.title} ({one.needs} is not installed)" for one in wanted if one not in there]
        costs, printed = self._run(section.name, there, rounds)
        told: dict[int, dict[str, Answer]] = {}
        for one in there:
            if one.answers in ANSWERING:
                told.setdefault(one.rows, {})[one.name] = self._answer(one, printed[one.name])
        medians = {name: median(each) for name, each in costs.items()}
        return Measured(section, medians, rounds, left_out, sum(map(agreed, told.values())))

    def _run(
        self, section: str, variants: Sequence[Variant], rounds: int
    ) -> tuple[dict[str, list[Cost]], dict[str, str]]:
        """Return what each round of each variant took, and what each variant printed."""
        commands = {one.name: [self._argv(part) for part in one.argv] for one in variants}
        costs: dict[str, list[Cost]] = {one.name: [] for one in variants}
        printed: dict[str, str] = {}
        for number in range(rounds):
            for variant in _turned(variants, number):
                name, own = variant.name, variant.answers == "seconds"
                cost, said = run(commands[name])
                if printed.setdefault(name, said) != said and not own:
                    raise RuntimeError(f"{name} said something else in round {number + 1}")
                costs[name].append(_own(cost, said) if own else cost)
                self._say(f"{section} {number + 1}/{rounds} {name}: {costs[name][-1].wall:.2f} s")
        return costs, printed

    def _argv(self, part: Part) -> str:
        if isinstance(part, Cases):
            return str(self._cases(part))
        if isinstance(part, Written):
            path = self._scratch / part.name
            if part.name == "18-weeks" and not path.exists():
                _shorter_law(path)
            return str(path)
        return part

    def _cases(self, cases: Cases) -> Path:
        path = self._data / f"cases-{cases.rows}-{self._recipe}.{cases.kind}"
        if not path.exists():
            self._say(f"writing {path.name}")
            self._data.mkdir(parents=True, exist_ok=True)
            run([PYTHON, str(HERE / "national.py"), str(cases.rows), str(path)])
        with path.open("rb") as file:
            while file.read(MEGABYTE):  # so that no round waits for the disk
                pass
        return path

    def _answer(self, variant: Variant, said: str) -> Answer:
        if variant.answers == "page":
            return page_answer(said)
        if variant.answers == "list":
            [out] = [self._argv(part) for part in variant.argv if isinstance(part, Written)]
            said = run([PYTHON, str(HERE / "told.py"), out])[1]
        told = json.loads(said)
        return Answer(told["verdicts"], [tuple(one) for one in told["worst"]], checks=told.get("checks"))


def agreed(told: Mapping[str, Answer]) -> int:
    """Return how many answers there are, all the same as far as each goes.

    Raises:
        RuntimeError: Two differ.
    """
    complete = [name for name, answer in told.items() if not answer.page]
    first = next(iter(complete or told), "")
    for name, answer in told.items():
        expected = told[first].as_page() if answer.page and complete else told[first]
        if answer != expected:
            raise RuntimeError(f"{name} and {first} differ:\n{answer}\n{expected}")
    checked = {name: answer.checks for name, answer in told.items() if answer.checks is not None}
    for name, found in checked.items():
        if found != next(iter(checked.values())):
            raise RuntimeError(f"the checks of {name} and {next(iter(checked))} differ:\n{checked}")
    return len(told)


def page_answer(page: str) -> Answer:
    """Return what a page of `ehcp check` says: how many are overdue by deadline, and which are the worst."""
    sections = dict(block.split("\n", 1) for block in page.split("\n\n") if "\n" in block)
    late = "\n".join(rows for title, rows in sections.items() if " overdue" in title)
    counts = next((rows for title, rows in sections.items() if title.startswith("The deadlines")), "")
    overdue = {name: {"overdue": _number(count)} for name, count in _OVERDUE.findall(counts)}
    worst = [(deadline, _number(days)) for days, deadline in _WORST.findall(late)]
    return Answer(overdue, _worst(worst), page=True)


def _worst(clocks: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """Return the twenty worst as far as they are in no doubt: without those as late as the twentieth."""
    ordered = sorted(clocks, key=lambda clock: (-clock[1], clock[0]))
    return [clock for clock in ordered if len(ordered) < _MOST or clock[1] > ordered[_MOST - 1][1]]


def _turned(variants: Sequence[Variant], number: int) -> list[Variant]:
    """Return the variants in another order each round; what reads another's file stays behind it."""
    if any(one.answers == "seconds" for one in variants):
        return list(variants)
    turn = number % max(1, len(variants))
    return [*variants[turn:], *variants[:turn]]


def _own(cost: Cost, said: str) -> Cost:
    wall, cpu = map(float, said.split())
    return Cost(wall, cpu, cost.peak)


def _number(text: str) -> int:
    return int(text.replace(",", ""))


def _shorter_law(folder: Path) -> None:
    """Copy the rulebook, with 18 weeks to issue a plan."""
    import ehcp_timeline

    shutil.copytree(Path(ehcp_timeline.__file__).parent / "rulebook", folder)
    rule = folder / "2-plan.toml"
    text = rule.read_text(encoding="utf-8")
    was, now = 'weeks = 20, start_day = "excluded"', 'weeks = 18, start_day = "excluded"'
    if text.count(was) != 1:
        sys.exit(f"{rule.name}: {was!r} does not stand there once")
    rule.write_text(text.replace(was, now), encoding="utf-8")
