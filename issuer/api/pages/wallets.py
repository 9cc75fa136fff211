"""`/openid4vci/authorize`: the signed-in holder decides what a wallet gets, entry by entry, or nothing.

The browser brings the name of a pushed request and nothing else that counts; what is not in order is shown here and
sends nobody anywhere. Only a decision leads back to the wallet.
"""

from typing import Final
from urllib.parse import urlsplit

from credential_schemas.errors import CredentialError
from issuer.accounts.account import OpenAccount, show_account
from issuer.accounts.errors import SelectionEmpty
from issuer.api.pages.asked import Answer, Asked, shown
from issuer.api.pages.routing import Pages
from issuer.desk_errors import IssuedTooMany
from issuer.errors import IssuerError, StorageFull, StorageUnusable
from issuer.openid4vci.approving import Question, RequestDecidedError, approve, deny, question_of
from issuer.openid4vci.authorization import find_request
from issuer.openid4vci.metadata import AUTHORIZE
from issuer.store.authorizations import StoredRequest
from issuer.web.allow_page import Allow, allow_page, over_page
from issuer.web.shell import Page

_GONE: Final = 410
_MAX_TEXT: Final = 600


def register(pages: Pages) -> None:
    """Add the address."""
    pages.show(AUTHORIZE, ask)
    pages.change(AUTHORIZE, decide)


def ask(asked: Asked) -> Answer:
    """Show what the wallet wants."""
    request = _request(asked)
    if request is None:
        return shown(over_page(asked.visit), status=_GONE)
    return _shown(request, _page(asked, request))


def decide(asked: Asked) -> Answer:
    """Send the browser back to the wallet, with a code or with a refusal."""
    request = _request(asked)
    if request is None:
        return shown(over_page(asked.visit), status=_GONE)
    try:
        if asked.form.one("do") != "allow":
            return Answer(go_to=deny(asked.bank, request))
        question = _question(asked, request)
        if question is None or question.belongs_to_another:
            return _shown(request, _page(asked, request), status=422)
        _count(asked)
        chosen = {name: asked.form.many(name) for name in question.wanted}
        now, language = asked.desk.clock(), asked.visit.language
        return Answer(go_to=approve(asked.bank, question, chosen, language=language, now=now))
    except RequestDecidedError:
        return shown(over_page(asked.visit), status=_GONE)
    except (StorageFull, StorageUnusable, IssuedTooMany):
        raise
    except SelectionEmpty:
        return _shown(request, _page(asked, request, error="allow_none"), status=422)
    except (IssuerError, CredentialError):
        return _shown(request, _page(asked, request, error="allow_impossible"), status=422)


def _request(asked: Asked) -> StoredRequest | None:
    client_id, request_uri = (asked.form.one(name)[:_MAX_TEXT] for name in ("client_id", "request_uri"))
    if client_id not in asked.desk.wallets:
        return None
    return find_request(asked.desk.bank, client_id, request_uri, now=asked.desk.clock())


def _question(asked: Asked, request: StoredRequest) -> Question | None:
    """Return what to ask; None for an account of nobody yet."""
    if not asked.holder.is_linked:
        return None
    with asked.desk.bank.store.read() as transaction:
        opened: OpenAccount = show_account(asked.desk.bank, transaction, asked.holder.account_id)
    return question_of(asked.desk.bank, request, opened, now=asked.desk.clock())


def _page(asked: Asked, request: StoredRequest, *, error: str = "") -> Page:
    allow = Allow(
        wallet=asked.desk.wallets[request.client_id].names.in_language(asked.visit.language),
        host=urlsplit(request.redirect_uri).hostname or "",
        issuer=asked.desk.bank.profile.issuer,
        fields=(("client_id", request.client_id), ("request_uri", asked.form.one("request_uri"))),
        question=_question(asked, request),
        chosen=asked.form.grouped(),
        error=error,
    )
    return allow_page(asked.visit, allow)


def _shown(request: StoredRequest, page: Page, *, status: int = 200) -> Answer:
    parts = urlsplit(request.redirect_uri)
    return Answer(page, status, form_origin=f"{parts.scheme}://{parts.netloc}")


def _count(asked: Asked) -> None:
    wait_s = asked.desk.limits.count(asked.desk.issues, f"account:{asked.holder.account_id}")
    if wait_s is not None:
        raise IssuedTooMany(seconds=wait_s)
