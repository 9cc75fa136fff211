"""Every limit of the committee."""

from verifier.settings import MAX_KEPT_DAYS, MIN_KEPT_DAYS

MAX_REASON_CHARACTERS = 500
MAX_NOTE_CHARACTERS = 1000
MAX_APPLICANTS = 20_000  # of one notice
MAX_FILES = 1_000  # of one upload by a form; more come as results of `cb-verifier batch`
MAX_UPLOAD_BYTES = 48 * 1024 * 1024
MIN_DAYS, MAX_DAYS = MIN_KEPT_DAYS, MAX_KEPT_DAYS  # LR-16: 14 to 180 days after the decision
KEPT_RESULTS = MAX_APPLICANTS  # in memory, about 17 KB each: fewer, and the longest list is scored anew for every page
ANSWERS_AT_ONCE = 500  # of one form
TIDY_EVERY_S = 600.0
