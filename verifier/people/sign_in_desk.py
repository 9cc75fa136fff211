"""Signing in and out, and finding out who asks.

Every failed sign-in is answered alike. A sign-in that succeeds writes its session, the step or recovery code it used,
and an outdated password anew, in one transaction: of two that use one code at once, one succeeds.
"""

from collections.abc import Callable
from typing import Final

from keys.sealed_answer import open_answer, seal_answer
from keys.sign_in.oidc.model import OidcIdentity
from keys.sign_in.one_time_codes import accepted_step, recovery_link
from keys.sign_in.passwords import Passwords, RandomBytes
from keys.sign_in.sessions import (
    STANDARD_LIMITS,
    SessionLimits,
    SessionRecord,
    SignedIn,
    is_alive,
    new_session,
    session_id_of,
    should_touch,
)
from keys.sign_in.throttle import SignInThrottle, folded_name
from keys.values import dataclass, field
from verifier.store.engine import Store
from verifier.store.people import PersonRow
from verifier.store.transaction import Transaction

_TOTP: Final = "sign-in/totp"
_MAX_CODE: Final = 100


@dataclass(frozen=True, slots=True)
class Attempt:
    """What somebody typed, and where it came from.

    Args:
        name, password, code: as typed; the code may be empty.
        network: under what the caller is counted.
        mark: of a known browser, None without.
        session: value of the session cookie that the browser brought, None without; it ends.
    """

    name: str
    password: str = field(repr=False)
    code: str = field(repr=False)
    network: str
    mark: str | None = field(default=None, repr=False)
    session: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Welcome:
    """A sign-in that succeeded: the values of the two cookies, and who it is."""

    token: str = field(repr=False)
    mark: str = field(repr=False)
    person_name: str


class SignInFailed(Exception):
    """Name, password or code is wrong; nobody is told which."""


class TooManyTries(Exception):
    """Tried too often; `.wait_s` seconds to wait."""

    def __init__(self, wait_s: int) -> None:
        super().__init__("too many tries")
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True)
class Secrets:
    """What the desk works with: the key of the service, chance, and the cost of a password."""

    key: bytes = field(repr=False)
    random_bytes: RandomBytes
    passwords: Passwords


class SignInDesk:
    """Who is signed in at one service; safe to share between threads."""

    def __init__(
        self,
        store: Store,
        secrets: Secrets,
        *,
        throttle: SignInThrottle,
        now: Callable[[], int],
        limits: SessionLimits = STANDARD_LIMITS,
    ) -> None:
        self.store = store
        self.secrets = secrets
        self.now = now
        self._throttle = throttle
        self.limits = limits

    def is_set_up(self) -> bool:
        """Return whether anybody may sign in."""
        with self.store.read() as transaction:
            return transaction.people.exist()

    def sign_in(self, attempt: Attempt) -> Welcome:
        """Sign somebody in by password, and code where she has a second step.

        Raises:
            TooManyTries: nothing was looked at.
            SignInFailed: something is wrong.
            SignInBusy: too many at this moment.
        """
        name = folded_name(attempt.name)
        wait_s = self._throttle.count(name, network=attempt.network, mark=attempt.mark)
        if wait_s is not None:
            raise TooManyTries(wait_s)
        with self.store.read() as transaction:
            person = transaction.people.named(name)
        check = self.secrets.passwords.check(attempt.password, None if person is None else person.password)
        if person is None or not check.fits:
            raise SignInFailed
        token, session = self._new_session(person)
        with self.store.write() as transaction:
            current = transaction.people.by_id(person.id)
            # She may have been removed, or given another password, while this one was checked.
            if current is None or current.password != person.password:
                raise SignInFailed
            if not self._second_step_fits(transaction, current, attempt.code[:_MAX_CODE]):
                raise SignInFailed
            if check.new_hash is not None:
                transaction.people.set_password(person.id, check.new_hash)
            self._begin(transaction, session, attempt.session)
        return self._welcome(person, token)

    def count_way(self, network: str) -> None:
        """Count a visit on the way to a provider or back.

        Raises:
            TooManyTries: nothing was asked.
        """
        wait_s = self._throttle.count_way(network)
        if wait_s is not None:
            raise TooManyTries(wait_s)

    def sign_in_with(self, identity: OidcIdentity, *, session: str | None) -> Welcome | None:
        """Sign in whom a provider vouches for; None when nobody here has this identity.

        Args:
            identity: as the relying party checked it. The provider's own second step counts, not ours.
            session: value of the session cookie that the browser brought.
        """
        with self.store.write() as transaction:
            person = transaction.people.by_identity(identity.issuer, identity.subject)
            if person is None:
                return None
            token, record = self._new_session(person)
            self._begin(transaction, record, session)
        return self._welcome(person, token)

    def who(self, cookie: str | None) -> SignedIn | None:
        """Return who asks, with the roles of this moment; None without a living session."""
        session_id = session_id_of(cookie)
        if session_id is None:
            return None
        now = self.now()
        with self.store.read() as transaction:
            session = transaction.sessions.find(session_id)
            person = None if session is None else transaction.people.by_id(session.user_id)
        if session is None or person is None or not is_alive(session, now=now, limits=self.limits):
            return None
        if should_touch(session, now=now):
            with self.store.write() as transaction:
                transaction.sessions.touch(session_id, now=now)
        return SignedIn(person.id, person.shown_name, person.roles, session_id)

    def password_fits(self, person: PersonRow, password: str, signed_in: SignedIn) -> bool:
        """Ask a signed-in person for her password again; a stolen session has no more tries than a known browser.

        Raises:
            TooManyTries: nothing was looked at.
            SignInBusy: too many at this moment.
        """
        wait_s = self._throttle.count_again(signed_in.user_id)
        if wait_s is not None:
            raise TooManyTries(wait_s)
        return self.secrets.passwords.check(password, person.password).fits

    def sign_out(self, session_id: str) -> None:
        """End one session."""
        with self.store.write() as transaction:
            transaction.sessions.end(session_id)

    def sign_out_everywhere(self, person_id: str) -> None:
        """End every session of a person."""
        with self.store.write() as transaction:
            transaction.sessions.end_all(person_id)

    def sealed_secret(self, secret: str, person_id: str) -> bytes:
        """Return the secret of a second step as it is kept."""
        return seal_answer(
            secret.encode("ascii"), key=_TOTP, pepper=self.secrets.key, associated_data=person_id.encode("ascii")
        )

    def opened_secret(self, sealed: bytes, person_id: str) -> str:
        """Return a kept secret.

        Raises:
            SealedAnswerError: it is not of this service or person.
        """
        data = person_id.encode("ascii")
        return open_answer(sealed, key=_TOTP, pepper=self.secrets.key, associated_data=data).decode("ascii")

    def _second_step_fits(self, transaction: Transaction, person: PersonRow, code: str) -> bool:
        """Use the code up; where there is no second step, whatever was typed there does not matter."""
        if person.totp_secret is None:
            return True
        secret = self.opened_secret(person.totp_secret, person.id)
        step = accepted_step(secret, code, now=self.now(), last_step=person.totp_step)
        if step is not None:
            return transaction.people.use_step(person.id, step)
        link = recovery_link(code, user_id=person.id, key=self.secrets.key)
        return link is not None and transaction.people.use_recovery_code(person.id, link)

    def _new_session(self, person: PersonRow) -> tuple[str, SessionRecord]:
        return new_session(person.id, now=self.now(), random_bytes=self.secrets.random_bytes)

    def _begin(self, transaction: Transaction, session: SessionRecord, brought: str | None) -> None:
        old = session_id_of(brought)
        if old is not None:
            transaction.sessions.end(old)
        transaction.sessions.end_dead(now=self.now(), limits=self.limits)
        transaction.sessions.begin(session)

    def _welcome(self, person: PersonRow, token: str) -> Welcome:
        mark = self._throttle.new_mark(person.name, random_bytes=self.secrets.random_bytes)
        return Welcome(token, mark, person.shown_name)
