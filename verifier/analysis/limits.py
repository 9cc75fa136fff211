"""The limits of an analysis, each in one place."""

from typing import Final

SMALLEST_GROUP: Final = 5  # people; a smaller group is not told apart unless the caller says so
MAX_SMALLEST_GROUP: Final = 1000
MAX_CONSENT_BYTES: Final = 16 * 1024 * 1024
MAX_RECORD_CHARACTERS: Final = 200  # of the place where a consent is kept
MAX_ROLES: Final = 50
LEVELS: Final = 8  # of the NCS
MAX_UNITS_SUGGESTED: Final = 3  # for one competency that was not shown
