"""`python -m tests.mutator COUNT SEED [FORMAT ...]` breaks small inputs at random and runs `ehcp` on each.

Whatever stands in an input, the run ends with a documented exit code and, where it cannot go on, with an
error that says what to try: no traceback, no fault of its own, no more than 10 seconds of work. An input that
breaks this is written to the folder `mutations` with the command that was run. The same seed gives the same
inputs.
"""

import io
import json
import random
import re
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from tests.cases.formats.sen2.made import person, request, xml
from tests.cli.command import ehcp

ROOT = Path(__file__).parents[1]
WHEN = ("--as-at", "2026-06-01")
MOST_SECONDS = 10
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


@dataclass(frozen=True)
class Format:
    """One kind of input: what a sound one holds, how it is broken, and the words that read it.

    Attributes:
        name: The name of its file.
        sound: What a sound one holds.
        words: A command, `{}` in the place of the file.
        mutate: Makes a broken one.
    """

    name: str
    sound: bytes
    words: tuple[str, ...]
    mutate: Callable[[bytes, random.Random], bytes]


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
                holder[key] = draw.choice(ODD_VALUES)
                break
            holder = holder[key]
    return json.dumps(answer).encode()


def formats(folder: Path) -> Iterator[tuple[str, Sequence[Format]]]:
    """Yield the formats, each with the inputs that are broken in turn."""
    lines = (ROOT / "examples" / "cases.csv").read_text(encoding="utf-8").splitlines()[:9]
    cases = folder / "sound.csv"
    cases.write_text("\n".join(lines) + "\n", encoding="utf-8")
    frame = pl.read_csv(cases, try_parse_dates=True)
    book, table = io.BytesIO(), io.BytesIO()
    frame.write_excel(book)
    frame.write_parquet(table)
    check = ("check", "{}", *WHEN)
    yield "csv", [Format("f.csv", cases.read_bytes(), check, of_words)]
    yield "xlsx", [Format("f.xlsx", book.getvalue(), check, of_zip)]
    returned = xml(
        person(f"A{number}", request({"receiveddate": f"2025-0{number}-01", "requestoutcome": "Y"}))
        for number in (1, 2)
    )
    yield "sen2", [Format("f.xml", returned, check, of_words)]
    yield "parquet", [Format("f.parquet", table.getvalue(), check, of_frame)]
    answer = ehcp("check", str(cases), *WHEN, "--include", "all", "-f", "json").stdout
    (folder / "sound.json").write_bytes(answer)
    yield (
        "json",
        [
            Format("f.json", answer, ("changes", str(folder / "sound.json"), "{}"), of_json),
            Format("f.json", answer, ("verify", "{}", str(cases)), of_json),
        ],
    )
    settings = (ROOT / "docs" / "case-file.md").read_bytes().split(b"```toml\n")[1].split(b"```")[0]
    local, golden = (
        (ROOT / "examples" / name).read_bytes()
        for name in ("local-promises.toml", "local-promises-cases.toml")
    )
    (folder / "local.toml").write_bytes(local)
    yield (
        "toml",
        [
            Format(
                "f.toml",
                settings,
                ("timeline", "request_received=2026-01-12", *WHEN, "--config", "{}"),
                of_words,
            ),
            Format("f.toml", local, ("rules", "list", "--rules", "{}"), of_words),
            Format(
                "f.toml", golden, ("rules", "test", "{}", "--rules", str(folder / "local.toml")), of_words
            ),
        ],
    )


def broken(name: str, count: int, folder: Path, seed: int = 0) -> Iterator[str]:
    """Yield what goes wrong with `count` mutations of a format, and keep each such input in `mutations`."""
    inputs = dict(formats(folder))[name]
    for number in range(count):
        draw = random.Random(f"{name} {seed} {number}")
        sort = inputs[number % len(inputs)]
        path = folder / sort.name
        path.write_bytes(sort.mutate(sort.sound, draw))
        words = [word.replace("{}", str(path)) for word in sort.words]
        if says := _wrong(words):
            kept = Path("mutations") / f"{name}-{seed}-{number}{path.suffix}"
            kept.parent.mkdir(exist_ok=True)
            kept.write_bytes(path.read_bytes())
            yield f"{kept}: ehcp {' '.join(words)}: {says}"


def _wrong(words: Sequence[str]) -> str:
    start = time.process_time()
    try:
        run = ehcp(*words)
    except BaseException as error:  # noqa: BLE001 - whatever comes out is wrong
        return repr(error)
    told = run.stderr.decode("utf-8", "replace")
    if "fault of its own" in told or "Traceback" in told or run.returncode not in CODES:
        return f"{run.returncode} {told[-300:]}"
    took = time.process_time() - start
    return f"took {took:.0f} seconds" if took > MOST_SECONDS else ""


if __name__ == "__main__":
    asked = sys.argv[3:] or ["csv", "xlsx", "sen2", "parquet", "json", "toml"]
    with tempfile.TemporaryDirectory() as room:
        for each in asked:
            faults = list(broken(each, int(sys.argv[1]), Path(room), int(sys.argv[2])))
            print(f"{each}: {sys.argv[1]} mutations, {len(faults)} faults", *faults, sep="\n  ", flush=True)
