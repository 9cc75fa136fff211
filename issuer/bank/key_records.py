"""What `bank.json` remembers of keys: which were made, published, used, distrusted and retired, and when.

A key that was never rotated or distrusted has no record; it signs, and nothing more needs to be known. Which key of a
use signs is said by `Profile.keys` alone, so that a change of keys is one file that appears in one step.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Final

from issuer.times import utc_moment
from keys.encoding import JsonValue
from keys.jwk import PublicKey

LOST: Final = "lost"
"""The scheme of a key whose private half this bank does not have; it came back from a backup without it."""
_TIMES: Final = ("made_at", "published_at", "signs_from", "signed_until", "distrusted_since", "retired_at")


class KeyState(StrEnum):
    """Where a key stands in its life."""

    MADE = "made"
    """It exists; that verifiers can know it is not certain yet."""
    PUBLISHED = "published"
    """Verifiers can know it; it does not sign yet."""
    SIGNING = "signing"
    VERIFYING = "verifying"
    """It signs no more; what it signed is still verified with it."""
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """The life of one key. Times are UTC in ISO 8601, None for what has not happened.

    Attributes:
        use: what it signs.
        uri: of the private key, as in `Profile.keys`.
        jwk: the public key, `kid` included.
        certificate: its file in the folder of certificates, None for a key without one.
        made_at: when it was made; None when nobody wrote it down.
        published_at: since when verifiers can know it.
        signs_from: from when on it may sign.
        signed_until: when another key took its place.
        distrusted_since: since when verifiers are told not to believe it.
        retired_at: when it was taken out of the published keys.
    """

    use: str
    uri: str
    jwk: dict[str, str]
    certificate: str | None = None
    made_at: str | None = None
    published_at: str | None = None
    signs_from: str | None = None
    signed_until: str | None = None
    distrusted_since: str | None = None
    retired_at: str | None = None

    def __post_init__(self) -> None:
        for name in _TIMES:
            text = getattr(self, name)
            if text is not None and utc_moment(text).utcoffset() is None:
                msg = f"expected {name} with a time zone"
                raise TypeError(msg)

    @property
    def kid(self) -> str:
        """The name of the key."""
        return self.jwk["kid"]

    def public_key(self) -> PublicKey:
        """Return the public key."""
        return PublicKey.from_jwk({**self.jwk})

    def state(self, keys: Mapping[str, str]) -> KeyState:
        """Return where it stands, given the key of each use that signs."""
        if self.retired_at is not None:
            return KeyState.RETIRED
        if keys.get(self.use) == self.uri:
            return KeyState.SIGNING
        if self.signed_until is not None:
            return KeyState.VERIFYING
        return KeyState.MADE if self.published_at is None else KeyState.PUBLISHED


def records_of(records: Iterable[KeyRecord], use: str) -> tuple[KeyRecord, ...]:
    """Return the records of one use, the oldest first."""
    return tuple(each for each in records if each.use == use)


def with_record(records: Iterable[KeyRecord], changed: KeyRecord) -> tuple[KeyRecord, ...]:
    """Return the records with one that takes the place of its former self, or comes last."""
    known = tuple(records)
    if any(each.kid == changed.kid for each in known):
        return tuple(changed if each.kid == changed.kid else each for each in known)
    return (*known, changed)


def encode_records(records: Iterable[KeyRecord]) -> list[JsonValue]:
    """Write records as JSON; what has not happened is left out."""
    return [{name: value for name, value in asdict(each).items() if value is not None} for each in records]


def decode_records(value: JsonValue) -> tuple[KeyRecord, ...]:
    """Read what `encode_records` wrote.

    Raises:
        TypeError, ValueError, JwkError: it is something else.
    """
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        msg = "expected a list of key records"
        raise TypeError(msg)
    records = tuple(KeyRecord(**each) for each in value)  # type: ignore[arg-type] # a wrong member is a TypeError
    for each in records:
        if each.public_key().short_name() != each.kid:
            msg = "expected each key under its own name"
            raise TypeError(msg)
    return records


def switched(records: Iterable[KeyRecord], old: KeyRecord, new: KeyRecord, *, at: str) -> tuple[KeyRecord, ...]:
    """Return the records after one key has taken the place of another."""
    return with_record(with_record(records, replace(old, signed_until=at)), replace(new, signs_from=at))
