"""The golden cases of the law, read once for the tests that look at all of them."""

from pathlib import Path

from ehcp_timeline.commands.rules.golden.cases import load_golden
from ehcp_timeline.law.loader.rulebook import load_rulebook

GOLDENS = load_golden(Path(__file__).parents[3] / "statute", load_rulebook())
