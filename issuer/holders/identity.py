"""Linking an account to its person by identity verification (본인확인): what an agency must do, and the link.

An agency answers with the person's connecting information (연계정보, CI), which is the same at every service and stands
in the bank's register as a keyed hash. Name and birth date alone never link anybody.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final, Literal, Protocol

from credential_schemas.entry_types import Names
from issuer.audit.trail import Act, record_acts
from issuer.bank import Bank
from issuer.holders.closing import erase_account
from issuer.holders.errors import AccountClosed, IdentityNotRegistered, IdentityRefused, UnderAge
from issuer.holders.signing_in import Holder
from issuer.sources.model import PersonRecord
from issuer.store.accounts import Account, Person
from issuer.store.transaction import Transaction
from issuer.times import korean_day_of, utc_text
from keys.keyed_link import keyed_link

AGE_OF_CONSENT: Final = 14
"""개인정보 보호법 제22조의2: below this age a legal representative has to agree."""

LinkOutcome = Literal["linked", "joined", "already"]


@dataclass(frozen=True, slots=True)
class VerifiedIdentity:
    """What an agency confirmed; used once and kept nowhere."""

    connecting_information: str = field(repr=False)


class IdentityAgency(Protocol):
    """One way to verify an identity. The browser is sent to the agency and comes back with an answer."""

    @property
    def id(self) -> str:
        """Short name of letters and digits, as it is recorded with the link."""
        ...

    @property
    def names(self) -> Names:
        """How it is called on the page."""
        ...

    @property
    def is_test(self) -> bool:
        """Whether it confirms nothing real; the page says so wherever it is named."""
        ...

    def begin(self, *, state: str, return_to: str) -> str:
        """Return the address to which the browser is sent.

        Args:
            state: ties the answer to this session; the agency hands it back.
            return_to: address of ours to which the browser is sent back.
        """
        ...

    def finish(self, answer: Mapping[str, str], *, state: str) -> VerifiedIdentity:
        """Read what the browser brought back, and check that the agency said it, now, for this state.

        Raises:
            IdentityRefused: cancelled, failed, not from the agency, or of another request.
        """
        ...


class StubAgency:
    """Confirms whatever is chosen from a list of test persons: for a bank made with `init --dev` and nothing else."""

    id: Final = "test"
    is_test: Final = True
    names: Final = Names("시험용 본인확인 (실제 확인 아님)", "Test verification (verifies nothing)")

    def __init__(self, persons: list[PersonRecord]) -> None:
        """Offer test persons; the file of the register names them."""
        self.persons = persons

    def begin(self, *, state: str, return_to: str) -> str:
        """Return our own page with the list, which stands beside the address to come back to."""
        return f"{return_to.removesuffix('/back')}?state={state}"

    def finish(self, answer: Mapping[str, str], *, state: str) -> VerifiedIdentity:
        """Take the person that was chosen.

        Raises:
            IdentityRefused: the answer is not that of this request, or names nobody of the list.
        """
        if answer.get("state") != state:
            raise IdentityRefused("the answer belongs to another request")
        for person in self.persons:
            if person.person_ref == answer.get("person"):
                return VerifiedIdentity(person.ci)
        raise IdentityRefused("no test person was chosen")


def request_state(bank: Bank, holder: Holder) -> str:
    """Return what ties an agency's answer to the session that asked for it."""
    return keyed_link(holder.session_id, key=bank.sign_in_key, context="identity/state")


def link_by_identity(
    bank: Bank, holder: Holder, identity: VerifiedIdentity, *, agency: str, now: datetime
) -> LinkOutcome:
    """Link the holder's account to the person whose identity was verified.

    Returns:
        `linked`; `joined` when the person has an account already, which this way to sign in opens from now on (the
        empty one is closed); `already` when there was nothing to do.

    Raises:
        IdentityNotRegistered: the register has no such person.
        IdentityRefused: the account belongs to somebody else.
        UnderAge: the person is too young to decide alone.
        AccountClosed: it was closed in the meantime.
    """
    with bank.store.write() as transaction:
        person = transaction.accounts.person_with_identity(bank.identity_link(identity.connecting_information))
        if person is None:
            raise IdentityNotRegistered
        _check_age(person, today=korean_day_of(now))
        transaction.accounts.person_to_link(person.person_link)
        account = transaction.accounts.account(holder.account_id)
        if account is None or account.closed_at is not None:
            raise AccountClosed(account=holder.account_id)
        if account.person_link == person.person_link:
            return "already"
        if account.person_link is not None:
            raise IdentityRefused("the account is linked to another person")
        existing = transaction.accounts.account_of(person.person_link)
        reason = f"identity verified by {agency}"
        at = utc_text(now)
        if existing is None:
            method = f"identity:{agency}"
            linked = replace(
                account, person_link=person.person_link, linked_at=at, link_method=method, link_reason=reason
            )
            transaction.accounts.link_account(linked)
            act = Act("account_linked", account.id, person.person_link, reason)
            record_acts(transaction, act, actor=holder.actor, at=at)
            return "linked"
        _join(transaction, holder, (account, existing), reason=reason, at=at)
        return "joined"


def _join(transaction: Transaction, holder: Holder, accounts: tuple[Account, Account], *, reason: str, at: str) -> None:
    """Let every way into the empty account open the person's own one, and close the empty one as its holder would."""
    empty, existing = accounts
    for sign_in in transaction.sign_ins.of_account(holder.account_id):
        transaction.sign_ins.replace(replace(sign_in, account_id=existing.id))
    erase_account(transaction, empty, at=at)
    acts = (
        Act("account_closed", holder.account_id, detail="joined with the person's account"),
        Act("sign_in_added", existing.id, detail=reason),
    )
    record_acts(transaction, *acts, actor=holder.actor, at=at)


def _check_age(person: Person, *, today: date) -> None:
    born = date.fromisoformat(person.birth_date)
    had_birthday = (today.month, today.day) >= (born.month, born.day)
    if today.year - born.year - (not had_birthday) < AGE_OF_CONSENT:
        raise UnderAge(age=AGE_OF_CONSENT)
