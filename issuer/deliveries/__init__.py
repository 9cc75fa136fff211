"""Deliveries of source systems on their way into accounts: read from files, taken, withdrawn, held back, how old.

What a delivery of each source looks like stands in `sources/`; asking a source for it over HTTP in `pulling/`.
"""
