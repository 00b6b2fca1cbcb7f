"""Opens what a command reads: the settings of `ehcp.toml`, the law, the case files, with a progress bar."""

import os
import sys
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from ehcp_timeline.errors import ConfigError, UsageError
from ehcp_timeline.inputs import MOST_WRITTEN, parse_toml, read_text
from ehcp_timeline.record import field, record, replace
from ehcp_timeline.shell.destination import say
from ehcp_timeline.shell.parse import split
from ehcp_timeline.text import did_you_mean

if TYPE_CHECKING:
    from rich.progress import Progress

    from ehcp_timeline.audit.selection import Selection
    from ehcp_timeline.cases.mapping.model import Mappings
    from ehcp_timeline.cases.model import Vocabulary
    from ehcp_timeline.cases.source import CaseFile
    from ehcp_timeline.law.rulebook import Rulebook
    from ehcp_timeline.measure.acknowledged import Acknowledged, AcknowledgedFile
    from ehcp_timeline.measure.casework import Casework
    from ehcp_timeline.measure.kpi.question import People
    from ehcp_timeline.measure.kpi.targets import Target
    from ehcp_timeline.measure.terms import SchoolDays
    from ehcp_timeline.privacy.pseudonyms import Key

NAME = "ehcp.toml"
VARIABLE = "EHCP_CONFIG"
GROUPS = (
    *("district", "team", "caseworker", "referrer", "age_at_request", "sen_need", "school"),
    *("appeal_ground", "appeal_outcome", "sex", "ethnicity", "year_group", "setting_type"),
)
OTHER_KEYS = ("rules", "targets", "population", "figures", "terms", "order", "authority", "acknowledged")


@record(frozen=True, slots=True)
class Config:
    """What a configuration file says; its path is None where there is none.

    Attributes:
        rules: Local rulebooks, laid over the law before those of `--rules`.
        population: People aged 0 to 25.
        figures: Files of the DfE's figures, refreshed by `ehcp compare --refresh`.
        authority: The council's name as the DfE has it, for published figures.
        acknowledged: The file of accepted findings.
        order: Column to its names in the order in which tables print them.
    """

    path: Path | None = None
    mappings: "Mappings | None" = None
    rules: tuple[Path, ...] = ()
    targets: "tuple[Target, ...]" = ()
    population: "People | None" = None
    figures: tuple[Path, ...] = ()
    closures: "tuple[SchoolDays, ...]" = ()
    terms: "tuple[SchoolDays, ...]" = ()
    authority: str | None = None
    acknowledged: Path | None = None
    order: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def read_config(asked: Path | None, folder: Path) -> Config:
    """Return the configuration that applies in a folder.

    The first of these that there is: the file asked for, the file that EHCP_CONFIG names, the nearest
    ehcp.toml from the folder upward, the nearest pyproject.toml with a table `tool.ehcp`.

    Raises:
        ConfigError: It cannot be read, or has a word that there is not.
    """
    named = asked or (Path(os.environ[VARIABLE]) if os.environ.get(VARIABLE) else None)
    if named is not None:
        return _config(named, toml_table(named))
    upward = (folder, *folder.parents)
    for path in (path / NAME for path in upward):
        if path.is_file():
            return _config(path, toml_table(path))
    for path in (path / "pyproject.toml" for path in upward):
        tool = toml_table(path).get("tool") if path.is_file() else None
        if isinstance(tool, dict) and "ehcp" in tool:
            if not isinstance(tool["ehcp"], dict):
                raise ConfigError(f"{path}: tool.ehcp is not a table", "write [tool.ehcp], and keys below it")
            return _config(path, tool["ehcp"])
    return Config()


def toml_table(path: Path) -> dict[str, Any]:
    """Return a file's TOML; raise ConfigError if it cannot be read."""
    try:
        return parse_toml(read_text(path, ConfigError, MOST_WRITTEN))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(f"{path} is not TOML: {error}") from None


def _config(path: Path, table: Mapping[str, Any]) -> Config:
    from ehcp_timeline.cases.mapping.loader import (
        KEYS,
        KeyFault,
        config_error,
        not_texts,
        read_mappings,
        texts,
        there_is_no,
    )

    mappings, faults = read_mappings(table, str(path))
    known = (*KEYS, *OTHER_KEYS)
    faults += (there_is_no(key, known) for key in table if key not in known)
    lists = {key: table.get(key, []) for key in ("rules", "figures")}
    order = table.get("order", {})
    if isinstance(order, Mapping):
        lists |= {f"order.{key}": value for key, value in order.items()}
        faults += (there_is_no(key, GROUPS, "order.") for key in order if key not in GROUPS)
    else:
        example = 'write [order] and below it district = ["...", "..."]'
        faults.append(KeyFault("order", "is not a table", example))
    faults += (fault for key, value in lists.items() if (fault := not_texts(key, value)))
    accepted = table.get("acknowledged")
    if not isinstance(accepted, str | None):
        faults.append(KeyFault("acknowledged", "is not the name of a file", 'write "acknowledged.csv"'))
    if faults:
        # Those that are otherwise found when a file is opened are told too. Local rulebooks may have columns
        # of their own, and are not read beside a fault.
        if not table.get("rules"):
            from ehcp_timeline.cases.mapping.validate import word_faults
            from ehcp_timeline.cases.model import vocabulary
            from ehcp_timeline.shell.parse import today

            faults += word_faults(mappings, vocabulary(), today())
        raise config_error(str(path), faults)
    config = Config(
        path=path,
        mappings=mappings if any(key in table for key in KEYS) else None,
        rules=tuple(path.parent / name for name in texts(lists["rules"])),
        figures=tuple(path.parent / name for name in texts(lists["figures"])),
        authority=str(table["authority"]) if "authority" in table else None,
        acknowledged=path.parent / accepted if isinstance(accepted, str) else None,
        order={key: tuple(texts(value)) for key, value in order.items()},
    )
    if "targets" in table:  # each is read by every command, so that none runs on settings with a fault
        from ehcp_timeline.law.kpi import load_kpis
        from ehcp_timeline.measure.kpi.targets import read_targets

        config = replace(config, targets=read_targets(table["targets"], load_kpis(), str(path)))
    if "population" in table:
        from ehcp_timeline.measure.kpi.question import read_people

        config = replace(config, population=read_people(table["population"], str(path)))
    if "terms" in table:
        from ehcp_timeline.measure.terms import read_terms

        closures, terms = read_terms(table["terms"], str(path))
        config = replace(config, closures=closures, terms=terms)
    return config


STDIN = "-"
_ANY_DAY = date(2095, 12, 31)  # which days are plausible is checked with the file


def settings(asked: Path | None, sheet: str | None = None, header_row: int | None = None) -> Config:
    """Return the configuration that applies, and say so where it was not asked for by name.

    A sheet and a row of the headings that were asked for win over those that the settings name.
    """
    config = read_config(asked, Path.cwd())
    if config.path is not None and asked is None:
        say(f"settings from {config.path}")
    if sheet is None and header_row is None:
        return config
    from ehcp_timeline.cases.mapping.model import NO_MAPPINGS, FileMapping

    wanted = FileMapping(sheet=sheet or "", header_row=header_row or 0)
    return replace(config, mappings=replace(config.mappings or NO_MAPPINGS, asked=wanted))


def law(overlays: Sequence[Path] | None, config: Config) -> "Rulebook":
    """Return the rulebook, local ones laid over it: first those of the settings, then those asked for.

    It raises ConfigError if the settings name columns or codes that there are not.
    """
    from ehcp_timeline.law.loader.rulebook import load_rulebook

    rulebook = load_rulebook((*config.rules, *(overlays or ())))
    if config.mappings:
        from ehcp_timeline.cases.mapping.validate import check_mappings

        check_mappings(config.mappings, names(rulebook), _ANY_DAY)
    return rulebook


def names(rulebook: "Rulebook") -> "Vocabulary":
    """Return every column that a case file may hold, the events of local rulebooks among them."""
    from ehcp_timeline.cases.model import Column, vocabulary

    known = vocabulary()
    local = (event for event in rulebook.events.values() if event.id not in known.columns)
    added = {
        event.id: Column(event.id, event.says, "event", event.planned, event.sets_due) for event in local
    }
    return replace(known, columns={**known.columns, **added}) if added else known


def say_unused(acknowledged: "Acknowledged | None") -> None:
    """Say which acknowledgements leave nothing out, and why."""
    if acknowledged is not None:
        for problem in acknowledged.problems:
            places = (f"row {problem.row}" if problem.row else "", problem.column)
            where = ", ".join((acknowledged.name, *filter(None, places)))
            say(f"{where}: {problem.problem}; {problem.try_}")


def without_cases(left_out: "Acknowledged | None", key: "Key | None") -> "Acknowledged | None":
    """Return what is said of acknowledgements; with a key nothing that may quote a cell of theirs."""
    if left_out is None or key is None:
        return left_out
    from ehcp_timeline.privacy.pseudonyms import without_words

    return replace(left_out, problems=without_words(left_out.problems))


@record(frozen=True)
class CaseRequest:
    """What is asked of case files: for which day, under which law and with which settings."""

    as_at: date
    rulebook: "Rulebook"
    config: Config

    @cached_property
    def vocabulary(self) -> "Vocabulary":
        """Return every column that a case file may hold."""
        return names(self.rulebook)

    def sources(self, paths: Sequence[Path]) -> "list[CaseFile]":
        """Return files, their columns known and their rows not yet read; the tables of one return are one.

        Raises:
            CaseFileError: One cannot be read as a case file at all.
            ConfigError: The settings name columns or codes that there are not.
            UsageError: Standard input is named twice.
        """
        if sum(str(path) == STDIN for path in paths) > 1:
            raise UsageError("`-` is named twice", "standard input can be read only once")
        from ehcp_timeline.cases.mapping.model import NO_MAPPINGS
        from ehcp_timeline.cases.source import open_case_files

        given, mappings = [str(path) for path in paths], self.config.mappings or NO_MAPPINGS
        return open_case_files(given, self.vocabulary, as_at=self.as_at, mappings=mappings)

    def source(self, path: Path) -> "CaseFile":
        """Return one file, as `sources` does."""
        return self.sources([path])[0]

    def work(
        self,
        source: "CaseFile",
        selection: "Selection",
        assume_blank: list[str] | None,
        accepted: "AcknowledgedFile | None" = None,
    ) -> "Casework":
        """Return the work in a file, and say what is in doubt."""
        blank = self.columns(assume_blank)
        from ehcp_timeline.measure.casework import read_casework
        from ehcp_timeline.output.summary import nothing_judged, unread_lines

        work = read_casework(self.rulebook, source, self.as_at, selection, blank, accepted)
        say(*(f"{order.file}: {order.sentence}" for order in work.audit.summary.date_order))
        say(*filter(None, (*unread_lines(work.audit), nothing_judged(work.audit))))
        say_unused(work.audit.acknowledged)
        return work

    def acknowledged(self, asked: Path | None) -> "AcknowledgedFile | None":
        """Return the accepted findings of the file asked for, or of the settings; None if there is neither.

        Raises:
            CaseFileError: It cannot be read as a list of acknowledgements.
        """
        path = asked or self.config.acknowledged
        if path is None:
            return None
        from ehcp_timeline.measure.acknowledged import read_acknowledged

        return read_acknowledged(path, self.rulebook, self.as_at)

    def columns(self, assume_blank: list[str] | None) -> frozenset[str]:
        """Return the columns that `--assume-blank` names; raise UsageError if there is no such column."""
        words, known = split("--assume-blank", assume_blank or ()), self.vocabulary.columns
        for word in words:
            if word not in known:
                hint = did_you_mean(word, known) or "`ehcp template --rows` lists the columns"
                raise UsageError(f"--assume-blank: there is no column `{word}`", hint)
        return frozenset(words)


PROGRESS_AFTER = 1.0  # seconds without a sign of life that nobody minds


@contextmanager
def progress(sources: "Sequence[CaseFile]") -> Iterator[Callable[[int], None] | None]:
    """Give what is to be told of each batch of rows of some files; None where there can be no bar.

    It shows a share only if every file tells about how many rows it has.
    """
    screen = sys.stderr
    if screen is None or not screen.isatty() or os.environ.get("TERM") == "dumb":
        yield None
        return
    begun, rows = time.monotonic(), 0
    bar: Progress | None = None
    expected = [source.expected for source in sources]

    def tell(more: int) -> None:
        nonlocal rows, bar
        rows += more
        if bar is None and time.monotonic() >= begun + PROGRESS_AFTER:
            bar = bar_on(screen, sum(expected) if all(expected) else 0)
        if bar is not None:
            bar.update(bar.task_ids[0], completed=rows)
            bar.refresh()

    try:
        yield tell
    finally:
        if bar is not None:
            bar.stop()


def bar_on(screen: IO[str], expected: int) -> "Progress":
    """Return a bar that is drawn on a screen and wiped away when it stops.

    About `expected` rows will come, more may; it is 0 where nobody knows.
    """
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    share = (BarColumn(24), TaskProgressColumn()) if expected else ()
    bar = Progress(
        *share,
        TextColumn("{task.completed:,.0f} rows"),
        console=Console(file=screen, force_terminal=True),
        auto_refresh=False,
        transient=True,
    )
    bar.add_task("", total=expected or None)
    bar.start()
    return bar
