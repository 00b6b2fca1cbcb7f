"""The command as a whole: help everywhere, one line for what goes wrong, nothing leaked."""

import re
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from ehcp_timeline import __version__
from ehcp_timeline.cli import app as command
from ehcp_timeline.cli.app import LISTED, Listed, loaded, main
from ehcp_timeline.errors import CaseFileError
from tests.cli.command import PROGRAM, ehcp, ehcp_apart, environment, printed, said

COMMANDS = (
    *("check", "timeline", "explain", "overdue", "next", "letters", "changes"),
    *("scorecard", "compare", "reconcile", "forecast", "report", "quality"),
    *("columns", "convert", "template", "verify", "rules", "key"),
)
RULES = ("list", "show", "test", "diff", "check", "coverage", "stale", "holidays")
CANARY = "Zebedee Quillfeather"


def test_the_commands_are_these() -> None:
    """Nothing is missing from the list and nothing is hidden in it."""
    assert tuple(one.name for one in LISTED) == COMMANDS


@pytest.mark.parametrize("listed", LISTED, ids=lambda listed: listed.name)
def test_the_list_says_what_each_command_says_of_itself(listed: Listed) -> None:
    """The first page gives the first sentence of each command's own help, though it loads none."""
    command = loaded(listed)

    assert command.name == listed.name
    assert " ".join(command.help.split("\n\n")[0].split()) == listed.says


def test_the_first_page_loads_no_command() -> None:
    """Whoever asks for help does not wait for what they have not asked for."""
    words = "import sys; from ehcp_timeline.cli.app import main; sys.argv = ['ehcp', '--help']; main();"
    names = "('pydantic', 'rich', 'ehcp_timeline.commands.check.command')"
    heavy = f"print([name for name in {names} if name in sys.modules])"
    run = subprocess.run(
        [sys.executable, "-c", words + heavy], stdout=subprocess.PIPE, check=True, env=environment()
    )

    assert run.stdout.splitlines()[-1] == b"[]"


@pytest.mark.slow
def test_words_that_stay_words_load_no_pydantic(tmp_path: Path) -> None:
    """Texts, paths, flags and defaults need no adapter; a number that is typed does, and is checked."""
    words = "import sys; from ehcp_timeline.cli.app import main; sys.argv = ['ehcp', 'check', *sys.argv[1:]];"
    told = "main(); print('pydantic' in sys.modules)"
    cases = tmp_path / "cases.csv"
    cases.write_text("case_id,request_received\nC-1,02/04/2025\n", encoding="utf-8")
    typed = [str(cases), "--as-at", "2025-05-01", "--who", "all", "--exit-zero"]
    run = subprocess.run(
        [sys.executable, "-c", words + told, *typed], stdout=subprocess.PIPE, check=True, env=environment()
    )

    assert run.stdout.splitlines()[-1] == b"False"
    assert ehcp("check", *typed, "--top", "3").returncode == 0
    assert said(ehcp("check", *typed, "--top", "many")).startswith("ehcp: invalid value for '--top': ")
    assert said(ehcp("check", *typed, "--top", "-1")).startswith("ehcp: invalid value for '--top': ")


@pytest.mark.parametrize(("words", "code"), [(["--version"], 0), (["nothing"], 2)])
def test_the_process_ends_with_the_code_and_all_that_was_printed(words: list[str], code: int) -> None:
    """It does not wait for the interpreter to take everything apart, and loses nothing by that."""
    run = subprocess.run(
        [sys.executable, "-m", "ehcp_timeline.cli", *words],
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
    )

    assert run.returncode == code
    assert (run.stdout, run.stderr) == (
        (f"ehcp-timeline {__version__}\n", "")
        if code == 0
        else ("", "ehcp: no such command 'nothing'\ntry: ehcp --help\n")
    )


@pytest.mark.parametrize("words", [(), *((one,) for one in COMMANDS), *(("rules", one) for one in RULES)])
def test_short_help_is_help_with_examples(words: tuple[str, ...]) -> None:
    """-h and --help print the same page to standard output, with lines that can be typed."""
    run = ehcp(*words, "-h")

    assert run.returncode == 0
    assert run.stdout == ehcp(*words, "--help").stdout
    assert "  Examples:\n    ehcp " in printed(run)
    assert max(map(len, printed(run).splitlines())) <= 80


def test_every_summary_of_the_first_page_is_whole() -> None:
    """Each command stands in a group with one line; none is cut with dots."""
    page = printed(ehcp("--help"))

    assert "..." not in page.partition("Look at cases:")[2]
    assert all(f"  {listed.name} " in page and f"{listed.says}\n" in page for listed in LISTED)


def test_help_is_a_command_too() -> None:
    """`ehcp help` and `ehcp help rules show` are --help."""
    assert ehcp("help").stdout == ehcp("--help").stdout
    assert ehcp("help", "rules", "show").stdout == ehcp("rules", "show", "--help").stdout


@pytest.mark.parametrize("words", [*((one,) for one in COMMANDS), *(("rules", one) for one in RULES)])
def test_no_type_of_the_program_is_shown(words: tuple[str, ...]) -> None:
    """The usage line names what is typed."""
    page = printed(ehcp(*words, "-h"))

    assert re.search(r"<list|\[Path|[{}]", page) is None
    assert page.startswith(f"Usage: ehcp {' '.join(words)} [OPTIONS]")


@pytest.mark.parametrize(
    ("typed", "offered"), [("ehcp ch", ["changes", "check"]), ("ehcp check --as-", ["--as-at"])]
)
def test_a_shell_completes_commands_and_options(typed: str, offered: list[str]) -> None:
    """As bash asks, of commands that are not loaded yet."""
    asks = {"_EHCP_COMPLETE": "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": str(typed.count(" "))}
    program = [sys.executable, "-c", "import sys; from ehcp_timeline.cli.app import main; main()"]

    assert sorted(printed(ehcp_apart(env=asks, program=program)).split()) == offered


def test_without_words_the_help_is_shown() -> None:
    """`ehcp` and `ehcp rules` alone say what there is."""
    assert ehcp().stdout == ehcp("--help").stdout
    assert ehcp("rules").stdout == ehcp("rules", "--help").stdout


def test_the_version_is_the_packages() -> None:
    """One line."""
    assert printed(ehcp("--version")) == f"ehcp-timeline {__version__}\n"


def test_a_mistyped_command_is_answered_with_the_nearest() -> None:
    """Exit 2, the nearest command, where to find help."""
    run = ehcp("chekc")

    assert (run.returncode, run.stdout) == (2, b"")
    assert said(run) == "ehcp: no such command 'chekc'. Did you mean 'check'?\ntry: ehcp --help\n"


def _stopped_by(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> int:
    """Run the command line with an application that raises this."""

    def raising(*_words: object, **_settings: object) -> None:
        raise error

    monkeypatch.setattr(command, "app", raising)
    return main()


def test_a_fault_of_our_own_shows_no_cell(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only the error's type and place are printed: its message may hold a child's name."""
    assert _stopped_by(ValueError(CANARY), monkeypatch) == 2

    told = capsys.readouterr().err
    assert told.startswith("ehcp: stopped by an internal error: ValueError at ")
    assert CANARY not in told
    assert len(told.splitlines()) == 2


def test_what_we_expect_to_go_wrong_is_one_line_and_a_hint(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message, then what to try; control characters spelled out."""
    error = CaseFileError("cases\x1b[2J.csv: is empty", "export it again")

    assert _stopped_by(error, monkeypatch) == 2
    assert capsys.readouterr().err == "ehcp: cases\\u{1b}[2J.csv: is empty\ntry: export it again\n"


def test_a_panic_below_python_is_a_line_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The dataframe library's panics are no ordinary exceptions, and leave no traceback either."""
    assert _stopped_by(pl.exceptions.PanicException(CANARY), monkeypatch) == 2

    told = capsys.readouterr().err
    assert told.startswith("ehcp: stopped by an internal error: PanicException at ")
    assert CANARY not in told


def test_an_exit_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """What asks the interpreter to end is not swallowed."""
    with pytest.raises(SystemExit):
        _stopped_by(SystemExit(3), monkeypatch)


def test_a_full_disk_behind_standard_output_is_one_line() -> None:
    """`ehcp template > /dev/full` says so and ends with 2, and not as if all were written."""
    with Path("/dev/full").open("wb") as full:
        run = subprocess.run(
            [*PROGRAM, "template"], stdout=full, stderr=subprocess.PIPE, check=False, env=environment()
        )

    assert run.returncode == 2
    assert (
        run.stderr
        == b"ehcp: cannot write to standard output: no space left on device\ntry: write to a file with -o\n"
    )


def test_closed_standard_output_is_one_line() -> None:
    """`ehcp template >&-` says that there is nowhere to write."""
    run = subprocess.run(
        ["sh", "-c", f"{' '.join(PROGRAM)} template >&-"],
        stderr=subprocess.PIPE,
        check=False,
        env=environment(),
    )

    assert run.returncode == 2
    assert run.stderr == b"ehcp: standard output is closed\ntry: write to a file with -o\n"


def test_an_interruption_is_130(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C is no error and prints nothing."""
    assert _stopped_by(KeyboardInterrupt(), monkeypatch) == 130


def test_a_reader_that_goes_away_is_no_error() -> None:
    """`ehcp ... | head` ends without a word and not as if all were well."""
    words = [*PROGRAM, "rules", "list", "--format", "json"]
    run = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
    assert run.stdout is not None
    assert run.stderr is not None
    run.stdout.close()
    told = run.stderr.read()
    run.stderr.close()

    assert run.wait(60) == 141
    assert told == b""


def test_the_package_runs_as_a_module() -> None:
    """`python -m ehcp_timeline` is the same command."""
    run = ehcp_apart("--version", program=(sys.executable, "-m", "ehcp_timeline"))

    assert (run.returncode, printed(run)) == (0, f"ehcp-timeline {__version__}\n")


def test_the_package_says_that_it_is_typed() -> None:
    """Type checkers of other projects read its annotations."""
    assert Path(command.__file__).parents[1].joinpath("py.typed").is_file()


@pytest.mark.parametrize("group", [(), ("rules",), ("key",)])
def test_the_help_of_a_group_cuts_no_summary(group: tuple[str, ...]) -> None:
    """Every line under the names of commands is a whole sentence at 80 columns."""
    page = printed(ehcp(*group, "--help"))
    summaries = re.findall(r"^  [a-z]+  +(.+)$", page.partition("-h, --help")[2], re.MULTILINE)

    assert summaries
    assert all(line.endswith(".") and not line.endswith("...") for line in summaries)
