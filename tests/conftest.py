"""How far Hypothesis looks: the same examples every time by default, many more with `--hypothesis-profile=deep`."""

import os

from hypothesis import HealthCheck, settings

# Derandomised, so that a red run is red for everyone who repeats it.
settings.register_profile("ci", max_examples=30, derandomize=True, deadline=None)
settings.register_profile("deep", max_examples=2_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ci")

# Two workers have two processors: threads beside them would only wait for each other.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("POLARS_MAX_THREADS", "1")

# No test leaves anything in the cache of whoever runs it, or is spared a check by what is there.
os.environ["TALLYSTICK_CACHE"] = "off"
