"""`ehcp verify`: the same answer again, or what differs, and nothing is written or run that should not be."""

import json
from pathlib import Path

import pytest

from tests.cli.command import check_schema, ehcp, printed, said

CASES = Path(__file__).parents[2] / "data" / "few-cases.csv"  # five of examples/cases.csv
WHEN = ("--as-at", "2026-06-01")
FILES = ("a.json", "a.csv", "a.ndjson", "a.parquet", "a.md", "a.txt", "a.xlsx", "a.ics")


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with one answer in every format, made with an option; of lines, the receipts too."""
    folder = tmp_path_factory.mktemp("outputs")
    words = [word for name in FILES for word in ("-o", str(folder / name))]
    assert ehcp("check", str(CASES), *WHEN, "--due-within", "20", *words).returncode == 1
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_every_format_can_be_had_again(outputs: Path, name: str) -> None:
    """The same file, the same answer, and nothing is written."""
    before = sorted(outputs.iterdir())
    run = ehcp("verify", str(outputs / name), str(CASES))

    assert run.returncode == 0, printed(run)
    assert "The same command gives the same answer again." in printed(run)
    assert sorted(outputs.iterdir()) == before


def test_a_list_of_pseudonyms_is_not_said_to_be_the_same(tmp_path: Path) -> None:
    """It cannot be made again without the key; that it was not compared is said, however it was changed."""
    key, listed = tmp_path / "keys" / "key", tmp_path / "lists" / "list.csv"
    key.parent.mkdir()
    listed.parent.mkdir()
    printed(ehcp("key", "new", str(key)))
    words = ("--as-at", "2026-06-01", "--pseudonymise", str(key), "-o", str(listed), "--exit-zero")
    assert ehcp("overdue", str(CASES), *words).returncode == 0
    listed.write_text(listed.read_text("utf-8").replace("2026", "2027"), "utf-8")

    run = ehcp("verify", str(listed), str(CASES))

    assert run.returncode == 0
    assert printed(run) == (
        f"{listed}: made from the same files, law and version\n"
        "The answer was not made again: a change in the output itself would not be noticed.\n"
    )


@pytest.mark.parametrize("command", ["explain A-024", "forecast --runs 100"])
def test_a_page_of_sections_in_markdown_has_its_receipt(command: str, tmp_path: Path) -> None:
    """A page without a title of its own begins with the heading of its first part."""
    page = tmp_path / "page.md"
    ehcp(*command.split(), str(CASES), *WHEN, "-o", str(page))
    run = ehcp("verify", str(page), str(CASES))

    assert (run.returncode, printed(run).splitlines()[0]) == (0, f"{page}: the same")


@pytest.mark.slow
def test_a_text_may_be_verified_on_a_copy_of_its_file(outputs: Path, tmp_path: Path) -> None:
    """Lines that name the file are not compared; every other one is."""
    copy, changed = tmp_path / "copy.csv", tmp_path / "b.txt"
    copy.write_bytes(CASES.read_bytes())
    changed.write_text((outputs / "a.txt").read_text("utf-8").replace("434 days", "433 days"), "utf-8")

    assert ehcp("verify", str(outputs / "a.txt"), str(copy)).returncode == 0
    assert ehcp("verify", str(changed), str(copy)).returncode == 1


@pytest.mark.slow
def test_what_convert_wrote_can_be_had_again(tmp_path: Path) -> None:
    """A case file holds no receipt of any format: it stands beside."""
    for name in ("cases.csv", "cases.parquet", "cases.xlsx"):
        ehcp("convert", str(CASES), *WHEN, "-o", str(tmp_path / name))
        run = ehcp("verify", str(tmp_path / name), str(CASES))

        assert run.returncode == 0, said(run)
        assert "The same command gives the same answer again." in printed(run)


def test_a_page_of_a_case_and_a_typed_case_can_be_had_again(tmp_path: Path) -> None:
    """With a file, and without any."""
    page, dates = str(tmp_path / "case.html"), str(tmp_path / "dates.html")
    ehcp("explain", "A-007", str(CASES), *WHEN, "-o", page)
    ehcp("timeline", "request_received=2026-01-12", *WHEN, "--chronology", "-o", dates)

    assert ehcp("verify", page, str(CASES)).returncode == 0
    assert ehcp("verify", dates).returncode == 0


def test_another_file_is_named_and_so_is_what_it_changes(outputs: Path, tmp_path: Path) -> None:
    """One request a day earlier: the input differs, and the keys of the answer that it changes."""
    other = tmp_path / "other.csv"
    other.write_text(CASES.read_text("utf-8").replace("2026-05-11", "2026-05-10"), "utf-8")
    run = ehcp("verify", str(outputs / "a.json"), str(other), "--format", "json")
    answer = json.loads(printed(run))
    found = {differing["what"]: (differing["then"], differing["now"]) for differing in answer["differences"]}

    check_schema(answer)
    assert run.returncode == 1
    assert (answer["same"], answer["compared"]) == (False, True)
    assert found["input 1"][0] != found["input 1"][1]
    assert found["answer, findings"] == ("5 entries", "6 entries")
    assert "rulebook" not in found


@pytest.mark.slow
def test_an_output_that_was_changed_by_hand_is_found(outputs: Path, tmp_path: Path) -> None:
    """Files, law and version are the same, so the output itself was changed."""
    for name, old, new in (("a.json", "A-024", "A-042"), ("a.md", "A\\-024", "A\\-042")):
        text = (outputs / name).read_text("utf-8")
        changed = tmp_path / name
        changed.write_text(text.replace(old, new).replace("A-024", "A-042"), "utf-8")
        run = ehcp("verify", str(changed), str(CASES))

        assert run.returncode == 1
        assert "the settings or the output itself have been changed" in printed(run)


@pytest.mark.parametrize(
    "data",
    [b"5", b'"schema"', b'["schema"]', b"{}", b'{"a":' * 100_000, b"PAR1", b"PAR1abcPAR1", b"PK\3\4abc"],
)
def test_what_is_damaged_or_no_output_has_no_receipt(data: bytes, tmp_path: Path) -> None:
    """A number, a word, a list, brackets without an end, the beginning of a Parquet file or a workbook."""
    path = tmp_path / "output"
    path.write_bytes(data)
    run = ehcp("verify", str(path))

    assert run.returncode == 2
    assert f"{path} has no receipt" in said(run)


def test_a_byte_order_mark_changes_nothing(outputs: Path, tmp_path: Path) -> None:
    """Some editors put one before the JSON that they save."""
    marked = tmp_path / "marked.json"
    marked.write_bytes(b"\xef\xbb\xbf" + (outputs / "a.json").read_bytes())
    run = ehcp("verify", str(marked), str(CASES))

    assert run.returncode == 0


def test_a_list_without_its_receipt_is_refused(outputs: Path, tmp_path: Path) -> None:
    """What to name is said; with the receipt of another output of the run it can be had again."""
    alone = tmp_path / "a.csv"
    alone.write_bytes((outputs / "a.csv").read_bytes())
    run = ehcp("verify", str(alone), str(CASES))

    assert run.returncode == 2
    assert "has no receipt, inside it or beside it" in said(run)
    assert "--receipt" in said(run)
    assert ehcp("verify", str(alone), str(CASES), "--receipt", str(outputs / "a.json")).returncode == 0


@pytest.mark.parametrize(
    "typed",
    [
        {"command": "key new", "arguments": ["stolen.key"], "options": {}},
        {"command": "check", "arguments": [None], "options": {"--output": ["stolen.csv"]}},
        {"command": "check", "arguments": [None], "options": {"-ostolen.csv": True}},
        {"command": "check", "arguments": [None, "-ostolen.csv"], "options": {}},
        {"command": "compare", "arguments": [None], "options": {"--refresh": "x"}},
    ],
)
def test_a_receipt_cannot_write_or_run_what_it_likes(
    outputs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: dict[str, object]
) -> None:
    """Only commands that answer are run, and no option that writes."""
    monkeypatch.chdir(tmp_path)
    answer = json.loads((outputs / "a.json").read_text("utf-8"))
    answer["receipt"]["typed"] = typed
    (tmp_path / "forged.json").write_text(json.dumps(answer), "utf-8")
    run = ehcp("verify", "forged.json", *([str(CASES)] if None in typed["arguments"] else []))  # type: ignore[operator]

    assert run.returncode == 2
    assert [path.name for path in tmp_path.iterdir()] == ["forged.json"]


def test_the_wrong_number_of_files_is_said(outputs: Path) -> None:
    """One was read, two are given."""
    run = ehcp("verify", str(outputs / "a.json"), str(CASES), str(CASES))

    assert run.returncode == 2
    assert "was made from 1 files, and 2 are given" in said(run)


def test_a_calendar_made_with_accepted_findings(tmp_path: Path) -> None:
    """It names no case and keeps no options, so the file of acknowledgements is asked for, and compared."""
    accepted, calendar = tmp_path / "accepted.csv", str(tmp_path / "a.ics")
    accepted.write_text("case,deadline,reason,until\nA-024,plan.issue,agreed with the family,2027-01-01\n")
    made = ehcp("check", str(CASES), *WHEN, "--acknowledged", str(accepted), "-o", calendar)
    assert made.returncode == 1, said(made)
    alone = ehcp("verify", calendar, str(CASES), "--format", "json")
    both = ehcp("verify", calendar, str(CASES), str(accepted))

    (differing,) = json.loads(printed(alone))["differences"]
    assert (differing["what"], differing["now"]) == ("input 2, for which no FILE was given", None)
    assert both.returncode == 0
