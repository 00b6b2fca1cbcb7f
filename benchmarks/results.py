"""RESULTS.md: the last run of each section, its ratios beside what is promised, met or missed."""

import re
import time
from collections.abc import Iterable, Mapping, Sequence

from machine import load
from measuring import Measured
from processes import Cost
from sections import SCRIPTS, SECTIONS, Target

HEAD = """# Results

Written by `python benchmarks/run.py`; [README.md](README.md) says what is compared and how to read this.
Each section is the last run of that section. A ratio is one of medians; *met* and *missed* go by the clock
on the wall, or by memory at its peak. CPU seconds stand beside them: on a busy machine they are the better
guide.
"""


def section_text(measured: Measured, load_before: float) -> str:
    """Return one section as Markdown, heading included."""
    busy = f"load {load_before:.1f} before, {load():.1f} after"
    said = [
        f"{_rounds(measured.rounds)}. {_when()}; {busy}.",
        measured.section.note,
        f"{measured.same} of these are held to the same answers, and give them." if measured.same > 1 else "",
        *(f"Left out: {one}." for one in measured.left_out),
    ]
    parts = [
        f"## {measured.section.title}",
        " ".join(filter(None, said)),
        _costs(measured),
        _targets(measured),
        _rate(measured),
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def script_text(name: str, printed: str) -> str:
    """Return what another benchmark printed, as a section."""
    return f"## {_script_title(name)}\n\n{_when()}.\n\n```text\n{printed.strip()}\n```\n"


def merged(old: str, new: Mapping[str, str], machine: str, versions: str) -> str:
    """Return the page with some sections replaced, those of before kept, in a settled order.

    Args:
        old: The page as it is; empty if there is none.
        new: Heading to section.
        machine: What the run was on.
        versions: And with.
    """
    parts = re.split(r"^## ", old, flags=re.MULTILINE)[1:]
    kept = {part.split("\n", 1)[0]: f"## {part.rstrip()}\n" for part in parts}
    first = {"Machine": f"## Machine\n\n{machine}.\n\n{versions}.\n"}
    known = [*(one.title for one in SECTIONS.values()), *map(_script_title, SCRIPTS)]
    by_title = kept | dict(new) | first
    order = ["Machine", *known, *(title for title in by_title if title not in known and title != "Machine")]
    return "\n".join([HEAD, *(by_title[title] for title in order if title in by_title)])


def ratio(target: Target, costs: Mapping[str, Cost], what: str) -> float | None:
    """Return a ratio; None if one of its variants has not run.

    Args:
        target: Which.
        costs: Variant to what it took.
        what: `wall`, `cpu` or `peak`.

    >>> costs = {"a": Cost(3.0, 4.0, 5.0), "b": Cost(1.5, 2.0, 5.0)}
    >>> ratio(Target("", {"a": 1}, {"b": 1}, 2), costs, "wall")
    2.0
    """
    if not costs.keys() >= {*target.over, *target.under}:
        return None
    over = _added(target.over, costs, what)
    return over / _added(target.under, costs, what) if target.under else over


def _added(weights: Mapping[str, float], costs: Mapping[str, Cost], what: str) -> float:
    return sum(float(getattr(costs[name], what)) * weight for name, weight in weights.items())


def _rounds(number: int) -> str:
    return f"{number} rounds in turns, medians" if number > 1 else "One round"


def _costs(measured: Measured) -> str:
    first = next(iter(measured.costs.values()))
    titles = {one.name: one.title for one in measured.section.variants}
    rows = [
        (
            titles[name],
            f"{cost.wall:.2f}",
            f"{cost.cpu:.2f}",
            f"{cost.peak:,.0f}",
            f"{cost.wall / first.wall:.2f}",
        )
        for name, cost in measured.costs.items()
    ]
    return _table(("what", "seconds", "CPU seconds", "peak MB", "times the first"), rows)


def _rate(measured: Measured) -> str:
    """Return how many rows a second one core judges with full checks; empty if `ehcp check` did not run."""
    [rows] = [one.rows for one in measured.section.variants if one.name == "check"] or [0]
    if not rows or "check" not in measured.costs:
        return ""
    rate = rows / measured.costs["check"].cpu
    return f"`ehcp check` judges {rate:,.0f} rows a second of one core, with full checks."


def _targets(measured: Measured) -> str:
    rows = [row for one in measured.section.targets if (row := _target(one, measured.costs))]
    return _table(("promised", "ratio", "by CPU", "limit", ""), rows) if rows else ""


def _target(target: Target, costs: Mapping[str, Cost]) -> tuple[str, ...] | None:
    found = ratio(target, costs, "peak" if target.memory else "wall")
    by_cpu = ratio(target, costs, "cpu")
    if found is None or by_cpu is None:
        return None
    met = found >= target.limit if target.at_least else found <= target.limit
    limit = f"at {'least' if target.at_least else 'most'} {target.limit:g}"
    cpu = "" if target.memory else f"{by_cpu:.2f}"
    return target.title, f"{found:.2f}", cpu, limit, "met" if met else "**missed**"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    marks = ["---", *("---:" for _ in heads[1:])]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (heads, marks, *rows))


def _script_title(name: str) -> str:
    return f"`benchmarks/{name}`"


def _when() -> str:
    return time.strftime("%-d %B %Y, %H:%M UTC", time.gmtime())
