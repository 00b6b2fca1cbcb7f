"""The law that the build kept is the law of the TOML, or it is not taken."""

import shutil
from pathlib import Path

import pytest

import ehcp_timeline
from ehcp_timeline.law.loader.rulebook import load_rulebook, read_built, write_built

PACKAGE = Path(ehcp_timeline.__file__).parent


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of what decides the law, with the law kept."""
    for folder in ("rulebook", "law"):
        shutil.copytree(PACKAGE / folder, tmp_path / folder, ignore=shutil.ignore_patterns("*.pickle"))
    for name in ("record.py", "clock.py"):
        shutil.copy(PACKAGE / name, tmp_path)
    write_built(load_rulebook(folder=PACKAGE / "rulebook"), tmp_path)
    return tmp_path


def test_the_law_that_was_kept_is_that_of_the_toml(package: Path) -> None:
    """Every record of it, and the file of each deadline."""
    law, kept = load_rulebook(folder=PACKAGE / "rulebook"), read_built(package)

    assert kept == law
    assert kept is not None
    assert (kept.sha256, len(kept.deadlines)) == (law.sha256, len(law.deadlines))
    assert kept.by_id["plan.issue"].file == law.by_id["plan.issue"].file == "2-plan.toml"


@pytest.mark.parametrize(
    "changed",
    [
        "rulebook/2-plan.toml",
        "law/loader/law.pickle",
        "law/loader/deadline.py",
        "law/deadline.py",
        "clock.py",
    ],
)
def test_after_any_change_it_is_not_taken(package: Path, changed: str) -> None:
    """One letter of the law, of its reader or of what was kept."""
    path = package / changed
    path.write_bytes(path.read_bytes().replace(b"a", b"b", 1))

    assert read_built(package) is None


@pytest.mark.parametrize("change", ["added", "renamed", "cut", "absent"])
def test_it_is_not_taken_where_a_file_came_or_went(package: Path, change: str) -> None:
    """A file of the law, or the end of what was kept."""
    kept = package / "law" / "loader" / "law.pickle"
    if change == "added":
        (package / "rulebook" / "new.toml").touch()
    elif change == "renamed":
        (package / "rulebook" / "2-plan.toml").rename(package / "rulebook" / "2-plans.toml")
    elif change == "cut":
        kept.write_bytes(kept.read_bytes()[:-1])
    else:
        kept.unlink()

    assert read_built(package) is None
