"""A SEN2 return of 100,000 persons as XML: what reading it costs beside lxml's iterparse alone; its memory.

python benchmarks/sen2.py [PERSONS [MORE]]

Processor time, user and system together, in processes of their own, taken in turn; medians of five. lxml is
no part of the package: `pip install lxml` first. MORE is a second size, read once, for the memory alone: it
shows that memory does not grow with the file.
"""

import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path

ROUNDS = 5
AS_AT = date(2026, 1, 15)
HEADER = f"""<?xml version="1.0" encoding="utf-8"?>
<Message>
  <Header>
    <CollectionDetails>
      <Collection>SEN2</Collection>
      <Year>2026</Year>
      <ReferenceDate>{AS_AT}</ReferenceDate>
    </CollectionDetails>
    <Source><LEA>999</LEA></Source>
  </Header>
  <Persons>
"""
# `persons` is the least that any reader must do; `every element` is a plain loop over what iterparse gives.
ITERPARSE = """
for _, element in etree.iterparse(sys.argv[1]{only}):
    if element.tag == "Person":
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]
"""
READ = """
source = open_case_file(sys.argv[1], vocabulary(), as_at=date(2026, 1, 15))
print(sum(batch.read for batch in source.batches()))
"""
READERS = """
from datetime import date
from ehcp_timeline.cases.model import vocabulary
from ehcp_timeline.cases.source import open_case_file
"""
CHECK = """
from ehcp_timeline.cli.app import main
sys.argv = ["ehcp", "check", sys.argv[1], "--as-at", "2026-01-15", "--exit-zero", "--format", "plain"]
main()
"""
# What is loaded first, and what is timed; a command is timed with all that it loads.
PROGRAMS = {
    "iterparse, persons": ("from lxml import etree", ITERPARSE.format(only=', tag="Person"')),
    "iterparse, every element": ("from lxml import etree", ITERPARSE.format(only="")),
    "ehcp, reading": (READERS, READ),
    "ehcp check, all of it": ("", CHECK),
}
TIMED = """
import sys, time
{first}
began = time.process_time()
try:
{timed}
finally:
    print("\\nSECONDS", time.process_time() - began)
    print(open("/proc/self/status").read())
"""


def main(persons: int, more: int) -> None:
    """Write the return, put each reader to it in turn, and print what each took."""
    print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors,", end=" ")
    print(f"Python {platform.python_version()}, lxml {version('lxml')}, polars {version('polars')}")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "return.xml")
        write(file, persons)
        print(f"{persons:,} persons, {file.stat().st_size / 1e6:,.0f} MB")
        rounds = [{name: run(name, file) for name in PROGRAMS} for _ in range(ROUNDS)]
        report(rounds)
        if more:
            write(file, more)
            seconds, megabytes = run("ehcp, reading", file)
            print(f"{more:,} persons, {file.stat().st_size / 1e6:,.0f} MB, read once:", end=" ")
            print(f"{seconds:.2f} s, {megabytes:,.0f} MB of memory")


def report(rounds: Sequence[Mapping[str, tuple[float, float]]]) -> None:
    """Print the medians of each reader, and how many times those of iterparse they are."""
    seconds = {name: statistics.median(one[name][0] for one in rounds) for name in PROGRAMS}
    for name, median in seconds.items():
        memory = statistics.median(one[name][1] for one in rounds)
        times = "  ".join(f"{median / seconds[other]:5.2f}" for other in list(PROGRAMS)[:2])
        print(f"{name:26} {median:6.2f} s  {times} times  {memory:5,.0f} MB")


def run(name: str, file: Path) -> tuple[float, float]:
    """Return the processor seconds and the megabytes that a program takes for a file."""
    first, timed = PROGRAMS[name]
    script = TIMED.format(first=first, timed=textwrap.indent(timed, "    "))
    told = subprocess.run([sys.executable, "-c", script, file], capture_output=True, text=True, check=False)
    if told.returncode:
        raise SystemExit(told.stderr)
    said = dict(
        line.split()[:2] for line in told.stdout.splitlines() if line.startswith(("SECONDS", "VmHWM"))
    )
    return float(said["SECONDS"]), int(said["VmHWM:"]) / 1000


def write(file: Path, persons: int) -> None:
    """Write a return; the same for the same number of persons."""
    drawn = random.Random(1)
    with file.open("w", encoding="utf-8") as out:
        out.write(HEADER)
        for number in range(persons):
            out.writelines(_lines("Person", _person(number, drawn), 4))
        out.write("  </Persons>\n</Message>\n")


Element = tuple[str, "str | list[Element]"]


def _lines(tag: str, held: "str | list[Element]", indent: int) -> Iterator[str]:
    """Yield an element, one to a line, blank ones as COLLECT writes them."""
    if isinstance(held, str):
        yield f"{' ' * indent}<{tag}>{held}</{tag}>\n" if held else f"{' ' * indent}<{tag} />\n"
        return
    yield f"{' ' * indent}<{tag}>\n"
    for one, within in held:
        yield from _lines(one, within, indent + 2)
    yield f"{' ' * indent}</{tag}>\n"


def _person(number: int, drawn: random.Random) -> list[Element]:
    """Return a person: four in five have a plan of earlier years, the others asked within two years."""
    upn = f"A{number:012}" if drawn.random() < 0.9 else ""
    born = AS_AT - timedelta(days=drawn.randrange(1200, 9000))
    return [
        ("Surname", f"Surname{number % 977}"),
        ("Forename", f"Forename{number % 613}"),
        ("PersonBirthDate", str(born)),
        ("Sex", "MF"[number % 2]),
        ("Ethnicity", "WBRI"),
        ("PostCode", "ZZ99 3VZ"),
        ("UPN", upn),
        ("UniqueLearnerNumber", ""),
        ("UPNunknown", "" if upn else "UN1"),
        ("Requests", _history(drawn) if drawn.random() < 0.8 else _request(drawn)),
    ]


def _history(drawn: random.Random) -> list[Element]:
    """Return a request decided in an earlier year, with its plan and its latest review."""
    asked = date(2015, 1, 1) + timedelta(days=drawn.randrange(3000))
    return [
        *_asked(asked, "H", "", drawn),
        ("Assessment", [*_assessed("H", "", drawn), ("NamedPlan", _plan(asked, drawn))]),
        ("ActivePlans", _active(drawn)),
    ]


def _request(drawn: random.Random) -> list[Element]:
    """Return a request of the last two years: refused 26, undecided 7, withdrawn 1 in a hundred."""
    asked = AS_AT - timedelta(days=drawn.randrange(730))
    outcome = drawn.choices("YNAW", (66, 26, 7, 1))[0]
    decided = "" if outcome == "A" else str(asked + timedelta(days=drawn.randrange(25, 50)))
    return [*_asked(asked, outcome, decided, drawn), *(_following(asked, drawn) if outcome == "Y" else [])]


def _following(asked: date, drawn: random.Random) -> list[Element]:
    """Return the assessment: 46 of 100 plans within 20 weeks, 10 after more than a year."""
    weeks = drawn.choices((range(12, 20), range(20, 52), range(52, 110)), (46, 44, 10))[0]
    issued = asked + timedelta(weeks=drawn.choice(weeks))
    if issued > AS_AT:
        return [("Assessment", _assessed("A", "", drawn))]
    outcome = drawn.choices("YN", (94, 6))[0]
    assessed = _assessed(outcome, str(issued), drawn)
    if outcome == "N":
        return [("Assessment", assessed)]
    return [("Assessment", [*assessed, ("NamedPlan", _plan(issued, drawn))]), ("ActivePlans", _active(drawn))]


def _asked(asked: date, outcome: str, decided: str, drawn: random.Random) -> list[Element]:
    return [
        ("ReceivedDate", str(asked)),
        ("RequestSource", "2"),
        ("RYA", "0"),
        ("RequestOutcomeDate", decided),
        ("RequestOutcome", outcome),
        ("RequestMediation", "0"),
        ("RequestTribunal", "0"),
        ("Exported", "998" if drawn.random() < 0.005 else ""),
    ]


def _assessed(outcome: str, issued: str, drawn: random.Random) -> list[Element]:
    flags = ("AssessmentMediation", "AssessmentTribunal", "OtherMediation", "OtherTribunal")
    return [
        ("AssessmentOutcome", outcome),
        ("AssessmentOutcomeDate", issued),
        *((flag, "0") for flag in flags),
        ("Week20", "1" if drawn.random() < 0.065 else "0"),
    ]


def _plan(start: date, drawn: random.Random) -> list[Element]:
    blank = ("PlanRes", "PlanWPB", "PB", "OA", "DP")
    ceased = AS_AT - timedelta(days=drawn.randrange(365)) if drawn.random() < 0.05 else None
    detail = ("UKPRN", "SENSetting", "SENSettingOther", "SENunitIndicator", "ResourcedProvisionIndicator")
    placed: list[Element] = [("URN", "100000"), ("PlacementRank", "1"), *((name, "") for name in detail)]
    return [
        ("StartDate", str(start)),
        *((name, "") for name in blank),
        ("CeaseDate", str(ceased) if ceased else ""),
        ("CeaseReason", "1" if ceased else ""),
        ("PlanDetail", placed),
    ]


def _active(drawn: random.Random) -> list[Element]:
    """Return an active plan: six in ten met in the last year, half of these decided within 4 weeks."""
    met = AS_AT - timedelta(days=drawn.randrange(1, 600))
    decided = met + timedelta(days=drawn.randrange(1, 56))
    moves, amends = drawn.random() < 0.1, drawn.random() < 0.2
    detail = ("UKPRN", "SENSetting", "SENSettingOther", "LeavingDate", "SENunitIndicator", "RES", "WPB")
    placed: list[Element] = [("URN", "100000"), ("PlacementRank", "1"), ("EntryDate", "2020-09-01")]
    return [
        ("TransferLA", "998" if drawn.random() < 0.01 else ""),
        ("ReviewMeeting", str(met)),
        ("ReviewOutcome", ("A" if amends else "M") if decided <= AS_AT else ""),
        ("LastReview", str(decided) if decided <= AS_AT else str(met - timedelta(days=360))),
        ("ReviewDraft", str(decided) if amends and decided <= AS_AT else ""),
        ("PhaseTransferDueDate", "2026-02-15" if moves else ""),
        ("PhaseTransferFinalDate", "2026-01-12" if moves else ""),
        ("PlacementDetail", [*placed, *((name, "") for name in detail)]),
        _need("ASD", "1"),
        _need("MLD", "2"),
    ]


def _need(need: str, rank: str) -> Element:
    return "SENneed", [("SENtype", need), ("SENtypeRank", rank)]


if __name__ == "__main__":
    sizes = [int(word) for word in sys.argv[1:]]
    main(sizes[0] if sizes else 100_000, sizes[1] if len(sizes) > 1 else 0)
