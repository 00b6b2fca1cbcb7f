"""`ehcp.toml`: a council's own headings, blanks and local rulebooks, found and read."""

import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ehcp_timeline.cli.words import did_you_mean
from ehcp_timeline.errors import ConfigError

NAME = "ehcp.toml"
VARIABLE = "EHCP_CONFIG"
KEYS = ("columns", "blanks", "rules", "targets", "population", "figures")


@dataclass(frozen=True, slots=True)
class Config:
    """What a configuration file says.

    Attributes:
        path: The file; None where there is none.
        columns: Column of a case file to the council's own headings for it.
        blanks: More words that mean a blank cell, beside those that always do.
        rules: Local rulebooks, laid over the law before those of `--rules`.
        targets: Measure to target, as they stand; `measure.scorecard.targets` reads them.
        population: People aged 0 to 25, as they stand; `measure.scorecard.people` reads them.
        figures: Files of the DfE's figures, refreshed by `ehcp compare --refresh`.
    """

    path: Path | None = None
    columns: Mapping[str, Sequence[str]] = field(default_factory=dict)
    blanks: tuple[str, ...] = ()
    rules: tuple[Path, ...] = ()
    targets: Mapping[str, Any] = field(default_factory=dict)
    population: object = None
    figures: tuple[Path, ...] = ()


def read_config(asked: Path | None, folder: Path) -> Config:
    """Return the configuration that applies in a folder.

    The first of these that there is: the file asked for, the file that EHCP_CONFIG names, the nearest
    ehcp.toml from the folder upward, the nearest pyproject.toml with a table `tool.ehcp`.

    Raises:
        ConfigError: It cannot be read, or has a word that there is not.
    """
    named = asked or (Path(os.environ[VARIABLE]) if os.environ.get(VARIABLE) else None)
    if named is not None:
        return _config(named, _table(named))
    upward = (folder, *folder.parents)
    for path in (one / NAME for one in upward):
        if path.is_file():
            return _config(path, _table(path))
    for path in (one / "pyproject.toml" for one in upward):
        if path.is_file() and (table := _table(path).get("tool", {}).get("ehcp")) is not None:
            return _config(path, table)
    return Config()


def _table(path: Path) -> dict[str, Any]:
    """Return a file's TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {(error.strerror or 'error').lower()}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not UTF-8 text", "save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not TOML: {error}") from None


def _config(path: Path, table: Mapping[str, Any]) -> Config:
    """Return what a table says, or raise ConfigError at its first fault."""
    for key in table:
        if key not in KEYS:
            raise ConfigError(
                f"{path}: there is no `{key}`", did_you_mean(key, KEYS) or f"one of {', '.join(KEYS)}"
            )
    columns = table.get("columns", {})
    if not isinstance(columns, dict):
        raise ConfigError(
            f"{path}: columns is not a table", 'write  [columns]  and below it  name = ["heading"]'
        )
    return Config(
        path=path,
        columns={name: _texts(path, f"columns.{name}", value) for name, value in columns.items()},
        blanks=_texts(path, "blanks", table.get("blanks", [])),
        rules=tuple(path.parent / name for name in _texts(path, "rules", table.get("rules", []))),
        targets=table.get("targets", {}),
        population=table.get("population"),
        figures=tuple(path.parent / name for name in _texts(path, "figures", table.get("figures", []))),
    )


def _texts(path: Path, key: str, value: object) -> tuple[str, ...]:
    """Return a list of texts; a single text is a list of one."""
    words = [value] if isinstance(value, str) else value
    if isinstance(words, list) and all(isinstance(word, str) for word in words):
        return tuple(words)
    raise ConfigError(
        f"{path}: {key} is not a list of texts", f'write  {key.rsplit(".", maxsplit=1)[-1]} = ["...", "..."]'
    )
