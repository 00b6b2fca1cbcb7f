"""How many people aged 0 to 25 live in the area, from the council's own settings."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ehcp_timeline.errors import ConfigError

_KEYS = ("total", "groups")


@dataclass(frozen=True, slots=True)
class People:
    """People aged 0 to 25 in the area, and in each of its groups; None where that is not known."""

    total: int | None = None
    groups: Mapping[str, int] = field(default_factory=dict)


def read_people(said: object, where: str) -> People:
    """Read the `population` of an ehcp.toml: one number, or a total and a number for each group.

    Args:
        said: What it says; None for nothing.
        where: The file, to begin an error with.

    Raises:
        ConfigError: A number is missing, is no whole number, or is not above zero.
    """
    if said is None:
        return People()
    if not isinstance(said, Mapping):
        return People(_count(said, f"{where}: population"))
    for key in said:
        if key not in _KEYS:
            raise ConfigError(f"{where}: population.{key} is not known", "write  total = 480000")
    groups = said.get("groups", {})
    if not isinstance(groups, Mapping):
        raise ConfigError(f"{where}: population.groups is not a table", 'write  "Ashford" = 40000  below it')
    counts = {str(name): _count(one, f"{where}: population.groups.{name}") for name, one in groups.items()}
    total = _count(said["total"], f"{where}: population.total") if "total" in said else None
    return People(total, counts)


def _count(value: object, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ConfigError(f"{where} is not a number of people", "write a whole number above zero, as 480000")
    return value
