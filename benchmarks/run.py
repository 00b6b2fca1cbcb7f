"""Run the benchmarks side by side and write RESULTS.md.

    python benchmarks/run.py                            # everything: some twelve minutes on a quiet machine
    python benchmarks/run.py --quick                    # a look: small files, one round, nothing is written
    python benchmarks/run.py --sections england --rounds 7 --variants floor,check

Exit 0 if all gave the same answers, whatever the ratios are; 1 if two differed or a command failed.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from machine import load, machine, versions
from measuring import Bench
from processes import run
from results import merged, script_text, section_text
from sections import HERE, PYTHON, SCRIPTS, SECTIONS

QUICK = ("council", "region")


def main() -> int:
    """Run what was asked for."""
    asked = _arguments()
    sections = QUICK if asked.quick else _words(asked.sections)
    with tempfile.TemporaryDirectory() as scratch:
        bench = Bench(asked.data, Path(scratch), _say)
        for title, text in _sections(bench, sections, 1 if asked.quick else asked.rounds, asked.variants):
            print(text, flush=True)
            if not asked.quick:
                _keep(asked.results, title, text)
    return 0


def _sections(
    bench: Bench, names: Sequence[str], rounds: int | None, variants: str
) -> Iterator[tuple[str, str]]:
    """Yield each section when it has run: its heading, and the whole of it."""
    for name in names:
        if name == "scripts":
            yield from _scripts()
            continue
        section, before = SECTIONS[name], load()
        measured = bench.measure(section, rounds or section.rounds, frozenset(_words(variants)))
        yield section.title, section_text(measured, before)


def _scripts() -> Iterator[tuple[str, str]]:
    """Yield what the benchmarks that stand by themselves print."""
    for script in SCRIPTS:
        path = HERE / script
        if path.exists():
            _say(f"running {script}")
            try:
                printed = run([PYTHON, str(path)])[1]
            except RuntimeError as error:  # it may need what is not installed: the others still count
                _say(str(error))
                continue
            text = script_text(script, printed)
            yield text.split("\n", 1)[0].removeprefix("## "), text


def _keep(path: Path, title: str, text: str) -> None:
    old = path.read_text(encoding="utf-8") if path.exists() else ""
    path.write_text(merged(old, {title: text}, machine(), versions()), encoding="utf-8")


def _arguments() -> argparse.Namespace:
    every = (*SECTIONS, "scripts")
    parser = argparse.ArgumentParser(description="Run the benchmarks side by side and write RESULTS.md.")
    parser.add_argument("--sections", default=",".join(every), help=f"which of {', '.join(every)}")
    parser.add_argument("--variants", default="", help="only these, as floor,check; all others are left out")
    parser.add_argument("--rounds", type=int, help="how often each runs; 5, and 3 for the long sections")
    parser.add_argument("--data", type=Path, default=_data(), help="where case files are kept [%(default)s]")
    parser.add_argument("--results", type=Path, default=HERE / "RESULTS.md", help="[%(default)s]")
    parser.add_argument("--quick", action="store_true", help="small files, one round, nothing is written")
    asked = parser.parse_args()
    unknown = [name for name in _words(asked.sections) if name not in every]
    if unknown:
        parser.error(f"there is no section {', '.join(unknown)}; there are {', '.join(every)}")
    return asked


def _data() -> Path:
    return Path(tempfile.gettempdir(), "ehcp-benchmarks")


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except RuntimeError as error:
        sys.exit(str(error))
