"""`python -m ehcp_timeline` is `ehcp`."""

from ehcp_timeline.cli.__main__ import run

run()
