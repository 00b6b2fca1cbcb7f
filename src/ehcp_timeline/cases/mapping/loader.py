"""Reads what `ehcp.toml` says about files, every fault with its key path, and writes lines for it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, get_args

from ehcp_timeline.cases.cells.dates import format_faults
from ehcp_timeline.cases.headers import Heading, fold
from ehcp_timeline.cases.mapping.model import EVERY, FileMapping, Mappings, SharedDate, Undated
from ehcp_timeline.errors import ConfigError
from ehcp_timeline.record import field, record, replace
from ehcp_timeline.text import did_you_mean

FILE_KEYS = ("columns", "values", "date_formats", "blanks", "ignore", "constants", "sheet", "header_row")
KEYS = (*FILE_KEYS, "files")
_OUTCOME = ("date", "where", "is", "undated")
_UNDATED: tuple[Undated, ...] = get_args(Undated)


@record(frozen=True, slots=True)
class KeyFault:
    """One fault of a configuration: its key path, as `columns.plan_issued`, and words to follow it."""

    key: str
    says: str
    try_: str = ""

    def __str__(self) -> str:
        """Return the fault on one line."""
        said = f"{self.key} {self.says}".strip()
        return f"{said}; {self.try_}" if self.try_ else said


def there_is_no(key: str, known: Collection[str], at: str = "") -> KeyFault:
    """Return the fault of an unknown key."""
    hint = did_you_mean(key, known, 1) or f"one of {', '.join(known)}"
    return KeyFault("", f"there is no `{at}{key}`", hint)


def config_error(source: str, faults: Sequence[KeyFault]) -> ConfigError:
    """Return the error with every fault of a configuration."""
    if len(faults) == 1:
        return ConfigError(f"{source}: {f'{faults[0].key} {faults[0].says}'.strip()}", faults[0].try_)
    lines = "".join(f"\n  {fault}" for fault in faults)
    return ConfigError(f"{source} has {len(faults)} faults:{lines}")


def texts(value: object) -> tuple[str, ...]:
    """Return a list of texts; a single text is a list of one, and anything else none."""
    words = [value] if isinstance(value, str) else value
    return tuple(words) if isinstance(words, list) and all(isinstance(word, str) for word in words) else ()


def not_texts(key: str, value: object) -> KeyFault | None:
    """Return the fault of a value that is not a list of texts."""
    if texts(value) or value == []:
        return None
    return KeyFault(key, "is not a list of texts", f'write  {key.rpartition(".")[2]} = ["...", "..."]')


def read_mappings(table: Mapping[str, Any], source: str) -> tuple[Mappings, list[KeyFault]]:
    """Return the file settings of a configuration, as far as they can be read, and their faults.

    Keys other than `KEYS` are ignored.
    """
    reading = _Reading()
    every = reading.of_file(table, "")
    files: dict[str, FileMapping] = {}
    for pattern, part in reading.table(table, "files", "files", '[files."capita-*.csv"]').items():
        at = f'files."{pattern}"'
        if "/" in pattern or "\\" in pattern:
            reading.fault(at, "names a folder", "write the pattern of the file's name alone")
        if isinstance(part, dict):
            unknown = (key for key in part if key not in FILE_KEYS)
            reading.faults.extend(there_is_no(key, FILE_KEYS, f"{at}.") for key in unknown)
        else:
            reading.fault(at, "is not a table", f"write [{at}] above its lines")
        files[pattern] = reading.of_file(part if isinstance(part, dict) else {}, f"{at}.")
    return Mappings(source, every, files), reading.faults


@record(frozen=True, slots=True)
class _Reading:
    """One reading of a configuration: every fault is added to a list; `at` begins the key paths of a part."""

    faults: list[KeyFault] = field(default_factory=list)

    def fault(self, key: str, says: str, try_: str = "") -> None:
        self.faults.append(KeyFault(key, says, try_))

    def table(self, held: Mapping[str, Any], key: str, path: str, as_: str) -> Mapping[str, Any]:
        table = held.get(key, {})
        if isinstance(table, dict):
            return table
        self.fault(path, "is not a table", f"write {as_} above its lines")
        return {}

    def texts(self, key: str, value: object) -> tuple[str, ...]:
        if fault := not_texts(key, value):
            self.faults.append(fault)
        return texts(value)

    def headings(self, key: str, value: object) -> tuple[str, ...]:
        words = self.texts(key, value)
        if not all(any(map(str.isalnum, word)) for word in words):
            self.fault(key, "is a heading without a letter or a digit", "write it as the file has it")
        return words

    def of_file(self, held: Mapping[str, Any], at: str) -> FileMapping:
        headings = self.table(held, "columns", f"{at}columns", f"[{at}columns]")
        columns = {name: said for name, said in headings.items() if not isinstance(said, dict)}
        outcomes = {name: said for name, said in headings.items() if isinstance(said, dict)}
        constants = self.table(held, "constants", f"{at}constants", f"[{at}constants]")
        sheet, row = held.get("sheet", ""), held.get("header_row", 0)
        mapping = FileMapping(
            columns={name: self.headings(f"{at}columns.{name}", said) for name, said in columns.items()},
            outcomes={name: self.outcome(f"{at}columns.{name}", said) for name, said in outcomes.items()},
            ignore=self.texts(f"{at}ignore", held.get("ignore", [])),
            values=dict(self.values(held, at)),
            date_formats=dict(self.formats(held, at)),
            blanks=self.texts(f"{at}blanks", held.get("blanks", [])),
            constants=dict(self.cells(constants, f"{at}constants")),
        )
        if not isinstance(sheet, str):
            self.fault(f"{at}sheet", "is not the name of a worksheet", 'write sheet = "Cases"')
            sheet = ""
        if not isinstance(row, int) or isinstance(row, bool) or (row < 1 and "header_row" in held):
            self.fault(f"{at}header_row", "is not the number of a row", "the first row is 1")
            row = 0
        return replace(mapping, sheet=sheet, header_row=row)

    def outcome(self, key: str, said: Mapping[str, Any]) -> SharedDate:
        """Return where the date of an event is found that shares its heading with others."""
        self.faults.extend(there_is_no(word, _OUTCOME, f"{key}.") for word in said if word not in _OUTCOME)
        texts = {word: said.get(word, "") for word in ("date", "where")}
        for word, text in texts.items():
            if not isinstance(text, str) or not fold(text):
                self.fault(f"{key}.{word}", "must be a heading", f'write {word} = "..."')
        words = self.texts(f"{key}.is", said.get("is", []))
        if not words and isinstance(said.get("is", []), list | str):
            hint = f'write is = ["..."], what stands under "{texts["where"]}"'
            self.fault(f"{key}.is", "names no word", hint)
        undated = said.get("undated", "unknown")
        if undated not in _UNDATED:
            hint = did_you_mean(str(undated), _UNDATED, 1)
            self.fault(f"{key}.undated", f"is not one of {', '.join(_UNDATED)}", hint)
            undated = "unknown"
        return SharedDate(str(texts["date"]), str(texts["where"]), words, undated)

    def values(self, held: Mapping[str, Any], at: str) -> Iterator[tuple[str, Mapping[str, str]]]:
        table = self.table(held, "values", f"{at}values", f"[{at}values.review_outcome]")
        for name, words in table.items():
            key = f"{at}values.{name}"
            if isinstance(words, dict):
                yield name, dict(self.cells(words, key))
            else:
                self.fault(key, "is not a table", f'write [{key}] and below it "their word" = "our word"')

    def cells(self, held: Mapping[str, Any], at: str) -> Iterator[tuple[str, str]]:
        """Yield every key whose value can be the text of a cell, with that text."""
        for name, value in held.items():
            if isinstance(value, bool):
                yield name, "yes" if value else "no"
            elif isinstance(value, str | int):
                yield name, str(value)
            elif isinstance(value, date) and not isinstance(value, datetime):
                yield name, value.isoformat()
            else:
                self.fault(f"{at}.{name}", "is not one value", "write a text, a date, true or false")

    def formats(self, held: Mapping[str, Any], at: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield the formats of dates: a list for all columns, or a table of them."""
        said = held.get("date_formats", {})
        for name, value in (said if isinstance(said, dict) else {EVERY: said}).items():
            key = f"{at}date_formats" if name == EVERY else f"{at}date_formats.{name}"
            formats = self.texts(key, value)
            faults = list(format_faults(formats))
            for fault in faults:
                self.fault(key, fault if fault.startswith("has ") else f"cannot be used: {fault}")
            if not faults:
                yield name, formats


# One date is one of these, according to what was decided.
_BY_OUTCOME = frozenset(
    (("assess_agreed", "assess_refused"), ("plan_issued", "no_plan_notified"), ("withdrawn", "moved_away"))
)


def quoted(text: str) -> str:
    r"""Return a text as TOML writes it, on one line, everything that cannot be seen spelled out.

    >>> quoted('Plan "final"\nsent\x00')
    '"Plan \\"final\\" sent\\u0000"'
    """
    escaped = " ".join(text.splitlines()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{"".join(map(_spelled_out, escaped))}"'


def _spelled_out(letter: str) -> str:
    code = ord(letter)
    return letter if letter.isprintable() else f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"


def lines_for(
    heading: Heading,
    headings: Sequence[str],
    taken: Collection[str],
    *,
    dated: bool,
    why_not: str = "is it meant?",
) -> Iterator[str]:
    """Yield the lines below `[columns]` for a heading that is not read, to choose from or to complete.

    `headings` are all those of the file, `taken` the columns that they mean; `dated` is whether dates stand
    under this one, `why_not` why a suggestion is not sure.
    """
    text = quoted(heading.text)
    possible = tuple(name for name in heading.may_be if name not in taken)
    base = fold(heading.text).replace("date", "")  # "Decision" of "Decision date"
    outcome = next((other for other in headings if base and fold(other) == base), None)
    itself = dated and outcome == heading.text  # no other heading says which, and a date does not
    if outcome and heading.may_be[:2] in _BY_OUTCOME and not itself:
        for name in possible if dated else ():
            yield f'{name} = {{ date = {text}, where = {quoted(outcome)}, is = ["..."] }}'
    elif heading.may_be:
        yield from (f"{name} = [{text}]  # {heading.reason}" for name in possible)
    elif heading.suggestions:
        yield f"{heading.suggestions[0]} = [{text}]  # {why_not}"
    elif dated and not heading.reason:
        yield f"... = [{text}]  # dates; which event?"
