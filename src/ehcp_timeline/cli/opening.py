"""What a command that reads case files opens first: settings, the law, the files."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from ehcp_timeline.cli.config import Config, read_config
from ehcp_timeline.cli.output import say

if TYPE_CHECKING:
    from ehcp_timeline.cases.columns import Vocabulary
    from ehcp_timeline.cases.frame import CaseSource
    from ehcp_timeline.law.terms import Rulebook


def settings(asked: Path | None) -> Config:
    """Return the configuration that applies, and say so where it was not asked for by name."""
    config = read_config(asked, Path.cwd())
    if config.path is not None and asked is None:
        say(f"settings from {config.path}")
    return config


def law(overlays: Sequence[Path] | None, config: Config) -> "Rulebook":
    """Return the rulebook, local ones laid over it: first those of the settings, then those asked for."""
    from ehcp_timeline.law.reading import load_rulebook

    return load_rulebook((*config.rules, *(overlays or ())))


def names(rulebook: "Rulebook") -> "Vocabulary":
    """Return every column that a case file may hold, the events of local rulebooks among them."""
    from ehcp_timeline.cases.columns import Column, vocabulary

    known = vocabulary()
    local = (event for event in rulebook.events.values() if event.id not in known.columns)
    added = {one.id: Column(one.id, one.says, "event", one.planned, one.sets_due) for one in local}
    return replace(known, columns={**known.columns, **added}) if added else known


def case_file(path: Path, vocabulary: "Vocabulary", as_at: date, config: Config) -> "CaseSource":
    """Return a case file, its columns known and its rows not yet read.

    Raises:
        CaseFileError: It cannot be read as a case file at all.
        ConfigError: The settings name columns or codes that there are not.
    """
    from ehcp_timeline.cases.frame import open_case_file
    from ehcp_timeline.cases.mapping_words import check_mappings

    if config.mappings is None:
        return open_case_file(str(path), vocabulary, as_at=as_at)
    check_mappings(config.mappings, vocabulary, as_at)
    return open_case_file(str(path), vocabulary, as_at=as_at, mapping=config.mappings.of_file(str(path)))
