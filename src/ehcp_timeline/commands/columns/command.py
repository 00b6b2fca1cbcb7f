"""`ehcp columns`: how a case file is read, what its columns hold, and lines for ehcp.toml."""

import tomllib
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ehcp_timeline.cases.headers import one_line
from ehcp_timeline.cases.mapping.loader import KeyFault
from ehcp_timeline.errors import CaseFileError, ConfigError
from ehcp_timeline.shell.destination import choose_output, say
from ehcp_timeline.shell.open import NAME, STDIN, read_config
from ehcp_timeline.shell.options import CaseFilePath, FileOptions, Force, Format, Full, examples, exit_codes
from ehcp_timeline.text import count

if TYPE_CHECKING:
    from ehcp_timeline.cases.model import Vocabulary
    from ehcp_timeline.commands.columns.profile import ColumnsAnswer

CANNOT_BE_JUDGED = 2
FORMATS = ("table", "plain", "json", "toml")
SETTINGS_SCHEMA = "docs/schemas/ehcp-toml-1.json"


@exit_codes("0  the file can be judged", "2  it cannot, or cannot be read at all")
@examples(
    "ehcp columns cases.csv",
    "ehcp columns export.xlsx -o ehcp.toml",
    "ehcp columns export.xlsx --interactive",
    "ehcp columns export.xlsx --safe-report > report.json",
)
def columns(
    file: CaseFilePath,
    *,
    full: Full = False,
    interactive: Annotated[
        bool,
        typer.Option("--interactive", help="Ask about each heading, and write the answers to ehcp.toml."),
    ] = False,
    safe_report: Annotated[
        bool, typer.Option("--safe-report", help="Headings and layouts alone, to send with a bug report.")
    ] = False,
    asked: Format = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Add the lines to this ehcp.toml, or write to a file."
        ),
    ] = None,
    force: Force = False,
    about: FileOptions,
) -> None:
    """Show how a file is read, and which headings are not used.

    FILE is a case file; `-` is standard input. No cell is shown, only what cells look like. `toml` prints the
    lines for ehcp.toml that the file calls for, `-o ehcp.toml` adds them to it. Formats: table, plain, json,
    toml.
    """
    adds_to = output if output is not None and output.suffix.lower() == ".toml" else None
    if interactive and not adds_to:
        adds_to = output or about.config_file or read_config(None, Path.cwd()).path or Path(NAME)
    asked = "json" if safe_report else asked
    asked, files = ("toml", ()) if adds_to else (asked, [output] if output else ())
    to = choose_output(asked, files, force=force, formats=FORMATS, full=full)
    if adds_to and adds_to.exists():
        about = replace(about, config_file=adds_to)
    asks = about.request()
    vocabulary, when = asks.vocabulary, asks.as_at
    from ehcp_timeline.cases.mapping.model import NO_MAPPINGS
    from ehcp_timeline.commands.columns.profile import (
        columns_sections,
        profile_of,
        profile_of_stopped,
        safe_report_of,
    )
    from ehcp_timeline.commands.columns.suggest_mapping import mapping_text
    from ehcp_timeline.measure.date_order import date_order
    from ehcp_timeline.output.data import json_text
    from ehcp_timeline.output.document import Document

    said = (asks.config.mappings or NO_MAPPINGS).of_file(str(file))
    try:
        source = asks.source(file)
    except CaseFileError as stops:
        if str(file) == STDIN:
            raise  # it can be read only once
        answer = profile_of_stopped(str(file), vocabulary, said, when, stops)
    else:
        answer = profile_of(source, vocabulary, said, when)
        if not answer.stops:
            answer = replace(answer, date_order=date_order(asks.rulebook, source, when))
    if safe_report:
        report = json_text(safe_report_of(answer))
        to.write(Document("Layouts", answer, made={"json": lambda _: report}))
        return
    chosen = _answers(answer, vocabulary) if interactive else {}
    is_section = asks.config.mappings or (adds_to and adds_to.exists())
    mapping = mapping_text(answer, vocabulary.columns, said if is_section else None, chosen)
    answer = replace(answer, mapping=mapping)
    if adds_to:
        _add(adds_to, mapping)
    else:
        sections = partial(columns_sections, answer, vocabulary.columns)
        to.write(Document("Columns", answer, sections=sections, made={"toml": lambda _: mapping}))
    raise typer.Exit(CANNOT_BE_JUDGED if answer.stops else 0)


def _answers(answer: "ColumnsAnswer", vocabulary: "Vocabulary") -> dict[str, str]:
    """Ask about each heading that may be a column; return the column chosen, or "" to leave it out."""
    from ehcp_timeline.text import did_you_mean

    chosen: dict[str, str] = {}
    read = {heading.column for heading in answer.headings}
    for heading in answer.headings:
        taken = read | {*chosen.values()}
        possible = [name for name in heading.may_be or heading.suggestions if name not in taken]
        dated = heading.looks.kind in ("dates", "dates and others") and not heading.reason
        if heading.column or heading.gives or not heading.text or not (possible or heading.may_be or dated):
            continue
        say("", f'"{one_line(heading.text)}" ({heading.looks.kind}): {heading.reason or "it is not known"}')
        say(*(f"  {number}  {name}" for number, name in enumerate(possible, 1)), "  i  leave it out")
        asked = "which column, or Enter to decide later"
        while word := typer.prompt(asked, "", show_default=False, err=True):
            column = possible[int(word) - 1] if word.isdigit() and 0 < int(word) <= len(possible) else word
            if column == "i" or (column in vocabulary.columns and column not in taken):
                chosen[heading.text] = "" if column == "i" else column
                break
            why = "the column of another heading" if column in vocabulary.columns else "not a column"
            say(f"{word} is {why}; {did_you_mean(word, vocabulary.columns, 1) or 'see ehcp template'}")
    return chosen


def _schema_line() -> str:
    from importlib.metadata import PackageNotFoundError, metadata

    try:
        package = metadata("ehcp-timeline")
    except PackageNotFoundError:  # run from its source
        return f"#:schema {SETTINGS_SCHEMA}\n"
    said = dict(line.split(", ", 1) for line in package.get_all("Project-URL") or ())
    page = f"{said['Repository']}/raw/v{package['Version']}/" if "Repository" in said else ""
    return f"#:schema {page}{SETTINGS_SCHEMA}\n"


def _add(path: Path, mapping: str) -> None:
    """Add lines to an ehcp.toml, change nothing else in it, and say how many were added."""
    from ehcp_timeline.cases.mapping.loader import read_mappings
    from ehcp_timeline.commands.columns.suggest_mapping import added_to
    from ehcp_timeline.output.files import write_whole

    held = path.read_text(encoding="utf-8-sig") if path.exists() else _schema_line()
    text = added_to(held, mapping)
    try:
        _, faults = read_mappings(tomllib.loads(text), str(path))
    except tomllib.TOMLDecodeError as error:
        faults = [KeyFault(str(path), f"would not be TOML with them: {error}")]
    if faults:
        hint = "`ehcp columns FILE --format toml` prints them: add them by hand"
        raise ConfigError(f"the lines cannot be added: {faults[0]}", hint)
    write_whole(path, text.encode(), force=True)
    new = [line for line in text.splitlines() if line not in held.splitlines() and " = " in line]
    waiting = sum(line.startswith("#") for line in new)
    say(f"{path}: {count(len(new) - waiting, 'line')} added, and {waiting} behind # that need a choice")
