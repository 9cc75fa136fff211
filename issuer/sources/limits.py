"""Limits of a delivery."""

MAX_DELIVERY_BYTES = 64 * 1024 * 1024
MAX_ROWS = 1_000_000
MAX_CELL_CHARACTERS = 4_000  # before a field's own limit says more
MAX_KEY_CHARACTERS = 200
