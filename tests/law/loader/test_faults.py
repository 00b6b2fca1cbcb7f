"""Each kind of fault of a rulebook, word for word: where it is, what is wrong, what to try."""

from pathlib import Path

import pytest

from tests.law.made import GOOD, faults_of

PLACE = "local.toml: local.visit"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('duty = "Visit the family"\n', "", f"{PLACE}: duty is missing"),
        ('duty = "Visit the family"', "duty = 2", f"{PLACE}.duty: must be a text, not 2"),
        (
            "checked = 2026-11-21",
            'checked = "2026-11-21"',
            f"{PLACE}.checked: must be a date, not '2026-11-21'",
        ),
        (
            'kind = "local"',
            'kind = "locally"',
            f"{PLACE}.kind: must be one of statutory, guidance, local, not 'locally'; did you mean local?",
        ),
        ('ends = ["withdrawn"]', "ends = 3", f"{PLACE}.ends: must be a list of events, not 3"),
        (
            'ends = ["withdrawn"]',
            'ends = ["withdrew"]',
            f"{PLACE}.ends: unknown event 'withdrew'; did you mean withdrawn?",
        ),
        (
            'starts = "request_received"',
            'starts = { first = ["request_received"] }',
            f"{PLACE}.starts.which: must be one of earliest, latest, not 'first'",
        ),
        (
            'starts = "request_received"',
            "starts = 5",
            f"{PLACE}.starts: must be an event, {{ earliest = [events] }} or {{ latest = [events] }}",
        ),
        (
            'met_by = "contact_answered"',
            'met_by = { latest = ["contact_answered", "complaint_answered"] }',
            f"{PLACE}.met_by: must be an event or {{ earliest = [events] }}: the first answer counts",
        ),
        ('met_by = "contact_answered"', 'met_by = ""', f"{PLACE}.met_by: unknown event ''"),
        ('flag = "coronavirus"', 'flag = [""]', f"{PLACE}.excuse[0].flag: must be a text, not ['']"),
        (
            ', start_day = "excluded" }',
            " }",
            (
                f"{PLACE}.version[0].within: start_day is missing; say excluded (within ... of) or included "
                "(beginning with)"
            ),
        ),
        (
            'start_day = "excluded"',
            'start_day = "exclude"',
            (
                f"{PLACE}.version[0].within.start_day: must be one of excluded, included, not 'exclude'; "
                "did you mean excluded?"
            ),
        ),
        (
            "weeks = 2, start",
            "weeks = -2, start",
            f"{PLACE}.version[0].within.weeks: must lie between 0 and 3660, is -2",
        ),
        (
            "weeks = 2, start",
            "weeks = true, start",
            f"{PLACE}.version[0].within.weeks: must be a whole number, not True",
        ),
        (
            "weeks = 2, start",
            "weeks = 2, days = 1, start",
            f"{PLACE}.version[0].within: needs exactly one of days, weeks, months, working_days",
        ),
        (
            "weeks = 2, start",
            "weeks = 0, start",
            f'{PLACE}.version[0].within: at once is written {{ days = 0, start_day = "excluded" }}',
        ),
        (
            'within = { weeks = 2, start_day = "excluded" }',
            "",
            (
                f"{PLACE}.version[0]: needs exactly one of within, not_before_end_of, before, "
                "at_least_before, later_of, has none"
            ),
        ),
        (
            'within = { weeks = 2, start_day = "excluded" }',
            'within = { weeks = 2, start_day = "excluded" }\n  rolls = "tribunal"',
            f"{PLACE}.version[0].rolls: belongs to later_of only",
        ),
        (
            'within = { weeks = 2, start_day = "excluded" }',
            'before = { month = 2, day = 30, counted = "excluded" }',
            f"{PLACE}.version[0].before: day 30 of month 2 does not stand in every year",
        ),
        (
            'within = { weeks = 2, start_day = "excluded" }',
            'at_least_before = { weeks = 2, event = "moved_in" }',
            f"{PLACE}.version[0].at_least_before: event must be what starts the clock, request_received",
        ),
        (
            'within = { weeks = 2, start_day = "excluded" }',
            'later_of = [{ from = "moved_in", within = { weeks = 2, start_day = "excluded" } }]',
            f"{PLACE}.version[0].later_of: needs at least two limbs",
        ),
        ("from = 2026-01-01", "", f"{PLACE}.version[0]: from is missing"),
        (
            "from = 2026-01-01",
            "from = 2026-01-01\n  to = 2025-12-31",
            f"{PLACE}.version[0]: ends 2025-12-31, before it begins 2026-01-01",
        ),
        (
            "  [[deadline.reading]]",
            (
                "  [[deadline.version]]\n  from = 2027-01-01\n"
                '  within = { weeks = 1, start_day = "excluded" }\n  [[deadline.reading]]'
            ),
            (
                f"{PLACE}.version[1]: begins 2027-01-01, but the version before has no end; "
                "versions stand next to each other"
            ),
        ),
        (
            '  within = { weeks = 2, start_day = "included" }\n',
            "",
            f"{PLACE}.reading[0]: changes nothing: a reading changes within, starts, met_by or waived_by",
        ),
        (
            'source = "a colleague"',
            'source = "a colleague"\n  ends = ["withdrawn"]',
            f"{PLACE}.reading[0].ends: not a word of the rulebook",
        ),
        (
            'flag = "coronavirus"\n',
            "\n",
            f"{PLACE}.excuse[0]: needs a flag, or absence dates as its evidence",
        ),
        (
            'flag = "coronavirus"',
            'flag = "corona"',
            f"{PLACE}.excuse[0].flag: unknown flag 'corona'; did you mean coronavirus?",
        ),
        (
            'seen = "primary"\nchecked',
            'seen = "primary"\nexcused_by = { asessment = "x" }\nchecked',
            f"{PLACE}.excused_by: unknown group of excuses 'asessment'; did you mean assessment?",
        ),
        (
            'seen = "primary"\nchecked',
            'seen = "primary"\nonly_if = { order_type = ["amend"] }\nchecked',
            f"{PLACE}.only_if.order_type: unknown fact with codes 'order_type'; did you mean order_kind?",
        ),
        (
            'seen = "primary"\nchecked',
            'seen = "primary"\nduring = ["detained_from"]\nchecked',
            f"{PLACE}.during: needs two events, the first and the last day",
        ),
        (
            'seen = "primary"\nchecked',
            'seen = "primary"\ndisplaced_by = ["plan.isue"]\nchecked',
            f"{PLACE}.displaced_by: unknown event or deadline 'plan.isue'; did you mean plan.issue?",
        ),
        (
            'seen = "primary"\nchecked',
            'seen = "primary"\nrepeats = { again = ["review_decided"] }\nchecked',
            f"{PLACE}.starts: must name the events of repeats.first and repeats.again",
        ),
        (
            'seen = "primary"\nchecked',
            'seen = "primary"\nstarts_where = [{ absent = "moved_in", starts = "moved_in" }]\nchecked',
            f"{PLACE}.starts_where[0]: given is missing; name what must stand on the row",
        ),
        (
            'starts = "request_received"',
            (
                'starts = { each = ["request_received"] }\n'
                'starts_where = [{ given = ["moved_in"], absent = "withdrawn", starts = "moved_in" }]'
            ),
            f"{PLACE}.starts_where: cannot stand beside starts.each; name the other starts in each",
        ),
        (
            'ends = ["withdrawn"]',
            'ends = [{ from = "detained_from", to = "detained_till", then = "owed" }]',
            f"{PLACE}.ends.to: unknown event 'detained_till'; did you mean detained_to?",
        ),
        (
            'seen = "primary"\nchecked',
            'seen = "primary"\nlapses_with = ["review_meating"]\nchecked',
            f"{PLACE}.lapses_with: unknown event 'review_meating'; did you mean review_meeting?",
        ),
        (
            'source = "a colleague"',
            'source = "a colleague"\n  from = { month = 8, day = 1 }',
            f"{PLACE}.reading[0]: from and to must both be dates, or both days of the year",
        ),
        (
            'source = "a colleague"',
            'source = "a colleague"\n  from = { month = 9, day = 1 }\n  to = { month = 8, day = 31 }',
            f"{PLACE}.reading[0].to: must lie after from in the same year",
        ),
        (
            'within = { weeks = 2, start_day = "excluded" }',
            (
                'later_of = [{ from = "moved_in", within = { weeks = 2, start_day = "excluded" } }, '
                '{ from = "order_made", missing = "open", within = { days = 0, start_day = "excluded" } }]'
            ),
            (
                f"{PLACE}.version[0].later_of[1]: only_if and missing need after: "
                "what must have come for this limb to count"
            ),
        ),
    ],
)
def test_each_kind_of_fault_says_where_and_what(old: str, new: str, fault: str, tmp_path: Path) -> None:
    """One slip, one sentence, word for word."""
    assert old in GOOD

    assert fault in faults_of(tmp_path, GOOD.replace(old, new, 1))


@pytest.mark.parametrize("key", ["deadline", "event"])
def test_a_heading_in_single_brackets_is_a_fault(key: str, tmp_path: Path) -> None:
    """A duty written under [deadline] was left out without a word."""
    fault = (
        f"local.toml: {key}: is one table where a list belongs; write its heading in double brackets, [[...]]"
    )

    assert faults_of(tmp_path, f'[{key}]\nid = "local.visit"\n') == (fault,)


def test_a_list_of_deadlines_that_are_no_tables_is_a_fault(tmp_path: Path) -> None:
    """Each entry is named."""
    fault = "local.toml: deadline[0]: must be a table, not 'local.visit'"

    assert faults_of(tmp_path, 'deadline = ["local.visit"]\n') == (fault,)
