"""Have what is about to expire issued again, with the refresh tokens that came with it; the holder is not asked.

Rules enforced:
* a refresh token is shown to the token service that gave it, at the origins of an issuer of the trust list, by its
  client and with a proof of the key that it is bound to, and to nobody else;
* the token that comes in its place is kept before anything else is asked; one that is worth nothing is forgotten;
* what is issued is kept in place of what it renews only if it is of the same type, issuer, form, kind and edition, and
  about the same holder: a service that answers for somebody else gets nothing kept and loses nothing of what is there;
* two programs that renew take turns, so that nothing is issued twice.

Source: RFC 6749 section 6; RFC 9449 section 5; OpenID4VCI 1.0 section 13 (refresh)
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import groupby
from typing import Final

from credential_schemas.korean_time import KOREAN_TIME
from credential_schemas.presented_claims import PresentedClaims, read_presented
from credential_schemas.sd_jwt.disclosures import DEFAULT_DIGEST_ONLY, process_disclosures
from credential_schemas.sd_jwt.parse import parse_sd_jwt
from keys.key_files import FileSigner
from keys.private_jwk import read_private_jwk
from keys.trust_list import TrustedIssuer, TrustList
from keys.values import dataclass
from wallet_cli.asking import Asking, Outside, Pairs, Received, take_copies
from wallet_cli.errors import CertificateRefused, IssuerUnknown, ItemNotFound, OfferRefused, ServiceRefused, WalletError
from wallet_cli.held import words_of
from wallet_cli.issuer_client import Token, ask_bound_token
from wallet_cli.issuer_metadata import IssuerMetadata, odd, read_metadata_about_each
from wallet_cli.offer import REFRESH_GRANT, Offer
from wallet_cli.proving import ProvingDoor
from wallet_cli.vault import NewItem, Renewable, Renewal, Vault

RENEWAL_DAYS: Final = 14
"""So many Korean days before its last one a credential is renewed without being named."""

OutsideOf = Callable[[TrustedIssuer], Outside]
"""The world, with a way to the origins of one issuer."""


@dataclass(frozen=True, slots=True)
class Renewed:
    """What became of one credential: what is there in its place, or why nothing is.

    `changed`: its entries say something else than before, because the issuer's records have changed.
    """

    item: str
    configuration: str
    received: Received | None
    changed: bool = False
    error: WalletError | None = None


def renew(vault: Vault, trust: TrustList, outside_of: OutsideOf, *, named: Sequence[str]) -> list[Renewed]:
    """Renew the credentials that are named, or all that end within `RENEWAL_DAYS` or have ended.

    One that cannot be renewed does not keep the others from it.

    Args:
        vault: where they lie.
        trust: whom the holder believes.
        outside_of: the world.
        named: starts of ids; empty for all that are due.

    Raises:
        ItemNotFound: a name fits none or several of those that can be renewed; nobody was asked then.
        PassphraseWrong, VaultUnreadable, StorageRefused: the wallet cannot be read or written.
    """
    with vault.one_renewal():
        renewable = vault.renewable()
        chosen = [_named(renewable, name) for name in named] if named else _due(renewable, trust, outside_of)
        unique = {each.item: each for each in chosen}.values()
        by_grant = sorted(unique, key=lambda each: each.renewal.grant)
        found = list[Renewed]()
        for _, group in groupby(by_grant, key=lambda each: each.renewal.grant):
            found += _renewed([*group], vault, trust, outside_of)
        return found


@dataclass(frozen=True, slots=True)
class _Visit:
    """A visit to an issuer: what it says of itself, the token for today, and the door that shows it."""

    metadata: IssuerMetadata
    token: Token
    door: ProvingDoor
    outside: Outside


def _due(renewable: Iterable[Renewable], trust: TrustList, outside_of: OutsideOf) -> list[Renewable]:
    """Return what ends soon; of an issuer that nobody knows any more everything, so that it is told."""
    found = []
    for each in renewable:
        issuer = trust.issuers.get(each.issuer)
        if issuer is None:
            found.append(each)
            continue
        latest = (outside_of(issuer).now + timedelta(days=RENEWAL_DAYS)).astimezone(KOREAN_TIME).date()
        if _said(each.sd_jwt).valid_until <= latest:
            found.append(each)
    return found


def _named(renewable: Iterable[Renewable], name: str) -> Renewable:
    found = [each for each in renewable if name and each.item.startswith(name)]
    if len(found) != 1:
        what = "no credential that can be renewed has" if not found else "several credentials have"
        raise ItemNotFound(f"Expected the id of one credential; {what} an id starting with {name!r}.", kind="renewal")
    return found[0]


def _renewed(group: Sequence[Renewable], vault: Vault, trust: TrustList, outside_of: OutsideOf) -> list[Renewed]:
    """Renew what was allowed together, with one exchange of its token."""
    try:
        visit = _visit(group, vault, trust, outside_of)
    except WalletError as error:
        return [Renewed(each.item, each.configuration, None, error=error) for each in group]
    return [_one(each, visit, vault) for each in group]


def _visit(group: Sequence[Renewable], vault: Vault, trust: TrustList, outside_of: OutsideOf) -> _Visit:
    first = group[0]
    issuer, renewal = trust.issuers.get(first.issuer), first.renewal
    if issuer is None:
        raise IssuerUnknown("The credential's issuer is not on the trust list any more; it was not asked.")
    outside = outside_of(issuer)
    configurations = tuple(dict.fromkeys(each.configuration for each in group))
    plain = outside.open_door()
    metadata = read_metadata_about_each(Offer(issuer, configurations, None, None, renewal.server), plain)
    refusals = [found for found in metadata.vct_of.values() if isinstance(found, OfferRefused)]
    if len(refusals) == len(configurations):
        raise refusals[0]  # nothing to ask a token for
    proving = ProvingDoor(plain, FileSigner(read_private_jwk(renewal.key)), now=outside.now)
    token = _token(metadata, renewal, vault, door=proving)
    return _Visit(metadata, token, proving.with_token(token.text), outside)


def _token(metadata: IssuerMetadata, renewal: Renewal, vault: Vault, *, door: ProvingDoor) -> Token:
    """Exchange the refresh token; the one that follows is kept before anybody is asked for anything."""
    client = {} if renewal.client_id is None else {"client_id": renewal.client_id}
    parameters = {"grant_type": REFRESH_GRANT, "refresh_token": renewal.token, **client}
    try:
        token = ask_bound_token(metadata, parameters, door)
    except ServiceRefused as error:
        if error.kind != "invalid_grant":
            raise
        vault.note_token(renewal.grant, None)
        ended = "The issuer does not renew it any more (invalid_grant); receive it again from a new offer."
        raise ServiceRefused(ended, kind="renewal_ended") from error
    if token.refresh is not None:
        vault.note_token(renewal.grant, token.refresh)
    return token


def _one(each: Renewable, visit: _Visit, vault: Vault) -> Renewed:
    before = _said(each.sd_jwt)
    changed = False

    def keep(pairs: Pairs, claims: PresentedClaims) -> str:
        nonlocal changed
        _check_same(before, claims)
        changed = words_of(before) != words_of(claims)
        how = _renewal_now(each.renewal, visit.token)
        moment = visit.outside.now.isoformat(timespec="seconds")
        new = NewItem(each.issuer, each.configuration, each.vct, moment, pairs, how)
        return vault.keep_issued(new, instead_of=each.item)

    try:
        if visit.metadata.vct(each.configuration) != each.vct:
            raise odd("expected the type of credential that it renews")
        identifier = _identifier(each, visit.token.identifiers)
        asking = Asking(each.issuer, visit.metadata, each.configuration, identifier, each.copies)
        received = take_copies(asking, visit.outside, visit.door, keep=keep)
    except WalletError as error:
        return Renewed(each.item, each.configuration, None, error=error)
    return Renewed(each.item, each.configuration, received, changed)


def _renewal_now(before: Renewal, token: Token) -> Renewal:
    text = before.token if token.refresh is None else token.refresh
    return Renewal(before.grant, before.server, before.client_id, before.identifier, text, before.key)


def _identifier(each: Renewable, names: Mapping[str, str] | None) -> str | None:
    if names is None:
        return each.renewal.identifier
    if each.configuration not in names:
        raise odd("expected a token for the credential that it renews")
    return names[each.configuration]


def _said(sd_jwt: str) -> PresentedClaims:
    """Return what a kept credential says; it was verified when it was received, and may have ended since."""
    parsed = parse_sd_jwt(sd_jwt)
    return read_presented(
        process_disclosures(parsed.payload, parsed.disclosures, digest_algorithms=DEFAULT_DIGEST_ONLY).claims
    )


def _check_same(before: PresentedClaims, now: PresentedClaims) -> None:
    """Refuse a credential that is not the one before, issued again.

    Raises:
        CertificateRefused: it is about somebody else, or of another form, kind or edition.
    """
    if before.holder != now.holder:
        raise CertificateRefused(
            "The credential was not kept: it names another holder than the one that it renews.", kind="holder"
        )
    if (before.form, before.kind, before.edition) != (now.form, now.kind, now.edition):
        raise CertificateRefused(
            "The credential was not kept: it is of another kind than the one that it renews.", kind="holder"
        )
