"""The oracle: what every command prints on the same files, kept as hashes, so that no change goes unseen.

    python -m tests.oracle check       compare with tests/oracle.tsv and name every run that differs
    python -m tests.oracle write       keep what the runs print now
    python -m tests.oracle keep DIR    write every output to a folder, to compare two checkouts with `diff -r`

The commands come from the app's own help, and the formats of each from the app's own error, so that neither
can be forgotten. Each line of the table is a command line, its exit code, and SHA-256 hashes (12 hex digits)
of standard output (or of the file written, for formats that are files) and of standard error. The digest of
the rulebook and the version of the software are replaced before hashing: alone they change nothing for users.
"""

import contextlib
import csv
import hashlib
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "tests" / "oracle.tsv"
FILES = ("xlsx", "parquet")  # formats that are written with -o
TODAY = "2026-06-01"
CASES = "cases.csv"
PROBLEMS = "cases-with-problems.csv"
KENT = "kent.csv"
NORTH, SOUTH = "council-export/extract-north.csv", "council-export/extract-south.csv"
SETTINGS = "--config council-export/ehcp.toml"
SEN2 = "sen2.xml"
ANNEX_A = "annex-a.xlsx"
# Every case file, with its as-at date: what all commands that take a file are asked.
INPUTS = (
    f"{CASES} --as-at {TODAY}",
    f"{PROBLEMS} --as-at {TODAY}",
    f"{KENT} --as-at 2024-01-31",
    f"{NORTH} {SETTINGS} --as-at {TODAY}",
    f"{SEN2} --as-at 2026-01-15",
    f"{ANNEX_A} --as-at {TODAY}",
)
# What each command is asked, without `--format`: `{input}` stands for each of INPUTS in turn.
ASKED = {
    "check": (
        "{input}",
        f"{NORTH} {SOUTH} {SETTINGS} --as-at {TODAY}",
        f"{CASES} --as-at {TODAY} --include all",
        f"{KENT} --as-at 2024-01-31 --deadline plan.issue --top 5",
        f"{CASES} --as-at {TODAY} --exceptions",
        f"{CASES} --as-at {TODAY} --caseworker 'B. Reed' --who all --kind all",
        f"{CASES} --as-at {TODAY} --rules local-promises.toml --kind all",
    ),
    "timeline": (
        f"request_received=2026-01-12 --as-at {TODAY}",
        f"plan_issued=2025-01-10 review_decided=2025-12-20 --as-at {TODAY}",
        f"transfer_date=2026-09-01 transfer_kind=primary_secondary --as-at {TODAY}",
        f"cease_notified=2026-03-02 plan_ceased=2026-05-10 --as-at {TODAY}",
        f"order_made=2026-03-02 order_kind=make appeal_lodged=2025-12-01 --as-at {TODAY}",
        f"mediation_agreed=2026-03-02 agreement_kind=amend decision_sent=2026-01-05 --as-at {TODAY}",
    ),
    "explain": (
        f"A-019 {CASES} --as-at {TODAY}",
        f"A-024 {CASES} --as-at {TODAY}",
        f"R-104 {CASES} --as-at {TODAY} --deadline review",
        f"P-04 {PROBLEMS} --as-at {TODAY}",
    ),
    "overdue": (
        "{input}",
        f"{CASES} --as-at {TODAY} --by team",
        f"{KENT} --as-at 2024-01-31 --save-list",
        f"{KENT} --as-at 2024-01-31 --by district --disclosure suppress",
    ),
    "next": (f"{CASES} --as-at {TODAY}", f"{CASES} --as-at {TODAY} --policy in-time-first"),
    "letters": (f"{CASES} --as-at {TODAY}", f"{KENT} --as-at 2024-01-31"),
    "changes": (
        f"{CASES} {CASES} --as-at {TODAY} --old-as-at 2026-05-01",
        f"{CASES} {KENT} --as-at {TODAY} --old-as-at 2026-05-01 --force",
    ),
    "scorecard": (
        "{input}",
        f"{NORTH} {SOUTH} {SETTINGS} --as-at {TODAY}",
        f"{KENT} --as-at 2024-01-31 --by district --period month --last 6",
        f"{KENT} --as-at 2024-01-31 --by referrer --disclosure suppress",
        f"{KENT} --as-at 2024-01-31 --series monthly --from 2023-06-01",
    ),
    "compare": (
        f"{KENT} --as-at 2024-01-31 --authority Kent",
        f"{KENT} --as-at 2024-01-31 --authority Kent --with Medway,Essex",
    ),
    "reconcile": (f"{CASES} --as-at {TODAY} --year 2025", f"{KENT} --as-at 2024-01-31 --year 2023"),
    "forecast": (
        f"{CASES} --as-at {TODAY} --runs 100",
        f"{KENT} --as-at 2024-01-31 --runs 100 --target 2025-09-30 --capacity +3 --full",
        f"{KENT} --as-at 2024-01-31 --runs 100 --save-list",
        f"{KENT} --as-at 2024-01-31 --runs 100 --per-case --top 5",
        f"{KENT} --as-at 2024-01-31 --runs 100 --intake 26",
        "--snapshots published_series.csv --measure annual_reviews_past_12_months --target 2025-09-30",
    ),
    "report": (
        f"{CASES} --as-at {TODAY} --authority Kent --with Essex,Surrey",
        f"{CASES} --as-at {TODAY} --for team",
        f"{KENT} --as-at 2024-01-31 --for public",
        f"{PROBLEMS} --as-at {TODAY}",
    ),
    "quality": ("{input}", f"{CASES} --as-at {TODAY} --rule all", f"{CASES} --as-at {TODAY} --by team"),
    "columns": ("{input}",),
    "convert": ("{input}",),
    "template": ("",),
    "verify": (f"{CASES} {CASES}",),
    "rules list": ("",),
    "rules show": ("plan.issue", "order.make", "review.annual"),
    "rules stale": ("--as-at 2027-12-01",),
    "rules test": ("golden.toml", "local-promises-cases.toml --rules local-promises.toml"),
    "rules diff": (
        f"installed what-if-bill.toml --as-at {TODAY}",
        f"installed what-if-bill.toml {CASES} --as-at {TODAY}",
    ),
    "rules check": (
        "--as-at 2026-11-01",
        "--rules local-promises.toml --fixtures local-promises-cases.toml --as-at 2026-11-01",
    ),
    "rules coverage": ("",),
    "rules holidays": (f"--add 2023-05-08 {CASES} --as-at {TODAY}",),
    "key new": (f"{CASES}",),
}
# What goes wrong, and must go on going wrong in the same words.
WRONG = (
    "",
    "--version",
    "chek cases.csv",
    "check",
    "check nowhere.csv",
    "check cases.csv --as-at 2026-06-31",
    "check cases.csv --deadline plan.isue",
    "check cases.csv -o cases.nonsense",
    "timeline request_recieved=2026-01-12 --as-at 2026-06-01",
    "timeline request_received=12/31/2026 --as-at 2026-06-01",
    "explain Z-999 cases.csv --as-at 2026-06-01",
    "overdue cases.csv --by nothing --as-at 2026-06-01",
    "scorecard cases.csv --measure nothing --as-at 2026-06-01",
    "forecast cases.csv --policy nothing --as-at 2026-06-01",
    "rules show plan.isue",
    "rules test nowhere",
)
# Golden cases of the oracle alone, one right and one wrong: those of tests/statute grow with the law.
GOLDEN = """
[[case]]
name = "A plan sent on the last day of the twenty weeks is in time"
as_at = 2025-09-19
given = { request_received = 2025-04-02, plan_issued = 2025-08-20 }
expect."plan.issue" = { due = 2025-08-20, verdict = "met" }

[[case]]
name = "A plan sent on the last day of the twenty weeks is said to be late"
as_at = 2025-09-19
given = { request_received = 2025-04-02, plan_issued = 2025-08-20 }
expect."plan.issue" = { due = 2025-08-19, verdict = "late", days_late = 1 }
"""
PARTS = ("exit code", "output", "errors")
TERMINAL = {"COLUMNS": "80", "LINES": "24", "TERM": "xterm", "NO_COLOR": "1"}


@dataclass(frozen=True, slots=True)
class Run:
    """What one command line did, its outputs as they stand before hashing."""

    words: str
    code: int
    out: bytes
    err: bytes

    @property
    def row(self) -> tuple[str, str, str, str]:
        """Return the line of the table."""
        return self.words, str(self.code), _hash(self.out), _hash(self.err)


def commands() -> list[str]:
    """Return every command and subcommand, as the app's own help lists them."""
    found = []
    for name in _listed(""):
        inner = _listed(name)
        found += [f"{name} {one}" for one in inner] or [name]
    return found


def command_lines() -> list[str]:
    """Return every command line that is run.

    Raises:
        LookupError: The app has a command that is asked nothing, or the table names one that is gone.
    """
    names = commands()
    if odd := set(names) ^ set(ASKED):
        raise LookupError(f"put {', '.join(sorted(odd))} right in tests/oracle.py")
    groups = sorted({name.split()[0] for name in names if " " in name})
    lines = [f"{name} --help".strip() for name in ("", *names, *groups)]
    for name in names:
        asked = [
            text.format(input=one) for text in ASKED[name] for one in (INPUTS if "{input}" in text else ("",))
        ]
        formats = _formats(name, asked[0])
        for text in asked:
            line = f"{name} {text}".strip()
            lines += [f"{line} --format {form}" if form else line for form in formats]
    return [*lines, *WRONG, *(f"check {path} --as-at {TODAY} --format json" for path in sorted(broken()))]


def broken() -> dict[str, bytes]:
    """Return the files of the tests that are refused, by name; the bombs are left to their own tests."""
    from tests.cases.test_bad_input import REFUSED

    made: dict[str, bytes] = {}
    for number, fault in enumerate(REFUSED):
        if not fault.bomb:
            made[f"broken/{number:02}-{fault.name}"] = fault.made()
    return made


def furnish(room: Path) -> None:
    """Lay every file that the command lines name into a folder."""
    from tests.cases.formats.sen2.made import Assessment, Request, person, xml

    room.mkdir()
    for name in (CASES, PROBLEMS, "local-promises.toml", "local-promises-cases.toml", "what-if-bill.toml"):
        shutil.copy(ROOT / "examples" / name, room / name)
    shutil.copytree(ROOT / "examples" / "council-export", room / "council-export")
    (room / "golden.toml").write_text(GOLDEN, encoding="utf-8")
    shutil.copy(ROOT / "examples" / "kent" / "published_series.csv", room)
    shutil.copy(ROOT / "tests" / "data" / "annexA_fake_sen.xlsx", room / ANNEX_A)
    make = [sys.executable, str(ROOT / "examples" / "make_kent.py"), KENT]
    subprocess.run(make, cwd=room, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    decided = {"requestoutcome": "Y", "requestoutcomedate": "2025-10-14"}
    issued = Assessment(
        {"assessmentoutcome": "Y", "assessmentoutcomedate": "2026-01-09"}, {"startdate": "2026-01-09"}
    )
    persons = (
        person("A123456789012", Request({"receiveddate": "2025-09-01", **decided}, [issued])),
        person("A123456789013", Request({"receiveddate": "2025-06-02"})),
    )
    (room / SEN2).write_bytes(xml(persons))
    (room / "broken").mkdir()
    for name, content in broken().items():
        (room / name).write_bytes(content)


def runs(room: Path, step: int = 1) -> Iterator[Run]:
    """Yield the run of every command line, or of every third where `step` is 3, in order.

    There is one process a core, each in its own copy of the folder.
    """
    with contextlib.chdir(room):
        lines = command_lines()[::step]
    spawn = get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), spawn, initializer=_enter, initargs=(room,)) as pool:
        yield from pool.map(_run, lines, chunksize=4)


def differing(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Return what differs from the table, a line each: the command line, and which of its parts."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        kept = {row[0]: row[1:] for row in csv.reader(file, delimiter="\t")}
    lines = []
    for words, *now in rows:
        before = kept.pop(words, None)
        parts = (
            [part for part, old, new in zip(PARTS, before, now, strict=True) if old != new]
            if before
            else ["not in the table"]
        )
        lines += [f"ehcp {words}: {', '.join(parts)}"] if parts else []
    return lines + [f"ehcp {words}: no longer run" for words in kept]


def main(words: Sequence[str]) -> int:
    """Run the oracle; 1 if anything differs, 2 if the words ask nothing."""
    if list(words[:1]) not in (["check"], ["write"], ["keep"]) or len(words) != 1 + (words[0] == "keep"):
        print(__doc__)
        return 2
    with tempfile.TemporaryDirectory() as room:
        furnish(Path(room) / "files")
        done = list(runs(Path(room) / "files"))
    if words[0] == "keep":
        for run in done:
            place = Path(words[1]) / re.sub(r"[^\w.=-]+", "_", run.words or "nothing")[:180]
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(b"%s\n-- errors, exit %d\n%s" % (run.out, run.code, run.err))
        return 0
    rows = [run.row for run in done]
    if words[0] == "write":
        with TABLE.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter="\t", lineterminator="\n").writerows(rows)
        return 0
    lines = differing(rows)
    print(*lines, f"{len(lines)} of {len(rows)} runs differ", sep="\n")
    return int(bool(lines))


def _enter(room: Path) -> None:
    """Give this process its own copy of the folder, and a terminal of 80 columns."""
    own = room.with_name(f"process-{os.getpid()}")
    shutil.copytree(room, own)
    os.chdir(own)
    os.environ.update(TERMINAL)


def _run(words: str) -> Run:
    """Run one command line in this process, its two streams caught below Python."""
    from ehcp_timeline.cli.app import main as ehcp

    form = words.rpartition("--format ")[2]
    target = Path(f"out.{form}")
    sys.argv = ["ehcp", *shlex.split(words), *(["-o", str(target)] if form in FILES else [])]
    with _caught(1, "out") as out, _caught(2, "err") as err:
        code = ehcp()
        sys.stdout.flush()
        sys.stderr.flush()
    printed = out.read_bytes()
    if target.exists():
        printed += target.read_bytes()
        target.unlink()
    return Run(words, code, _without_versions(printed), _without_versions(err.read_bytes()))


@contextlib.contextmanager
def _caught(stream: int, name: str) -> Iterator[Path]:
    """Send a file descriptor to a file beside this folder until the end of the block."""
    path = Path.cwd().with_suffix(f".{name}")
    real = os.dup(stream)
    with path.open("wb") as file:
        os.dup2(file.fileno(), stream)
    try:
        yield path
    finally:
        os.dup2(real, stream)
        os.close(real)


def _without_versions(printed: bytes) -> bytes:
    """Return an output without the rulebook's digest and the software's version."""
    from ehcp_timeline import __version__, load_rulebook

    printed = printed.replace(load_rulebook().sha256.encode(), b"RULEBOOK")
    return printed.replace(__version__.encode(), b"VERSION")


def _listed(name: str) -> list[str]:
    """Return the commands that a help lists."""
    page = _ehcp(f"{name} --help").stdout.decode()
    groups = page.partition("this message and exit.\n")[2]  # each has a heading of its own, after the options
    return re.findall(r"^  (\w[\w-]*) ", groups, re.MULTILINE)


def _formats(name: str, asked: str) -> list[str]:
    """Return the formats of a command, from its error about one that does not exist; [""] if it has none."""
    told = _ehcp(f"{name} {asked} --format nonsense").stderr.decode()
    return told.strip().rpartition(" is not one of ")[2].split(", ") if " is not one of " in told else [""]


def _ehcp(words: str) -> subprocess.CompletedProcess[bytes]:
    from tests.cli.command import ehcp

    return ehcp(*shlex.split(words))


def _hash(printed: bytes) -> str:
    return hashlib.sha256(printed).hexdigest()[:12]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
