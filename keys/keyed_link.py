"""Keyed links: find the same person or number again without keeping the number itself."""

import hashlib
import hmac

from keys.limits import MIN_PEPPER_BYTES


def keyed_link(value: str, *, key: bytes, context: str) -> str:
    """Return the name under which a secret value is found again: HMAC-SHA256 as 64 hex digits.

    Args:
        value: the value as its source writes it (a 연계정보 CI, a person number); the caller normalises it.
        key: the linking key, at least 32 bytes, kept apart from the store.
        context: what the link is for, so that links of two kinds never meet; part of the MAC.

    Raises:
        ValueError: the key is too short, or the context empty: a programming or configuration mistake.
    """
    if len(key) < MIN_PEPPER_BYTES:
        raise ValueError(f"expected a linking key of at least {MIN_PEPPER_BYTES} bytes, found {len(key)}")
    if not context:
        raise ValueError("expected a context for the link, found an empty one")
    label = context.encode("utf-8")
    # The length first, so that no context and value can be cut differently into the same bytes.
    message = len(label).to_bytes(4, "big") + label + value.encode("utf-8")
    return hmac.new(key, message, hashlib.sha256).hexdigest()
