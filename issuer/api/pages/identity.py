"""`/identity`: linking the account to the person, through an agency that verifies who somebody is."""

from urllib.parse import urlencode

from issuer.api.pages.asked import Answer, Asked, NotHere, go_to, shown
from issuer.api.pages.routing import Pages
from issuer.holders.errors import IdentityNotRegistered, IdentityRefused, UnderAge
from issuer.holders.identity import IdentityAgency, StubAgency, link_by_identity, request_state
from issuer.web.identity_pages import AgencyWay, identity_page, stub_page

_REFUSALS = (IdentityRefused, IdentityNotRegistered, UnderAge)


def register(pages: Pages) -> None:
    """Add the addresses."""
    pages.show("/identity", show_identity)
    pages.show("/identity/test", show_stub)
    pages.change("/identity/{agency}/begin", begin)
    pages.show("/identity/{agency}/back", come_back)
    pages.change("/identity/{agency}/back", come_back)


def show_identity(asked: Asked) -> Answer:
    """Offer the agencies, or say how an operator links the account."""
    if asked.holder.is_linked:
        return go_to(asked, "/account")
    return shown(identity_page(asked.visit, _ways(asked), account=asked.holder.account_id))


def begin(asked: Asked) -> Answer:
    """Send the browser to an agency."""
    agency = _agency(asked)
    return_to = asked.desk.origin + asked.visit.to(f"/identity/{agency.id}/back")
    state = request_state(asked.desk.bank, asked.holder)
    return Answer(go_to=agency.begin(state=state, return_to=return_to))


def show_stub(asked: Asked) -> Answer:
    """Show the test persons; nothing is verified, and the page says so."""
    stub = asked.desk.agencies.get(StubAgency.id)
    if not isinstance(stub, StubAgency):
        raise NotHere
    people = [(each.person_ref, each.name, each.birth_date) for each in stub.persons]
    return shown(stub_page(asked.visit, people, state=asked.form.one("state")))


def come_back(asked: Asked) -> Answer:
    """Take the agency's answer, and link the account."""
    agency, bank = _agency(asked), asked.bank
    try:
        answer = dict(asked.form.fields)
        identity = agency.finish(answer, state=request_state(bank, asked.holder))
        outcome = link_by_identity(bank, asked.holder, identity, agency=agency.id, now=asked.desk.clock())
    except _REFUSALS as error:
        page = identity_page(
            asked.visit, _ways(asked), account=asked.holder.account_id, error=f"identity_error_{error.code}"
        )
        return shown(page, status=422)
    return go_to(asked, f"/account/sources?{urlencode({'done': outcome})}")


def _agency(asked: Asked) -> IdentityAgency:
    agency = asked.desk.agencies.get(asked.values["agency"])
    if agency is None:
        raise NotHere
    return agency


def _ways(asked: Asked) -> list[AgencyWay]:
    language = asked.visit.language
    return [AgencyWay(each.id, each.names.in_language(language), each.is_test) for each in asked.desk.agencies.values()]
