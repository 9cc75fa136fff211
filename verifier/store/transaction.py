"""One open transaction and what can be done in it."""

from sqlalchemy import Connection

from verifier.store.changes import ChangeBook
from verifier.store.committee_files import ApplicantBook
from verifier.store.committee_notices import NoticeBook
from verifier.store.people import PeopleBook
from verifier.store.sessions import SessionBook


class Transaction:
    """The books of the verifier, all within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self.people = PeopleBook(connection)
        self.sessions = SessionBook(connection)
        self.changes = ChangeBook(connection)
        self.notices = NoticeBook(connection)
        self.applicants = ApplicantBook(connection)
