"""Compares an output with what the same command gives now: its inputs first, then the answer."""

import json
from collections.abc import Collection, Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any, ClassVar

from ehcp_timeline import __version__
from ehcp_timeline.law.loader.rulebook import load_rulebook
from ehcp_timeline.measure.answer import RulebookUsed
from ehcp_timeline.output.receipt import Receipt, file_sha256
from ehcp_timeline.output.sections import Section, table
from ehcp_timeline.record import record

_PATHS = ("input", "receipt")


@record(frozen=True, slots=True)
class Differing:
    """One thing that is not as it was.

    Attributes:
        then: What the output says.
        now: What is so now.
    """

    what: str
    then: str | None
    now: str | None


@record(frozen=True, slots=True)
class VerifyAnswer:
    """The answer of `ehcp verify --format json`.

    Attributes:
        same: Whether nothing differs, as far as it was compared.
        compared: Whether the answer itself was made again and compared; otherwise only its inputs were.
    """

    SCHEMA: ClassVar = "ehcp-verify/1"

    same: bool
    compared: bool
    differences: tuple[Differing, ...]


def compare(
    data: bytes,
    form: str,
    receipt: Receipt,
    files: Sequence[Path],
    accepted: Path | None,
    again: bytes | None,
) -> VerifyAnswer:
    """Return what differs between an output, of a format and with a receipt, and what can be had now.

    `files` are those that are given now, `accepted` the file of acknowledgements if there is one, `again` is
    what the same command writes now; None if it cannot be run again.
    """
    differences = list(_of_sources(receipt, files, accepted))
    named = {file.name for file in receipt.input if file.name} | {path.name for path in files}
    if again is not None:
        differences += _of_answers(_content(data, form, named), _content(again, form, named), form)
    return VerifyAnswer(not differences, again is not None, tuple(differences))


def _of_sources(receipt: Receipt, files: Sequence[Path], accepted: Path | None) -> Iterator[Differing]:
    """Yield how the version, the law and the files are not those of the receipt."""
    if receipt.software != __version__:
        yield Differing("version of ehcp-timeline", receipt.software, __version__)
    laid = receipt.typed.options.get("--rules") if receipt.typed else None
    if receipt.rulebook and (receipt.typed or not receipt.rulebook.overlays):
        law = RulebookUsed.of(load_rulebook([Path(path) for path in laid] if isinstance(laid, list) else []))
        if law.sha256 != receipt.rulebook.sha256:
            yield Differing("rulebook", receipt.rulebook.sha256, law.sha256)
        then, now = ([overlay.sha256 for overlay in used.overlays] for used in (receipt.rulebook, law))
        if then != now:
            yield Differing("local rulebooks", ", ".join(then) or None, ", ".join(now) or None)
    last = accepted if len(receipt.input) == len(files) + 1 else None
    for number, (read, path) in enumerate(
        zip_longest(receipt.input, (*files, *([last] if last else []))), start=1
    ):
        sha256 = file_sha256(path) if path is not None and path.is_file() else None
        if read is None or read.sha256 != sha256:
            what = "acknowledgements" if last and path is last else f"input {number}"
            what += "" if path else ", for which no FILE was given"
            yield Differing(what, read.sha256 if read else None, sha256)


def _content(data: bytes, form: str, named: Collection[str]) -> Any:  # noqa: ANN401 - JSON, or text
    """Return what an output says, without the receipt and without what names its files."""
    if form == "json":
        return {key: value for key, value in json.loads(data).items() if key not in _PATHS}
    text = data.rpartition(b"\nMade by ehcp-timeline ")[0] or data if form in ("md", "plain") else data
    if form == "plain":
        lines = text.decode(errors="replace").removesuffix("\nHow this was made").rstrip().splitlines()
        return [line for line in lines if not any(name in line for name in named)]
    return text


def _of_answers(then: Any, now: Any, form: str) -> Iterator[Differing]:  # noqa: ANN401
    """Yield how two answers differ, key by key where they are JSON; of a list only its length is said."""

    def short(value: object) -> str:
        return f"{len(value)} entries" if isinstance(value, list) else json.dumps(value)[:80]

    if form == "json":
        for key in dict.fromkeys((*then, *now)):
            if then.get(key) != now.get(key):
                yield Differing(f"answer, {key}", short(then.get(key)), short(now.get(key)))
    elif then != now:
        yield Differing("answer", "in the output", "from the same command now")


def verify_sections(answer: VerifyAnswer, output: str) -> list[Section]:
    """Return the page."""
    if answer.same:
        if not answer.compared:
            said = "The answer was not made again: a change in the output itself would not be noticed."
            return [Section(f"{output}: made from the same files, law and version", before=(said,))]
        return [Section(f"{output}: the same", before=("The same command gives the same answer again.",))]
    rows = (
        {"what": differing.what, "then": differing.then or "none", "now": differing.now or "none"}
        for differing in answer.differences
    )
    last: tuple[str, ...] = ()
    if all(differing.what.startswith("answer") for differing in answer.differences):
        last = ("Files, law and version are the same: the settings or the output itself have been changed.",)
    title = f"{output}: something differs"
    return [table(title, rows, text=("what",), fixed=("then", "now"), after=last, alarm=True)]
