"""`python -m tests.mutator COUNT SEED [FORMAT ...]` breaks small inputs at random and runs `ehcp` on each.

Whatever stands in an input, the run ends with a documented exit code and, where it cannot go on, with an
error that says what to try: no internal error, no more than 5 seconds of work and 1 GB of
memory. A case file of which every row is overdue is never called all in time without a word of what was not
read. An input that breaks this is written to the folder `mutations` with the command that was run. The same
seed gives the same inputs.
"""

import gzip
import io
import json
import random
import re
import resource
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from tests.cases.formats.sen2.made import person, request, xml
from tests.cases.formats.sen2.shapes import blade, packed, workbook
from tests.cli.command import ehcp, said

ROOT = Path(__file__).parents[1]
WHEN = ("--as-at", "2026-06-01")
MOST_SECONDS = 5
MOST_MEMORY = 1_000_000  # kilobytes
ODD = (
    *(
        b"",
        b"0",
        b"-1",
        b"9" * 400,
        b"1e999",
        b"nan",
        b"null",
        b"true",
        b"[]",
        b"{}",
        b'"',
        b"'",
        b",",
        b"\t",
    ),
    *(b"\r", b"\n", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"=1+1", b"&#0;", b"]]>", b"<a>"),
    *(b"2026-02-30", b"0000-00-00", b"9999-12-31", b"29/02/2025", b"1.7E+308", "١٢".encode(), b"a" * 5000),
)
ODD_VALUES: Sequence[Any] = (
    *(None, True, -1, 10**400, 1.5, "", "a" * 5000, "2026-02-30", [], {}, [[]], {"a": None}, "\x00"),
)
CODES = frozenset(range(4))
NAMES = ("csv", "tsv", "xlsx", "packed", "sen2", "sheets", "parquet", "json", "toml")


@dataclass(frozen=True)
class Format:
    """One kind of input: what a sound one holds, how it is broken, and the words that read it.

    Attributes:
        name: The name of its file.
        sound: What a sound one holds.
        words: A command, `{}` in the place of the file.
        mutate: Makes a broken one.
        late: Whether every row of a sound one is overdue, so that no broken one may be called in time.
    """

    name: str
    sound: bytes
    words: tuple[str, ...]
    mutate: Callable[[bytes, random.Random], bytes]
    late: bool = False


def of_bytes(content: bytes, draw: random.Random) -> bytes:
    """Return some bytes with one to four changes: a flip, a cut, a copy, an odd word, or an early end."""
    changed = bytearray(content)
    for _ in range(draw.randint(1, 4)):
        place = draw.randrange(len(changed) + 1)
        until = min(len(changed), place + draw.choice((1, 4, 40)))
        match draw.randrange(5):
            case 0 if place < len(changed):
                changed[place] ^= 1 << draw.randrange(8)
            case 1:
                del changed[place:until]
            case 2:
                changed[place:place] = changed[place:until] * draw.choice((1, 2, 50))
            case 3:
                changed[place:until] = draw.choice(ODD)
            case _:
                del changed[draw.choice((place, len(changed) - 1)) :]
    return bytes(changed)


def of_words(content: bytes, draw: random.Random) -> bytes:
    """Return a text with one word or number for an odd one, so that it can mostly still be parsed."""
    words = list(re.finditer(rb"[\w.+-]+", content))
    if not words or draw.random() < 0.3:
        return of_bytes(content, draw)
    at = draw.choice(words)
    other = draw.choice([*ODD, draw.choice(words)[0]])
    return content[: at.start()] + other + content[at.end() :]


def of_zip(content: bytes, draw: random.Random) -> bytes:
    """Return an archive with one of its members broken, or its own bytes."""
    if draw.random() < 0.2:
        return of_bytes(content, draw)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    broken = draw.choice(sorted(members))
    members[broken] = of_words(members[broken], draw)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return out.getvalue()


def of_frame(content: bytes, draw: random.Random) -> bytes:
    """Return Parquet with one column of another type, or with its bytes broken."""
    if draw.random() < 0.5:
        return of_bytes(content, draw)
    frame = pl.read_parquet(io.BytesIO(content))
    types = (
        *(pl.Int8, pl.UInt64, pl.Float32, pl.Boolean, pl.Binary, pl.Time, pl.Null, pl.Categorical),
        *(pl.Datetime("us", "Europe/London"), pl.Duration("ms"), pl.Decimal(38, 2), pl.List(pl.String)),
        pl.Struct({"a": pl.String}),
    )
    for place in draw.sample(range(frame.width), draw.randint(1, 3)):
        name = frame.columns[place]
        frame = frame.with_columns(pl.Series(name, [None] * frame.height, dtype=draw.choice(types)))
        frame = frame.rename({name: draw.choice((name, name, " " * place, "a" * (3000 + place)))})
    out = io.BytesIO()
    frame.write_parquet(out)
    return out.getvalue()


def of_json(content: bytes, draw: random.Random) -> bytes:
    """Return an answer with one to three of its values replaced, or with its bytes broken."""
    if draw.random() < 0.2:
        return of_words(content, draw)
    answer = json.loads(content)
    for _ in range(draw.randint(1, 3)):
        holder = answer
        while isinstance(holder, dict | list) and holder:
            key = draw.choice(sorted(holder) if isinstance(holder, dict) else range(len(holder)))
            if not isinstance(holder[key], dict | list) or not holder[key] or draw.random() < 0.2:
                holder[key] = deepcopy(draw.choice(ODD_VALUES))  # a later one may be put into it
                break
            holder = holder[key]
    return json.dumps(answer).encode()


def of_gzip(content: bytes, draw: random.Random) -> bytes:
    """Return a gzip file with its text broken, or its own bytes."""
    if draw.random() < 0.5:
        return of_bytes(content, draw)
    return gzip.compress(of_words(gzip.decompress(content), draw), mtime=0)


def of_saved(content: bytes, draw: random.Random) -> bytes:
    """Return the answer that a saved page or workbook of text holds broken like JSON, or its bytes."""
    return of_json(content, draw) if content.startswith(b"{") else of_words(content, draw)


def formats(folder: Path) -> Iterator[tuple[str, Sequence[Format]]]:
    """Yield the formats, each with the inputs that are broken in turn."""
    lines = (ROOT / "examples" / "cases.csv").read_text(encoding="utf-8").splitlines()[:9]
    cases = folder / "sound.csv"
    cases.write_text("\n".join(lines) + "\n", encoding="utf-8")
    text, check = cases.read_bytes(), ("check", "{}", *WHEN)
    overdue = "case_id,request_received,team,assess_agreed,plan_issued\n" + "".join(
        f"A-{number},{number:02}/03/2025,North,,\n" for number in range(13, 21)
    )
    tabs = overdue.replace(",", "\t")
    yield (
        "csv",
        [
            Format("f.csv", text, check, of_words),
            Format("f.csv", overdue.encode(), check, of_words, late=True),
        ],
    )
    yield (
        "tsv",
        [
            Format("f.tsv", tabs.encode("utf-16"), check, of_bytes, late=True),
            Format(
                "f.tsv", tabs.replace("North", "Ångström – Süd").encode("cp1252"), check, of_words, late=True
            ),
            Format("f.txt", overdue.replace(",", ";").encode(), ("columns", "{}"), of_words),
            Format("f.txt", text, ("quality", "{}", *WHEN), of_words),
        ],
    )
    frame = pl.read_csv(cases, try_parse_dates=True)
    late = pl.read_csv(overdue.encode()).with_columns(pl.col("request_received").str.to_date("%d/%m/%Y"))
    book, table, late_book, late_table = (io.BytesIO() for _ in range(4))
    frame.write_excel(book)
    late.write_excel(late_book)
    frame.write_parquet(table)
    late.write_parquet(late_table)
    yield (
        "xlsx",
        [
            Format("f.xlsx", book.getvalue(), check, of_zip),
            Format("f.xlsx", late_book.getvalue(), check, of_zip, late=True),
        ],
    )
    yield (
        "packed",
        [
            Format("f.gz", gzip.compress(overdue.encode(), mtime=0), check, of_gzip, late=True),
            Format("f.zip", packed({"cases.csv": overdue.encode()}), check, of_zip, late=True),
        ],
    )
    waiting = {"requestoutcome": "A"}
    persons = [
        person(f"A{number}", request({"receiveddate": f"2025-0{number}-01", **waiting}))
        for number in (1, 2, 3)
    ]
    yield "sen2", [Format("f.xml", xml(persons), check, of_words, late=True)]
    annex = (ROOT / "tests" / "data" / "annexA_fake_sen.xlsx").read_bytes()
    yield (
        "sheets",
        [
            Format("f.xlsx", workbook(persons), check, of_zip, late=True),
            Format("f.zip", packed(blade(persons)), check, of_zip, late=True),
            Format("f.xlsx", annex, check, of_zip),
        ],
    )
    yield (
        "parquet",
        [
            Format("f.parquet", table.getvalue(), check, of_frame),
            Format("f.parquet", late_table.getvalue(), check, of_bytes, late=True),
        ],
    )
    yield "json", list(_answers(folder, cases))
    yield "toml", list(_settings(folder, cases))


def _answers(folder: Path, cases: Path) -> Iterator[Format]:
    """Yield what commands read of an earlier run: saved answers, publications, receipts, pages."""

    def saved(name: str, *words: str) -> bytes:
        ehcp(*words, "-o", str(folder / name))
        return (folder / name).read_bytes()

    answer = saved("sound.json", "check", str(cases), *WHEN, "--include", "all")
    yield Format("f.json", answer, ("changes", str(folder / "sound.json"), "{}"), of_saved)
    yield Format("f.json", answer, ("verify", "{}", str(cases)), of_saved)
    yield Format("f.json", answer, ("report", str(cases), *WHEN, "--since", "{}", "-f", "json"), of_saved)
    hidden = ("--disclosure", "suppress")
    for name, words in (
        ("list.json", ("overdue", str(cases), *WHEN, *hidden)),
        ("measures.json", ("scorecard", str(cases), *WHEN, *hidden)),
        ("page.json", ("report", str(cases), *WHEN, "--for", "public")),
    ):
        yield Format("f.json", saved(name, *words), (*words, "--previous", "{}", "-f", "json"), of_saved)
    page = saved("page.html", "report", str(cases), *WHEN)
    yield Format("f.html", page, ("verify", "{}", str(cases)), of_saved)


def _settings(folder: Path, cases: Path) -> Iterator[Format]:
    """Yield the settings, rules, golden cases, what-ifs, terms and figures that a person writes."""
    settings = (ROOT / "docs" / "case-file.md").read_bytes().split(b"```toml\n")[1].split(b"```")[0]
    local, golden = (
        (ROOT / "examples" / name).read_bytes()
        for name in ("local-promises.toml", "local-promises-cases.toml")
    )
    (folder / "local.toml").write_bytes(local)
    timeline = ("timeline", "request_received=2026-01-12", *WHEN)
    yield Format("f.toml", settings, (*timeline, "--config", "{}"), of_words)
    export = ROOT / "examples" / "council-export"
    mapping, council = (export / "ehcp.toml").read_bytes(), str(export / "extract-north.csv")
    yield Format("f.toml", mapping, ("check", council, *WHEN, "--config", "{}"), of_words)
    yield Format("f.toml", local, ("rules", "list", "--rules", "{}"), of_words)
    rules = ("--rules", str(folder / "local.toml"))
    yield Format("f.toml", golden, ("rules", "test", "{}", *rules), of_words)
    what_if = (
        b'["Two more"]\ncapacity = 2\nfrom = 2026-07-01\n["Short"]\nvacancies = { "Assessment A" = "20%" }\n'
        b'["Fewer"]\nrequests = "-10%"\norder = "oldest-first"\ncatch_up = "5:26"\n'
    )
    terms = b'[terms]\nclosed = [{ name = "Summer", from = 2025-07-20, to = 2025-09-02 }]\n'
    counts = (
        b"date,count,arrivals,completions\n2026-01-04,100,,\n2026-02-01,110,20,10\n2026-03-01,118,18,10\n"
    )
    forecast = ("forecast", str(cases), *WHEN, "--runs", "100", "--horizon", "30")
    yield Format("f.toml", what_if, (*forecast, "--scenarios", "{}"), of_words)
    yield Format("f.toml", terms, (*forecast, "--terms", "{}"), of_words)
    yield Format("f.csv", counts, ("forecast", "--snapshots", "{}", *WHEN), of_words)


def broken(name: str, count: int, folder: Path, seed: int = 0) -> Iterator[str]:
    """Yield what goes wrong with `count` mutations of a format, and keep each such input in `mutations`."""
    inputs = next(inputs for each, inputs in formats(folder) if each == name)
    for number in range(count):
        draw = random.Random(f"{name} {seed} {number}")
        sort = inputs[number % len(inputs)]
        path = folder / sort.name
        path.write_bytes(sort.mutate(sort.sound, draw))
        words = [word.replace("{}", str(path)) for word in sort.words]
        if says := _wrong(words, late=sort.late):
            kept = Path("mutations") / f"{name}-{seed}-{number}{path.suffix}"
            kept.parent.mkdir(exist_ok=True)
            kept.write_bytes(path.read_bytes())
            yield f"{kept}: ehcp {' '.join(words)}: {says}"


_TOLD = (b"To put right", b"Not judged:", b"unclear")


def _wrong(words: Sequence[str], *, late: bool) -> str:
    start, before = time.process_time(), _memory()
    try:
        run = ehcp(*words)
    except BaseException as error:  # noqa: BLE001 - whatever comes out is wrong
        return repr(error)
    if run.returncode not in CODES:
        return f"{run.returncode} {said(run)[-300:]}"
    if late and run.returncode == 0 and not any(word in run.stdout for word in _TOLD):
        return "says that nothing is overdue, and nothing of what it could not read"
    took = time.process_time() - start
    if took > MOST_SECONDS or before < MOST_MEMORY < _memory():
        return f"took {took:.0f} seconds and {_memory() / 1000:,.0f} MB"
    return ""


def _memory() -> int:
    """Return the most memory that this process has had, in kilobytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    asked = sys.argv[3:] or NAMES
    with tempfile.TemporaryDirectory() as room:
        for each in asked:
            faults = list(broken(each, int(sys.argv[1]), Path(room), int(sys.argv[2])))
            print(f"{each}: {sys.argv[1]} mutations, {len(faults)} faults", *faults, sep="\n  ", flush=True)
