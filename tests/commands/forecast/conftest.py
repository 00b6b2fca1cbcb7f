"""The council files that the tests of `ehcp forecast` share."""

import pytest

from tests.commands.forecast.files import illustrative, staged


@pytest.fixture(scope="module")
def council(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the illustrative council's file."""
    return str(illustrative(tmp_path_factory.mktemp("council") / "cases.csv"))


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a council's file with every stage in it."""
    return str(staged(tmp_path_factory.mktemp("stages") / "cases.csv"))
