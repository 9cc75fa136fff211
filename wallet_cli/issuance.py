"""Receive what an offer holds: one exchange of its code, after the holder has signed in where the offer wants that;
then for each credential keys, proofs, checks, and keeping.

Nothing is kept that does not pass the holder's checks, and nothing is told to be kept before it is. Should an answer be
lost on the way, the same keys are shown once more: the issuer then answers what it answered, and issues nothing twice.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from credential_schemas.presented_claims import PresentedClaims
from keys.encoding import JsonValue, encode_json
from keys.jws_sign import sign_compact
from keys.key_files import FileSigner, PrivateKey, create_key
from keys.private_jwk import private_jwk
from keys.trust_list import TrustList
from wallet_cli.authorizing import Browser, allowed_token
from wallet_cli.doors import Door, OpenDoor
from wallet_cli.errors import CertificateRefused, OfferRefused, ServiceRefused, ServiceUnreachable, WalletError
from wallet_cli.held import check_issued
from wallet_cli.issuer_client import (
    Deferred,
    IssuedCredentials,
    Token,
    ask_credentials,
    ask_deferred,
    ask_nonce,
    ask_token,
    notify,
)
from wallet_cli.issuer_metadata import IssuerMetadata, read_metadata
from wallet_cli.offer import Offer
from wallet_cli.proving import ProvingDoor
from wallet_cli.vault import NewItem, Vault

DEFAULT_COPIES: Final = 10
PROOF_TYP: Final = "openid4vci-proof+jwt"
_PATIENCE_S: Final = 240  # an access token lives five minutes
_AGAIN: Final = frozenset({"timeout", "connect", "protocol"})


@dataclass(frozen=True, slots=True)
class Order:
    """What to receive: an offer, how many copies of each credential at most, and the typed transaction code."""

    offer: Offer
    tx_code: str | None
    copies: int = DEFAULT_COPIES


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
class Received:
    """One credential that is now in the wallet."""

    item: str
    configuration: str
    copies: int
    claims: PresentedClaims


def receive(order: Order, vault: Vault, outside: Outside) -> list[Received]:
    """Receive every credential of an offer, or every one that the holder allowed.

    Args:
        order: what to receive.
        vault: where it is kept.
        outside: the world.

    Raises:
        OfferRefused: offer or issuer are not in order, or the transaction code cannot be the one.
        ServiceRefused, ServiceUnreachable: the issuer did not give it, or the holder did not allow it.
        IssuerUnknown, CertificateRefused: what it gave is not in order; of that credential nothing was kept.
        StorageRefused: it could not be kept.
    """
    offer = order.offer
    _check_code(order)
    vault.check()  # a wallet that does not open must not cost the offer
    plain = outside.open_door()
    metadata = read_metadata(offer, plain)
    token, door = _token(metadata, order, outside)
    received = []
    for configuration in offer.configurations:
        if token.identifiers is not None and configuration not in token.identifiers:
            continue  # the holder did not allow it
        keys = [create_key() for _ in range(min(order.copies, metadata.batch_size))]
        asking = _Asking(metadata, order, configuration, token, [FileSigner(key) for key in keys])
        received.append(_received(asking, vault, outside, door=door, keys=keys))
    return received


@dataclass(frozen=True, slots=True)
class _Asking:
    """One credential request: for which configuration, with which keys."""

    metadata: IssuerMetadata
    order: Order
    configuration: str
    token: Token
    signers: Sequence[FileSigner]

    @property
    def issuer(self) -> str:
        """Who is asked."""
        return self.order.offer.issuer.id

    @property
    def wanted(self) -> dict[str, JsonValue]:
        """The name of the credential, as the token wants it."""
        if self.token.identifiers is None:
            return {"credential_configuration_id": self.configuration}
        return {"credential_identifier": self.token.identifiers[self.configuration]}


def _token(metadata: IssuerMetadata, order: Order, outside: Outside) -> tuple[Token, Door]:
    """Return the token, and the door that shows it."""
    plain = outside.open_door()
    if not order.offer.sign_in:
        token = ask_token(metadata, order.offer, plain, tx_code=order.tx_code)
        return token, outside.open_door(bearer=token.text)
    if outside.browser is None:
        raise OfferRefused("The offer needs you to sign in, and there is no browser here.", kind="grant")
    proving = ProvingDoor(plain, FileSigner(create_key()), now=outside.now)
    token = allowed_token(metadata, order.offer, proving, browser=outside.browser)
    return token, proving.with_token(token.text)


def _received(asking: _Asking, vault: Vault, outside: Outside, *, door: Door, keys: Sequence[PrivateKey]) -> Received:
    issued = _asked_twice(asking, door, outside)
    metadata, configuration = asking.metadata, asking.configuration
    try:
        claims = _checked(issued, asking, outside)
        pairs = [(text, private_jwk(key)) for text, key in zip(issued.credentials, keys, strict=False)]
        moment = outside.now.isoformat(timespec="seconds")
        item = vault.keep_issued(NewItem(asking.issuer, configuration, metadata.vct_of[configuration], moment, pairs))
    except WalletError:
        notify(metadata, issued.notification_id, door, event="credential_failure")
        raise
    notify(metadata, issued.notification_id, door, event="credential_accepted")
    return Received(item, configuration, len(pairs), claims)


def _check_code(order: Order) -> None:
    asked = order.offer.tx_code
    if asked is None and order.tx_code is not None:
        raise OfferRefused("The offer has no transaction code; whoever gave you one may mean another.", kind="tx_code")
    if asked is not None and order.tx_code is None:
        raise OfferRefused("The offer needs its transaction code; give it with --tx-code.", kind="tx_code_missing")
    if asked is not None and order.tx_code is not None and not asked.fits(order.tx_code):
        raise OfferRefused("The transaction code has another form than the offer says.", kind="tx_code")


def _asked_twice(asking: _Asking, door: Door, outside: Outside) -> IssuedCredentials:
    """Ask, and once more for the same keys when the answer was lost or the nonce came too late."""
    try:
        return _asked(asking, door, outside)
    except ServiceUnreachable as error:
        if error.kind not in _AGAIN:
            raise
    except ServiceRefused as error:
        if error.kind != "invalid_nonce":
            raise
    return _asked(asking, door, outside)


def _asked(asking: _Asking, door: Door, outside: Outside) -> IssuedCredentials:
    nonce = ask_nonce(asking.metadata, outside.open_door())
    proofs = [_proof(signer, asking, nonce, now=outside.now) for signer in asking.signers]
    answer = ask_credentials(asking.metadata, asking.wanted, door, proofs=proofs)
    waited_s = 0
    while isinstance(answer, Deferred):
        waited_s += answer.interval_s
        if outside.wait is None or waited_s > _PATIENCE_S:
            problem = "The issuer is still collecting; take the offer again later."
            raise ServiceUnreachable(problem, kind="deferred")
        outside.wait(answer.interval_s)
        answer = ask_deferred(asking.metadata, answer, door, most=len(proofs))
    return answer


def _proof(signer: FileSigner, asking: _Asking, nonce: str | None, *, now: datetime) -> str:
    public = signer.public_jwk()
    jwk: dict[str, JsonValue] = {name: public[name] for name in ("kty", "crv", "x", "y")}
    claims: dict[str, JsonValue] = {"aud": asking.issuer, "iat": int(now.timestamp())}
    if nonce is not None:
        claims["nonce"] = nonce
    return sign_compact({"typ": PROOF_TYP, "alg": signer.algorithm, "jwk": jwk}, encode_json(claims), signer=signer)


def _checked(issued: IssuedCredentials, asking: _Asking, outside: Outside) -> PresentedClaims:
    """Check every copy; return what the first says, and all say the same."""
    vct, found = asking.metadata.vct_of[asking.configuration], list[PresentedClaims]()
    for text, signer in zip(issued.credentials, asking.signers, strict=False):
        claims = check_issued(
            text, vct=vct, key=signer.public_key, trust=outside.trust, now=int(outside.now.timestamp())
        )
        if claims.issuer != asking.issuer:
            raise CertificateRefused("The credential was not kept: it is another issuer's than the one that was asked.")
        found.append(claims)
    if len({claims.status for claims in found}) != len(found):
        raise CertificateRefused("The credential was not kept: its copies share a status and could be linked.")
    return found[0]
