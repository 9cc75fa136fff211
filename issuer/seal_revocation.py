"""What tells whether the certificates of a seal are revoked: files, and what is fetched and kept in `revocation/`.

A certificate is asked about where it says itself, if the bank's policy allows that origin. What came back is kept until
it ends, and asked for again when half of its time is over: while issuing, and by `renew`, which a service runs each
minute, so that nobody who issues has to wait. While nobody answers, the last one serves as long as it
counts; each failure is a line of the log, a figure of the metrics, and a sentence of `doctor`.
"""

import hashlib
import logging
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Final

from issuer.bank import Bank
from issuer.bank.folder import BankFolder
from issuer.errors import FileUnreadable
from issuer.outputs import PRIVATE, storage_errors, write_whole
from issuer.times import utc_moment, utc_text
from keys.encoding import JsonValue, b64url_decode, b64url_encode, decode_json_object, encode_json
from keys.errors import DecodingError, RevocationError, UrlError
from keys.faults import log_event
from keys.pdf_seal import RevocationData
from keys.revocation_service import (
    RevocationService,
    Standing,
    kept_answer,
    kept_list,
    places_named,
    secured,
    subject_of,
)
from keys.urls import parse_url

RETRY: Final = timedelta(minutes=5)
"""How long nobody is asked again about a certificate, whatever came of the last time."""
_NEEDED_ANEW: Final = timedelta(days=1)
_REMEMBERED: Final = timedelta(days=7)  # a certificate that no seal needed so long is nobody's trouble any more
_MAX_FILE_BYTES: Final = 1024 * 1024
_ANSWER: Final = ".ocsp"
_LIST: Final = ".crl"
_NOTE: Final = ".json"
_LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LastTime:
    """The last time that somebody was asked about a certificate.

    `until` is the end of what is kept, None when nothing is in force; `problem` says why nothing new came, None when it
    did; `outage` whether all that was wrong is that nobody could be reached. `needed_at` is when a seal last needed the
    answer, to a day.
    """

    subject: str
    at: datetime
    until: datetime | None
    problem: str | None
    outage: bool
    needed_at: datetime


@dataclass(frozen=True, slots=True)
class Renewal:
    """What `renew` did: about which certificates somebody was asked; what the matter was, None when all answered."""

    asked: tuple[str, ...]
    problem: str | None


@dataclass(frozen=True, slots=True)
class _Question:
    """About whom is asked (DER), and the place of what is kept about it, without the ending."""

    certificate: bytes
    issuer: bytes
    place: Path

    def kept(self, *, at: datetime) -> tuple[Standing, str] | None:
        """What is kept and in force, with the ending of its file."""
        for ending, read in ((_ANSWER, kept_answer), (_LIST, kept_list)):
            try:
                made = _read(self.place.with_suffix(ending))
                return read(made, self.certificate, self.issuer, at=at), ending
            except (FileUnreadable, RevocationError):
                continue
        return None


class SealRevocation:
    """The source of revocation data for one seal.

    `problems` are those that nothing kept could make good, and `outage` says whether nobody could be reached is all of
    them: a wrong answer is no outage.
    """

    def __init__(self, bank: Bank, *, at: datetime) -> None:
        """Begin with the policy and the files of a bank; `at` is now."""
        self._bank = bank
        self._at = at
        self.problems: list[str] = []
        self.outage = True

    def revocation_data(self, certificate: bytes, issuer: bytes) -> RevocationData:
        """Return what is in the folder, and what was fetched about this certificate; the seal takes what counts.

        Raises:
            FileUnreadable: a file in the folder.
            StorageFull, StorageUnusable: what was fetched cannot be kept.
        """
        found = self._fetched(certificate, issuer)
        if found is None:
            return self._files
        standing, ending = found
        fetched = RevocationData((standing.proof,)) if ending == _LIST else RevocationData((), (standing.proof,))
        return RevocationData(
            (*fetched.crls, *self._files.crls), (*fetched.ocsp_responses, *self._files.ocsp_responses)
        )

    def places(self, certificate: bytes) -> list[tuple[str, str]]:
        """Return the addresses that a certificate (DER) names and the policy allows, each with the ending of a file."""
        profile = self._bank.profile
        try:
            named = places_named(certificate)
        except RevocationError:
            return []
        allowed = (
            (_allowed(url, profile.sealing.revocation_origins, development=profile.development), ending)
            for urls, ending in ((named.responders, _ANSWER), (named.lists, _LIST))
            for url in urls
        )
        return [(url, ending) for url, ending in allowed if url is not None]

    @cached_property
    def _files(self) -> RevocationData:
        folder = self._bank.folder.revocation
        lists, answers = sorted(folder.glob(f"*{_LIST}")), sorted(folder.glob(f"*{_ANSWER}"))
        return RevocationData(tuple(map(_read, lists)), tuple(map(_read, answers)))

    def _fetched(self, certificate: bytes, issuer: bytes) -> tuple[Standing, str] | None:
        name = hashlib.sha256(certificate).hexdigest()[:32]
        question = _Question(certificate, issuer, self._bank.folder.fetched_revocation / name)
        kept = question.kept(at=self._at)
        last = _last_time(question.place)
        if kept is not None and not _is_half_over(kept[0], at=self._at):
            if last is not None and self._at - last.needed_at >= _NEEDED_ANEW:
                _keep(question, replace(last, needed_at=self._at))
            return kept
        places = self.places(certificate)
        if not places:
            return kept
        if last is None or _may_ask(last, at=self._at):
            found, last = self._asked(question, places, kept)
            if found is not None:
                return found
        if kept is None and last.problem is not None:
            self.problems.append(last.problem)
            self.outage = self.outage and last.outage
        return kept

    def renew(self) -> Renewal:
        """Ask again about each certificate that a seal needed within a week, where half of the answer's time is over.

        Raises:
            StorageFull, StorageUnusable: an answer cannot be kept.
        """
        asked: list[str] = []
        problems: list[str] = []
        for note in sorted(self._bank.folder.fetched_revocation.glob(f"*{_NOTE}")):
            last, question = _last_time(note), _question_of(note)
            if last is None or question is None or not timedelta() <= self._at - last.needed_at < _REMEMBERED:
                continue
            kept, places = question.kept(at=self._at), self.places(question.certificate)
            if not places or (kept is not None and not _is_half_over(kept[0], at=self._at)):
                continue
            if _may_ask(last, at=self._at):
                _, last = self._asked(question, places, kept, needed_at=last.needed_at)
                asked.append(last.subject)
            if last.problem is not None:
                problems.append(f"{last.subject}: {last.problem}")
        return Renewal(tuple(asked), "; ".join(problems) or None)

    def _asked(
        self,
        question: _Question,
        places: list[tuple[str, str]],
        kept: tuple[Standing, str] | None,
        *,
        needed_at: datetime | None = None,
    ) -> tuple[tuple[Standing, str] | None, LastTime]:
        """Ask until somebody answers; keep that, or write down that nobody did. `needed_at`: now, if not given."""
        service = self._service()
        needed = self._at if needed_at is None else needed_at
        subject = subject_of(question.certificate)
        errors: list[RevocationError] = []
        for url, ending in places:
            ask = service.ask if ending == _ANSWER else service.fetch_list
            try:
                found = ask(url, question.certificate, question.issuer, at=self._at)
            except RevocationError as error:
                errors.append(error)
                continue
            last = LastTime(subject, self._at, found.end, None, outage=False, needed_at=needed)
            _keep(question, last, found, ending)
            return (found, ending), last
        problem = "; ".join(dict.fromkeys(each.message for each in errors))
        until = None if kept is None else kept[0].end
        is_outage = all(each.kind == "unreachable" for each in errors)
        last = LastTime(subject, self._at, until, problem, is_outage, needed)
        _LOG.warning(
            "whether %s is revoked could not be learnt: %s; %s",
            subject,
            problem,
            "nothing that was learnt before is in force" if until is None else f"the last answer serves until {until}",
            extra=log_event("revocation_not_learnt"),
        )
        _keep(question, last)
        return None, last

    def _service(self) -> RevocationService:
        from keys.fetch import Fetcher  # the HTTP code is only loaded where something is fetched

        profile = self._bank.profile
        door = Fetcher(profile.sealing.revocation_origins, allow_loopback=profile.development)
        return RevocationService(door, secrets.token_bytes)


def last_times(folder: BankFolder, *, now: datetime) -> list[LastTime]:
    """Return the last time of each certificate about which somebody was asked, if a seal needed it within a week."""
    notes = sorted(folder.fetched_revocation.glob(f"*{_NOTE}"))
    found = (_last_time(each) for each in notes)
    return [each for each in found if each is not None and now - each.needed_at < _REMEMBERED]


def _allowed(url: str, origins: tuple[str, ...], *, development: bool) -> str | None:
    for form in dict.fromkeys((url, secured(url))):
        try:
            if parse_url(form, allow_loopback=development).origin in origins:
                return form
        except UrlError:
            continue
    return None


def _is_half_over(standing: Standing, *, at: datetime) -> bool:
    return at >= standing.begin + (standing.end - standing.begin) / 2


def _may_ask(last: LastTime, *, at: datetime) -> bool:
    return not timedelta() <= at - last.at < RETRY


def _keep(question: _Question, last: LastTime, found: Standing | None = None, ending: str = _ANSWER) -> None:
    """Write down what came of asking; an answer takes the place of what was kept before, in both forms."""
    place = question.place
    with storage_errors("revocation"):
        place.parent.mkdir(parents=True, exist_ok=True)
    if found is not None:
        write_whole(place.with_suffix(ending), found.proof, mode=PRIVATE)
        place.with_suffix(_LIST if ending == _ANSWER else _ANSWER).unlink(missing_ok=True)
    members: dict[str, JsonValue] = {
        "subject": last.subject,
        "at": utc_text(last.at),
        "until": None if last.until is None else utc_text(last.until),
        "problem": last.problem,
        "outage": last.outage,
        "needed": utc_text(last.needed_at),
        "certificate": b64url_encode(question.certificate),
        "issuer": b64url_encode(question.issuer),
    }
    write_whole(place.with_suffix(_NOTE), encode_json(members), mode=PRIVATE)


def _last_time(place: Path) -> LastTime | None:
    """Read what was written down; what cannot be read counts as nothing, so that somebody is asked again."""
    try:
        told = decode_json_object(_read(place.with_suffix(_NOTE)), max_bytes=_MAX_FILE_BYTES)
        until, at = told["until"], utc_moment(str(told["at"]))
        return LastTime(
            str(told["subject"]),
            at,
            None if until is None else utc_moment(str(until)),
            None if told["problem"] is None else str(told["problem"]),
            told["outage"] is True,
            utc_moment(str(told["needed"])) if "needed" in told else at,
        )
    except (FileUnreadable, DecodingError, KeyError, ValueError):
        return None


def _question_of(note: Path) -> _Question | None:
    """Read about whom a note is; notes of before do not say so, and are written anew when the next seal asks."""
    try:
        told = decode_json_object(_read(note), max_bytes=_MAX_FILE_BYTES)
        certificate, issuer = (b64url_decode(str(told[name])) for name in ("certificate", "issuer"))
    except (FileUnreadable, DecodingError, KeyError):
        return None
    return _Question(certificate, issuer, note.with_suffix(""))


def _read(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FileUnreadable(error.strerror or "unknown reason", file=path.name) from error
    if len(content) > _MAX_FILE_BYTES:
        raise FileUnreadable(f"expected at most {_MAX_FILE_BYTES} bytes", file=path.name)
    return content
