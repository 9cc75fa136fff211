"""Putting a published key to work when its time has come; the service does it, and every command of the bank.

The key that signs is named by one member of `bank.json`, which is replaced in one step. Before that, the key is opened
once, and the trust list in the data directory must name it: nothing is signed with a key that verifiers cannot know.
"""

from dataclasses import replace
from datetime import datetime

from issuer.audit.trail import Act, record_acts
from issuer.bank import Bank
from issuer.bank.folder import KeyUse, read_certificate
from issuer.bank.key_errors import KeyUnsound
from issuer.bank.key_records import KeyRecord, KeyState, switched
from issuer.bank.key_ring import changing_keys, published_issuer, published_keys, records, write_profile
from issuer.errors import FileUnreadable, IssuerError
from issuer.publishing import publish_due
from issuer.times import utc_moment, utc_text
from keys.certificates import certificate_key
from keys.errors import CertificateError, KeysError


def switch_due(bank: Bank, *, now: datetime) -> tuple[KeyRecord, ...]:
    """Put every published key to work whose time has come; answer them.

    Raises:
        KeyUnsound: a key cannot be used, and the former one goes on signing.
        StorageFull, StorageUnusable, FileUnreadable: as above.
    """
    if not due_keys(bank, now=now):
        return ()
    with changing_keys(bank):
        return tuple(switch(bank, each, now=now) for each in due_keys(bank, now=now))


def switch(bank: Bank, record: KeyRecord, *, now: datetime) -> KeyRecord:
    """Put one published key to work; only inside `changing_keys`; errors as `switch_due`."""
    use = use_of(record)
    _check(bank, use, record)
    (old,) = (each for each in records(bank, use) if each.state(bank.profile.keys) is KeyState.SIGNING)
    at = utc_text(now)
    with bank.store.write() as transaction:
        if use == "status":
            transaction.status_lists.let_all_be_due()
        act = Act("key_put_to_work", subject=record.kid, detail=f"{use} in place of {old.kid}")
        record_acts(transaction, act, actor=bank.actor, at=at)
    write_profile(
        bank,
        lambda profile: replace(
            profile,
            keys={**profile.keys, use: record.uri},
            key_records=switched(profile.key_records, old, record, at=at),
        ),
    )
    if use == "status":
        publish_due(bank, now=now)
    return next(each for each in records(bank, use) if each.kid == record.kid)


def names_key(bank: Bank, record: KeyRecord) -> bool:
    """Return whether the trust list in the data directory names a key; a seal's is known by its certificate."""
    if record.use == "seal":
        return True
    issuer = published_issuer(bank)
    return issuer is not None and record.kid in published_keys(issuer, use_of(record))


def use_of(record: KeyRecord) -> KeyUse:
    """Return what a key signs."""
    return record.use  # type: ignore[return-value] # a use of this bank, which wrote the record


def due_keys(bank: Bank, *, now: datetime) -> list[KeyRecord]:
    """Return the published keys whose time has come."""
    published = (each for each in bank.profile.key_records if each.state(bank.profile.keys) is KeyState.PUBLISHED)
    return [each for each in published if each.signs_from is not None and utc_moment(each.signs_from) <= now]


def _check(bank: Bank, use: KeyUse, record: KeyRecord) -> None:
    def unsound(problem: str) -> KeyUnsound:
        return KeyUnsound(problem, use=record.use, kid=record.kid)

    if record.distrusted_since is not None:
        raise unsound("it is distrusted")
    if not names_key(bank, record):
        raise unsound("the published trust list does not name it")
    try:
        signer = bank.open_key(use, record.uri)
    except (IssuerError, KeysError) as error:
        raise unsound(f"it does not open: {error}") from error
    if signer.key_id != record.kid:
        raise unsound("another key lies in its place")
    if record.certificate is not None and not _is_certified(bank, record):
        raise unsound("its certificate is gone or that of another key")


def _is_certified(bank: Bank, record: KeyRecord) -> bool:
    try:
        pem = read_certificate(bank.folder.certificates / str(record.certificate))
        return certificate_key(pem).short_name() == record.kid
    except (FileUnreadable, CertificateError):
        return False
