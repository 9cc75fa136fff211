"""Receive what an offer holds: one exchange of its code, then for each credential keys, proofs, checks, and keeping.

Nothing is kept that does not pass the holder's checks, and nothing is told to be kept before it is. Should an answer be
lost on the way, the same keys are shown once more: the issuer then answers what it answered, and issues nothing twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from credential_schemas.presented_claims import PresentedClaims
from keys.encoding import JsonValue, encode_json
from keys.jws_sign import sign_compact
from keys.key_files import FileSigner, create_key
from keys.private_jwk import private_jwk
from keys.trust_list import TrustList
from wallet_cli.errors import CertificateRefused, OfferRefused, ServiceRefused, ServiceUnreachable, WalletError
from wallet_cli.held import check_issued
from wallet_cli.issuer_client import (
    Door,
    IssuedCredentials,
    IssuerMetadata,
    OpenDoor,
    ask_credentials,
    ask_nonce,
    ask_token,
    notify,
    read_metadata,
)
from wallet_cli.offer import Offer
from wallet_cli.vault import NewItem, Vault

DEFAULT_COPIES: Final = 10
PROOF_TYP: Final = "openid4vci-proof+jwt"
_AGAIN: Final = frozenset({"timeout", "connect", "protocol"})


@dataclass(frozen=True, slots=True)
class Order:
    """What to receive: an offer, how many copies of each credential at most, and the typed transaction code."""

    offer: Offer
    tx_code: str | None
    copies: int = DEFAULT_COPIES


@dataclass(frozen=True, slots=True)
class Received:
    """One credential that is now in the wallet."""

    item: str
    configuration: str
    copies: int
    claims: PresentedClaims


def receive(order: Order, vault: Vault, open_door: OpenDoor, *, trust: TrustList, now: datetime) -> list[Received]:
    """Receive every credential of an offer.

    Args:
        order: what to receive.
        vault: where it is kept.
        open_door: the way to the issuer's origins, and no others.
        trust: whom the holder believes.
        now: aware; for proofs and checks.

    Raises:
        OfferRefused: offer or issuer are not in order, or the transaction code cannot be the one.
        ServiceRefused, ServiceUnreachable: the issuer did not give it.
        IssuerUnknown, CertificateRefused: what it gave is not in order; of that credential nothing was kept.
        StorageRefused: it could not be kept.
    """
    offer = order.offer
    _check_code(order)
    vault.check()  # a wallet that does not open must not cost the offer
    plain = open_door()
    metadata = read_metadata(offer, plain)
    door = open_door(bearer=ask_token(metadata, offer, plain, tx_code=order.tx_code))
    received = []
    for configuration in offer.configurations:
        keys = [create_key() for _ in range(min(order.copies, metadata.batch_size))]
        asking = _Asking(metadata, offer, configuration, [FileSigner(key) for key in keys], int(now.timestamp()))
        issued = _asked_twice(asking, door, plain)
        try:
            claims = _checked(issued, asking, trust)
            pairs = [(text, private_jwk(key)) for text, key in zip(issued.credentials, keys, strict=False)]
            moment = now.isoformat(timespec="seconds")
            new = NewItem(offer.issuer.id, configuration, metadata.vct_of[configuration], moment, pairs)
            item = vault.keep_issued(new)
        except WalletError:
            notify(metadata, issued.notification_id, door, event="credential_failure")
            raise
        notify(metadata, issued.notification_id, door, event="credential_accepted")
        received.append(Received(item, configuration, len(pairs), claims))
    return received


@dataclass(frozen=True, slots=True)
class _Asking:
    """One credential request: for which configuration, with which keys."""

    metadata: IssuerMetadata
    offer: Offer
    configuration: str
    signers: Sequence[FileSigner]
    now_s: int


def _check_code(order: Order) -> None:
    asked = order.offer.tx_code
    if asked is None and order.tx_code is not None:
        raise OfferRefused("The offer has no transaction code; whoever gave you one may mean another.", kind="tx_code")
    if asked is not None and order.tx_code is None:
        raise OfferRefused("The offer needs its transaction code; give it with --tx-code.", kind="tx_code_missing")
    if asked is not None and order.tx_code is not None and not asked.fits(order.tx_code):
        raise OfferRefused("The transaction code has another form than the offer says.", kind="tx_code")


def _asked_twice(asking: _Asking, door: Door, plain: Door) -> IssuedCredentials:
    """Ask, and once more for the same keys when the answer was lost or the nonce came too late."""
    try:
        return _asked(asking, door, plain)
    except ServiceUnreachable as error:
        if error.kind not in _AGAIN:
            raise
    except ServiceRefused as error:
        if error.kind != "invalid_nonce":
            raise
    return _asked(asking, door, plain)


def _asked(asking: _Asking, door: Door, plain: Door) -> IssuedCredentials:
    nonce = ask_nonce(asking.metadata, plain)
    proofs = [_proof(signer, asking, nonce) for signer in asking.signers]
    return ask_credentials(asking.metadata, asking.configuration, door, proofs=proofs)


def _proof(signer: FileSigner, asking: _Asking, nonce: str | None) -> str:
    public = signer.public_jwk()
    jwk: dict[str, JsonValue] = {name: public[name] for name in ("kty", "crv", "x", "y")}
    claims: dict[str, JsonValue] = {"aud": asking.offer.issuer.id, "iat": asking.now_s}
    if nonce is not None:
        claims["nonce"] = nonce
    return sign_compact({"typ": PROOF_TYP, "alg": signer.algorithm, "jwk": jwk}, encode_json(claims), signer=signer)


def _checked(issued: IssuedCredentials, asking: _Asking, trust: TrustList) -> PresentedClaims:
    """Check every copy; return what the first says, and all say the same."""
    vct, found = asking.metadata.vct_of[asking.configuration], list[PresentedClaims]()
    for text, signer in zip(issued.credentials, asking.signers, strict=False):
        claims = check_issued(text, vct=vct, key=signer.public_key, trust=trust, now=asking.now_s)
        if claims.issuer != asking.offer.issuer.id:
            raise CertificateRefused("The credential was not kept: it is another issuer's than the one that was asked.")
        found.append(claims)
    if len({claims.status for claims in found}) != len(found):
        raise CertificateRefused("The credential was not kept: its copies share a status and could be linked.")
    return found[0]
