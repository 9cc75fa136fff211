"""Receipts: a signed record of one check, as a JWS and as a page, and how such a record is checked years later."""
