"""The golden cases of the law, read once for the tests that look at all of them."""

from datetime import date
from pathlib import Path

from ehcp_timeline.commands.rules.golden.cases import load_fixtures
from ehcp_timeline.law.loader.rulebook import load_rulebook

GOLDENS = load_fixtures([Path(__file__).parents[3] / "statute"], load_rulebook(), date.max)
