"""One open transaction and what can be done in it."""

from sqlalchemy import Connection

from issuer.store.accounts import AccountBook
from issuer.store.answers import AnswerBook
from issuer.store.appending import collected
from issuer.store.audit import AuditBook
from issuer.store.authorizations import AuthorizationBook
from issuer.store.certificates import CertificateBook
from issuer.store.copying import CopyBook
from issuer.store.entries import EntryBook
from issuer.store.facts import FactBook
from issuer.store.figures import FigureBook
from issuer.store.issuing_counts import IssuingCountBook
from issuer.store.kept_choices import ChoiceBook
from issuer.store.key_uses import KeyUseBook
from issuer.store.log import LogBook
from issuer.store.lookups import LookupBook
from issuer.store.notices import NoticeBook
from issuer.store.pulls import PullBook
from issuer.store.recognition import RecognitionBook
from issuer.store.share_links import LinkBook
from issuer.store.sign_ins import SignInBook
from issuer.store.staff import StaffBook
from issuer.store.status_jobs import StatusJobBook
from issuer.store.status_lists import StatusBook
from issuer.store.tokens import TokenBook
from issuer.store.traces import TraceBook
from issuer.store.wallets import WalletBook


class Transaction:
    """The books of the bank, all within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.accounts = AccountBook(connection)
        self.entries = EntryBook(connection)
        self.certificates = CertificateBook(connection)
        self.status_lists = StatusBook(connection)
        self.status_jobs = StatusJobBook(connection)
        self.lookups = LookupBook(connection)
        self.answers = AnswerBook(connection)
        self.facts = FactBook(connection)
        self.log = LogBook(connection)
        self.key_uses = KeyUseBook(connection)
        self.audit = AuditBook(connection)
        self.sign_ins = SignInBook(connection)
        self.staff = StaffBook(connection)
        self.choices = ChoiceBook(connection)
        self.tokens = TokenBook(connection)
        self.links = LinkBook(connection)
        self.wallets = WalletBook(connection)
        self.authorizations = AuthorizationBook(connection)
        self.pulls = PullBook(connection)
        self.copies = CopyBook(connection)
        self.figures = FigureBook(connection)
        self.issuing_counts = IssuingCountBook(connection)
        self.notices = NoticeBook(connection)
        self.traces = TraceBook(connection)
        self.recognition = RecognitionBook(connection)

    def write_collected(self) -> None:
        """Insert the rows that wait (`issuer.store.appending`), in a transaction that writes; its end does so, too.

        Raises:
            IntegrityError: a row broke a rule of the schema.
        """
        collected(self._connection).write(self._connection)
