"""What the caller demands of a check: trust, profile, sources of status, and what was asked of the holder."""

from datetime import datetime
from typing import Protocol

from credential_schemas.plain_copies.copies import PlainCopies
from credential_schemas.sd_jwt.policy import KeyBindingPolicy
from keys.trust_list import TrustList
from keys.values import dataclass, field
from verifier.checks.proved_copies import ProvedCopies
from verifier.policies.profile import DEFAULT_PROFILE, Profile
from verifier.statuses.lookup import StatusLookup

_PLAIN_COPIES = PlainCopies()  # one for a process, which may change its rules


class NonceMemory(Protocol):
    """Remembers which nonces were used."""

    def use_nonce(self, audience: str, nonce: str, *, now: int) -> bool:
        """Mark a nonce as used; False when it was used before. Raises OSError where that cannot be remembered."""
        ...


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything a verdict depends on beside the evidence and the time.

    Args:
        trust: whom to believe, for what.
        statuses: where status lists come from and how old they may be.
        profile: what must hold.
        recipient: the name a certificate must be made out to, if that is asked.
        key_binding: audience and nonce of the request that a presentation must answer, if there was one.
        nonces: where used nonces are kept; None when nothing can be kept.
        require_document: only an original PDF is enough.
        trust_sha256: SHA-256 of the trust list's bytes in hex, for receipts; None when it came another way.
        plain_copies: reads copies in one pass once there are many.
        proved_copies: remembers copies whose signature was verified; None where nothing may be remembered.
    """

    trust: TrustList
    statuses: StatusLookup
    profile: Profile = field(default=DEFAULT_PROFILE)
    recipient: str | None = None
    key_binding: KeyBindingPolicy | None = None
    nonces: NonceMemory | None = None
    require_document: bool = False
    trust_sha256: str | None = None
    plain_copies: PlainCopies = field(default=_PLAIN_COPIES, repr=False, compare=False)
    proved_copies: ProvedCopies | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Moment:
    """When the check is made, also as `seconds` since 1970; `simulated` when the caller chose the time."""

    now: datetime
    simulated: bool = False
    seconds: int = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "seconds", int(self.now.timestamp()))
