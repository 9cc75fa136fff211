"""All keys of a bank as an operator wants to see them; no key is opened for it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

from issuer.bank import Bank
from issuer.bank.folder import KeyUse, read_certificate
from issuer.bank.key_records import LOST, KeyRecord, KeyState
from issuer.bank.key_ring import published_issuer, records
from issuer.key_life.resting import rests_until
from issuer.key_life.rotating import ROTATED
from issuer.store.key_uses import SignedByKey
from issuer.times import utc_moment, utc_text
from keys.algorithms import ES256
from keys.certificates import Validity, certificate_key, certificate_validity

Kept = Literal["file", "plain file", "token", "lost", "key service"]
_KEPT: Final[dict[str, Kept]] = {"file": "file", "dev-file": "plain file", "pkcs11": "token", LOST: "lost"}
_MARGIN: Final = timedelta(days=30)
_UNCERTIFIED: Final = timedelta(days=2 * 365)


@dataclass(frozen=True, slots=True)
class KeyLine:
    """One key. Times are UTC in ISO 8601, None for what is not known or has not happened.

    Attributes:
        use, kid, algorithm: what it signs, its name, and how.
        kept: where the private half is.
        state: where it stands in its life.
        record: what is remembered of it.
        validity: of its certificate, None for a key without one.
        signed: the certificates it signed, for keys of credentials.
        rests_until: until when something may rest on it, for one that signs no more.
        next_rotation: by when another should be put in its place, for one that signs.
    """

    use: str
    kid: str
    algorithm: str
    kept: Kept
    state: KeyState
    record: KeyRecord | None = None
    validity: Validity | None = None
    signed: SignedByKey | None = None
    rests_until: str | None = None
    next_rotation: str | None = None


def list_keys(bank: Bank) -> list[KeyLine]:
    """Return every key, by use and age.

    Raises:
        FileUnreadable, KeysError: a certificate cannot be read.
        StorageUnusable: the database cannot be read.
    """
    with bank.store.read() as transaction:
        signed = transaction.key_uses.by_key()
    lines = [_root_line(bank)]
    for use in ROTATED:
        if use in bank.profile.keys:
            lines += [_line(bank, each, signed.get(each.kid)) for each in records(bank, use)]
    return [*lines, *_log_line(bank), *_badge_lines(bank)]


def unnamed_files(bank: Bank) -> list[str]:
    """Return key files that nothing names: of a run that was cut off, or put there by somebody. They sign nothing."""
    known = {each.uri.rpartition("/")[2] for each in bank.profile.key_records}
    known |= {uri.rpartition("/")[2] for uri in bank.profile.keys.values()} | {bank.folder.key("badges").name}
    return sorted(path.name for path in bank.folder.keys.iterdir() if path.name not in known)


def _line(bank: Bank, record: KeyRecord, signed: SignedByKey | None) -> KeyLine:
    state, validity = record.state(bank.profile.keys), None
    if record.certificate is not None:
        validity = certificate_validity(read_certificate(bank.folder.certificates / record.certificate))
    until = rests_until(record, signed, max_days=bank.profile.max_valid_days) if state is KeyState.VERIFYING else None
    return KeyLine(
        use=record.use,
        kid=record.kid,
        algorithm=ES256.name,
        kept=_kept(record.uri),
        state=state,
        record=record,
        validity=validity,
        signed=signed if record.use == "credential" else None,
        rests_until=None if until is None else utc_text(until),
        next_rotation=_next_rotation(bank, record, validity) if state is KeyState.SIGNING else None,
    )


def _next_rotation(bank: Bank, record: KeyRecord, validity: Validity | None) -> str | None:
    """A certificate has to outlive what its key signs, with a month to spare; a key without one serves two years."""
    if validity is not None:
        return utc_text(validity.not_after - timedelta(days=bank.profile.max_valid_days) - _MARGIN)
    began = record.signs_from or record.made_at
    return None if began is None else utc_text(utc_moment(began) + _UNCERTIFIED)


def _root_line(bank: Bank) -> KeyLine:
    pem = bank.certificate("root")
    validity, kid = certificate_validity(pem), certificate_key(pem).short_name()
    due = utc_text(validity.not_after - _UNCERTIFIED - _MARGIN)
    return KeyLine(
        "root", kid, ES256.name, _kept_of(bank, "root"), KeyState.SIGNING, validity=validity, next_rotation=due
    )


def _log_line(bank: Bank) -> Iterator[KeyLine]:
    issuer = published_issuer(bank)
    if issuer is not None and issuer.log_key is not None:
        yield KeyLine("log", issuer.log_key.short_name(), "Ed25519", _kept_of(bank, "log"), KeyState.SIGNING)


def _badge_lines(bank: Bank) -> Iterator[KeyLine]:
    published = bank.folder.public / "openbadges" / "keys"
    if bank.folder.key("badges").exists() and published.is_dir():
        kept: Kept = "plain file" if _kept_of(bank, "status") == "plain file" else "file"
        for path in sorted(published.iterdir()):
            yield KeyLine("badges", path.name, "RS256", kept, KeyState.SIGNING)


def _kept_of(bank: Bank, use: KeyUse) -> Kept:
    return _kept(bank.profile.keys[use])


def _kept(uri: str) -> Kept:
    return _KEPT.get(uri.partition(":")[0].lower(), "key service")
