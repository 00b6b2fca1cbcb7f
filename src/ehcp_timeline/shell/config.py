"""`ehcp.toml`: what a council says about its files, its local rulebooks and its targets, found and read."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ehcp_timeline.errors import ConfigError
from ehcp_timeline.inputs import read_text
from ehcp_timeline.record import field, record, replace

if TYPE_CHECKING:
    from ehcp_timeline.cases.mapping.model import Mappings
    from ehcp_timeline.measure.forecast.request import SchoolDays
    from ehcp_timeline.measure.kpi.question import People
    from ehcp_timeline.measure.kpi.targets import Target

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
        if path.is_file() and (table := toml_table(path).get("tool", {}).get("ehcp")) is not None:
            return _config(path, table)
    return Config()


def toml_table(path: Path) -> dict[str, Any]:
    """Return a file's TOML; raise ConfigError if it cannot be read."""
    try:
        return tomllib.loads(read_text(path, ConfigError))
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
        from ehcp_timeline.measure.forecast.intake import read_terms

        closures, terms = read_terms(table["terms"], str(path))
        config = replace(config, closures=closures, terms=terms)
    return config
