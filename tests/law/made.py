"""A local rulebook that is right as it stands, for tests that spoil it."""

from pathlib import Path

import pytest

from ehcp_timeline.errors import RulebookError
from ehcp_timeline.law.loader.rulebook import load_rulebook

GOOD = """
[[deadline]]
id = "local.visit"
duty = "Visit the family"
who = "authority"
kind = "local"
law = "Our promise of 2026"
says = "within 2 weeks"
seen = "primary"
checked = 2026-11-21
starts = "request_received"
met_by = "contact_answered"
ends = ["withdrawn"]

  [[deadline.version]]
  from = 2026-01-01
  within = { weeks = 2, start_day = "excluded" }

  [[deadline.reading]]
  id = "day-one"
  within = { weeks = 2, start_day = "included" }
  source = "a colleague"

  [[deadline.excuse]]
  id = "storm"
  law = "Our promise of 2026"
  flag = "coronavirus"
  says = "a storm"
  seen = "primary"
"""


def faults_of(tmp_path: Path, text: str) -> tuple[str, ...]:
    """Return every fault of a local rulebook, without the folder it was written to."""
    path = tmp_path / "local.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RulebookError) as caught:
        load_rulebook([path])
    return tuple(fault.removeprefix(f"{tmp_path}/") for fault in caught.value.faults)
