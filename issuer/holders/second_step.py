"""The second step of a local sign-in as it is kept: a sealed secret with its last step, and links of recovery codes."""

from dataclasses import replace
from typing import Final

from issuer.store.sign_ins import SignIn
from issuer.store.transaction import Transaction
from keys.sealed_answer import open_answer, seal_answer
from keys.sign_in.one_time_codes import accepted_step, recovery_link

_USE: Final = "totp"


def with_secret(sign_in: SignIn, secret: str, *, step: int, key: bytes) -> SignIn:
    """Return the sign-in with a second step whose first code was that of `step`; the secret is kept sealed."""
    sealed = seal_answer(secret.encode("ascii"), key=_USE, pepper=key, associated_data=sign_in.id.encode())
    return replace(sign_in, totp_secret=sealed, totp_step=step)


def after_second_step(transaction: Transaction, sign_in: SignIn, code: str, *, key: bytes, now_s: int) -> SignIn | None:
    """Return the sign-in after its second step, to be kept; None when the code does not fit or was used before.

    Args:
        transaction: one that holds the sign-in to change it.
        sign_in: one without a second step is returned as it is.
        code: of the app, or a recovery code, which is then used up; as typed.
        key: of everything about signing in.
        now_s: Unix seconds.
    """
    if sign_in.totp_secret is None:
        return sign_in
    secret = open_answer(sign_in.totp_secret, key=_USE, pepper=key, associated_data=sign_in.id.encode()).decode()
    step = accepted_step(secret, code, now=now_s, last_step=sign_in.totp_step)
    if step is not None:
        return replace(sign_in, totp_step=step)
    link = recovery_link(code, user_id=sign_in.id, key=key)
    used = link is not None and transaction.sign_ins.use_recovery_link(sign_in.id, link)
    return sign_in if used else None
