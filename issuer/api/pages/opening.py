"""Put the pages of a bank together: what they are made from, and every group of addresses."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from fastapi import APIRouter

from credential_schemas.look.serving import digest_of
from issuer.api.pages import (
    account,
    certificates,
    front,
    help_pages,
    identity,
    issuing,
    privacy,
    share_links,
    sign_in,
    wallets,
)
from issuer.api.pages.asked import PageDesk
from issuer.api.pages.routing import Pages
from issuer.api.staff.opening import staff_pages
from issuer.api.static_files import static_files_router
from issuer.bank import Bank
from issuer.holders.identity import IdentityAgency, StubAgency
from issuer.holders.local_sign_ins import Outside
from issuer.holders.sign_in_settings import SignInSettings
from issuer.holders.signing_in import SignInDesk
from issuer.openid4vci.wallet_clients import BUILT_IN, WalletClients
from issuer.operating.works import OperatorWork
from issuer.postings import Posting
from issuer.sources.model import PersonRecord
from issuer.staff.figures import FigureBoard
from issuer.staff.signing_in import StaffDesk
from issuer.web.files import site_files
from issuer.web.shell import Site
from keys.sign_in.cookies import Cookies
from keys.sign_in.oidc.relying_party import RelyingParty

_SERVICE: Final = "bank"


@dataclass(frozen=True, slots=True)
class Ways:
    """How people get in beside a name with a password: providers, agencies, and test persons for a bank of `--dev`.

    `wallets` are those that may ask holders, `postings` the job postings to choose by.
    """

    providers: Sequence[RelyingParty] = ()
    agencies: Sequence[IdentityAgency] = ()
    test_persons: Sequence[PersonRecord] = field(default=(), repr=False)
    wallets: WalletClients = field(default_factory=lambda: BUILT_IN)
    postings: Mapping[str, Posting] = field(default_factory=dict)


NO_WAYS: Final = Ways()


def page_desk(bank: Bank, outside: Outside, *, ways: Ways = NO_WAYS, operating: OperatorWork | None = None) -> PageDesk:
    """Return what the pages of a bank are made from.

    Args:
        bank: the open bank.
        outside: clock, chance, counts and the costs of passwords.
        ways: test persons are offered only by a bank that is marked for development.
        operating: what operators let the service do; with None no source can be asked from the pages.
    """
    profile = bank.profile
    address = urlsplit(profile.issuer)
    origin = f"{address.scheme}://{address.netloc}"
    origins = {origin, origin.replace("//127.0.0.1", "//localhost")} if profile.development else {origin}
    site = Site.of(profile.issuer, digest_of(site_files()), specimen=profile.specimen, verify_url=profile.verify_url)
    agencies: dict[str, IdentityAgency] = {agency.id: agency for agency in ways.agencies}
    if profile.development and ways.test_persons:
        stub = StubAgency([*ways.test_persons])
        agencies[stub.id] = stub
    return PageDesk(
        bank=bank,
        site=site,
        clock=outside.clock,
        sign_in=SignInDesk(bank, outside),
        settings=SignInSettings(bank, outside),
        staff=StaffDesk(bank, outside),
        figures=FigureBoard(bank),
        cookies=Cookies(_SERVICE, secure=address.scheme == "https"),
        origin=origin,
        own_origins=frozenset(origins),
        random_bytes=secrets.token_bytes,
        limits=outside.limits,
        providers=_by_id(ways.providers),
        agencies=agencies,
        wallets=ways.wallets,
        postings=ways.postings,
        operating=operating or OperatorWork(),
    )


def pages_router(desk: PageDesk) -> APIRouter:
    """Return every page of the bank, with the files that they load."""
    pages = Pages(desk)
    for group in (front, help_pages, sign_in, identity, account, issuing, certificates, wallets, share_links, privacy):
        group.register(pages)
    router = APIRouter()
    router.include_router(static_files_router(site_files(), folder=desk.site.static))
    router.include_router(pages.router)
    router.include_router(staff_pages(desk))
    return router


def _by_id(providers: Sequence[RelyingParty]) -> Mapping[str, RelyingParty]:
    return {each.provider.id: each for each in providers}
