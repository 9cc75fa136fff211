"""Every limit of jobs, with the requirement it comes from."""

MAX_JOB_BYTES = 2 * 1024 * 1024 * 1024  # S5: of one upload, streamed to disk
MAX_UNFINISHED = 16  # jobs that wait or run, of all callers; the next one is told to come again
EACH_UNFINISHED = 4  # of one caller
MIN_FREE_BYTES = 512 * 1024 * 1024  # on the disk, beside what an upload takes
MAX_NAME_CHARACTERS = 255  # of a file, as the sender calls it
ID_BYTES = 16  # 128 bits nobody can guess
UNFETCHED_S = 15 * 60  # results that nobody fetches are erased then, unless they are to be kept
RETRY_S = 30  # what a caller is told to wait when the queue is full

DAY_S = 24 * 3600

MAX_KEYS = 10_000  # idempotency keys remembered
KEY_LIFE_S = DAY_S  # S19
MAX_KEY_CHARACTERS = 255

MAX_LINES = 200  # results in one answer about a job that runs
MAX_LINES_BYTES = 4 * 1024 * 1024
MAX_EXPORT_BYTES = 32 * 1024 * 1024  # results that are handed in to become a table

MAX_MESSAGES = 1_000  # of webhooks that wait
WEBHOOK_WAITS_S = (5.0, 30.0, 120.0, 300.0)  # before each attempt after the first; results live longer than all of them
