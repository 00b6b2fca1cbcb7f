"""Claimed exceptions: what dates prove, fail or cannot show; who always claims; what it does to the rate."""

from datetime import date
from pathlib import Path

import pytest

from ehcp_timeline.cases.model import vocabulary
from ehcp_timeline.cases.source import open_case_file
from ehcp_timeline.commands.check.exceptions import ExceptionsAnswer, exceptions_of, exceptions_sections
from ehcp_timeline.law.loader.rulebook import load_rulebook
from ehcp_timeline.output.sections import plain_text
from tests.cli.command import ehcp

LAW = load_rulebook()
AS_AT = date(2025, 12, 31)
HEAD = "case_id,team,request_received,plan_issued,exceptional_circumstances,absent_from,absent_to"
# Asked for on 2 April 2025: due on 20 August 2025.
PROVED = "PROVED,North,2025-04-02,2025-09-10,,2025-06-01,2025-06-28"
TOO_SHORT = "SHORT,North,2025-04-02,2025-09-10,,2025-06-01,2025-06-27"
NOT_SHOWN = "NOT-SHOWN,North,2025-04-02,2025-08-21,yes,,"
OPEN_END = "OPEN-END,North,2025-04-02,,,2025-06-01,"
IN_TIME = "IN-TIME,North,2025-04-02,2025-08-20,yes,,"
NO_CLAIM = "NO-CLAIM,North,2025-04-02,2025-08-21,no,,"


def _found(folder: Path, *rows: str, head: str = HEAD) -> ExceptionsAnswer:
    path = folder / "cases.csv"
    path.write_text("\n".join((head, *rows)) + "\n", encoding="utf-8")
    return exceptions_of(LAW, [open_case_file(str(path), vocabulary(), as_at=AS_AT)], AS_AT)


@pytest.mark.parametrize(
    ("row", "excuse", "shows", "why", "verdict", "days"),
    [
        (PROVED, "absent", "proved", "absent from 2025-06-01 to 2025-06-28", "excused", 21),
        (
            TOO_SHORT,
            "absent",
            "refuted",
            "absent from 2025-06-01 to 2025-06-27: too short between start and due day",
            "late",
            21,
        ),
        (
            NOT_SHOWN,
            "exceptional",
            "cannot be shown",
            "exceptional_circumstances is yes; no date can prove or refute it",
            "excused",
            1,
        ),
        (
            OPEN_END,
            "absent",
            "cannot be shown",
            "absent from 2025-06-01, with no last day",
            "excused",
            133,
        ),
    ],
)
def test_each_claim_is_held_against_the_dates(
    tmp_path: Path, row: str, *, excuse: str, shows: str, why: str, verdict: str, days: int
) -> None:
    """28 days of absence prove it, 27 refute it, a bare yes does neither; law and condition are told."""
    (claim,) = [one for one in _found(tmp_path, row).claims if one.deadline == "plan.issue"]

    assert (claim.excuse, claim.shows, claim.why) == (excuse, shows, why)
    assert (claim.verdict, claim.days_late, claim.due) == (verdict, days, date(2025, 8, 20))
    assert claim.law.startswith("SEND-Regs-2014 reg 13(3), applying reg 10(4)")
    assert claim.condition
    assert (claim.case_id, claim.row, claim.team) == (row.split(",", 1)[0], 2, "North")


def test_a_row_with_two_grounds_has_two_claims(tmp_path: Path) -> None:
    """Each ground is held against its own dates; the strongest decides."""
    both = TOO_SHORT.replace("2025-09-10,,", "2025-09-10,yes,")
    claims = [one for one in _found(tmp_path, both).claims if one.deadline == "plan.issue"]

    assert [(one.excuse, one.shows, one.verdict) for one in claims] == [
        ("exceptional", "cannot be shown", "excused"),
        ("absent", "refuted", "excused"),
    ]


@pytest.mark.parametrize("claims", [("yes", ""), ("", "yes"), ("yes", "yes")])
def test_a_request_on_two_rows_is_one_claim(tmp_path: Path, claims: tuple[str, str]) -> None:
    """The rows of one request are judged together, on its first row; a claim on any of them counts once."""
    asked, sent = (
        f"TWICE,North,2025-04-02,{day},{yes},," for day, yes in zip(("", "2025-09-10"), claims, strict=True)
    )
    found = _found(tmp_path, asked, NOT_SHOWN, sent)
    of_plan = [claim for claim in found.claims if claim.deadline == "plan.issue"]

    assert [(claim.case_id, claim.row, claim.verdict, claim.days_late) for claim in of_plan] == [
        ("TWICE", 2, "excused", 21),
        ("NOT-SHOWN", 3, "excused", 1),
    ]
    assert [
        (share.column, share.clocks, share.claimed)
        for share in found.shares
        if share.deadline == "plan.issue"
    ] == [("", 2, 2), ("team", 2, 2)]


def test_what_was_in_time_needs_no_exception(tmp_path: Path) -> None:
    """A claim on a clock in time is counted and not listed; a row without a claim is neither."""
    found = _found(tmp_path, IN_TIME, NO_CLAIM)

    assert [one for one in found.claims if one.deadline == "plan.issue"] == []
    assert found.unneeded["plan.issue"] == 1
    assert [(one.clocks, one.claimed) for one in found.shares if one.deadline == "plan.issue"] == [
        (2, 1),
        (2, 1),
    ]


def test_the_effect_on_the_rate_three_ways(tmp_path: Path) -> None:
    """One of five in time; one of three if claims are believed; one of four if dates must prove them."""
    found = _found(tmp_path, PROVED, TOO_SHORT, NOT_SHOWN, IN_TIME, NO_CLAIM)
    rates = found.rates["plan.issue"]

    assert (rates.strict, rates.claimed, rates.evidenced) == (20.0, 33.3, 25.0)


@pytest.mark.parametrize(("rows", "always"), [(4, False), (5, True), (6, True)])
def test_a_team_that_always_claims_is_named(tmp_path: Path, rows: int, *, always: bool) -> None:
    """Five of five is always; four are too few to say so; another team without claims is not drawn in."""
    claimed = [f"S-{n},South,2025-04-02,2025-08-21,yes,," for n in range(rows)]
    others = [f"N-{n},North,2025-04-02,2025-08-21,,," for n in range(5)]
    found = _found(tmp_path, *claimed, *others)
    named = {(one.column, one.name) for one in found.shares if one.always and one.deadline == "plan.issue"}

    assert named == ({("team", "South")} if always else set())


def test_a_file_that_always_claims_is_named(tmp_path: Path) -> None:
    """A flag that is yes on every row is the whole file's, and one clear case is enough to clear it."""
    claimed = [f"S-{n},South,2025-04-02,2025-08-21,yes,," for n in range(5)]
    every = _found(tmp_path, *claimed)
    but_one = _found(tmp_path, *claimed, NO_CLAIM)

    assert ("", "") in {(one.column, one.name) for one in every.shares if one.always}
    assert ("", "") not in {(one.column, one.name) for one in but_one.shares if one.always}


def test_a_file_without_columns_for_exceptions_claims_none(tmp_path: Path) -> None:
    """No flag and no absence: no claim, no rate, one sentence."""
    found = _found(tmp_path, "A,2025-04-02,2025-08-21", head="case_id,request_received,plan_issued")

    assert (found.claims, found.shares, dict(found.rates)) == ((), (), {})
    assert plain_text(exceptions_sections(found, 20)).startswith(
        "Exceptions claimed on 31 December 2025: 0 claims for late duties"
    )


def test_a_person_reads_the_refuted_first(tmp_path: Path) -> None:
    """Claims that the dates refute come first, then those that nothing shows; each law's condition once."""
    found = _found(tmp_path, PROVED, NOT_SHOWN, TOO_SHORT)
    text = plain_text(exceptions_sections(found, 20))
    table = text.split("\n\n")[2].splitlines()

    assert [line.split()[0] for line in table[2:] if " plan.issue " in line] == [
        "SHORT",
        "NOT-SHOWN",
        "PROVED",
    ]
    assert (
        "are absent from the area of the authority for a continuous period of not less than 4 weeks" in text
    )
    assert "Dates cannot show whether it was impractical" in text


def test_an_unreadable_claim_is_said(tmp_path: Path) -> None:
    """A flag that cannot be read is a claim that could not be read, never a no."""
    (claim,) = [
        one
        for one in _found(tmp_path, NOT_SHOWN.replace("yes", "perhaps")).claims
        if one.deadline == "plan.issue"
    ]

    assert (claim.shows, claim.verdict) == ("could not be read", "unknown")


@pytest.mark.parametrize("ending", ["parquet", "ics"])
def test_a_list_of_claims_is_no_calendar_and_no_parquet_file(tmp_path: Path, ending: str) -> None:
    """What cannot be written is refused before anything is: no workbook under another name."""
    path = tmp_path / "cases.csv"
    path.write_text(f"{HEAD}\n{PROVED}\n", encoding="utf-8")
    target = tmp_path / f"claims.{ending}"
    run = ehcp("check", str(path), "--as-at", "2025-12-31", "--exceptions", "-o", str(target))

    assert run.returncode == 2
    assert "add --format, one of table, plain, json, csv, ndjson, md, xlsx" in run.stderr.decode()
    assert not target.exists()
