"""Ask for the copies of one credential: keys and proofs, waiting for what comes later, the holder's checks, keeping.

Nothing is kept that does not pass the checks, and nothing is told to be kept before it is. Should an answer be lost on
the way, the same keys are shown once more: the issuer then answers what it answered, and issues nothing twice.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from credential_schemas.presented_claims import PresentedClaims
from keys.encoding import JsonValue, encode_json
from keys.jws_sign import sign_compact
from keys.key_files import FileSigner, create_key
from keys.private_jwk import private_jwk
from keys.trust_list import TrustList
from keys.values import dataclass
from wallet_cli.authorizing import Browser
from wallet_cli.doors import Door, OpenDoor
from wallet_cli.errors import CertificateRefused, ServiceRefused, ServiceUnreachable, WalletError
from wallet_cli.held import check_issued
from wallet_cli.issuer_client import (
    Deferred,
    IssuedCredentials,
    Token,
    ask_credentials,
    ask_deferred,
    ask_nonce,
    notify,
)
from wallet_cli.issuer_metadata import IssuerMetadata

PROOF_TYP: Final = "openid4vci-proof+jwt"
_PATIENCE_S: Final = 240  # an access token lives five minutes
_AGAIN: Final = frozenset({"timeout", "connect", "protocol"})

Pairs = list[tuple[str, Mapping[str, JsonValue]]]
"""Copies of a credential with their private keys (JWK)."""

Keep = Callable[[Pairs, PresentedClaims], str]
"""Keeps copies that passed the checks, with what all of them say; answers the id, or raises a `WalletError`."""


@dataclass(frozen=True, slots=True)
class Outside:
    """What the wallet needs of the world.

    Attributes:
        open_door: the way to the issuer's origins, and no others.
        trust: whom the holder believes.
        now: aware; for proofs and checks.
        browser: the holder's; None where there is none.
        wait: waits so many seconds, for credentials that come later.
    """

    open_door: OpenDoor
    trust: TrustList
    now: datetime
    browser: Browser | None = None
    wait: Callable[[int], None] | None = None


@dataclass(frozen=True, slots=True)
class Asking:
    """One credential request: of which issuer, for which configuration, by which name, in how many copies at most.

    `identifier` is the name that came with the token; None where the configuration's own name is used.
    """

    issuer: str
    metadata: IssuerMetadata
    configuration: str
    identifier: str | None
    copies: int

    @property
    def vct(self) -> str:
        """The type of what is asked for."""
        return self.metadata.vct(self.configuration)

    @property
    def wanted(self) -> dict[str, JsonValue]:
        """The name of the credential, as the token wants it."""
        if self.identifier is None:
            return {"credential_configuration_id": self.configuration}
        return {"credential_identifier": self.identifier}


@dataclass(frozen=True, slots=True)
class Received:
    """One credential that is now in the wallet."""

    item: str
    configuration: str
    copies: int
    claims: PresentedClaims


def identifier_of(token: Token, configuration: str) -> str | None:
    """Return the name that a token gives a configuration, None where it gives none."""
    return None if token.identifiers is None else token.identifiers[configuration]


def take_copies(asking: Asking, outside: Outside, door: Door, *, keep: Keep) -> Received:
    """Ask for copies for keys of their own, check and keep them, and tell the issuer what became of them.

    Args:
        asking: what is asked for.
        outside: the world.
        door: shows the token.
        keep: keeps what passed.

    Raises:
        ServiceRefused, ServiceUnreachable, OfferRefused: the issuer did not give it, or is not in order.
        IssuerUnknown, CertificateRefused: what it gave is not in order; nothing was kept.
        WalletError: what `keep` raises.
    """
    keys = [create_key() for _ in range(min(asking.copies, asking.metadata.batch_size))]
    signers = [FileSigner(key) for key in keys]
    issued = _asked_twice(asking, signers, door, outside)
    try:
        claims = _checked(issued, asking, signers, outside)
        pairs: Pairs = [(text, private_jwk(key)) for text, key in zip(issued.credentials, keys, strict=False)]
        item = keep(pairs, claims)
    except WalletError:
        notify(asking.metadata, issued.notification_id, door, event="credential_failure")
        raise
    notify(asking.metadata, issued.notification_id, door, event="credential_accepted")
    return Received(item, asking.configuration, len(pairs), claims)


def _asked_twice(asking: Asking, signers: Sequence[FileSigner], door: Door, outside: Outside) -> IssuedCredentials:
    """Ask, and once more for the same keys when the answer was lost or the nonce came too late."""
    try:
        return _asked(asking, signers, door, outside)
    except ServiceUnreachable as error:
        if error.kind not in _AGAIN:
            raise
    except ServiceRefused as error:
        if error.kind != "invalid_nonce":
            raise
    return _asked(asking, signers, door, outside)


def _asked(asking: Asking, signers: Sequence[FileSigner], door: Door, outside: Outside) -> IssuedCredentials:
    nonce = ask_nonce(asking.metadata, outside.open_door())
    proofs = [_proof(signer, asking, nonce, now=outside.now) for signer in signers]
    answer = ask_credentials(asking.metadata, asking.wanted, door, proofs=proofs)
    waited_s = 0
    while isinstance(answer, Deferred):
        waited_s += answer.interval_s
        if outside.wait is None or waited_s > _PATIENCE_S:
            raise ServiceUnreachable("The issuer is still collecting; try again later.", kind="deferred")
        outside.wait(answer.interval_s)
        answer = ask_deferred(asking.metadata, answer, door, most=len(proofs))
    return answer


def _proof(signer: FileSigner, asking: Asking, nonce: str | None, *, now: datetime) -> str:
    public = signer.public_jwk()
    jwk: dict[str, JsonValue] = {name: public[name] for name in ("kty", "crv", "x", "y")}
    claims: dict[str, JsonValue] = {"aud": asking.issuer, "iat": int(now.timestamp())}
    if nonce is not None:
        claims["nonce"] = nonce
    return sign_compact({"typ": PROOF_TYP, "alg": signer.algorithm, "jwk": jwk}, encode_json(claims), signer=signer)


def _checked(
    issued: IssuedCredentials, asking: Asking, signers: Sequence[FileSigner], outside: Outside
) -> PresentedClaims:
    """Check every copy; return what the first says, and all say the same."""
    found = list[PresentedClaims]()
    for text, signer in zip(issued.credentials, signers, strict=False):
        claims = check_issued(
            text, vct=asking.vct, key=signer.public_key, trust=outside.trust, now=int(outside.now.timestamp())
        )
        if claims.issuer != asking.issuer:
            raise CertificateRefused("The credential was not kept: it is another issuer's than the one that was asked.")
        found.append(claims)
    if len({claims.status for claims in found}) != len(found):
        raise CertificateRefused("The credential was not kept: its copies share a status and could be linked.")
    return found[0]
