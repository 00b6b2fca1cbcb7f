"""`ehcp scorecard --disclosure suppress`: a scorecard that may be published."""

import csv
import io
import json
from pathlib import Path

import pytest

from tests.cli.command import ehcp, printed, said

# Of 12 in the North one is decided late, of 40 in the South 20, of 30 in the West 12.
ROWS = "".join(
    f"{district}{kind}{n},CANARYNAME,{district},A. Khan,2025-01-06,{decided}\n"
    for district, late, in_time in (("North", 1, 11), ("South", 20, 20), ("West", 12, 18))
    for kind, number, decided in (("l", late, "2025-03-03"), ("i", in_time, "2025-02-10"))
    for n in range(number)
)
WORDS = ("--as-at", "2025-03-31", "--period", "year", "--measure", "request_outcome")


@pytest.fixture
def cases(tmp_path: Path) -> str:
    """A file in which one district has a single late decision."""
    path = tmp_path / "secret-cases.csv"
    path.write_text(
        f"case_id,name,district,caseworker,request_received,assess_agreed\n{ROWS}", encoding="utf-8"
    )
    return str(path)


def _numbers(text: str) -> dict[str, list[str]]:
    lines = list(csv.DictReader(io.StringIO(text)))
    return {line["group"]: list(line.values())[5:] for line in lines}


@pytest.mark.slow
def test_a_single_case_is_hidden_in_every_measure_made_of_it(cases: str) -> None:
    """One late decision, and the eleven in time that would tell it; the totals stay right."""
    words = ("scorecard", cases, *WORDS, "--by", "district", "--format", "csv")
    open_to_all = _numbers(printed(ehcp(*words)))
    public = _numbers(printed(ehcp(*words, "--disclosure", "suppress", "--threshold", "5")))

    assert "1" in open_to_all["North"]
    assert set(public["North"]) <= {"[c]", "12", "no cases"}
    for group, numbers in public.items():
        pairs = zip(numbers, open_to_all[group], strict=True)
        assert [pair for pair in pairs if pair[0] != "[c]" and pair[0] != pair[1]] == []
    assert public["Total"] == open_to_all["Total"]


@pytest.mark.slow
@pytest.mark.parametrize("form", ["csv", "json", "plain", "md", "ndjson"])
def test_a_public_scorecard_names_nobody_and_no_file(cases: str, form: str) -> None:
    """No name, no case number, no file name, in any format."""
    run = ehcp("scorecard", cases, *WORDS, "--by", "district", "--disclosure", "suppress", "--format", form)

    assert run.returncode == 0
    assert [word for word in ("CANARY", "secret-cases", "Northl0") if word in printed(run) + said(run)] == []
    assert "[c]" in printed(run).replace("\\", "")


@pytest.mark.slow
def test_the_json_says_what_was_hidden_and_below_which_number(cases: str) -> None:
    """The threshold and the legend stand in the answer; nothing is worked out from what is hidden."""
    run = ehcp(
        "scorecard", cases, *WORDS, "--by", "district", "--disclosure", "suppress", "--threshold", "10",
        "--format", "json",
    )  # fmt: skip
    answer = json.loads(printed(run))

    assert (answer["schema"], answer["threshold"]) == ("ehcp-scorecard-publication/1", 10)
    assert "a number of 1 to 9" in answer["legend"]
    assert [key for key in ("trends", "targets", "input") if key in answer] == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--threshold", "0"), "--threshold 0 would hide nothing"),
        (("--disclosure", "suppress", "--by", "caseworker"), "is about staff: it is not for publication"),
        (("--threshold", "5"), "--threshold hides numbers only in what is published"),
        (("--pack", "inspection", "-o", "x/", "--threshold", "5"), "add --disclosure suppress"),
        (("--previous", "old.json"), "--previous is for tables that are published"),
        (
            ("--disclosure", "suppress", "--previous", __file__),
            "is not a published table by group and period",
        ),
        (
            ("--disclosure", "suppress", "--previous", "old.json", "--pack", "foi"),
            "--previous is for one table, not for a pack",
        ),
    ],
)
def test_what_must_not_be_published_is_refused(cases: str, words: tuple[str, ...], told: str) -> None:
    """One line, exit 2, nothing printed."""
    run = ehcp("scorecard", cases, *WORDS, *words)

    assert (run.returncode, printed(run)) == (2, "")
    assert told in said(run)


@pytest.mark.parametrize(("words", "number"), [((), "[c]"), (("--disclosure", "none"), "1")])
def test_a_pack_for_freedom_of_information_hides_few_cases_unless_told_not_to(
    tmp_path: Path, words: tuple[str, ...], number: str
) -> None:
    """One assessment is open; the year before the first request of the file is not said to have none."""
    path = tmp_path / "cases.csv"
    path.write_text(
        "case_id,request_received,plan_issued\nA,2025-01-06,\n"
        + "".join(f"P{n},2024-02-05,2024-05-06\n" for n in range(6)),
        encoding="utf-8",
    )
    out = tmp_path / "foi"
    ehcp("scorecard", str(path), "--as-at", "2025-03-31", "--pack", "foi", "-o", str(out), *words)

    (opened,) = (file for file in out.iterdir() if "open-assessments" in file.name)
    lines = list(csv.DictReader(io.StringIO(opened.read_text(encoding="utf-8"))))
    assert lines[0]["2025-03-31"] == number
    (plans,) = (file for file in out.iterdir() if "plans-in-20-weeks" in file.name)
    lines = list(csv.DictReader(io.StringIO(plans.read_text(encoding="utf-8"))))
    assert (lines[0]["2023"], lines[0]["2024"]) == ("", "6")


def test_numbers_that_add_up_do_not_tell_a_hidden_one(tmp_path: Path) -> None:
    """Requests less those agreed to, refused and undecided are those withdrawn: one child in the North."""
    kinds = {
        "agreed": "2025-01-20,,", "refused": ",2025-01-20,", "withdrawn": ",,2025-01-20", "undecided": ",,",
    }  # fmt: skip
    numbers = {"North": (15, 9, 1, 6), "South": (20, 12, 7, 9)}
    path = tmp_path / "cases.csv"
    path.write_text(
        "case_id,district,request_received,assess_agreed,assess_refused,withdrawn\n"
        + "".join(
            f"{district}{kind}{n},{district},2025-01-06,{kinds[kind]}\n"
            for district, of_kinds in numbers.items()
            for kind, many in zip(kinds, of_kinds, strict=True)
            for n in range(many)
        ),
        encoding="utf-8",
    )
    words = ("--as-at", "2025-03-31", "--period", "year", "--by", "district", "--format", "csv")

    def printed_of(*measures: str) -> dict[str, list[str]]:
        chosen = ("--measure", ",".join(measures), "--disclosure", "suppress")
        return _numbers(printed(ehcp("scorecard", str(path), *words, *chosen)))

    whole = printed_of(
        "requests_received_in_year", "requests_decided_to_assess", "requests_decided_not_to_assess",
        "requests_decision_not_made", "requests_withdrawn",
    )  # fmt: skip
    assert whole == {
        "North": ["31", "15", "9", "[c]", "[c]"],
        "South": ["48", "20", "12", "[c]", "[c]"],
        "Total": ["79", "35", "21", "15", "8"],
    }
    parts = printed_of("requests_decision_not_made"), printed_of("requests_withdrawn")
    assert [list(part.values()) for part in parts] == [[["[c]"], ["[c]"], ["15"]], [["[c]"], ["[c]"], ["8"]]]


def test_shares_do_not_tell_how_many_are_not_recorded(tmp_path: Path) -> None:
    """31 requests that are 30.4% of all recorded say that 102 of 105 are."""
    groups = {"North": 31, "South": 29, "East": 17, "West": 23, "": 3, "Mid": 2}
    path = tmp_path / "cases.csv"
    path.write_text(
        "case_id,district,request_received\n"
        + "".join(f"{name}{n},{name},2025-03-04\n" for name, many in groups.items() for n in range(many)),
        encoding="utf-8",
    )
    words = ("--by", "district", "--measure", "requests_received,requests_share", "--format", "csv")
    run = ehcp(
        "scorecard",
        str(path),
        "--as-at",
        "2025-12-31",
        "--period",
        "year",
        *words,
        "--disclosure",
        "suppress",
    )

    assert _numbers(printed(run)) == {
        "East": ["17", "[c]"], "Mid": ["[c]", "[c]"], "North": ["31", "[c]"], "South": ["29", "[c]"],
        "West": ["23", "[c]"], "Total recorded": ["[c]", "[c]"], "not recorded": ["[c]", "[c]"],
        "Total": ["105", "no cases"],
    }  # fmt: skip
