"""What a signed-in person changes about her own sign-in: password and second step; each asks for the password again."""

from typing import Final, Literal

from keys.encoding import b64url_decode, b64url_encode
from keys.errors import DecodingError, SealedAnswerError
from keys.sign_in.errors import PasswordRefused
from keys.sign_in.one_time_codes import accepted_step, new_recovery_codes, new_totp_secret, recovery_link, totp_uri
from keys.sign_in.passwords import check_new_password
from keys.sign_in.sessions import SignedIn
from keys.values import dataclass
from verifier.people.administration import SERVICE_NAMES
from verifier.people.sign_in_desk import SignInDesk
from verifier.store.changes import Change
from verifier.store.people import PersonRow
from verifier.store.transaction import Transaction

Refusal = Literal["password_wrong", "code_wrong", "short", "long", "characters", "listed", "name", "no_password"]
_SERVICE: Final = "cb-verifier"


class OwnChangeRefused(Exception):
    """Nothing was changed; `.kind` says why."""

    def __init__(self, kind: Refusal) -> None:
        super().__init__(kind)
        self.kind: Refusal = kind


@dataclass(frozen=True, slots=True)
class OwnState:
    """What a person's page says: her sign-in name, whether there is a password and a second step, codes left."""

    name: str
    has_password: bool
    has_second_step: bool
    recovery_codes_left: int
    sessions: int


@dataclass(frozen=True, slots=True)
class NewSecondStep:
    """A second step that is offered: the secret for typing, its address for apps, and its sealed form for the form."""

    secret: str
    uri: str
    sealed: str


class OwnSignIn:
    """What a signed-in person may change about herself."""

    def __init__(self, desk: SignInDesk) -> None:
        self._desk = desk

    def state(self, signed_in: SignedIn) -> OwnState:
        """Return what there is.

        Raises:
            OwnChangeRefused: `no_password`: the person is not there any more.
        """
        with self._desk.store.read() as transaction:
            person = transaction.people.by_id(signed_in.user_id)
            if person is None:
                raise OwnChangeRefused("no_password")
            return OwnState(
                person.name,
                person.password is not None,
                person.totp_secret is not None,
                transaction.people.recovery_codes_left(person.id),
                transaction.sessions.count(person.id, now=self._desk.now(), limits=self._desk.limits),
            )

    def offer_second_step(self, signed_in: SignedIn, *, name: str) -> NewSecondStep:
        """Make a secret; nothing is kept until a code of it comes back."""
        secret = new_totp_secret(self._desk.secrets.random_bytes)
        sealed = b64url_encode(self._desk.sealed_secret(secret, signed_in.user_id))
        return NewSecondStep(secret, totp_uri(secret, account=name, service=_SERVICE), sealed)

    def take_second_step(self, signed_in: SignedIn, sealed: str, *, code: str, password: str) -> tuple[str, ...]:
        """Begin to ask for a second step; answer the recovery codes, which are shown once. Other sessions end.

        Raises:
            OwnChangeRefused: `password_wrong`, `code_wrong`, `no_password`.
            SignInBusy: too many at this moment.
        """
        person = self._proven(signed_in, password)
        try:
            secret = self._desk.opened_secret(b64url_decode(sealed), person.id)
        except (DecodingError, SealedAnswerError):
            raise OwnChangeRefused("code_wrong") from None
        step = accepted_step(secret, code, now=self._desk.now(), last_step=None)
        if step is None:
            raise OwnChangeRefused("code_wrong")
        codes = new_recovery_codes(self._desk.secrets.random_bytes)
        links = [str(recovery_link(each, user_id=person.id, key=self._desk.secrets.key)) for each in codes]
        with self._desk.store.write() as transaction:
            _check_unchanged(transaction, person)
            kept = self._desk.sealed_secret(secret, person.id)
            transaction.people.set_second_step(person.id, kept, step=step, links=links)
            transaction.sessions.end_all(person.id, except_for=signed_in.session_id)
            transaction.changes.append(self._change(person, "second_step_on"))
        return codes

    def drop_second_step(self, signed_in: SignedIn, *, password: str) -> None:
        """Ask for no second step any more.

        Raises:
            OwnChangeRefused: `password_wrong`, `no_password`.
            SignInBusy: too many at this moment.
        """
        person = self._proven(signed_in, password)
        with self._desk.store.write() as transaction:
            _check_unchanged(transaction, person)
            transaction.people.set_second_step(person.id, None, step=None, links=())
            transaction.sessions.end_all(person.id, except_for=signed_in.session_id)
            transaction.changes.append(self._change(person, "second_step_off"))

    def change_password(self, signed_in: SignedIn, *, password: str, new: str) -> None:
        """Take another password; other sessions end.

        Raises:
            OwnChangeRefused: `password_wrong`, `no_password`, or why the new one is not taken.
            SignInBusy: too many at this moment.
        """
        person = self._proven(signed_in, password)
        try:
            check_new_password(new, names=(person.name, *SERVICE_NAMES))
        except PasswordRefused as error:
            raise OwnChangeRefused(error.kind) from error
        kept = self._desk.secrets.passwords.hash(new)
        with self._desk.store.write() as transaction:
            _check_unchanged(transaction, person)
            transaction.people.set_password(person.id, kept)
            transaction.sessions.end_all(person.id, except_for=signed_in.session_id)
            transaction.changes.append(self._change(person, "own_password"))

    def _proven(self, signed_in: SignedIn, password: str) -> PersonRow:
        with self._desk.store.read() as transaction:
            person = transaction.people.by_id(signed_in.user_id)
        if person is None or person.password is None:
            raise OwnChangeRefused("no_password")
        if not self._desk.password_fits(person, password, signed_in):
            raise OwnChangeRefused("password_wrong")
        return person

    def _change(self, person: PersonRow, action: str) -> Change:
        return Change(self._desk.now(), person.id, person.shown_name, action, person.name, {}, reason="")


def _check_unchanged(transaction: Transaction, person: PersonRow) -> None:
    """Refuse when she was removed, or given another password, while the one she typed was checked."""
    current = transaction.people.by_id(person.id)
    if current is None or current.password != person.password:
        raise OwnChangeRefused("password_wrong")
