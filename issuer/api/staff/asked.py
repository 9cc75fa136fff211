"""One question of somebody of the staff to a page: what the page functions for staff take; they give an `Answer`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from credential_schemas.look.harmless import harmless
from issuer.api.pages.asked import Answer, PageDesk
from issuer.api.pages.form import Form
from issuer.bank import Bank
from issuer.staff.errors import ReasonMissing
from issuer.staff.signing_in import StaffMember
from issuer.web.shell import Visit
from issuer.web.staff.frame import REASON

SHORTEST_REASON: Final = 2
LONGEST_REASON: Final = 300


@dataclass(frozen=True, slots=True)
class StaffAsked:
    """One question.

    Attributes:
        desk: of this bank.
        visit: who looks at which page, and how.
        form: what a form sent; for a page that is only shown, the query of its address.
        values: the parts of the address that vary, by name.
        member: who is signed in, None for nobody, with the roles of this moment.
        place: the network that the question came from.
        cookie_header: as it came.
        request_id: to name in a complaint.
    """

    desk: PageDesk
    visit: Visit
    form: Form
    values: Mapping[str, str]
    member: StaffMember | None
    place: str
    cookie_header: str | None
    request_id: str

    @property
    def staff(self) -> StaffMember:
        """Who is signed in, on pages that are only for staff."""
        if self.member is None:
            raise RuntimeError("a page for staff was asked without anybody")
        return self.member

    @property
    def bank(self) -> Bank:
        """The bank, with this person at this place as the one who does what is done with it."""
        return self.desk.bank.acting_as(self.staff.actor)

    @property
    def now(self) -> datetime:
        """The time of the desk's clock."""
        return self.desk.clock()

    def reason(self) -> str:
        """Return the reason that the form gives for a change or for a look at somebody's data, on one line.

        Raises:
            ReasonMissing: none was typed, or too long a one.
        """
        text = harmless(" ".join(self.form.one(REASON).split()))
        if not SHORTEST_REASON <= len(text) <= LONGEST_REASON:
            raise ReasonMissing
        return text


StaffFunction = Callable[[StaffAsked], Answer]


def onward(asked: StaffAsked, path: str, *, cookies: Sequence[str] = ()) -> Answer:
    """Return the way to another page of ours in the same language."""
    return Answer(go_to=asked.visit.to(path), cookies=cookies)
