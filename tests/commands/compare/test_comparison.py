"""Where a council stands among all authorities, from the figures that ship with the package."""

import csv
import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from ehcp_timeline.errors import UsageError
from ehcp_timeline.law.kpi import load_kpis
from ehcp_timeline.measure.compare.compare import (
    ComparedMeasure,
    Comparison,
    Own,
    comparable,
    own_figures,
    standing,
    top_quartile_from,
)
from ehcp_timeline.measure.compare.figures import (
    PEOPLE,
    PLACE_KEYS,
    Area,
    Figures,
    read_figures,
    refreshed,
    shipped_figures,
)
from ehcp_timeline.measure.kpi.targets import cases_short
from tests.cli.command import ehcp, printed, said

EX = "pc_plans_issued_20_weeks_ex"
SHIPPED = files("ehcp_timeline") / "measure" / "compare" / "dfe"
KENT: dict[int, tuple[float, int, int, int]] = {
    2016: (85.8, 45, 152, 2),
    2017: (58.8, 99, 150, 3),
    2018: (28.9, 128, 152, 4),
    2019: (28.7, 134, 150, 4),
    2020: (31.6, 134, 151, 4),
    2021: (41.4, 117, 152, 4),
    2022: (41.1, 96, 147, 3),
    2023: (18.0, 128, 150, 4),
    2024: (33.3, 107, 151, 3),
}
"""Year to Kent's printed rate without exceptions, its rank, of how many, and its quartile."""


def _compared(
    figures: Figures, authority: Area, own: dict[tuple[str, int], Own], others: tuple[Area, ...] = ()
) -> dict[int, ComparedMeasure]:
    """Compare the rate without exceptions, year by year."""
    kpis = load_kpis()
    comparison = Comparison(figures, authority, own, kpis, others)
    return {one.year: one for one in comparison.of([kpis.by_id[EX]])}


@pytest.fixture(scope="module")
def figures() -> Figures:
    """The shipped figures."""
    return read_figures(shipped_figures())


def _by_hand(year: int) -> tuple[float, int, int, int]:
    """Work out Kent's place from the shipped CSV with nothing but a list."""
    name = "2022-sen2_mi.csv" if year < 2019 else "2025-timeliness_20_week.csv"
    with (SHIPPED / name).open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["time_period"] == str(year)]
    rates = {
        row["la_name"]: float(row[EX])
        for row in rows
        if row["geographic_level"] == "Local authority" and row[EX] not in {"x", "z", ""}
    }
    better = [name for name, rate in rates.items() if rate > rates["Kent"]]
    rank, of = len(better) + 1, len(rates)
    quarter = next(number for number in (1, 2, 3, 4) if 4 * rank <= number * of)
    return rates["Kent"], rank, of, quarter


@pytest.mark.parametrize("year", KENT)
def test_kents_place(figures: Figures, year: int) -> None:
    """Rank and quartile of Kent in each year, worked out twice."""
    kent = figures.find("Kent")
    found = _compared(figures, kent, {})[year]

    place = (found.published, found.rank, found.of, found.quartile)
    assert place == KENT[year] == _by_hand(year)


def test_england_and_the_region(figures: Figures) -> None:
    """England and the South East as published, from 2014 to 2024."""
    kent = figures.find("886")
    found = _compared(figures, kent, {})

    assert [found[year].england for year in range(2014, 2025)] == [
        *(64.3, 59.2, 58.6, 64.9, 60.1, 60.4, 58.0, 59.9, 49.2, 50.3, 46.4),
    ]
    assert [found[year].region for year in range(2016, 2022)] == [43.1, 52.8, 51.0, 47.4, 48.7, 49.3]


def test_neighbours_as_kents_paper_prints_them(figures: Figures) -> None:
    """Essex and Suffolk, 2016 to 2021."""
    kent, others = figures.find("Kent"), figures.find_all(["Essex, Suffolk"])
    found = {year: one.others for year, one in _compared(figures, kent, {}, others).items()}

    assert [found[year]["Essex"] for year in range(2016, 2022)] == [37.9, 73.6, 77.8, 74.2, 33.6, 45.9]
    assert [found[year]["Suffolk"] for year in range(2016, 2022)] == [28.5, 47.2, 25.1, 34.6, 81.1, 89.2]


def test_own_figures_beside_the_published_ones(figures: Figures) -> None:
    """An own figure takes the council's place among the others; the top quartile takes so many cases."""
    own = {(EX, 2024): Own(85.0, 85, 100), (EX, 2026): Own(40.0, 40, 100)}
    found = _compared(figures, figures.find("Kent"), own)

    assert found[2024].published == 33.3
    assert found[2024].top_quartile_from == 80.4
    assert found[2024].cases_short == 0
    assert found[2024].own_quartile == 1
    assert found[2024].gap_to_england == 38.6  # 85.0 against 46.4
    assert found[2024].change == 15.3  # 33.3 after 18.0
    assert (found[2026].published_year, found[2026].published, found[2026].rank) == (2024, None, None)
    assert found[2026].cases_short == 41  # 81 of 100 are the first that reach 80.4%
    assert found[2023].own is None
    assert found[2023].cases_short is None


def test_own_figures_come_from_the_total_of_each_year() -> None:
    """Only the line of everybody counts, and only years with a case."""
    measure = load_kpis().by_id[EX]
    lines = pl.DataFrame(
        {"rank": rank, "group": "-", "period": year, EX: value, f"{EX} above": part, f"{EX} below": whole}
        for rank, year, value, part, whole in (
            (0, 2024, 10.0, 1, 10),
            (3, 2023, None, 0, 0),
            (3, 2024, 50.0, 10, 20),
        )
    )

    assert own_figures(lines, [measure]) == {(EX, 2024): Own(50.0, 10, 20)}


def test_what_can_be_compared(figures: Figures) -> None:
    """Percentages that the DfE publishes, and rates of what it counts; not those it does not."""
    kpis = load_kpis()
    found = {one.id for one in comparable(kpis.measures, figures.with_rates(kpis))}

    assert {
        EX,
        "request_outcome_six_weeks_pc",
        "outcome_decision_within_time_pc",
        "pc_decision_4_weeks",
        "request_assess_pc",
        "request_not_assess_pc",
        "requests_per_10000_children",
        "requests_agreed_per_10000_children",
        "plans_maintained_per_10000_children",
    } <= found
    assert "pc_decisions_within_6_weeks" not in found
    assert "requests_per_10000" not in found


def test_a_year_of_which_few_authorities_are_here_is_not_ranked(figures: Figures) -> None:
    """The release of 2026 is typed in for Kent and three others: its figure has no rank among four."""
    of_2025 = _compared(figures, figures.find("Kent"), {})[2025]

    assert (of_2025.published, of_2025.england, of_2025.gap_to_england) == (56.9, 46.1, 10.8)
    assert (of_2025.rank, of_2025.of, of_2025.top_quartile_from) == (None, None, None)
    assert of_2025.change == 23.6  # 33.3 in 2024
    assert of_2025.record == "highest since 2017"


def test_rates_per_10000_are_the_published_cases_over_the_published_people(figures: Figures) -> None:
    """4,401 requests of 2025 over the 355,390 people of mid-2024; 20,635 plans over the same."""
    kent, rates = figures.find("Kent"), figures.with_rates(load_kpis())

    assert rates.value("requests_per_10000_children", 2025, kent) == 123.8
    assert rates.value("plans_maintained_per_10000_children", 2025, kent) == 580.6
    assert rates.value("requests_per_10000_children", 2024, kent) == 112.6  # 4,001 over the same people


def test_statistical_neighbours_are_the_ten_of_the_dfe(figures: Figures) -> None:
    """Kent's, the nearest first; every authority of the list has ten others."""
    kent = figures.neighbours(figures.find("Kent"))

    assert [place.name for place in kent[:3]] == ["Essex", "East Sussex", "Devon"]
    for authority in figures.authorities():
        neighbours = figures.neighbours(authority)
        assert len(set(neighbours)) in (0, 10)  # none for those that were abolished
        assert authority not in neighbours


@pytest.mark.parametrize(
    ("rank_of", "quartile"), [(1, 1), (37, 1), (38, 2), (75, 2), (76, 3), (112, 3), (113, 4), (150, 4)]
)
def test_quartiles_of_150(rank_of: int, quartile: int) -> None:
    """Of 150 ranks the first 37 are the top quartile: a quarter is 37.5."""
    values = [float(150 - number) for number in range(150)]

    assert standing(values[rank_of - 1], values, "higher") == (rank_of, 150, quartile)
    assert top_quartile_from(values, "higher") == values[36]


def test_ties_share_the_better_rank() -> None:
    """Two second places, then a fourth."""
    values = [90.0, 80.0, 80.0, 70.0]

    assert [standing(value, values, "higher")[0] for value in values] == [1, 2, 2, 4]
    assert [standing(value, values, "lower")[0] for value in values] == [4, 2, 2, 1]
    assert top_quartile_from(values[:3], "higher") is None


def test_cases_to_a_percentage() -> None:
    """One case fewer is not enough."""
    assert cases_short(10, 40, 27.5, "higher") == 1
    assert cases_short(11, 40, 27.5, "higher") == 0
    assert cases_short(3, 40, 5.0, "lower") == 1
    assert cases_short(2, 40, 5.0, "lower") == 0


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("Kent", "Kent"),
        ("kent county council", "Kent"),
        ("886", "Kent"),
        ("E10000016", "Kent"),
        ("Bristol", "Bristol, City of"),
        ("city of bristol", "Bristol, City of"),
        ("Bournemouth, Christchurch & Poole", "Bournemouth, Christchurch and Poole"),
    ],
)
def test_an_authority_by_any_of_its_names(figures: Figures, word: str, name: str) -> None:
    """Capitals, titles and codes do not matter."""
    assert figures.find(word).name == name


def test_names_with_commas_in_a_list(figures: Figures) -> None:
    """A comma inside a name does not part it."""
    found = figures.find_all(["Essex,Bristol, City of,Suffolk"])

    assert [place.name for place in found] == ["Essex", "Bristol, City of", "Suffolk"]


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("Kemt", "--authority: there is no local authority `Kemt`. did you mean Kent"),
        ("Sufolk", "--authority: there is no local authority `Sufolk`. did you mean Suffolk"),
        ("Yorkshire", "--authority: there is no local authority `Yorkshire`. did you mean "),
        (
            "Atlantis-on-Sea",
            "--authority: there is no local authority `Atlantis-on-Sea`. give its name as the DfE does",
        ),
    ],
)
def test_an_unknown_authority(figures: Figures, word: str, message: str) -> None:
    """Names that are near are suggested, never taken."""
    with pytest.raises(UsageError) as error:
        figures.find(word)

    assert str(error.value).startswith(message)


CASES = str(Path(__file__).parents[3] / "examples" / "cases.csv")
HEADER = "time_period,time_identifier,geographic_level,region_name,new_la_code,old_la_code,la_name,breakdown"
ROW = "2025,Calendar year,Local authority,South East,E10000016,886,Kent"


def _downloaded(columns: str, *rows: str) -> str:
    return "\n".join((f"\ufeff{HEADER},{columns}", *rows)) + "\n"


def test_a_refreshed_file_is_laid_over_the_shipped_one(figures: Figures) -> None:
    """A byte order mark, DfE's capitals and other breakdowns do no harm; the other years stay."""
    text = _downloaded(
        "PC_plans_issued_20_weeks_ex,other", f"{ROW},All EHC plans,56.9,1", f"{ROW},Age 5,1.0,1"
    )
    compact = refreshed(text, "timeliness.csv", load_kpis())
    found = read_figures((*shipped_figures(), compact))
    kent = found.find("Kent")

    assert compact.splitlines()[0].endswith(f",la_name,{EX}")
    assert found.value(EX, 2025, kent) == 56.9
    assert found.value(EX, 2024, kent) == figures.value(EX, 2024, kent) == 33.3


def test_a_later_release_may_take_a_number_back() -> None:
    """Where the later file says x, the earlier number is gone."""
    early, late = (
        refreshed(_downloaded("pc_plans_issued_20_weeks_ex", f"{ROW},All,{value}"), "file.csv", load_kpis())
        for value in ("50.0", "x")
    )

    assert read_figures([early]).value(EX, 2025, read_figures([early]).find("Kent")) == 50.0
    assert read_figures([early, late]).values[2025, ("Local authority", "886")] == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1,2\n", "x.csv is not a file of the DfE's release that can be compared."),
        ("", "x.csv is not a file of the DfE's release that can be compared."),
        ("a" * 200_000, "x.csv is not a file of the DfE's release that can be compared."),
        (
            _downloaded("pc_plans_issued_20_weeks_ex", "2025,Calendar year", f"abcd{ROW[4:]},All,1.0"),
            "x.csv holds no row of totals for a calendar year.",
        ),
        (
            _downloaded("pc_plans_issued_20_weeks_ex", f"{ROW},Age 5,1.0"),
            "x.csv holds no row of totals for a calendar year.",
        ),
    ],
)
def test_what_cannot_be_refreshed(text: str, message: str) -> None:
    """Another file is refused in one line."""
    with pytest.raises(UsageError) as error:
        refreshed(text, "x.csv", load_kpis())

    assert str(error.value).startswith(message)


@pytest.mark.parametrize(
    "rows",
    [
        "",
        "abcd,National,,,,,50",
        "2025,District,,,,,50",
        '2025,National,,,,,"' + "5" * 200_000,
    ],
)
def test_what_are_no_figures(rows: str, tmp_path: Path) -> None:
    """No row, a year or a place that there is not, a cell that is too long."""
    path = tmp_path / "figures.csv"
    path.write_text(f"{','.join(PLACE_KEYS)},{EX}\n{rows}\n")
    run = ehcp("compare", CASES, "--authority", "Kent", "--figures", str(path))

    assert run.returncode == 2
    assert f"{path} is not a file of figures" in said(run)


@pytest.mark.parametrize(
    ("more", "row"),
    [
        ("", ["2023", "50.0", "79 of 150", "18.0", "128 of 150", "50.3"]),
        ("C3,2023-12-01,2024-01-10\n", ["2023", "50.0", "79 of 150", "18.0", "128 of 150", "50.3"]),
    ],
)
def test_the_screen_has_the_last_whole_year_of_the_file(more: str, row: list[str], tmp_path: Path) -> None:
    """Not the last that is published, of which the file has nothing, nor the first days of one."""
    path = tmp_path / "cases.csv"
    path.write_text(
        f"case_id,request_received,plan_issued\nC1,2023-01-02,2023-03-01\nC2,2023-01-02,2023-12-01\n{more}"
    )
    run = ehcp("compare", str(path), "--authority", "Kent", "--as-at", "2024-01-31", "--measure", EX)

    title, _, line = printed(run).split("\n\n")[1].splitlines()
    assert title.startswith("The latest whole year of each measure in your file")
    assert [cell.strip() for cell in re.split(r"\s{2,}", line)][1:] == row


@pytest.mark.parametrize("number", ["²", "9" * 400, "1.2.3", "x"])
def test_what_is_no_number_is_none_of_the_figures(number: str) -> None:
    """As the DfE's x; a superscript is a digit to Python, and not a number."""
    text = refreshed(_downloaded("pc_plans_issued_20_weeks_ex", f"{ROW},All,{number}"), "x.csv", load_kpis())

    assert read_figures([text]).values[2025, ("Local authority", "886")] == {}


def test_every_shipped_number_is_what_refresh_writes(figures: Figures) -> None:
    """Shipped files hold place columns first, then measures of kpis.toml and nothing else."""
    known: dict[str, Any] = {**load_kpis().by_id, PEOPLE: None}
    for text in shipped_figures():
        columns = text.splitlines()[0].split(",")
        assert columns[:6] == [
            *("time_period", "geographic_level", "region_name", "old_la_code", "new_la_code", "la_name"),
        ]
        assert [name for name in columns[6:] if name not in known] == []
    assert figures.years == tuple(range(2014, 2026))


def test_a_year_without_figures_is_refused() -> None:
    """No page without a number, as if there were nothing to say."""
    run = ehcp("compare", "--authority", "Kent", "--year", "1990", "--as-at", "2026-06-01")

    assert (run.returncode, said(run).splitlines()[:2]) == (
        2,
        ["ehcp: --year: there is no figure of 1990", "try: give one from 2014 to 2025"],
    )


def test_part_of_a_year_is_not_held_against_a_whole_one(tmp_path: Path) -> None:
    """Plans issued by 1 June, per 10,000, are no record low; the sentence says whose change it tells."""
    path = tmp_path / "cases.csv"
    path.write_text(
        "case_id,request_received,assess_agreed,assess_refused,plan_issued\n"
        "A,2025-01-06,2025-02-10,,2025-05-12\nB,2025-01-06,,2025-02-10,\nC,2026-01-06,2026-02-10,,2026-05-12\n",
        encoding="utf-8",
    )

    def of(measure: str, day: str, form: str) -> str:
        words = ("--authority", "Kent", "--as-at", day, "--measure", measure, "--format", form)
        return printed(ehcp("compare", str(path), *words))

    years = json.loads(of("plans_issued_per_10000_children", "2026-06-01", "json"))["measures"]
    assert [(one["year"], one["gap_to_england"], one["change"], one["record"]) for one in years[-3:]] == [
        (2024, -5.1, 19.3, ""),
        (2025, -80.9, -75.8, "lowest of all since 2019, where the figures begin"),
        (2026, None, None, ""),
    ]
    assert "below England" not in of("plans_issued_per_10000_children", "2026-06-01", "plain")
    assert "\n2025: 23.4 above England; the published figure -6.8 on the year before.\n" in of(
        "request_not_assess_pc", "2025-12-31", "plain"
    )
