"""All keys of a bank, not only those that sign: which are published, whose they are, and changing them safely.

`bank.json` says which keys there are and which of them sign. It is changed under a lock, from what it says at that
moment, and replaced in one step; a program that runs long reads it again when it asks for a key.
"""

import fcntl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from issuer.bank.folder import CERTIFIED_USES, KeyUse, Profile, read_profile
from issuer.bank.key_records import KeyRecord, KeyState, records_of
from issuer.bank.opened import Bank
from issuer.outputs import PRIVATE, storage_errors, write_whole
from issuer.times import utc_moment, utc_text
from keys.certificates import certificate_key, certificate_validity
from keys.errors import TrustListError
from keys.jwk import PublicKey
from keys.trust_list import TrustedIssuer, TrustList

_LOCK: Final = ".keys.lock"


def own_keys(bank: Bank, use: KeyUse) -> Mapping[str, PublicKey]:
    """Return the public keys of a use that verifiers are to know, by `kid`, the oldest first.

    Raises:
        PassphraseMissing, KeysError: the only key of this use has no record and cannot be opened.
    """
    records = records_of(bank.profile.key_records, use)
    if not records:
        jwk = bank.signer(use).public_jwk()
        return {jwk["kid"]: PublicKey.from_jwk({**jwk})}
    states = bank.profile.keys
    return {each.kid: each.public_key() for each in records if each.state(states) is not KeyState.RETIRED}


def distrusted_keys(bank: Bank) -> Mapping[str, int]:
    """Return the keys that verifiers are told not to believe, and since when (Unix seconds); retired ones, too.

    A retired key may still have a certificate that leads to the root, and so be believed by `x5c`.
    """
    found = {each.kid: each.distrusted_since for each in bank.profile.key_records}
    return {kid: int(utc_moment(since).timestamp()) for kid, since in found.items() if since is not None}


def records(bank: Bank, use: KeyUse) -> tuple[KeyRecord, ...]:
    """Return the records of one use; for a key that was never changed, what the bank has published of it.

    Raises:
        FileUnreadable, KeysError: its certificate cannot be read, or nothing tells the key and it does not open.
    """
    known = records_of(bank.profile.key_records, use)
    return known or (_first_record(bank, use),)


def published_issuer(bank: Bank) -> TrustedIssuer | None:
    """Return what the trust list in the data directory says of the bank, None when it says nothing."""
    with storage_errors(bank.folder.trust_list.name):
        data = bank.folder.trust_list.read_bytes() if bank.folder.trust_list.exists() else b""
    try:
        return TrustList.parse(data).issuer(bank.profile.issuer)
    except TrustListError:
        return None


@contextmanager
def changing_keys(bank: Bank) -> Iterator[None]:
    """Let nobody else change keys or profile, and begin with what they are now."""
    with storage_errors(bank.folder.profile.name), (bank.folder.path / _LOCK).open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        take_changes(bank)
        yield


def write_profile(bank: Bank, change: Callable[[Profile], Profile]) -> None:
    """Change the profile, in the file and then for this program; only inside `changing_keys`.

    Raises:
        StorageFull, StorageUnusable: it is as it was.
    """
    changed = change(bank.profile)
    write_whole(bank.folder.profile, changed.encode(), mode=PRIVATE)
    bank.profile = changed


def take_changes(bank: Bank) -> bool:
    """Read the profile again; answer whether another program has changed it.

    Raises:
        FileUnreadable: it cannot be read; the bank goes on with what it knows.
    """
    profile = read_profile(bank.folder)
    changed = profile != bank.profile
    if changed:
        bank.profile = profile
    return changed


def _first_record(bank: Bank, use: KeyUse) -> KeyRecord:
    """The record of a key that has none: it signs, and it is the one that the trust list or a certificate names."""
    uri, issuer = bank.profile.keys[use], published_issuer(bank)
    published = {} if issuer is None else published_keys(issuer, use)
    made = certificate = None
    if use in CERTIFIED_USES:
        certificate, pem = f"{use}.pem", bank.certificate(use)
        made = utc_text(certificate_validity(pem).not_before)
        published = {"": certificate_key(pem)} if use == "seal" else published
    (key,) = published.values() if len(published) == 1 else (PublicKey.from_jwk({**bank.signer(use).public_jwk()}),)
    return KeyRecord(use, uri, key.jwk(), certificate, made_at=made, published_at=made, signs_from=made)


def published_keys(issuer: TrustedIssuer, use: KeyUse) -> Mapping[str, PublicKey]:
    """Return the keys that a trust list names for a use; none for uses that it knows by certificates."""
    return {"credential": issuer.keys, "status": issuer.status_keys, "bundle": issuer.bundle_keys}.get(use, {})
