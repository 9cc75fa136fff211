"""The session of a holder's browser as the API sees it: the same cookie, origin and token as for pages."""

from collections.abc import Mapping

from issuer.api.callers import CSRF_HEADER, Session, SessionReader
from issuer.api.pages.asked import PageDesk
from keys.sign_in.forms import comes_from_us, fits_session


def session_reader(desk: PageDesk) -> SessionReader:
    """Return what finds out whose session a request carries."""

    def read(headers: Mapping[str, str]) -> Session | None:
        """Return the session of a request; None for nobody's."""
        person = desk.sign_in.who(desk.cookies.read(headers.get("cookie"), "session"))
        if person is None:
            return None
        token = headers.get(CSRF_HEADER)
        allows_changes = comes_from_us(headers, own_origins=desk.own_origins) and fits_session(
            token, person.session_id, key=desk.bank.sign_in_key
        )
        return Session(person.account_id, person.actor, allows_changes)

    return read
