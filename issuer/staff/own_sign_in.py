"""What somebody of the staff changes about signing in: the password, and the second step.

Each change asks for the password again and counts as a try to sign in; a stolen session alone changes nothing.
"""

from dataclasses import replace

from issuer.audit.trail import Act, record_acts
from issuer.holders.errors import CodeDoesNotFit, SignInCrowded, SignInRefused
from issuer.holders.local_sign_ins import Attempt, count_try, hash_password
from issuer.holders.second_step import sealed_secret
from issuer.staff.signing_in import COUNTED, StaffDesk, StaffMember
from issuer.store.staff import StaffRow
from issuer.store.transaction import Transaction
from issuer.times import utc_text
from keys.sign_in.errors import SignInBusy
from keys.sign_in.one_time_codes import accepted_step, new_recovery_codes, new_totp_secret, recovery_link


class OwnSignIn:
    """Changes how somebody signs in; every other session ends. `attempt.password` is the present password."""

    def __init__(self, desk: StaffDesk) -> None:
        """Serve the staff of one desk."""
        self._desk = desk

    def change_password(self, member: StaffMember, new: str, *, attempt: Attempt) -> None:
        """Put a new password in the place of the old one.

        Raises:
            SignInThrottled, SignInCrowded, SignInRefused, NewPasswordRefused: nothing was changed.
        """
        known = self._confirmed(member, attempt)
        kept = hash_password(new, name=known.name, outside=self._desk.outside)
        with self._desk.bank.store.write() as transaction:
            now = _unchanged(transaction, known)
            self._replace(transaction, member, replace(now, password_hash=kept), what="own password")

    def new_secret(self) -> str:
        """Return a secret for an app, base32; it counts only after `set_second_step`."""
        return new_totp_secret(self._desk.outside.random_bytes)

    def set_second_step(self, member: StaffMember, *, secret: str, code: str, attempt: Attempt) -> tuple[str, ...]:
        """Ask for a code at each sign-in from now on; answer the recovery codes.

        Args:
            member: who is signed in.
            secret: base32, as `new_secret` made it.
            code: that the app shows for it now.
            attempt: with the present password.

        Raises:
            SignInThrottled, SignInCrowded, SignInRefused, CodeDoesNotFit: nothing was changed.
        """
        known, outside = self._confirmed(member, attempt), self._desk.outside
        step = accepted_step(secret, code, now=int(outside.clock().timestamp()), last_step=None)
        if step is None:
            raise CodeDoesNotFit
        codes = new_recovery_codes(outside.random_bytes)
        links = [recovery_link(each, user_id=known.id, key=self._desk.key) for each in codes]
        sealed = sealed_secret(secret, owner=known.id, key=self._desk.key)
        with self._desk.bank.store.write() as transaction:
            now = _unchanged(transaction, known)
            transaction.staff.set_recovery_links(known.id, [link for link in links if link is not None])
            changed = replace(now, totp_secret=sealed, totp_step=step)
            self._replace(transaction, member, changed, what="own second step set")
        return codes

    def remove_second_step(self, member: StaffMember, *, attempt: Attempt) -> None:
        """Ask for a password alone from now on.

        Raises:
            SignInThrottled, SignInCrowded, SignInRefused: nothing was changed.
        """
        known = self._confirmed(member, attempt)
        with self._desk.bank.store.write() as transaction:
            now = _unchanged(transaction, known)
            transaction.staff.set_recovery_links(known.id, ())
            changed = replace(now, totp_secret=None, totp_step=None)
            self._replace(transaction, member, changed, what="own second step removed")

    def end_other_sessions(self, member: StaffMember) -> int:
        """End every session but this; answer how many."""
        with self._desk.bank.store.write() as transaction:
            ended = transaction.staff.end_sessions(member.id, but=member.session_id)
            self._record(transaction, member, f"other sessions ended: {ended}")
        return ended

    def _confirmed(self, member: StaffMember, attempt: Attempt) -> StaffRow:
        """Return the person's row, after the password was typed again."""
        with self._desk.bank.store.read() as transaction:
            known = transaction.staff.by_id(member.id)
        if known is None or known.password_hash is None:
            raise SignInRefused
        count_try(self._desk.throttle, replace(attempt, name=COUNTED + known.name))
        try:
            fits = self._desk.outside.passwords.check(attempt.password, known.password_hash).fits
        except SignInBusy as error:
            raise SignInCrowded from error
        if not fits:
            raise SignInRefused
        return known

    def _replace(self, transaction: Transaction, member: StaffMember, row: StaffRow, *, what: str) -> None:
        transaction.staff.replace(row)
        transaction.staff.end_sessions(member.id, but=member.session_id)
        self._record(transaction, member, what)

    def _record(self, transaction: Transaction, member: StaffMember, what: str) -> None:
        act = Act("staff_changed", subject=member.name, detail=what)
        record_acts(transaction, act, actor=member.actor, at=utc_text(self._desk.outside.clock()))


def _unchanged(transaction: Transaction, known: StaffRow) -> StaffRow:
    """Return the row as it is now, for nobody else to change, if its password is still the one typed."""
    now = transaction.staff.by_id(known.id, to_change=True)
    if now is None or now.password_hash != known.password_hash:
        raise SignInRefused
    return now
