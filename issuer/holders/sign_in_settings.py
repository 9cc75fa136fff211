"""What a holder changes about signing in with a local name: the password, and the second step.

Each change asks for the password again and counts as a try to sign in; a stolen session alone changes nothing.
"""

from dataclasses import replace

from issuer.audit.trail import Act, record_acts
from issuer.bank import Bank
from issuer.holders.errors import CodeDoesNotFit, SignInCrowded, SignInRefused
from issuer.holders.local_sign_ins import Attempt, Outside, count_try, hash_password
from issuer.holders.second_step import with_secret
from issuer.holders.signing_in import Holder
from issuer.store.sign_ins import SignIn
from issuer.store.transaction import Transaction
from issuer.times import utc_text
from keys.sign_in.errors import SignInBusy
from keys.sign_in.one_time_codes import accepted_step, new_recovery_codes, new_totp_secret, recovery_link
from keys.sign_in.throttle import SignInThrottle


class SignInSettings:
    """Changes local ways to sign in; safe to share between threads. `attempt.password` is the present password."""

    def __init__(self, bank: Bank, outside: Outside) -> None:
        """Serve one bank."""
        self._bank = bank
        self._outside = outside
        self._key = bank.sign_in_key
        self._throttle = SignInThrottle(outside.limits, key=self._key)

    def ways_in(self, holder: Holder) -> list[SignIn]:
        """Return every way into the holder's account, oldest first."""
        with self._bank.store.read() as transaction:
            return transaction.sign_ins.of_account(holder.account_id)

    def change_password(self, holder: Holder, new: str, *, attempt: Attempt) -> None:
        """Put a new password in the place of the old one and end every other session.

        Raises:
            SignInThrottled, SignInCrowded, SignInRefused, NewPasswordRefused: nothing was changed.
        """
        known = self._confirmed(holder, attempt)
        kept = hash_password(new, name=known.name, outside=self._outside)
        with self._bank.store.write() as transaction:
            now = self._unchanged(transaction, known)
            transaction.sign_ins.replace(replace(now, password_hash=kept))
            transaction.sign_ins.end_sessions(holder.account_id, but=holder.session_id)
            self._record(transaction, holder, "password")

    def new_secret(self) -> str:
        """Return a secret for an app, base32; it counts only after `set_second_step`."""
        return new_totp_secret(self._outside.random_bytes)

    def set_second_step(self, holder: Holder, *, secret: str, code: str, attempt: Attempt) -> tuple[str, ...]:
        """Ask for a code at each sign-in from now on, and end every other session; answer the recovery codes.

        Args:
            holder: who is signed in, with a local way.
            secret: base32, as `new_secret` made it.
            code: that the app shows for it now.
            attempt: with the present password.

        Raises:
            SignInThrottled, SignInCrowded, SignInRefused, CodeDoesNotFit: nothing was changed.
        """
        known = self._confirmed(holder, attempt)
        step = accepted_step(secret, code, now=int(self._outside.clock().timestamp()), last_step=None)
        if step is None:
            raise CodeDoesNotFit
        codes = new_recovery_codes(self._outside.random_bytes)
        links = [recovery_link(each, user_id=known.id, key=self._key) for each in codes]
        with self._bank.store.write() as transaction:
            now = self._unchanged(transaction, known)
            transaction.sign_ins.replace(with_secret(now, secret, step=step, key=self._key))
            transaction.sign_ins.set_recovery_links(known.id, tuple(link for link in links if link is not None))
            transaction.sign_ins.end_sessions(holder.account_id, but=holder.session_id)
            self._record(transaction, holder, "second step set")
        return codes

    def remove_second_step(self, holder: Holder, *, attempt: Attempt) -> None:
        """Ask for a password alone from now on, and end every other session.

        Raises:
            SignInThrottled, SignInCrowded, SignInRefused: nothing was changed.
        """
        known = self._confirmed(holder, attempt)
        with self._bank.store.write() as transaction:
            now = self._unchanged(transaction, known)
            transaction.sign_ins.replace(replace(now, totp_secret=None, totp_step=None))
            transaction.sign_ins.set_recovery_links(known.id, ())
            transaction.sign_ins.end_sessions(holder.account_id, but=holder.session_id)
            self._record(transaction, holder, "second step removed")

    def _confirmed(self, holder: Holder, attempt: Attempt) -> SignIn:
        """Return the holder's local way to sign in, after its password was typed again."""
        with self._bank.store.read() as transaction:
            known = transaction.sign_ins.sign_in(holder.sign_in_id)
        if known is None or known.password_hash is None:
            raise SignInRefused
        count_try(self._throttle, replace(attempt, name=known.name))
        try:
            fits = self._outside.passwords.check(attempt.password, known.password_hash).fits
        except SignInBusy as error:
            raise SignInCrowded from error
        if not fits:
            raise SignInRefused
        return known

    def _unchanged(self, transaction: Transaction, known: SignIn) -> SignIn:
        """Return the sign-in as it is now, for nobody else to change, if its password is still the one typed."""
        now = transaction.sign_ins.sign_in(known.id, to_change=True)
        if now is None or now.password_hash != known.password_hash:
            raise SignInRefused
        return now

    def _record(self, transaction: Transaction, holder: Holder, what: str) -> None:
        act = Act("sign_in_changed", holder.account_id, detail=what)
        record_acts(transaction, act, actor=holder.actor, at=utc_text(self._outside.clock()))
