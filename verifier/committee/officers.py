"""Who acts, and in which role: officers create and score, reviewers decide, administrators configure."""

from typing import Final

from keys.values import dataclass
from verifier.committee.errors import CommitteeRefused
from verifier.committee.limits import MAX_REASON_CHARACTERS
from verifier.store.committee_notices import Event

OFFICER: Final = "officer"
REVIEWER: Final = "reviewer"
ADMINISTRATOR: Final = "administrator"
PROGRAM: Final = "-"


@dataclass(frozen=True, slots=True)
class Officer:
    """A person who is signed in; the roles are those of this very request."""

    id: str
    name: str
    roles: frozenset[str]

    def demand(self, *roles: str) -> None:
        """Refuse whoever has none of the roles.

        Raises:
            CommitteeRefused: `role`.
        """
        if not self.roles.intersection(roles):
            raise CommitteeRefused("role")


def stated(reason: str) -> str:
    """Return a reason as it is kept.

    Raises:
        CommitteeRefused: `reason`, there is none, or it is too long.
    """
    found = " ".join(reason.split())
    if not 1 <= len(found) <= MAX_REASON_CHARACTERS:
        raise CommitteeRefused("reason")
    return found


def event(officer: Officer, action: str, *, at: int, reason: str = "", place: int | None = None) -> Event:
    """Return what is written down about something that an officer did."""
    return Event(at, officer.id, officer.name, action, reason, place)
