"""What holds for all tests: no time limit for an example, since a machine may be busy."""

from hypothesis import settings

settings.register_profile("ordinary", deadline=None)
settings.load_profile("ordinary")
