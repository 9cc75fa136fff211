"""Signing staff in and out, and finding out who asks, by the rules of `keys.sign_in` that hold for holders, too.

Every refusal says the same and costs the same time. Tries are counted apart from those of holders: the name under which
they are counted begins with `staff:`, which no holder's name can, and marks of browsers hang on another key.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from issuer.audit.trail import Act, Action, record_acts
from issuer.bank import Bank
from issuer.holders.errors import SignInCrowded, SignInRefused
from issuer.holders.local_sign_ins import Attempt, Outside, count_try
from issuer.holders.second_step import KeptStep, taken_step
from issuer.holders.signing_in import Begun
from issuer.staff.keeping import identity_link, is_staff_name, staff_key
from issuer.staff.roles import Role
from issuer.store.staff import StaffRow, StaffSession
from issuer.store.transaction import Transaction
from issuer.times import utc_moment, utc_text
from keys.sign_in.errors import SignInBusy
from keys.sign_in.forms import form_token
from keys.sign_in.sessions import SessionRecord, is_alive, new_session, session_id_of, should_touch
from keys.sign_in.throttle import SignInThrottle, folded_name

COUNTED: Final = "staff:"
UNKNOWN_PLACE: Final = "unknown"


@dataclass(frozen=True, slots=True)
class Institution:
    """The university somebody acts for."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Who is signed in, as of this request: roles are those of this moment.

    Attributes:
        id: of the person.
        name: by which the audit trail knows the person.
        shown_name: for pages.
        roles: at least one, while the person is there.
        institution: of somebody with the role of a university, None for the bank's own people.
        place: the network that this request came from.
        session_id, form_token: of the session.
        has_password: whether the person signs in with one.
        has_second_step: whether a code is asked, too.
        added_at: since when the person is there.
    """

    id: str
    name: str
    shown_name: str
    roles: frozenset[Role]
    institution: Institution | None
    place: str
    session_id: str
    form_token: str
    has_password: bool
    has_second_step: bool
    added_at: datetime

    @property
    def actor(self) -> str:
        """How the audit trail calls the person: account and place, two of the five facts of LR-08."""
        return actor_of(self.name, self.place)


class StaffDesk:
    """Signs staff in and out; safe to share between threads."""

    def __init__(self, bank: Bank, outside: Outside) -> None:
        """Serve one bank."""
        self.bank = bank
        self.outside = outside
        self.key = staff_key(bank)
        self.throttle = SignInThrottle(outside.limits, key=self.key)

    def sign_in(self, attempt: Attempt) -> Begun:
        """Sign somebody in with name, password and, where there is a second step, a code.

        Raises:
            SignInThrottled, SignInCrowded, SignInRefused: nobody was signed in.
        """
        count_try(self.throttle, replace(attempt, name=COUNTED + attempt.name))
        name, known = folded_name(attempt.name), None
        if is_staff_name(name):  # what no name can be is not asked of a database, which may not take it
            with self.bank.store.read() as transaction:
                known = transaction.staff.named(name)
        try:
            checked = self.outside.passwords.check(attempt.password, known.password_hash if known else None)
        except SignInBusy as error:
            raise SignInCrowded from error
        if known is None or not checked.fits:
            raise SignInRefused
        with self.bank.store.write() as transaction:
            now = transaction.staff.by_id(known.id, to_change=True)
            if now is None or now.password_hash != known.password_hash:
                raise SignInRefused
            now = self._after_second_step(transaction, now, attempt.code)
            now = replace(now, password_hash=checked.new_hash or now.password_hash)
            transaction.staff.replace(now)
            return self._begin(transaction, now, attempt, how="password")

    def sign_in_with(self, issuer: str, subject: str, attempt: Attempt) -> Begun | None:
        """Sign somebody in whom a provider knows; None when nobody of the staff has this identity."""
        link = identity_link(self.bank, issuer, subject)
        with self.bank.store.write() as transaction:
            known = transaction.staff.with_identity(link)
            return None if known is None else self._begin(transaction, known, attempt, how="provider")

    def who(self, cookie: str | None, *, place: str) -> StaffMember | None:
        """Return who has the session of a cookie, with the roles of now; None for nobody or a session that is over."""
        session_id = session_id_of(cookie)
        if session_id is None:
            return None
        with self.bank.store.read() as transaction:
            found = transaction.staff.session(session_id)
        if found is None:
            return None
        session, row = found
        record = SessionRecord(session.session_id, session.staff_id, session.started_at, session.seen_at)
        now_s = int(self.outside.clock().timestamp())
        if not is_alive(record, now=now_s, limits=self.outside.sessions) or row.removed_at is not None:
            return None
        if should_touch(record, now=now_s):
            with self.bank.store.write() as transaction:
                transaction.staff.touch_session(session_id, seen_at=now_s)
        return self._member(row, session_id, place)

    def sign_out(self, member: StaffMember) -> None:
        """End the session."""
        with self.bank.store.write() as transaction:
            transaction.staff.end_session(member.session_id)
            self._record(transaction, "staff_signed_out", member.name, member.place)

    def _after_second_step(self, transaction: Transaction, row: StaffRow, code: str) -> StaffRow:
        if row.totp_secret is None:
            return row
        step = taken_step(
            KeptStep(row.id, row.totp_secret, row.totp_step),
            code,
            key=self.key,
            now_s=int(self.outside.clock().timestamp()),
            use_recovery_link=transaction.staff.use_recovery_link,
        )
        if step is None:
            raise SignInRefused
        return replace(row, totp_step=step)

    def _begin(self, transaction: Transaction, row: StaffRow, attempt: Attempt, *, how: str) -> Begun:
        now_s, random_bytes = int(self.outside.clock().timestamp()), self.outside.random_bytes
        cookie, record = new_session(row.id, now=now_s, random_bytes=random_bytes)
        session = StaffSession(record.session_id, row.id, record.started_at, record.seen_at)
        transaction.staff.begin_session(session, instead_of=session_id_of(attempt.old_cookie))
        self._record(transaction, "staff_signed_in", row.name, attempt.network, detail=how)
        return Begun(cookie, self.throttle.new_mark(COUNTED + row.name, random_bytes=random_bytes))

    def _member(self, row: StaffRow, session_id: str, place: str) -> StaffMember:
        institution = None
        if row.institution_id is not None:
            institution = Institution(row.institution_id, row.institution_name or row.institution_id)
        return StaffMember(
            id=row.id,
            name=row.name,
            shown_name=row.shown_name,
            roles=frozenset(Role(each) for each in row.roles),
            institution=institution,
            place=place,
            session_id=session_id,
            form_token=form_token(session_id, key=self.key),
            has_password=row.password_hash is not None,
            has_second_step=row.totp_secret is not None,
            added_at=utc_moment(row.added_at),
        )

    def _record(
        self, transaction: Transaction, action: Action, name: str, place: str, *, detail: str | None = None
    ) -> None:
        act = Act(action, subject=name, detail=detail)
        record_acts(transaction, act, actor=actor_of(name, place), at=utc_text(self.outside.clock()))


def actor_of(name: str, place: str) -> str:
    """Return how the audit trail calls somebody of the staff at a place."""
    return f"staff:{name}@{place or UNKNOWN_PLACE}"
