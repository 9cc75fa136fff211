"""The second step of a local sign-in as it is kept: a sealed secret with its last step, and links of recovery codes."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from issuer.store.sign_ins import SignIn
from issuer.store.transaction import Transaction
from keys.sealed_answer import open_answer, seal_answer
from keys.sign_in.one_time_codes import accepted_step, recovery_link

_USE: Final = "totp"


@dataclass(frozen=True, slots=True)
class KeptStep:
    """A second step as it is kept: the id of its owner, the sealed secret, and the last step whose code was taken."""

    owner: str
    sealed: bytes
    last_step: int | None


def sealed_secret(secret: str, *, owner: str, key: bytes) -> bytes:
    """Return a secret as it is kept for the owner with this id."""
    return seal_answer(secret.encode("ascii"), key=_USE, pepper=key, associated_data=owner.encode())


def taken_step(
    kept: KeptStep, code: str, *, key: bytes, now_s: int, use_recovery_link: Callable[[str, str], bool]
) -> int | None:
    """Return the last step to be kept from now on; None when the code does not fit or was used before.

    Args:
        kept: nobody else may change it meanwhile.
        code: of the app, or a recovery code, which is then used up; as typed.
        key: of everything about signing in.
        now_s: Unix seconds.
        use_recovery_link: takes a recovery code of an owner away, and says whether it was there.
    """
    secret = open_answer(kept.sealed, key=_USE, pepper=key, associated_data=kept.owner.encode()).decode()
    step = accepted_step(secret, code, now=now_s, last_step=kept.last_step)
    if step is not None:
        return step
    link = recovery_link(code, user_id=kept.owner, key=key)
    return (kept.last_step or 0) if link is not None and use_recovery_link(kept.owner, link) else None


def with_secret(sign_in: SignIn, secret: str, *, step: int, key: bytes) -> SignIn:
    """Return the sign-in with a second step whose first code was that of `step`; the secret is kept sealed."""
    return replace(sign_in, totp_secret=sealed_secret(secret, owner=sign_in.id, key=key), totp_step=step)


def after_second_step(transaction: Transaction, sign_in: SignIn, code: str, *, key: bytes, now_s: int) -> SignIn | None:
    """Return the sign-in after its second step, to be kept; None when the code does not fit or was used before.

    Args:
        transaction: one that holds the sign-in to change it.
        sign_in: one without a second step is returned as it is.
        code, key, now_s: as for `taken_step`.
    """
    if sign_in.totp_secret is None:
        return sign_in
    kept = KeptStep(sign_in.id, sign_in.totp_secret, sign_in.totp_step)
    use = transaction.sign_ins.use_recovery_link
    step = taken_step(kept, code, key=key, now_s=now_s, use_recovery_link=use)
    return None if step is None else replace(sign_in, totp_step=step)
