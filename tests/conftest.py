"""What holds for every test: hypothesis draws the same examples in each run, and keeps none between runs."""

from hypothesis import settings

settings.register_profile("suite", derandomize=True, deadline=None, database=None)
settings.load_profile("suite")
