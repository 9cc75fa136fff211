"""Signatures of webhook messages: HMAC-SHA256 over id, time and body, so that a receiver knows sender and moment.

Rules enforced: a secret has 24 to 64 bytes behind the prefix `whsec_`; an id has no full stop, so that no id and time
can be cut differently into the same bytes. Left to the receiver: to compare in constant time, to refuse a time that is
more than five minutes away, and to take no id twice.

Source: Standard Webhooks 1.0.0, "Signature scheme", symmetric form `v1`; docs/verifier-api.md
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from typing import Final

from keys.errors import WebhookSecretError
from keys.limits import MAX_WEBHOOK_SECRET_BYTES, MIN_WEBHOOK_SECRET_BYTES
from keys.values import dataclass, field

_PREFIX: Final = "whsec_"


@dataclass(frozen=True, slots=True)
class WebhookSecret:
    """What sender and receiver of messages share; it is never shown."""

    key: bytes = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> "WebhookSecret":
        """Read a secret in its written form: `whsec_` and base64 with padding.

        Raises:
            WebhookSecretError: another form, or too few or too many bytes; the message has no part of it.
        """
        prefix, body = text[: len(_PREFIX)], text[len(_PREFIX) :]
        try:
            key = base64.b64decode(body, validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if prefix != _PREFIX or not MIN_WEBHOOK_SECRET_BYTES <= len(key) <= MAX_WEBHOOK_SECRET_BYTES:
            sizes = f"{MIN_WEBHOOK_SECRET_BYTES} to {MAX_WEBHOOK_SECRET_BYTES}"
            raise WebhookSecretError(f"expected {_PREFIX} and {sizes} bytes in base64")
        return cls(key)


def webhook_signature(body: bytes, *, secrets: Sequence[WebhookSecret], message_id: str, sent_at: int) -> str:
    """Return the value of the header `webhook-signature`.

    Args:
        body: of the message, exactly as it is sent.
        secrets: one, or several while they are changed; each gives a signature.
        message_id: of the header `webhook-id`, without a full stop.
        sent_at: of the header `webhook-timestamp`, whole seconds since 1970.

    Raises:
        ValueError: the id has a full stop, or there is no secret: a mistake of the program.
    """
    if "." in message_id or not secrets:
        raise ValueError("expected an id without a full stop, and a secret")
    signed = b".".join((message_id.encode("ascii"), str(sent_at).encode("ascii"), body))
    macs = (hmac.digest(secret.key, signed, hashlib.sha256) for secret in secrets)
    return " ".join(f"v1,{base64.b64encode(mac).decode('ascii')}" for mac in macs)
