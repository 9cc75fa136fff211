"""The limits of scoring, each in one place."""

MAX_RESULTS_BYTES = 1024 * 1024 * 1024  # of a results file, which is read line by line
MAX_LINE_BYTES = 2 * 1024 * 1024  # of one report: everything disclosed is below 1 MiB
MAX_NOTICE_BYTES = 256 * 1024
MAX_LIST_BYTES = 16 * 1024 * 1024  # of a list of applicants, or of an applicant's own entries
MAX_APPLICANTS = 100_000
MAX_RECEIPTS = 10_000
