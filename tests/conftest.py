"""How wide Hypothesis searches: the same cases every time, unless asked otherwise (EHCP_SEARCH=wide)."""

import os

from hypothesis import HealthCheck, settings

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]

settings.register_profile(
    "same", derandomize=True, database=None, deadline=None, max_examples=120, suppress_health_check=SLOW
)
settings.register_profile("wide", deadline=None, max_examples=5000, suppress_health_check=SLOW)
settings.load_profile(os.environ.get("EHCP_SEARCH", "same"))
