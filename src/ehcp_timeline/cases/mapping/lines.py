"""Lines of ehcp.toml that make ehcp read a heading."""

from collections.abc import Collection, Iterator, Sequence

from ehcp_timeline.cases.headers import Heading, fold

# One date is one of these, according to what was decided.
_BY_OUTCOME = frozenset(
    (("assess_agreed", "assess_refused"), ("plan_issued", "no_plan_notified"), ("withdrawn", "moved_away"))
)


def quoted(text: str) -> str:
    r"""Return a text as TOML writes it, on one line, everything that cannot be seen spelled out.

    >>> quoted('Plan "final"\nsent\x00')
    '"Plan \\"final\\" sent\\u0000"'
    """
    escaped = " ".join(text.splitlines()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{"".join(map(_spelled_out, escaped))}"'


def _spelled_out(letter: str) -> str:
    code = ord(letter)
    return letter if letter.isprintable() else f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"


def lines_for(
    heading: Heading,
    headings: Sequence[str],
    taken: Collection[str],
    *,
    dated: bool,
    why_not: str = "is it meant?",
) -> Iterator[str]:
    """Yield the lines below `[columns]` for a heading that is not read, to choose from or to complete.

    `headings` are all those of the file, `taken` the columns that they mean; `dated` is whether dates stand
    under this one, `why_not` why a suggestion is not sure.
    """
    text = quoted(heading.text)
    possible = tuple(name for name in heading.may_be if name not in taken)
    base = fold(heading.text).replace("date", "")  # "Decision" of "Decision date"
    outcome = next((other for other in headings if base and fold(other) == base), None)
    if outcome and heading.may_be[:2] in _BY_OUTCOME:
        for name in possible if dated else ():
            yield f'{name} = {{ date = {text}, where = {quoted(outcome)}, is = ["..."] }}'
    elif heading.may_be:
        yield from (f"{name} = [{text}]  # {heading.reason}" for name in possible)
    elif heading.suggestions:
        yield f"{heading.suggestions[0]} = [{text}]  # {why_not}"
    elif dated and not heading.reason:
        yield f"... = [{text}]  # dates; which event?"
