"""Certificates that are out: kept sealed, printed again, looked up by code, shared by link, shown to their holder.

And their status: what the state of an entry at its source, or an order of the bank, means for what is published.
"""
