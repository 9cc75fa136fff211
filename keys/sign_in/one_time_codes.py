"""The second step: codes of an app that change every 30 seconds, and recovery codes for the day the phone is lost.

Rules enforced (RFC 6238, HMAC-SHA-1, six digits, which is what the apps know): a code of the step before, the present
one or the next is taken, and of one step at most one code, ever. Recovery codes have 80 random bits; only their keyed
hash is kept.

Left to the caller: keeping the last step and taking a recovery code away in one transaction with the sign-in; keeping
the secret encrypted; throttling.

Source: RFC 6238, RFC 4226
"""

import base64
import binascii
import hashlib
import hmac
import re
import unicodedata
from typing import Final
from urllib.parse import quote, urlencode

from keys.crockford import ALPHABET, BITS, in_groups, symbols_of, typed_symbols
from keys.keyed_link import keyed_link
from keys.limits import (
    RECOVERY_CODE_CHARACTERS,
    RECOVERY_CODES,
    TOTP_DIGITS,
    TOTP_SECRET_BYTES,
    TOTP_STEP_SECONDS,
    TOTP_WINDOW_STEPS,
)
from keys.sign_in.passwords import RandomBytes

_GROUP: Final = 4
_CONTEXT: Final = "sign-in/recovery-code"
_TOTP: Final = re.compile(rf"[0-9]{{{TOTP_DIGITS}}}")


def new_totp_secret(random_bytes: RandomBytes) -> str:
    """Make a secret: 160 bits as 32 characters of base32, the form that apps take."""
    return base64.b32encode(random_bytes(TOTP_SECRET_BYTES)).decode("ascii")


def totp_uri(secret: str, *, account: str, service: str) -> str:
    """Return the `otpauth:` URI that apps read, also as a QR code; it holds the secret."""
    label = f"{quote(service, safe='')}:{quote(account, safe='')}"
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': service}, quote_via=quote)}"


def totp_code(secret: str, step: int) -> str:
    """Return the code of one step (Unix seconds // 30).

    Raises:
        ValueError: the secret is not base32: a mistake of the program, secrets are ours.
    """
    try:
        key = base64.b32decode(secret)
    except binascii.Error:
        raise ValueError("expected a secret in base32") from None
    digest = hmac.new(key, step.to_bytes(8, "big"), hashlib.sha1).digest()  # RFC 6238 section 1.2, as apps do it
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**TOTP_DIGITS:0{TOTP_DIGITS}}"


def accepted_step(secret: str, typed: str, *, now: int, last_step: int | None) -> int | None:
    """Return the step whose code was typed, to be kept as the last one; None when the code is refused.

    Args:
        secret: as `new_totp_secret` made it.
        typed: as typed; spaces and full-width digits do not matter.
        now: Unix seconds.
        last_step: the last one that was taken; this and earlier ones are refused.
    """
    code = "".join(unicodedata.normalize("NFKC", typed).split())
    if not _TOTP.fullmatch(code):
        return None
    present = now // TOTP_STEP_SECONDS
    found = None
    for step in range(max(present - TOTP_WINDOW_STEPS, 0), present + TOTP_WINDOW_STEPS + 1):
        fits = hmac.compare_digest(totp_code(secret, step), code)
        if fits and (last_step is None or step > last_step):
            found = step
    return found


def new_recovery_codes(random_bytes: RandomBytes) -> tuple[str, ...]:
    """Make ten codes of the form `ABCD-EFGH-JKMN-PQRS`; they are shown once."""
    return tuple(_recovery_code(random_bytes) for _ in range(RECOVERY_CODES))


def recovery_link(typed: str, *, user_id: str, key: bytes) -> str | None:
    """Return the name under which a recovery code is kept: 64 hex digits; None when nothing of this form was typed.

    Args:
        typed: as typed; what does not matter is said in `crockford.typed_symbols`.
        user_id: whose code it is.
        key: of the service, at least 32 bytes, kept apart from the store.
    """
    code = typed_symbols(typed)
    if len(code) != RECOVERY_CODE_CHARACTERS or any(mark not in ALPHABET for mark in code):
        return None
    return keyed_link(f"{user_id} {code}", key=key, context=_CONTEXT)


def _recovery_code(random_bytes: RandomBytes) -> str:
    number = int.from_bytes(random_bytes(RECOVERY_CODE_CHARACTERS * BITS // 8), "big")
    return in_groups(symbols_of(number, RECOVERY_CODE_CHARACTERS), size=_GROUP)
