"""What `serve` reads from files for the pages: OpenID providers, wallets, postings, and test persons of `--dev`."""

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from issuer.errors import FileUnreadable, InvalidOption

if TYPE_CHECKING:
    from issuer.api.pages.asked import PageDesk
    from issuer.api.pages.opening import Ways
    from issuer.bank import Bank
    from issuer.cli.context import CommandContext
    from issuer.postings import Posting
    from keys.gate.gate import Visitors

_STUB: Final = "ISSUER_IDENTITY_STUB"
_MAX_SECRET_BYTES: Final = 4096
_OTHERS: Final = 0o077


def open_pages(bank: "Bank", context: "CommandContext", visitors: "Visitors") -> "PageDesk":
    """Return what the pages are made from.

    Raises:
        FileUnreadable: a file cannot be read, or a folder is no posting.
        InvalidOption: test persons were named for a bank that is not for development, or the list of wallets is none.
        KeysError: the list of providers is not in order.
        SourcesUnreadable: the file of sources is not in order.
    """
    from issuer.api.pages.opening import page_desk
    from issuer.cli.asking import outside_world, source_settings
    from issuer.holders.local_sign_ins import Outside
    from issuer.operating.works import OperatorWork, Works
    from keys.sign_in.passwords import Passwords

    outside = Outside(context.clock, visitors.limits, Passwords(secrets.token_bytes))
    works = Works()
    world = outside_world(bank, context, stop=works.stop)
    operating = OperatorWork(works, source_settings(bank, context), world)
    return page_desk(bank, outside, ways=_ways(bank, context), operating=operating)


def _ways(bank: "Bank", context: "CommandContext") -> "Ways":
    from issuer.api.pages.opening import Ways
    from issuer.bank.folder import read_file
    from issuer.openid4vci.wallet_clients import BUILT_IN, read_wallet_clients
    from issuer.sources.model import PersonRecord
    from issuer.sources.persons import parse_persons
    from keys.fetch import Network
    from keys.sign_in.oidc.providers_file import read_providers
    from keys.sign_in.oidc.relying_party import RelyingParty

    settings, development = context.settings, bank.profile.development
    if settings.identity_stub is not None and not development:
        problem = "a bank that is not made with `init --dev` never takes test persons"
        raise InvalidOption(problem, option=_STUB)
    providers = []
    if settings.oidc is not None:
        folder, network = settings.oidc.parent, Network()
        listed = read_providers(
            read_file(settings.oidc), secret_of=lambda name: _secret(folder / name), development=development
        )
        providers = [RelyingParty(each, network=network) for each in listed]
    persons: list[PersonRecord] = []
    if settings.identity_stub is not None:
        rows = parse_persons(read_file(settings.identity_stub))
        persons = [row for row in rows if isinstance(row, PersonRecord)]
    wallets = BUILT_IN if settings.wallets is None else read_wallet_clients(read_file(settings.wallets))
    postings: Mapping[str, Posting] = {}
    if settings.postings is not None:
        from issuer.postings import read_postings  # loads what reads policies

        postings = read_postings(settings.postings)
    return Ways(providers=providers, test_persons=persons, wallets=wallets, postings=postings)


def _secret(path: Path) -> str:
    from issuer.bank.folder import read_file

    data = read_file(path)[:_MAX_SECRET_BYTES]
    if path.stat().st_mode & _OTHERS:
        raise FileUnreadable("expected a secret that only its owner may read", file=path.name)
    return data.decode("ascii", "replace").strip()
