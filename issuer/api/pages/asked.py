"""One question to a page, and its answer, without the web framework: what page functions take and give."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from issuer.api.callers import ISSUES
from issuer.api.pages.form import Form
from issuer.bank import Bank
from issuer.holders.identity import IdentityAgency
from issuer.holders.sign_in_settings import SignInSettings
from issuer.holders.signing_in import Holder, SignInDesk
from issuer.openid4vci.wallet_clients import BUILT_IN, WalletClients
from issuer.operating.works import OperatorWork
from issuer.postings import Posting
from issuer.staff.figures import FigureBoard
from issuer.staff.signing_in import StaffDesk
from issuer.web.shell import Page, Site, Visit
from issuer.work_places import WorkPlaces
from keys.gate.rate_limits import Rate, RateLimits
from keys.sign_in.cookies import Cookies
from keys.sign_in.oidc.relying_party import RelyingParty
from keys.sign_in.passwords import RandomBytes


class NotHere(Exception):
    """There is no such thing, or it is somebody else's: the answer is the same."""


@dataclass(frozen=True, slots=True)
class PageDesk:
    """What the pages of one bank are made from.

    Attributes:
        bank: the open bank; page functions use `Asked.bank`, which acts as the holder.
        site: for the frame of every page.
        clock: the only one.
        sign_in: signs holders in and out.
        settings: changes how they sign in.
        staff: signs staff in and out.
        figures: counts for their dashboard.
        cookies: names and forms of the cookies of signing in.
        origin: scheme, host and port under which browsers know this service.
        own_origins: that one, and on a machine of a developer its other name.
        random_bytes: the only chance.
        limits: where rates are counted.
        issues: how many certificates an account may get in a time.
        places: where heavy work waits for its turn.
        operating: what operators let the service do, and which sources can be asked.
        providers: OpenID providers by id.
        agencies: ways to verify an identity by id.
        wallets: which may ask holders, by client id.
        postings: job postings to choose by, by id.
    """

    bank: Bank
    site: Site
    clock: Callable[[], datetime]
    sign_in: SignInDesk
    settings: SignInSettings
    staff: StaffDesk
    figures: FigureBoard
    cookies: Cookies
    origin: str
    own_origins: frozenset[str]
    random_bytes: RandomBytes
    limits: RateLimits = field(default_factory=RateLimits)
    issues: Rate = ISSUES
    places: WorkPlaces = field(default_factory=WorkPlaces)
    operating: OperatorWork = field(default_factory=OperatorWork)
    providers: Mapping[str, RelyingParty] = field(default_factory=dict)
    agencies: Mapping[str, IdentityAgency] = field(default_factory=dict)
    wallets: WalletClients = field(default_factory=lambda: BUILT_IN)
    postings: Mapping[str, Posting] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """One question.

    Attributes:
        desk: of this bank.
        visit: who looks at which page, and how.
        form: what a form sent; for a page that is only shown, the query of its address.
        values: the parts of the address that vary, by name.
        person: who is signed in, None for nobody.
        caller: under what the caller is counted.
        cookie_header: as it came.
        request_id: to name in a complaint.
    """

    desk: PageDesk
    visit: Visit
    form: Form
    values: Mapping[str, str]
    person: Holder | None
    caller: str
    cookie_header: str | None
    request_id: str

    @property
    def holder(self) -> Holder:
        """Who is signed in, on pages that are only for holders."""
        if self.person is None:
            raise RuntimeError("a page for holders was asked without one")
        return self.person

    @property
    def bank(self) -> Bank:
        """The bank, with the holder as the one who does what is done with it."""
        return self.desk.bank.acting_as(self.holder.actor)


@dataclass(frozen=True, slots=True)
class Download:
    """A file to save; its name holds no personal value."""

    body: bytes
    media_type: str
    name: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered: a page, a file, or another page to go to.

    Attributes:
        page: what is shown.
        status: of the answer with a page.
        go_to: address of a page of ours, or of a provider, that the browser asks next; the status is then 303.
        download: a file.
        cookies: values of `Set-Cookie` headers.
        visit: how the page is looked at, where answering has changed that.
        form_origin: of somebody else to whom the answer to a form of this page may lead on; empty for none.
    """

    page: Page | None = None
    status: int = 200
    go_to: str | None = None
    download: Download | None = None
    cookies: Sequence[str] = ()
    visit: Visit | None = None
    form_origin: str = ""


PageFunction = Callable[[Asked], Answer]


def shown(page: Page, *, status: int = 200) -> Answer:
    """Return a page as the answer."""
    return Answer(page, status)


def go_to(asked: Asked, path: str, *, cookies: Sequence[str] = ()) -> Answer:
    """Return the way to another page in the same language; `path` begins with "/"."""
    return Answer(go_to=asked.visit.to(path), cookies=cookies)
