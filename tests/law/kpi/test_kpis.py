"""Measures as data: what ships is whole, and every fault of another is told at once."""

from typing import Any, get_args

import pytest

from ehcp_timeline.audit.verdicts import Verdict
from ehcp_timeline.errors import RulebookError
from ehcp_timeline.law.kpi import Condition, MarkStage, MarkVerdict, load_kpis, read_kpis
from ehcp_timeline.law.loader.rulebook import load_rulebook
from ehcp_timeline.measure.counts import STAGES
from ehcp_timeline.measure.kpi.question import deadlines_of

WITHOUT_A_WHOLE = ("count", "mean_weeks", "median_weeks", "p90_weeks", "oldest_weeks")
COLUMNS = frozenset(("request_received", "plan_issued", "withdrawn"))


def test_the_words_for_verdicts_are_those_of_a_clock() -> None:
    """The law's layer names verdicts and stages that later layers define."""
    assert get_args(Verdict) == get_args(MarkVerdict)
    assert {"", *STAGES} == set(get_args(MarkStage))


def test_every_measure_says_what_it_is() -> None:
    """Each has a name, a numerator and a source; a percentage has a denominator; a period has a day."""
    kpis = load_kpis()
    for measure in kpis.measures:
        population = kpis.populations[measure.counts]
        assert measure.name
        assert measure.source
        assert kpis.numerator(measure)
        assert bool(kpis.denominator(measure)) == (measure.unit not in WITHOUT_A_WHOLE)
        assert bool(population.date) == bool(population.dated)
        assert "{" not in f"{measure}{population.says}{population.noun}"


def test_every_dfe_name_stands_for_one_measure() -> None:
    """No column of the DfE's files could mean two measures; an id with a DfE name is one of its names."""
    meant: dict[str, set[str]] = {}
    for one in load_kpis().measures:
        for name in one.dfe:
            meant.setdefault(name.lower(), set()).add(one.id)

    assert [name for name, ids in meant.items() if len(ids) > 1] == []
    ids = [one for one in load_kpis().measures if one.dfe and one.id not in one.dfe]
    assert [one.id for one in ids] == ["pc_decision_4_weeks"]  # the DfE's own is misspelt


def test_every_population_of_clocks_has_deadlines() -> None:
    """Deadlines that are named are there; those of replies come with a local rulebook."""
    rulebook = load_rulebook()
    for population in load_kpis().populations.values():
        if population.counts == "clocks" and not population.answered_by:
            assert deadlines_of(population, rulebook), population.id


def test_sheets_of_periods_hold_no_states() -> None:
    """A sheet with periods holds measures of periods; one without holds how things stand."""
    kpis = load_kpis()
    for sheet in (sheet for pack in kpis.packs.values() for sheet in pack.sheets):
        states = {kpis.populations[kpis.by_id[name].counts].is_state for name in sheet.measures}
        assert states == {not sheet.period}, sheet.id


def _table(**measure: Any) -> dict[str, Any]:
    return {
        "topic": [{"id": "plans", "says": "Plans"}],
        "population": [
            {
                "id": "plans",
                "noun": ["plan", "plans"],
                "says": "plans",
                "counts": "rows",
                "date": "plan_issued",
                "dated": "the day",
                "mark": {"timed": {"says": "timed", "given": ["request_received"]}},
            }
        ],
        "measure": [
            {"id": "one", "name": "One", "short": "one", "topic": "plans", "counts": "plans", "unit": "count",
             "source": "here", **measure}
        ],
    }  # fmt: skip


def test_a_small_file_is_read() -> None:
    """A population, a mark and a measure."""
    kpis = read_kpis(_table(part=["timed"]), COLUMNS)

    assert kpis.numerator(kpis.by_id["one"]) == "plans, timed"
    assert kpis.populations["plans"].marks["timed"] == Condition(says="timed", given=("request_received",))


@pytest.mark.parametrize(
    ("measure", "fault"),
    [
        ({"part": ["timd"]}, "kpis.toml: measure[0].one.part: unknown mark 'timd'; did you mean timed?"),
        (
            {"counts": "plan"},
            "kpis.toml: measure[0].one.counts: unknown population 'plan'",
        ),
        ({"unit": "procent"}, "kpis.toml: measure[0].one.unit: must be one of"),
        ({"whole": ["timed"]}, "kpis.toml: measure[0].one.whole: stands only below a percentage"),
        (
            {"bettr": "higher"},
            "kpis.toml: measure[0].one.bettr: not a word of the rulebook",
        ),
        ({"topic": "plan"}, "kpis.toml: measure[0].one.topic: unknown topic 'plan'; did you mean plans?"),
        ({"each": "source"}, "kpis.toml: measure[0]: there is no [each.source]"),
    ],
)
def test_a_fault_is_named_with_its_place(measure: dict[str, Any], fault: str) -> None:
    """File, key path and a suggestion."""
    with pytest.raises(RulebookError) as error:
        read_kpis(_table(**measure), COLUMNS)

    assert any(one.startswith(fault) for one in error.value.faults), error.value.faults


def test_every_fault_is_told_at_once() -> None:
    """Three faults, three lines."""
    with pytest.raises(RulebookError) as error:
        read_kpis(_table(part=["timd"], topic="plan", better="more"), COLUMNS)

    assert len(error.value.faults) == 3


def test_a_mark_may_only_look_back() -> None:
    """A mark that names one below it would be counted before it is there."""
    table = _table()
    table["population"][0]["mark"] = {"a": {"says": "a", "all": ["b"]}, "b": {"says": "b"}}

    with pytest.raises(RulebookError) as error:
        read_kpis(table, COLUMNS)

    assert error.value.faults == ("kpis.toml: population[0].plans.mark.a.all: unknown mark 'b'",)
