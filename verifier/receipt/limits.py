"""The limits of receipts, each in one place."""

MAX_RECEIPT_BYTES = 2 * 1024 * 1024  # of a signed record: a Report with everything disclosed is below 1 MiB
MAX_PAGE_BYTES = 8 * 1024 * 1024  # of a receipt's PDF: pages, two subset faces, and the record
