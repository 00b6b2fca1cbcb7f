"""The law, and the readers of it that every golden case is put to."""

import pytest

from ehcp_timeline.commands.rules.golden.run import Judge, single_reader
from ehcp_timeline.law.loader.rulebook import load_rulebook
from ehcp_timeline.law.rulebook import Rulebook
from tests.audit.bulk.made import bulk_reader

READERS: dict[str, Judge] = {"single": single_reader, "bulk": bulk_reader}


@pytest.fixture(scope="session")
def rulebook() -> Rulebook:
    """The law, read once."""
    return load_rulebook()


@pytest.fixture(params=list(READERS.values()), ids=list(READERS))
def reader(request: pytest.FixtureRequest) -> Judge:
    """Each reader of the law in turn."""
    judge: Judge = request.param
    return judge
