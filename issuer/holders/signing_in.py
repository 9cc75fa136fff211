"""Signing in to an account: local names with a password and a second step, providers, and sessions.

A new way to sign in opens an account that belongs to nobody; only identity verification or an operator links it.
Every refusal of a sign-in says the same and costs the same time, and strangers cannot lock anybody out (keys.sign_in).
"""

from dataclasses import dataclass, replace

from credential_schemas.look.harmless import harmless
from issuer.accounts.account import new_account
from issuer.audit.trail import Act, record_acts
from issuer.bank import Bank
from issuer.errors import WriteConflict
from issuer.holders.errors import SignInCrowded, SignInNameTaken, SignInRefused
from issuer.holders.local_sign_ins import LOCAL, MAX_NAME, Attempt, Outside, count_try, local_handle, new_id, new_local
from issuer.holders.second_step import after_second_step
from issuer.store.sign_ins import SignIn, StoredSession
from issuer.store.transaction import Transaction
from issuer.times import utc_text
from keys.keyed_link import keyed_link
from keys.sign_in.errors import SignInBusy
from keys.sign_in.forms import form_token
from keys.sign_in.sessions import SessionRecord, is_alive, new_session, session_id_of, should_touch
from keys.sign_in.throttle import SignInThrottle


@dataclass(frozen=True, slots=True)
class Holder:
    """Who is signed in: the way that was taken, the account it opens, and the session.

    `name` and `name_en` are those of the person once the account is linked; before, the name of the way to sign in.
    """

    sign_in_id: str
    kind: str
    account_id: str
    name: str
    name_en: str | None
    is_linked: bool
    session_id: str
    form_token: str

    @property
    def actor(self) -> str:
        """How the audit trail calls the holder."""
        return actor_of(self.account_id)


@dataclass(frozen=True, slots=True)
class Begun:
    """A session that has just begun: the cookie's value, and the mark for this browser."""

    cookie: str
    mark: str


class SignInDesk:
    """Signs holders in and out; safe to share between threads."""

    def __init__(self, bank: Bank, outside: Outside) -> None:
        """Serve one bank."""
        self._bank = bank
        self._outside = outside
        self._key = bank.sign_in_key
        self._throttle = SignInThrottle(outside.limits, key=self._key)

    def sign_up(self, attempt: Attempt) -> Begun:
        """Make a local way to sign in, with a new account that belongs to nobody yet, and begin a session.

        Raises:
            SignInThrottled, SignInCrowded, SignInNameRefused, SignInNameTaken, NewPasswordRefused: nothing was made.
        """
        count_try(self._throttle, attempt)
        made = new_local(attempt.name, attempt.password, outside=self._outside)
        account = new_account(now=self._outside.clock())
        with self._bank.store.write() as transaction:
            transaction.accounts.open_account(account)
            made = replace(made, account_id=account.id)
            if not transaction.sign_ins.add(made):
                raise SignInNameTaken
            acts = (Act("account_opened", account.id), Act("sign_in_added", account.id, detail=LOCAL))
            return self._begin(transaction, made, attempt, acts)

    def add_local(self, account_id: str, *, name: str, password: str) -> SignIn:
        """Make a local way into an account that exists, for an operator.

        Raises:
            SignInNameRefused, SignInNameTaken, NewPasswordRefused, SignInCrowded: nothing was made.
        """
        made = replace(new_local(name, password, outside=self._outside), account_id=account_id)
        with self._bank.store.write() as transaction:
            if not transaction.sign_ins.add(made):
                raise SignInNameTaken
            self._record(transaction, Act("sign_in_added", account_id, detail=LOCAL), actor=self._bank.actor)
        return made

    def sign_in(self, attempt: Attempt) -> Begun:
        """Sign somebody in with a local name.

        Raises:
            SignInThrottled, SignInCrowded, SignInRefused: nobody was signed in.
        """
        count_try(self._throttle, attempt)
        handle, known = local_handle(attempt.name), None
        if handle.isprintable():  # what no name can be is not asked of a database, which may not take it
            with self._bank.store.read() as transaction:
                known = transaction.sign_ins.with_handle(handle)
        try:
            checked = self._outside.passwords.check(attempt.password, known.password_hash if known else None)
        except SignInBusy as error:
            raise SignInCrowded from error
        if known is None or not checked.fits:
            raise SignInRefused
        with self._bank.store.write() as transaction:
            now = transaction.sign_ins.sign_in(known.id, to_change=True)
            if now is None or now.password_hash != known.password_hash:
                raise SignInRefused
            now_s = int(self._outside.clock().timestamp())
            now = after_second_step(transaction, now, attempt.code, key=self._key, now_s=now_s)
            if now is None:
                raise SignInRefused
            now = replace(now, password_hash=checked.new_hash or now.password_hash)
            transaction.sign_ins.replace(now)
            return self._begin(transaction, now, attempt)

    def sign_in_with(self, provider: str, *, issuer: str, subject: str, attempt: Attempt) -> Begun:
        """Sign somebody in whom a provider knows; the first time opens an account that belongs to nobody yet.

        Args:
            provider: its id in the settings.
            issuer: as its statement says.
            subject: whom it calls so.
            attempt: `name` is what the provider calls the person, shown and never trusted; there is no password.

        Raises:
            WriteConflict: the same person is signed up at this very moment; trying again is enough.
        """
        handle = "oidc:" + keyed_link(f"{issuer} {subject}", key=self._key, context="sign-in/provider")
        now = self._outside.clock()
        with self._bank.store.write() as transaction:
            known = transaction.sign_ins.with_handle(handle, to_change=True)
            if known is not None:
                return self._begin(transaction, known, attempt)
            account = new_account(now=now)
            transaction.accounts.open_account(account)
            name = harmless(attempt.name)[:MAX_NAME]
            made = SignIn(new_id(self._outside), account.id, provider, handle, name, None, None, None, utc_text(now))
            if not transaction.sign_ins.add(made):
                raise WriteConflict  # the same person came back twice at the same moment
            acts = (Act("account_opened", account.id), Act("sign_in_added", account.id, detail=provider))
            return self._begin(transaction, made, attempt, acts)

    def who(self, cookie: str | None) -> Holder | None:
        """Return who has the session of a cookie; None for nobody or a session that is over."""
        session_id = session_id_of(cookie)
        if session_id is None:
            return None
        now_s = int(self._outside.clock().timestamp())
        with self._bank.store.read() as transaction:
            found = transaction.sign_ins.session(session_id)
            if found is None:
                return None
            session, sign_in = found
            holder = self._holder(transaction, session, sign_in)
        record = SessionRecord(session.session_id, session.sign_in_id, session.started_at, session.seen_at)
        if not is_alive(record, now=now_s, limits=self._outside.sessions):
            return None
        if should_touch(record, now=now_s):
            with self._bank.store.write() as transaction:
                transaction.sign_ins.touch_session(session_id, seen_at=now_s)
        return holder

    def sign_out(self, holder: Holder) -> None:
        """End the session."""
        with self._bank.store.write() as transaction:
            transaction.sign_ins.end_session(holder.session_id)
            self._record(transaction, Act("signed_out", holder.account_id), actor=holder.actor)

    def sign_out_elsewhere(self, holder: Holder) -> int:
        """End every other session of the account; answer how many."""
        with self._bank.store.write() as transaction:
            ended = transaction.sign_ins.end_sessions(holder.account_id, but=holder.session_id)
            self._record(transaction, Act("signed_out", holder.account_id, detail=str(ended)), actor=holder.actor)
        return ended

    def _begin(self, transaction: Transaction, sign_in: SignIn, attempt: Attempt, acts: tuple[Act, ...] = ()) -> Begun:
        now_s, random_bytes = int(self._outside.clock().timestamp()), self._outside.random_bytes
        cookie, record = new_session(sign_in.id, now=now_s, random_bytes=random_bytes)
        session = StoredSession(record.session_id, sign_in.id, record.started_at, record.seen_at)
        transaction.sign_ins.begin_session(session, instead_of=session_id_of(attempt.old_cookie))
        actor = actor_of(sign_in.account_id)
        self._record(transaction, *acts, Act("signed_in", sign_in.account_id, detail=sign_in.kind), actor=actor)
        # What a provider calls somebody is chosen there, and must not stand for a name that somebody types here.
        known_as = sign_in.name if sign_in.kind == LOCAL else sign_in.handle
        return Begun(cookie, self._throttle.new_mark(known_as, random_bytes=random_bytes))

    def _holder(self, transaction: Transaction, session: StoredSession, sign_in: SignIn) -> Holder:
        account = transaction.accounts.account(sign_in.account_id)
        link = None if account is None else account.person_link
        person = None if link is None else transaction.accounts.person(link)
        return Holder(
            sign_in_id=sign_in.id,
            kind=sign_in.kind,
            account_id=sign_in.account_id,
            name=sign_in.name if person is None else person.name,
            name_en=None if person is None else person.name_en,
            is_linked=person is not None,
            session_id=session.session_id,
            form_token=form_token(session.session_id, key=self._key),
        )

    def _record(self, transaction: Transaction, *acts: Act, actor: str) -> None:
        record_acts(transaction, *acts, actor=actor, at=utc_text(self._outside.clock()))


def actor_of(account_id: str) -> str:
    """Return how the audit trail calls the holder of an account."""
    return f"holder:{account_id}"
