"""What a command opens before it reads case files: settings, the law, the files."""

from collections.abc import Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ehcp_timeline.errors import UsageError
from ehcp_timeline.record import record, replace
from ehcp_timeline.shell.config import Config, read_config
from ehcp_timeline.shell.destination import say
from ehcp_timeline.shell.parse import split
from ehcp_timeline.text import did_you_mean

if TYPE_CHECKING:
    from ehcp_timeline.audit.selection import Selection
    from ehcp_timeline.cases.model import Vocabulary
    from ehcp_timeline.cases.source import CaseFile
    from ehcp_timeline.law.rulebook import Rulebook
    from ehcp_timeline.measure.acknowledged import Acknowledged, AcknowledgedFile
    from ehcp_timeline.measure.casework import Casework
    from ehcp_timeline.privacy.pseudonyms import Key

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
    from ehcp_timeline.privacy.apply import without_words

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

    def sources(self, paths: Sequence[Path], as_at: date | None = None) -> "list[CaseFile]":
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
        return open_case_files(given, self.vocabulary, as_at=as_at or self.as_at, mappings=mappings)

    def source(self, path: Path, as_at: date | None = None) -> "CaseFile":
        """Return one file, as `sources` does."""
        (source,) = self.sources([path], as_at)
        return source

    def work(
        self,
        source: "CaseFile",
        selection: "Selection",
        assume_blank: list[str] | None,
        as_at: date | None = None,
        accepted: "AcknowledgedFile | None" = None,
    ) -> "Casework":
        """Return the work in a file, as at the day of the question or another, and say what is in doubt."""
        blank = self.columns(assume_blank)
        from ehcp_timeline.measure.casework import read_casework
        from ehcp_timeline.output.summary import unread_lines

        work = read_casework(self.rulebook, source, as_at or self.as_at, selection, blank, accepted)
        say(*(f"{order.file}: {order.sentence}" for order in work.audit.summary.date_order))
        say(*unread_lines(work.audit))
        say_unused(work.audit.acknowledged)
        return work

    def acknowledged(self, asked: Path | None, as_at: date | None = None) -> "AcknowledgedFile | None":
        """Return the accepted findings of the file asked for, or of the settings; None if there is neither.

        Raises:
            CaseFileError: It cannot be read as a list of acknowledgements.
        """
        path = asked or self.config.acknowledged
        if path is None:
            return None
        from ehcp_timeline.measure.acknowledged import read_acknowledged

        return read_acknowledged(path, self.rulebook, as_at or self.as_at)

    def columns(self, assume_blank: list[str] | None) -> frozenset[str]:
        """Return the columns that `--assume-blank` names; raise UsageError if there is no such column."""
        words, known = split(assume_blank or ()), self.vocabulary.columns
        for word in words:
            if word not in known:
                hint = did_you_mean(word, known) or "`ehcp template --rows` lists the columns"
                raise UsageError(f"--assume-blank: there is no column `{word}`", hint)
        return frozenset(words)
