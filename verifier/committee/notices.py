"""Notices: made as drafts under criteria, checked by the engine's own reader, frozen with them when they are used."""

import hashlib
from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from credential_schemas.criteria.errors import NoticeError, PolicyError
from credential_schemas.criteria.notice import chosen_readings, read_notice
from keys.encoding import JsonValue, decode_json_object
from keys.errors import DecodingError
from keys.values import dataclass, replace
from verifier.committee.access import Files, change, is_over, notice_in
from verifier.committee.criteria import check_criteria, policy_file, policy_of
from verifier.committee.days import check_retention, last_day
from verifier.committee.errors import CommitteeRefused
from verifier.committee.officers import ADMINISTRATOR, OFFICER, REVIEWER, Officer, event, stated
from verifier.committee.parameters import Filled, document_of, encoded
from verifier.errors import PolicyRefused
from verifier.scoring.criteria_files import Posting, refuse_forbidden
from verifier.scoring.limits import MAX_NOTICE_BYTES
from verifier.store.committee_notices import CriteriaRow, DestructionRow, Event, NoticeRow
from verifier.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Terms:
    """How a notice is worked on, beside what it says.

    Attributes:
        is_blind: names and birth dates stay hidden until a sheet is confirmed.
        four_eyes: two people answer every question.
        decision_on: the day of the decision, ISO 8601.
        retention_days: 14 to 180.
    """

    is_blind: bool
    four_eyes: bool
    decision_on: str
    retention_days: int


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice with its criteria, read and free of contradictions."""

    row: NoticeRow
    criteria: CriteriaRow
    posting: Posting
    last_day: date
    is_over: bool
    destroyed: DestructionRow | None = None

    @property
    def title(self) -> str:
        """The title, or the notice's own id where it has none."""
        return self.posting.notice_title


def checked_notice(criteria: CriteriaRow, form: Mapping[str, str]) -> Filled:
    """Read a form and let the engine judge it: problems by name of parameter, `""` for those of the whole."""
    filled = document_of(policy_of(criteria.text), form)
    if filled.problems:
        return filled
    try:
        _posting(criteria.text, encoded(filled.document))
    except (PolicyRefused, PolicyError, DecodingError) as error:  # the last: it is too long
        return Filled(filled.document, {"": str(error)})
    except NoticeError as error:
        place, _, said = error.detail.partition(": ")
        field = place.partition("/")[0]
        return Filled(filled.document, {field if said else "": said or place})
    return filled


@lru_cache(maxsize=64)
def _posting(text: bytes, document: bytes) -> Posting:
    """Read criteria and notice; everything in the answer is immutable, so it is remembered.

    Raises:
        NoticeError, PolicyError, PolicyRefused: as the engine's readers.
    """
    members = decode_json_object(document, max_bytes=MAX_NOTICE_BYTES)
    policy = policy_of(text, tuple(sorted(chosen_readings(members).items())))
    notice = read_notice(members, policy)
    refuse_forbidden(policy, notice)
    title = members.get("title")
    named = title if isinstance(title, str) else notice.id
    file = policy_file(CriteriaRow(0, "", "", "", text, 0, "", None))
    return Posting(file, policy, notice, named, hashlib.sha256(document).hexdigest())


def loaded(transaction: Transaction, row: NoticeRow, *, today: date) -> Notice:
    """Return a notice with everything that belongs to it.

    Raises:
        CommitteeRefused: `unknown`: its criteria are not there.
    """
    criteria = transaction.notices.criteria_of(row.criteria_id)
    if criteria is None:
        raise CommitteeRefused("unknown")
    destroyed = transaction.notices.destructions().get(row.id)
    posting = _posting(criteria.text, row.document)
    last = last_day(row.decision_on, row.retention_days)
    return Notice(row, criteria, posting, last, is_over(row, today), destroyed)


class NoticeDesk:
    """Where notices are made and found."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def all(self, officer: Officer) -> list[tuple[Notice, int]]:
        """Return every notice with its number of applicants, the newest first."""
        officer.demand(OFFICER, REVIEWER, ADMINISTRATOR)
        today = self._files.today()
        with self._files.store.read() as transaction:
            rows = transaction.notices.notices()
            return [(loaded(transaction, row, today=today), applicants) for row, applicants in rows]

    def one(self, officer: Officer, notice_id: int) -> Notice:
        """Return one notice.

        Raises:
            CommitteeRefused: `role`, `unknown`.
        """
        officer.demand(OFFICER, REVIEWER, ADMINISTRATOR)
        today = self._files.today()
        with self._files.store.read() as transaction:
            return loaded(transaction, notice_in(transaction, notice_id, today=today), today=today)

    def document(self, notice: Notice) -> dict[str, JsonValue]:
        """Return what a notice says."""
        return decode_json_object(notice.row.document, max_bytes=MAX_NOTICE_BYTES)

    def create(self, officer: Officer, criteria_id: int, *, form: Mapping[str, str], terms: Terms) -> int:
        """Make a draft, and return its number.

        Raises:
            CommitteeRefused: `role`, `unknown` criteria, `notice_invalid`, `name_taken`, `days`, `past`.
        """
        officer.demand(OFFICER)
        at = self._files.seconds()
        check_retention(terms.decision_on, terms.retention_days, today=self._files.today())
        with self._files.store.write() as transaction:
            document = self._document(transaction, criteria_id, form)
            name = str(document["id"])
            if transaction.notices.notice_named(name) is not None:
                raise CommitteeRefused("name_taken")
            row = NoticeRow(
                0,
                name,
                encoded(document),
                criteria_id,
                "draft",
                terms.is_blind,
                terms.four_eyes,
                terms.decision_on,
                terms.retention_days,
                at,
                officer.name,
            )
            number = transaction.notices.add_notice(row)
            transaction.notices.note(number, event(officer, "notice_created", at=at))
            return number

    def rewrite(self, officer: Officer, notice_id: int, *, form: Mapping[str, str], terms: Terms) -> None:
        """Change a draft.

        Raises:
            CommitteeRefused: as `create`; `draft_only`.
        """
        officer.demand(OFFICER)
        today = self._files.today()
        check_retention(terms.decision_on, terms.retention_days, today=today)
        with self._files.store.write() as transaction:
            row = notice_in(transaction, notice_id, "draft", today=today)
            document = self._document(transaction, row.criteria_id, form)
            if transaction.notices.notice_named(str(document["id"])) not in (None, notice_id):
                raise CommitteeRefused("name_taken")
            values = {name: getattr(terms, name) for name in Terms.__slots__}
            transaction.notices.change_notice(notice_id, name=str(document["id"]), document=encoded(document), **values)
            transaction.notices.note(notice_id, event(officer, "notice_changed", at=self._files.seconds()))

    def use(self, officer: Officer, notice_id: int) -> None:
        """Open a draft for applicants: from now on neither its criteria nor its parameters change.

        Raises:
            CommitteeRefused: `role`, `unknown`, `draft_only`, `criteria_forbidden`.
        """
        officer.demand(OFFICER)
        today, at = self._files.today(), self._files.seconds()
        with self._files.store.write() as transaction:
            row = notice_in(transaction, notice_id, "draft", today=today)
            notice = loaded(transaction, row, today=today)
            checked = check_criteria(notice.criteria.text)
            if not checked.is_good:
                raise CommitteeRefused("criteria_forbidden", (checked.refused or ("",))[0])
            transaction.notices.freeze_criteria(notice.criteria.id, now=at)
            transaction.notices.change_notice(notice_id, state="open")
            transaction.notices.note(notice_id, event(officer, "criteria_used", at=at))
            subject = f"{row.name}: {notice.criteria.policy_id} {notice.criteria.version} {notice.criteria.sha256[:16]}"
            why = "criteria in use are frozen"
            transaction.changes.append(change(officer, "criteria_used", subject, at=at, reason=why))

    def move_decision(self, officer: Officer, notice_id: int, *, terms: tuple[str, int], reason: str) -> None:
        """Change the day of the decision and the days after it, and with them the day of destruction.

        Raises:
            CommitteeRefused: `role`, `reason`, `unknown`, `days`, `past`, `open_only`.
        """
        officer.demand(ADMINISTRATOR)
        why, today, at = stated(reason), self._files.today(), self._files.seconds()
        decision_on, days = terms
        check_retention(decision_on, days, today=today)
        with self._files.store.write() as transaction:
            row = notice_in(transaction, notice_id, "draft", "open", today=today)
            transaction.notices.change_notice(notice_id, decision_on=decision_on, retention_days=days)
            until = last_day(decision_on, days).isoformat()
            noted = event(officer, "retention_changed", at=at, reason=why)
            transaction.notices.note(notice_id, replace(noted, detail=until))
            transaction.changes.append(change(officer, "retention_changed", f"{row.name}: {until}", at=at, reason=why))

    def events(self, officer: Officer, notice_id: int) -> list[Event]:
        """Return what was done about a notice, the newest first."""
        officer.demand(OFFICER, ADMINISTRATOR)
        with self._files.store.read() as transaction:
            notice_in(transaction, notice_id, today=self._files.today())
            return transaction.notices.events(notice_id)

    @staticmethod
    def _document(transaction: Transaction, criteria_id: int, form: Mapping[str, str]) -> dict[str, JsonValue]:
        criteria = transaction.notices.criteria_of(criteria_id)
        if criteria is None:
            raise CommitteeRefused("unknown")
        filled = checked_notice(criteria, form)
        for field, problem in filled.problems.items():
            raise CommitteeRefused("notice_invalid", f"{field}: {problem}" if field else problem)
        return filled.document
