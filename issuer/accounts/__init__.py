"""Accounts: whose they are, the entries they show, what a holder may choose of them and has consented to.

An account is opened here and closed in `holders/`; what becomes of a choice stands in `issuing/`.
"""
