"""The quality rules of `quality.toml`, as records of a closed vocabulary."""

from collections.abc import Mapping
from functools import cache
from typing import Any, ClassVar, Final, Literal

from ehcp_timeline.cases.headers import fold
from ehcp_timeline.cases.model import Column
from ehcp_timeline.inputs import shipped
from ehcp_timeline.law.loader.faults import Location
from ehcp_timeline.measure.answer import NOT_IN_JSON
from ehcp_timeline.record import field, record

Severity = Literal["error", "warning", "query"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "query")
EVERY_OTHER: Final = "*"
Names = tuple[str, ...]


@record(frozen=True, slots=True)
class Found:
    """Problems that the reader of the file names itself; `*` is every one that no other rule names."""

    ids: Names


@record(frozen=True, slots=True)
class DateOrderRule:
    """The second column of each pair is not before the first."""

    pairs: tuple[tuple[str, str], ...]


@record(frozen=True, slots=True)
class Needs:
    """Where one of `when` and one of `where` is filled, one of `any_of` is, on the row or on the case."""

    when: Names
    any_of: Names
    where: Names = ()
    on: Literal["row", "case"] = "row"


@record(frozen=True, slots=True)
class Weeks:
    """Whole weeks between the first of `begin` and each of `to` are not over, or under, so many."""

    begin: Names = field(metadata={"key": "from"})
    to: Names
    over: int | None = None
    under: int | None = None


@record(frozen=True, slots=True)
class Open:
    """At most so many whole weeks have passed since the first of `begin` without one of `unless`."""

    begin: Names = field(metadata={"key": "from"})
    unless: Names
    over: int


@record(frozen=True, slots=True)
class Age:
    """The age in whole years on the day of `on` is not `least` to `most`, and none of these has a date."""

    on: str
    least: int
    most: int
    unless: Names = ()


@record(frozen=True, slots=True)
class Day:
    """No event is on this day of the year."""

    month: int
    day: int


@record(frozen=True, slots=True)
class Same:
    """No two rows agree in all of these and, if there is one, differ in `apart`."""

    columns: Names
    apart: str = ""


@record(frozen=True, slots=True)
class Lacks:
    """One of these is filled; asked only of children of these ages on the as-at date, where given."""

    columns: Names
    ages: tuple[int, int] | None = None


@record(frozen=True, slots=True)
class PatternRule:
    """A cell that is filled matches the pattern."""

    columns: Names
    pattern: str


@record(frozen=True, slots=True)
class Crowded:
    """Of `least` dates or more of a column, not over `percent` are one day, or Saturdays and Sundays."""

    days: Literal["one day", "weekend"]
    least: int
    percent: int


@record(frozen=True, slots=True)
class Always:
    """A flag is not yes on every one of `least` or more rows with one of `when`, in the file or a group."""

    flag: str
    when: Names
    least: int


Plain = Literal["future", "blanks", "empty", "heading"]
"""What happens is not after the as-at date; no cell holds a word for a blank; a column has a value; no
heading that is not read looks like a column, or has dates under it that may be an event's."""
RowCheck = DateOrderRule | Needs | Weeks | Open | Age | Day | Lacks | PatternRule
Check = Found | RowCheck | Same | Crowded | Always | Plain

_KINDS: Mapping[str, Any] = {
    "found": Found, "order": DateOrderRule, "plain": Plain, "needs": Needs, "weeks": Weeks, "open": Open,
    "age": Age, "day": Day, "same": Same, "lacks": Lacks, "written": PatternRule, "crowded": Crowded,
    "always": Always,
}  # fmt: skip


@record(frozen=True, slots=True)
class QualityRule:
    """One thing that a file is looked through for.

    Attributes:
        says: What is wrong; {column}, {other}, {first}, {second} and {number} are filled in.
        severity: A query may well be right.
        why: Why it matters.
        source: Who asks for it.
        try_: What to try.
    """

    id: str
    severity: Severity
    says: str
    why: str
    source: str
    try_: str = field(metadata={"key": "try"})


@record(frozen=True, slots=True)
class Rule(QualityRule):
    """A rule with its check; some are asked only of the Annex A list."""

    check: Check = field(metadata=NOT_IN_JSON)
    annex_a: bool = field(default=False, metadata=NOT_IN_JSON)


@record(frozen=True, slots=True)
class QualityRulesAnswer:
    """The answer of `ehcp quality --list-rules --format json`."""

    SCHEMA: ClassVar = "ehcp-quality-rules/1"

    rules: tuple[QualityRule, ...]


@record(frozen=True, slots=True)
class Rules:
    """All rules, and the columns that only they know.

    Attributes:
        rules: In the order of `quality.toml`.
        annex_a: Folded heading of the Annex A list to the column that it means.
        elsewhere: The same of any file.
    """

    rules: tuple[Rule, ...]
    annex_a: Mapping[str, Column]
    elsewhere: Mapping[str, Column]

    @property
    def by_id(self) -> Mapping[str, Rule]:
        """Return each rule under its id."""
        return {rule.id: rule for rule in self.rules}


@cache
def quality_rules() -> Rules:
    """Read the rules that ship with the package."""
    return rules_of(shipped("commands/quality/quality.toml"))


def rules_of(table: Mapping[str, Any]) -> Rules:
    """Read rules.

    Raises:
        RulebookError: With every fault: a rule has no check or several, or a word that its check has not.
    """
    place = Location("quality.toml:")
    place.keys(table, ("version", "rule", "annex_a", "elsewhere"))
    rules: list[Rule] = []
    for _, words in place.tables(table, "rule"):
        here = place.at(str(words.get("id", "")))
        kinds = [kind for kind in _KINDS if kind in words]
        if len(kinds) != 1:
            here.fault(f"needs exactly one of {', '.join(_KINDS)}")
        checks = [here.at(kind).value(words[kind], _KINDS[kind]) for kind in kinds]
        own = {key: value for key, value in words.items() if key not in _KINDS}
        rules.append(here.record(Rule, own, check=checks[0] if checks else None))
    annex_a, elsewhere = (
        {
            fold(entry["heading"]): Column(
                name, entry["heading"], "text", personal=entry.get("personal", False)
            )
            for name, entry in table.get(where, {}).items()
        }
        for where in ("annex_a", "elsewhere")
    )
    place.refuse()
    return Rules(tuple(rules), annex_a, elsewhere)
