"""The bank itself: the folder it lives in, what its profile says, its keys with their secrets and records, its store.

Everything the issuer does begins with an open `Bank`. What is done with keys over the years stands in `key_life/`.
"""

from issuer.bank.opened import KEY_HOLDER, SERVICE, Bank, open_bank

__all__ = ["KEY_HOLDER", "SERVICE", "Bank", "open_bank"]
