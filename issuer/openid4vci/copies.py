"""Make and record the copies of one credential for a wallet: the same statement, each copy for another key.

Each copy has a key, salts, a status index and an entry of the log of its own, and days instead of times, so that two
verifiers cannot tell that their copies belong together. The bank keeps hashes of them, not the copies.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from credential_schemas.certificate_claims import CertificateClaims
from credential_schemas.sd_jwt.build import build_sd_jwt
from credential_schemas.wallet_claims import WalletBinding, flat_credential, wallet_certificate
from issuer.audit.trail import Act, record_acts
from issuer.bank import Bank
from issuer.errors import StorageFull, StorageUnusable
from issuer.issuing.claims import IssueRequest, Prepared, certificate_number, certified_claims
from issuer.issuing.making import carried_entries, check_clock, check_unchanged, prepare_certificate
from issuer.issuing.recording import Outgoing, stored_certificate
from issuer.log.appending import log_credential
from issuer.log.files import publish_log
from issuer.openid4vci.configurations import Configuration
from issuer.openid4vci.handles import link_of, new_secret
from issuer.openid4vci.metadata import certificate_chain
from issuer.store.certificates import FLAT, WALLET
from issuer.store.status_lists import ReservedIndexes
from issuer.store.transaction import Transaction
from issuer.times import utc_text
from keys.encoding import JsonValue
from keys.faults import faults_told
from keys.jwk import PublicKey
from keys.signer import Signer


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy: the number under which the bank has it, the key that signed it, its indexes, and the credential."""

    number: str
    key_id: str
    reserved: ReservedIndexes
    credential: str


@dataclass(frozen=True, slots=True)
class MadeCopies:
    """The copies of one credential, complete but not recorded yet, so that nobody may have them."""

    request: IssueRequest
    configuration: Configuration
    prepared: Prepared
    copies: tuple[Copy, ...]
    at: datetime

    @property
    def number(self) -> str:
        """The number of the certificate."""
        return self.copies[0].number


def make_copies(
    bank: Bank, request: IssueRequest, configuration: Configuration, *, keys: Sequence[PublicKey], now: datetime
) -> MadeCopies:
    """Sign and log one copy for each key; nothing is recorded.

    Raises:
        IssuerError, KeysError, CredentialError: as `issuer.issuing.making.make_certificate`.
    """
    prepared = prepare_certificate(bank, request, now=now)
    if configuration.entry_type is not None:
        prepared = _alone(prepared, request)
    signer, certificate = bank.certified_signer("credential")
    chain = certificate_chain(certificate)
    if bank.has_log:
        bank.log_key()
    size = len(prepared.selection.entries) + 1
    serial, reserved = bank.reservations.take(prepared.issued_on.year, size * len(keys))
    number = certificate_number(bank.profile.number_prefix, prepared.issued_on.year, serial=serial)
    copies = []
    for position, key in enumerate(keys):
        own = ReservedIndexes(reserved.list_no, reserved.indexes[position * size : (position + 1) * size])
        claims = certified_claims(bank, request, prepared, number=number, reserved=own)
        credential = _sign(_Signing(signer, chain, configuration), claims, key)
        copy_number = number if position == 0 else f"{number}/{position + 1}"
        log_credential(bank, copy_number, credential, now=now)
        copies.append(Copy(copy_number, signer.key_id, own, credential))
    return MadeCopies(request, configuration, prepared, tuple(copies), now)


def record_copies(bank: Bank, made: MadeCopies, *, beside: Callable[[Transaction], None]) -> None:
    """Record the copies in one transaction, if entries and clock are still in order; return after the commit.

    Args:
        bank: the bank.
        made: what to record.
        beside: what else belongs to the same transaction; touches nothing but it, because it may be run again.

    Raises:
        EntryChanged, ClockBehind, StorageFull, StorageUnusable: nothing was recorded.
    """
    prepared = made.prepared

    def record(transaction: Transaction) -> None:
        check_unchanged(transaction, prepared.selection)
        check_clock(transaction, made.at)
        consent = prepared.consent if prepared.consent.id else transaction.accounts.record_consent(prepared.consent)
        for copy in made.copies:
            going = _outgoing(bank, made, copy)
            stored = stored_certificate(made.request, prepared, going, at=made.at, consent_id=consent.id)
            carried = carried_entries(copy.number, prepared.selection, copy.reserved)
            transaction.certificates.record_issued(stored, carried)
        beside(transaction)
        detail = f"{made.configuration.id} {len(made.copies)}"
        act = Act("certificate_issued", prepared.opened.account.id, made.number, detail)
        record_acts(transaction, act, actor=bank.actor, at=utc_text(made.at))

    bank.store.together(record)
    with faults_told("publishing the log", StorageFull, StorageUnusable):  # it is published with the next entry
        publish_log(bank)


def _alone(prepared: Prepared, request: IssueRequest) -> Prepared:
    """Leave out what only came along with the one entry of a flat credential."""
    (wanted,) = request.choice.entries
    entries = tuple(each for each in prepared.selection.entries if each.entry.id == wanted)
    return replace(prepared, selection=replace(prepared.selection, entries=entries, companions=()))


@dataclass(frozen=True, slots=True)
class _Signing:
    """With which key and certificate a batch is signed, and as what."""

    signer: Signer
    chain: list[JsonValue]
    configuration: Configuration


def _sign(signing: _Signing, claims: CertificateClaims, key: PublicKey) -> str:
    configuration = signing.configuration
    binding = WalletBinding(key.jwk(), configuration.vct, configuration.integrity)
    write = wallet_certificate if configuration.entry_type is None else flat_credential
    payload = write(claims, binding)
    return build_sd_jwt(
        payload.claims,
        disclose=payload.disclose,
        signer=signing.signer,
        random_bytes=secrets.token_bytes,
        header={"x5c": signing.chain},
    )


def _outgoing(bank: Bank, made: MadeCopies, copy: Copy) -> Outgoing:
    return Outgoing(
        number=copy.number,
        key_id=copy.key_id,
        reserved=copy.reserved,
        credential=copy.credential,
        # A wallet's copy has no confirmation code and no page; nobody can ever name this place.
        locator=link_of(bank, new_secret(), "no-locator"),
        carrier=WALLET if made.configuration.entry_type is None else FLAT,
        copy_of=None if copy.number == made.number else made.number,
    )
