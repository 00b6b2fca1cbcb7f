"""How many cases Hypothesis tries: a few by default, more with `EHCP_SEARCH=thorough`, most with `wide`.

The first two try the same cases every time; `.ci/run` takes the second for the slow tests.
"""

import gc
import os

from hypothesis import HealthCheck, settings

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]

for name, examples in (("quick", 25), ("thorough", 120)):
    settings.register_profile(
        name,
        derandomize=True,
        database=None,
        deadline=None,
        max_examples=examples,
        suppress_health_check=SLOW,
    )
settings.register_profile("wide", deadline=None, max_examples=5000, suppress_health_check=SLOW)
settings.load_profile(os.environ.get("EHCP_SEARCH", "quick"))

gc.disable()  # until all tests are collected: what is made by then stays to the end


def pytest_collection_finish() -> None:
    """Take the collected tests and the imported modules out of the collector: it looks at what tests make."""
    gc.freeze()
    gc.enable()
