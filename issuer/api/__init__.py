"""The bank's own HTTP API: one file for each group of addresses, and its problem documents."""
