"""The file of `examples/make_kent.py`, made once for all tests."""

import pytest

from tests.examples.kent_file import Case, run

SEEDS = [pytest.param(seed, marks=pytest.mark.slow) for seed in ("2023", "7")]  # each takes seconds to write


@pytest.fixture(scope="session", params=SEEDS)
def cases(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Case]:
    """The file of the default seed, and of another."""
    return run(tmp_path_factory.mktemp("kent") / "kent.csv", "--seed", request.param)
