"""How long hypothesis looks: a moment here, as long as PARLEY_FUZZ_EXAMPLES says elsewhere."""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "parley",
    max_examples=int(os.environ.get("PARLEY_FUZZ_EXAMPLES", "150")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("parley")
