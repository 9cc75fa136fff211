"""Receive what an offer holds: one exchange of its code, after the holder has signed in where the offer wants that.

Then each credential comes in copies (`asking`), and is kept with what renews it.
"""

from collections.abc import Callable, Mapping
from typing import Final

from credential_schemas.presented_claims import PresentedClaims
from keys.encoding import JsonValue
from keys.key_files import FileSigner, create_key
from keys.private_jwk import private_jwk
from keys.values import dataclass
from wallet_cli.asking import Asking, Outside, Pairs, Received, identifier_of, take_copies
from wallet_cli.authorizing import CLIENT_ID, allowed_token
from wallet_cli.doors import Door
from wallet_cli.errors import OfferRefused
from wallet_cli.issuer_client import Token, ask_token
from wallet_cli.issuer_metadata import IssuerMetadata, read_metadata
from wallet_cli.offer import Offer
from wallet_cli.proving import ProvingDoor
from wallet_cli.vault import NewItem, Renewal, Vault, new_grant

DEFAULT_COPIES: Final = 10


@dataclass(frozen=True, slots=True)
class Order:
    """What to receive: an offer, how many copies of each credential at most, and the typed transaction code."""

    offer: Offer
    tx_code: str | None
    copies: int = DEFAULT_COPIES


@dataclass(frozen=True, slots=True)
class _Granted:
    """A token, the door that shows it, and the private key (JWK) that it is bound to, if it is."""

    token: Token
    door: Door
    key: Mapping[str, JsonValue] | None


def receive(
    order: Order, vault: Vault, outside: Outside, *, kept: Callable[[Received], None] = lambda _: None
) -> list[Received]:
    """Receive every credential of an offer, or every one that the holder allowed.

    Args:
        order: what to receive.
        vault: where it is kept.
        outside: the world.
        kept: is told each credential when it is in the wallet; one that fails later takes none of them away.

    Raises:
        OfferRefused: offer or issuer are not in order, or the transaction code cannot be the one.
        ServiceRefused, ServiceUnreachable: the issuer did not give it, or the holder did not allow it.
        IssuerUnknown, CertificateRefused: what it gave is not in order; of that credential nothing was kept.
        StorageRefused: it could not be kept.
    """
    offer = order.offer
    _check_code(order)
    vault.check()  # a wallet that does not open must not cost the offer
    metadata = read_metadata(offer, outside.open_door())
    granted, grant = _granted(metadata, order, outside), new_grant()
    received = []
    for configuration in offer.configurations:
        if granted.token.identifiers is not None and configuration not in granted.token.identifiers:
            continue  # the holder did not allow it
        identifier = identifier_of(granted.token, configuration)
        asking = Asking(offer.issuer.id, metadata, configuration, identifier, order.copies)
        renewal = _renewal(granted, order, metadata, grant=grant, identifier=identifier)

        def keep(pairs: Pairs, _claims: PresentedClaims, asking: Asking = asking, how: Renewal | None = renewal) -> str:
            moment = outside.now.isoformat(timespec="seconds")
            return vault.keep_issued(NewItem(asking.issuer, asking.configuration, asking.vct, moment, pairs, how))

        received.append(take_copies(asking, outside, granted.door, keep=keep))
        kept(received[-1])
    return received


def _granted(metadata: IssuerMetadata, order: Order, outside: Outside) -> _Granted:
    """Return the token: bound to a key where the service can do that, and always after a sign-in."""
    plain, signer = outside.open_door(), FileSigner(create_key())
    proving = ProvingDoor(plain, signer, now=outside.now)
    if order.offer.sign_in:
        if outside.browser is None:
            raise OfferRefused("The offer needs you to sign in, and there is no browser here.", kind="grant")
        token = allowed_token(metadata, order.offer, proving, browser=outside.browser)
    elif metadata.binds:
        token = ask_token(metadata, order.offer, proving, tx_code=order.tx_code, bound=True)
    else:
        token = ask_token(metadata, order.offer, plain, tx_code=order.tx_code, bound=False)
        return _Granted(token, outside.open_door(bearer=token.text), None)
    return _Granted(token, proving.with_token(token.text), private_jwk(signer.key))


def _renewal(
    granted: _Granted, order: Order, metadata: IssuerMetadata, *, grant: str, identifier: str | None
) -> Renewal | None:
    """Return what renews a credential later; None where the service gave nothing for that."""
    if granted.token.refresh is None or granted.key is None:
        return None
    client = CLIENT_ID if order.offer.sign_in else None
    return Renewal(grant, metadata.server, client, identifier, granted.token.refresh, granted.key)


def _check_code(order: Order) -> None:
    asked = order.offer.tx_code
    if asked is None and order.tx_code is not None:
        raise OfferRefused("The offer has no transaction code; whoever gave you one may mean another.", kind="tx_code")
    if asked is not None and order.tx_code is None:
        raise OfferRefused("The offer needs its transaction code; give it with --tx-code.", kind="tx_code_missing")
    if asked is not None and order.tx_code is not None and not asked.fits(order.tx_code):
        raise OfferRefused("The transaction code has another form than the offer says.", kind="tx_code")
