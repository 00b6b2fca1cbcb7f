"""The columns are the rulebook's own."""

import subprocess
import sys
import tomllib
from importlib import resources

import pytest

from ehcp_timeline.cases.model import vocabulary, vocabulary_of

KNOWN = vocabulary()


def test_every_event_fact_and_flag_of_the_rulebook_is_a_column() -> None:
    """Nothing is left out and nothing is added."""
    package = resources.files("ehcp_timeline")
    events = tomllib.loads((package / "rulebook/events.toml").read_text(encoding="utf-8"))["event"]
    codes = tomllib.loads((package / "rulebook/codes.toml").read_text(encoding="utf-8"))
    others = tomllib.loads((package / "cases/characteristics.toml").read_text(encoding="utf-8"))["fact"]

    ids = [entry["id"] for entry in (*codes["fact"], *others, *events, *codes["flag"])]

    assert list(KNOWN.columns) == ids
    assert KNOWN.of_kind("event") == tuple(entry["id"] for entry in events)
    assert KNOWN.of_kind("flag") == tuple(entry["id"] for entry in codes["flag"])


def test_a_fact_is_a_date_has_codes_or_is_text() -> None:
    """The kind of a fact follows from what the rulebook says of it."""
    assert KNOWN.of_kind("date") == ("date_of_birth",)
    assert KNOWN.of_kind("codes") == (
        *(
            "review_outcome",
            "transfer_kind",
            "order_kind",
            "agreement_kind",
            "appeal_ground",
            "appeal_outcome",
        ),
    )
    assert KNOWN.of_kind("text") == (
        *("case_id", "name", "district", "team", "caseworker", "school", "referrer", "sen_need"),
        *("sex", "ethnicity", "year_group", "setting_type"),
    )


def test_a_column_keeps_what_the_rulebook_says_of_it() -> None:
    """Planned events, days that are set, personal facts and lists of codes are marked."""
    columns = KNOWN.columns

    assert columns["transfer_date"].planned
    assert not columns["plan_issued"].planned
    assert columns["order_due"].sets_due
    assert [name for name, column in columns.items() if column.personal] == ["name", "date_of_birth"]
    assert columns["order_kind"].several
    assert list(columns["order_kind"].codes)[:3] == ["assess", "reassess", "make"]
    assert columns["order_kind"].codes is not columns["review_outcome"].codes
    assert KNOWN.absorbs == {"amend": "name_school"}


def test_columns_come_in_the_order_asked_for_of_the_rulebook() -> None:
    """A vocabulary of one's own is read the same way."""
    own = vocabulary_of(
        {"event": [{"id": "b", "says": "b"}, {"id": "a", "says": "a", "planned": True}]},
        {"fact": [{"id": "c", "says": "c", "codes": {"x": "ex"}}], "flag": [{"id": "d", "says": "d"}]},
    )

    assert list(own.columns) == ["c", "b", "a", "d"]
    assert own.columns["c"].codes == {"x": "ex"}
    assert own.absorbs == {}


@pytest.mark.slow
@pytest.mark.parametrize("module", ["model", "cells.values", "cells.dates", "cells.parser", "headers"])
def test_one_case_is_read_without_polars(module: str) -> None:
    """Nothing on the way to a typed case imports polars."""
    asked = f"import sys, ehcp_timeline.cases.{module}; print('polars' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", asked], capture_output=True, check=True).stdout == b"False\n"
