"""Reads what `ehcp.toml` says about files, gathering every fault of its form with its key path."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, get_args

from ehcp_timeline.cases.cells.date_formats import format_faults
from ehcp_timeline.cases.headers import fold
from ehcp_timeline.cases.mapping.model import EVERY, FileMapping, Mappings, SharedDate, Undated
from ehcp_timeline.errors import ConfigError
from ehcp_timeline.text.spelling import did_you_mean

FILE_KEYS = ("columns", "values", "date_formats", "blanks", "ignore", "constants", "sheet", "header_row")
KEYS = (*FILE_KEYS, "files")
_OUTCOME = ("date", "where", "is", "undated")
_UNDATED: tuple[Undated, ...] = get_args(Undated)


@dataclass(frozen=True, slots=True)
class KeyFault:
    """One fault of a configuration.

    Attributes:
        key: Key path, as `columns.plan_issued`.
        says: What is wrong, worded to follow the key.
        try_: What to try, or an empty string.
    """

    key: str
    says: str
    try_: str = ""

    def __str__(self) -> str:
        """Return the fault on one line."""
        said = f"{self.key} {self.says}".strip()
        return f"{said}; {self.try_}" if self.try_ else said


def there_is_no(key: str, known: Collection[str], at: str = "") -> KeyFault:
    """Return the fault of a key that nothing knows."""
    return KeyFault(
        "", f"there is no `{at}{key}`", did_you_mean(key, known, 1) or f"one of {', '.join(known)}"
    )


def config_error(source: str, faults: Sequence[KeyFault]) -> ConfigError:
    """Return the error that tells every fault of a configuration."""
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
    return KeyFault(key, "is not a list of texts", f'write  {_last(key)} = ["...", "..."]')


def read_mappings(table: Mapping[str, Any], source: str) -> tuple[Mappings, list[KeyFault]]:
    """Return what a configuration says about files, as far as it can be read, and its faults.

    Args:
        table: The configuration; keys other than `KEYS` are not looked at.
        source: Its file.
    """
    reading = _Reading([])
    every = reading.of_file(table, "")
    files = {
        pattern: reading.of_section(pattern, part)
        for pattern, part in reading.table(table, "", "files", '[files."capita-*.csv"]').items()
    }
    return Mappings(source, every, files), reading.faults


@dataclass(frozen=True, slots=True)
class _Reading:
    """One reading of a configuration; every fault is added to the list."""

    faults: list[KeyFault]

    def fault(self, key: str, says: str, try_: str = "") -> None:
        """Take note of a fault."""
        self.faults.append(KeyFault(key, says, try_))

    def table(self, held: Mapping[str, Any], at: str, key: str, as_: str) -> Mapping[str, Any]:
        """Return a table; nothing where there is none."""
        table = held.get(key, {})
        if isinstance(table, dict):
            return table
        self.fault(f"{at}{key}", "is not a table", f"write {as_} above its lines")
        return {}

    def texts(self, key: str, value: object) -> tuple[str, ...]:
        """Return a list of texts."""
        if fault := not_texts(key, value):
            self.faults.append(fault)
        return texts(value)

    def of_section(self, pattern: str, part: object) -> FileMapping:
        """Return what is said about the files that a pattern names."""
        at = f'files."{pattern}"'
        if "/" in pattern or "\\" in pattern:
            self.fault(at, "names a folder", "write the pattern of the file's name alone")
        if not isinstance(part, dict):
            self.fault(at, "is not a table", f"write [{at}] above its lines")
            return FileMapping()
        self.faults.extend(there_is_no(key, FILE_KEYS, f"{at}.") for key in part if key not in FILE_KEYS)
        return self.of_file(part, f"{at}.")

    def of_file(self, held: Mapping[str, Any], at: str) -> FileMapping:
        """Return what one part says; `at` is the beginning of its key paths."""
        headings = self.table(held, at, "columns", f"[{at}columns]")
        plain = {name: said for name, said in headings.items() if not isinstance(said, dict)}
        outcomes = {name: said for name, said in headings.items() if isinstance(said, dict)}
        mapping = FileMapping(
            columns={name: self.texts(f"{at}columns.{name}", said) for name, said in plain.items()},
            outcomes={name: self.outcome(f"{at}columns.{name}", said) for name, said in outcomes.items()},
            ignore=self.texts(f"{at}ignore", held.get("ignore", [])),
            values=dict(self.values(held, at)),
            date_formats=self.formats(held, at),
            blanks=self.texts(f"{at}blanks", held.get("blanks", [])),
            constants=dict(self.constants(held, at)),
        )
        return replace(mapping, sheet=self.sheet(held, at), header_row=self.header_row(held, at))

    def outcome(self, key: str, said: Mapping[str, Any]) -> SharedDate:
        """Return where the date of an event is found that shares its heading with others."""
        self.faults.extend(there_is_no(word, _OUTCOME, f"{key}.") for word in said if word not in _OUTCOME)
        texts = {word: said.get(word, "") for word in ("date", "where")}
        for word, text in texts.items():
            if not isinstance(text, str) or not fold(text):
                self.fault(f"{key}.{word}", "must be a heading", f'write {word} = "..."')
        words = self.texts(f"{key}.is", said.get("is", []))
        if not words and isinstance(said.get("is", []), list | str):
            self.fault(
                f"{key}.is", "names no word", f'write is = ["..."], what stands under "{texts["where"]}"'
            )
        undated = said.get("undated", "unknown")
        if undated not in _UNDATED:
            self.fault(
                f"{key}.undated",
                f"is not one of {', '.join(_UNDATED)}",
                did_you_mean(str(undated), _UNDATED, 1),
            )
            undated = "unknown"
        return SharedDate(str(texts["date"]), str(texts["where"]), words, undated)

    def values(self, held: Mapping[str, Any], at: str) -> Iterator[tuple[str, Mapping[str, str]]]:
        """Yield each column with the council's words and ours."""
        for name, words in self.table(held, at, "values", f"[{at}values.review_outcome]").items():
            key = f"{at}values.{name}"
            if not isinstance(words, dict):
                self.fault(key, "is not a table", f'write [{key}] and below it "their word" = "our word"')
                continue
            yield name, dict(self.each(words, key, _value))

    def constants(self, held: Mapping[str, Any], at: str) -> Iterator[tuple[str, str]]:
        """Yield each constant as the text of a cell."""
        said = self.table(held, at, "constants", f"[{at}constants]")
        yield from self.each(said, f"{at}constants", _value)

    def each(
        self, held: Mapping[str, Any], at: str, read: Callable[[object], str | None]
    ) -> Iterator[tuple[str, str]]:
        """Yield every key whose value can be the text of a cell."""
        for name, value in held.items():
            text = read(value)
            if text is None:
                self.fault(f"{at}.{name}", "is not one value", "write a text, a date, true or false")
            else:
                yield name, text

    def formats(self, held: Mapping[str, Any], at: str) -> dict[str, tuple[str, ...]]:
        """Return the formats of dates: a list for all columns, or a table of them."""
        said = held.get("date_formats", {})
        named = said if isinstance(said, dict) else {EVERY: said}
        formats: dict[str, tuple[str, ...]] = {}
        for name, value in named.items():
            key = f"{at}date_formats" if name == EVERY else f"{at}date_formats.{name}"
            formats[name] = self.texts(key, value)
            faults = list(format_faults(formats[name]))
            for fault in faults:
                self.fault(key, fault if fault.startswith("has ") else f"cannot be used: {fault}")
            if faults:
                del formats[name]
        return formats

    def sheet(self, held: Mapping[str, Any], at: str) -> str:
        """Return the name of the worksheet."""
        name = held.get("sheet", "")
        if not isinstance(name, str):
            self.fault(f"{at}sheet", "is not the name of a worksheet", 'write sheet = "Cases"')
            return ""
        return name

    def header_row(self, held: Mapping[str, Any], at: str) -> int:
        """Return the row of the headings, from 1; 0 where it is not said."""
        row = held.get("header_row", 0)
        if isinstance(row, bool) or not isinstance(row, int) or (row < 1 and "header_row" in held):
            self.fault(f"{at}header_row", "is not the number of a row", "the first row is 1")
            return 0
        return row


def _value(value: object) -> str | None:
    """Return a value of TOML as the text of a cell; None where it cannot be one."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return None
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, str | int) else None


def _last(key: str) -> str:
    """Return the last part of a key path."""
    return key.rpartition(".")[2]
