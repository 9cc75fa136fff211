"""Limits of deliveries that are fetched."""

from keys.limits import MAX_FETCH_BUNDLE_BYTES

MAX_SETTINGS_BYTES = 256 * 1024
MAX_NOTE_BYTES = 512 * 1024
MAX_PAGE_BYTES = MAX_FETCH_BUNDLE_BYTES  # 16 MiB: what the network door reads at most
MAX_PAGES = 1_000
MAX_DELIVERY_BYTES = 2 * 1024 * 1024 * 1024  # all pages together
MAX_TOKEN_BYTES = 4_096
CLOCK_LEEWAY_S = 600  # a note that was made later than this from now comes from a wrong clock
LEASE_S = 300  # who asks a source keeps it for so long without a sign of life
FIRST_WAIT_S = 2.0  # before the second try; doubled with each further one
LONGEST_WAIT_S = 60.0
FIRST_RETRY_MINUTES = 5  # after a run that failed; doubled with each further one, up to the source's own interval
