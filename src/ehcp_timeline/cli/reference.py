"""Writes the help of every command as one page: `python -m ehcp_timeline.cli.reference docs/reference.md`."""

import sys
from pathlib import Path
from typing import Any

from typer import Context

from ehcp_timeline.cli.app import LISTED, loaded

_HEAD = """# Command reference

What `ehcp help COMMAND` prints, for every command.
A test holds this page to the program; `python -m ehcp_timeline.cli.reference docs/reference.md` writes it.
"""
_WIDTH = 80


def reference_page() -> str:
    """Return the help of every command, in the order of the first page, as Markdown."""
    parts = [_HEAD]
    for listed in LISTED:
        command = loaded(listed)
        name = f"ehcp {listed.name}"
        parts.append(_section(name, command))
        inner = getattr(command, "commands", {})
        parts += [_section(f"{name} {within}", inner[within]) for within in inner]
    return "\n".join(parts)


def _section(name: str, command: Any) -> str:  # noqa: ANN401 - Typer keeps the type to itself
    context: Any = Context(command, info_name=name, max_content_width=_WIDTH, terminal_width=_WIDTH)
    return f"## {name}\n\n```text\n{command.get_help(context).rstrip()}\n```\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(reference_page(), encoding="utf-8")
