"""What is compared: at each size the commands, how each answers, and the ratios that are promised."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

HERE: Final = Path(__file__).parent
AS_AT: Final = "2024-12-31"
PYTHON: Final = sys.executable
EHCP: Final = str(Path(PYTHON).with_name("ehcp"))
COUNCIL, ENGLAND, FIVE_MILLION = 20_000, 1_000_000, 5_000_000

Answers = Literal["", "counts", "page", "list", "seconds"]


@dataclass(frozen=True, slots=True)
class Cases:
    """A generated case file: so many rows, as `csv` or `parquet`."""

    rows: int
    kind: str = "csv"


@dataclass(frozen=True, slots=True)
class Written:
    """A file or folder that a command writes, in a folder of the run's own."""

    name: str


Part = str | Cases | Written


@dataclass(frozen=True, slots=True)
class Variant:
    """One command.

    Attributes:
        name: What `--variants` calls it.
        title: What it is.
        argv: The command, with files still to be found.
        answers: What it prints: the `counts` and the worst as JSON; a `page` of `ehcp check`; nothing, but it
            writes a complete `list`; its own `seconds`, wall and CPU, which then count.
        needs: A package that may not be there; the variant is then left out, and that is said.
    """

    name: str
    title: str
    argv: tuple[Part, ...]
    answers: Answers = ""
    needs: str = ""

    @property
    def rows(self) -> int:
        """How many rows it reads; 0 if none."""
        return next((part.rows for part in self.argv if isinstance(part, Cases)), 0)


@dataclass(frozen=True, slots=True)
class Target:
    """One promised ratio.

    Attributes:
        title: In words.
        over: Variants, each times a weight, added up ...
        under: ... and divided by these; by nothing if seconds are promised.
        limit: What the ratio may be.
        at_least: Whether the limit is a least, not a most.
        memory: Whether it is about memory at its peak, not time.
    """

    title: str
    over: Mapping[str, float]
    under: Mapping[str, float]
    limit: float
    at_least: bool = False
    memory: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """What runs side by side.

    Attributes:
        name: What `--sections` calls it.
        title: Its heading.
        variants: What runs, in turn.
        targets: What is promised.
        rounds: How often each runs, unless asked otherwise.
        note: A sentence for the reader.
    """

    name: str
    title: str
    variants: tuple[Variant, ...]
    targets: tuple[Target, ...] = field(default=())
    rounds: int = 5
    note: str = ""


def _peer(name: str, title: str, cases: Cases, needs: str = "", *, checked: bool = False) -> Variant:
    script = str(HERE / "peers" / f"{name}.py")
    short = name.removesuffix("_by_hand").removesuffix("_sql").removesuffix("_rows")
    argv = (PYTHON, script, cases, AS_AT)
    if checked:
        return Variant(f"{short}-checked", f"{title}, with checks", (*argv, "checked"), "counts", needs)
    return Variant(short, title, argv, "counts", needs)


def _check(cases: Cases, *more: Part) -> tuple[Part, ...]:
    return (EHCP, "check", cases, "--as-at", AS_AT, *more)


def _floor(cases: Cases) -> Variant:
    script = str(HERE / "peers" / "floor.py")
    return Variant("floor", "the floor: polars scans the file and parses its dates", (PYTHON, script, cases))


def _page(cases: Cases, name: str = "check", title: str = "`ehcp check`: the top lists") -> Variant:
    return Variant(name, title, _check(cases), "page")


def _list(cases: Cases, kind: str, title: str) -> Variant:
    out = Written(f"all-{cases.rows}.{kind}")
    return Variant(f"{kind}-list", title, _check(cases, "--include", "late", "-o", out, "--force"), "list")


def _peers(cases: Cases, *, checked: bool = False) -> tuple[Variant, ...]:
    return (
        _peer("polars_by_hand", "the same deadlines in polars, by hand", cases, checked=checked),
        _peer("duckdb_sql", "the same deadlines in DuckDB SQL", cases, "duckdb", checked=checked),
        _peer("pandas_by_hand", "the same deadlines in pandas", cases, "pandas", checked=checked),
    )


def _council() -> Section:
    cases, peers = Cases(COUNCIL), HERE / "peers"
    return Section(
        "council",
        "One council: 20,000 rows, and start-up",
        (
            Variant("trivial", "a trivial polars process", (PYTHON, str(peers / "trivial_polars.py"))),
            _page(cases),
            _list(cases, "parquet", "`ehcp check --include late -o all.parquet`: the full list"),
            *_peers(cases),
            _peer("naive_rows", "the same deadlines row by row: csv, pydantic, dateutil", cases),
            Variant("bare", "`--help` of a bare Typer app", (PYTHON, str(peers / "bare_typer.py"), "--help")),
            Variant("help", "`ehcp --help`", (EHCP, "--help")),
        ),
        (
            Target("`ehcp check` against a trivial polars process", {"check": 1}, {"trivial": 1}, 2.0),
            Target("`ehcp --help` against a bare Typer app", {"help": 1}, {"bare": 1}, 1.3),
        ),
    )


def _region() -> Section:
    cases = Cases(100_000)
    return Section(
        "region",
        "Five councils: 100,000 rows",
        (
            _floor(cases),
            _page(cases),
            _list(cases, "parquet", "`ehcp check --include late -o all.parquet`: the full list"),
            *_peers(cases),
            _peer("naive_rows", "the same deadlines row by row: csv, pydantic, dateutil", cases),
        ),
        rounds=3,
        note="No targets are set at this size.",
    )


def _england() -> Section:
    cases = Cases(ENGLAND)
    full = Written(f"all-{ENGLAND}.parquet")
    writes = (PYTHON, str(HERE / "peers" / "writes_ndjson.py"), full, Written("plain.ndjson"))
    return Section(
        "england",
        "All of England: 1,000,000 rows",
        (
            _floor(cases),
            _page(cases),
            _list(cases, "parquet", "`ehcp check --include late -o all.parquet`: the full list"),
            _list(cases, "ndjson", "`ehcp check --include late -o all.ndjson`: the full list"),
            Variant("writes", "polars writes the frame of that list as NDJSON", writes, "seconds"),
            *_peers(cases),
            *_peers(cases, checked=True),
        ),
        (
            Target("Top lists against the floor", {"check": 1}, {"floor": 1}, 2.5),
            Target("Full list to Parquet against the floor", {"parquet-list": 1}, {"floor": 1}, 4),
            Target("Full list to NDJSON against the floor", {"ndjson-list": 1}, {"floor": 1}, 6.5),
            Target("Top lists against polars by hand", {"check": 1}, {"polars": 1}, 1),
            Target("DuckDB SQL against the top lists", {"duckdb": 1}, {"check": 1}, 1.25, at_least=True),
            Target("pandas against the top lists", {"pandas": 1}, {"check": 1}, 6, at_least=True),
            Target("Peak MB of the top lists", {"check": 1}, {}, 450, memory=True),
        ),
    )


def _five() -> Section:
    sizes = {"1m": ENGLAND, "5m": FIVE_MILLION}
    kinds = {"csv": "CSV", "parquet": "Parquet"}
    return Section(
        "five",
        "5,000,000 rows against 1,000,000",
        tuple(
            _page(Cases(rows, kind), f"{kind}-{size}", f"`ehcp check` on {rows:,} rows of {word}")
            for kind, word in kinds.items()
            for size, rows in sizes.items()
        ),
        tuple(
            Target(
                f"{word}: {'peak memory' if memory else 'time'}, 5 M against 1 M",
                {f"{kind}-5m": 1},
                {f"{kind}-1m": 1},
                1.9 if memory else 5.0,
                memory=memory,
            )
            for kind, word in kinds.items()
            for memory in (False, True)
        ),
        rounds=3,
    )


def _others() -> Section:
    cases, council = Cases(ENGLAND), Cases(COUNCIL)
    card = (EHCP, "scorecard", cases, "--as-at", AS_AT)
    overdue = (EHCP, "overdue", cases, "--as-at", AS_AT)
    flips = (EHCP, "rules", "diff", "installed", Written("18-weeks"), council, "--as-at", AS_AT)
    split = (EHCP, "overdue", council, "--as-at", AS_AT, "--split-by", "caseworker", "--force")
    public = ("--by", "team", "--disclosure", "suppress", "-o", Written("public.csv"), "--force")
    districts = (*card, "--by", "district", "--period", "month")
    by_month = ("-o", Written("card.csv"), "--force")
    as_json = ("-o", Written("card.json"), "--force")
    return Section(
        "others",
        "Other commands",
        (
            _page(cases),
            Variant("scorecard", "`ehcp scorecard` by month, 1,000,000 rows", (*card, "--period", "month")),
            Variant("by-district", "`ehcp scorecard` by month and 600 districts", (*districts, *by_month)),
            Variant("district-plain", "the same as plain text", (*districts, "--format", "plain")),
            Variant("district-json", "the same as JSON", (*districts, *as_json)),
            Variant("overdue", "`ehcp overdue`, 1,000,000 rows", overdue),
            Variant(
                "public", "`ehcp overdue --disclosure suppress --by team`, 350 teams", (*overdue, *public)
            ),
            Variant(
                "split", "`ehcp overdue --split-by caseworker`, 20,000 rows", (*split, "-o", Written("lists"))
            ),
            Variant("rules-diff", "`ehcp rules diff`, 20 weeks to 18, 20,000 rows", flips),
        ),
        (
            Target("Scorecard by month against `ehcp check`", {"scorecard": 1}, {"check": 1}, 2),
            Target(
                "Scorecard by month and district against `ehcp check`", {"by-district": 1}, {"check": 1}, 2
            ),
            Target("The same as plain text", {"district-plain": 1}, {"check": 1}, 2),
            Target("The same as JSON", {"district-json": 1}, {"check": 1}, 3),
            Target("`ehcp overdue` against `ehcp check`", {"overdue": 1}, {"check": 1}, 1.3),
            Target("Peak MB of `ehcp overdue`", {"overdue": 1}, {}, 700, memory=True),
            Target("Seconds of `ehcp overdue --split-by caseworker`, 60 files", {"split": 1}, {}, 3),
            Target("Seconds of `ehcp rules diff`", {"rules-diff": 1}, {}, 2),
        ),
        rounds=3,
    )


SECTIONS: Final = {one.name: one for one in (_council(), _region(), _england(), _five(), _others())}
SCRIPTS: Final = ("outputs.py", "workbook.py", "sen2.py", "forecast_speed.py", "sampled.py")
