"""Is everything in order? What `doctor` prints and `readyz` answers, each finding with what to do."""

import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from credential_schemas.errors import CredentialError
from credential_schemas.status_list import verify_status_token
from credential_schemas.trust_bundle import read_unpinned_bundle
from issuer.bank import Bank
from issuer.bank.folder import CERTIFIED_USES, KEY_USES
from issuer.bank.key_ring import records
from issuer.bundling import TRUST_BUNDLE
from issuer.errors import BundleKeyMissing, IssuerError
from issuer.key_life.switching import due_keys
from issuer.log.errors import LogMissing
from issuer.publishing import STATUS_REFRESH
from issuer.seal_revocation import last_times
from issuer.sealing import trial_problem
from keys.certificates import valid_until
from keys.errors import KeysError

_WARN_DAYS: Final = 30
_BUNDLE_HOURS: Final = 12
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `problem` None means it is in order."""

    subject: str
    problem: str | None
    severity: Literal["ok", "warning", "error"] = "ok"


def examine(bank: Bank, *, now: datetime) -> list[Finding]:
    """Look at files, keys, certificates, seal, database and status lists."""
    return [
        *_files(bank),
        *_keys(bank, now=now),
        *_certificates(bank, now=now),
        *_seal(bank, now=now),
        *_database(bank.store.integrity_problem),
        *_status_lists(bank, now=now),
        *_trust_bundle(bank, now=now),
    ]


def readiness_problems(bank: Bank, *, now: datetime) -> list[str]:
    """Return what keeps the service from being ready; without paths or reasons that only operators may see."""
    findings = [*_database(bank.store.problem), *_status_lists(bank, now=now), *_trust_bundle(bank, now=now)]
    return [finding.subject for finding in findings if finding.severity == "error"]


def _files(bank: Bank) -> Iterator[Finding]:
    for folder in (bank.folder.path, bank.folder.keys, bank.folder.secrets):
        if not folder.is_dir():
            yield Finding(f"folder {folder.name}", "it is missing; restore it from a backup", "error")
            continue
        mode = stat.S_IMODE(folder.stat().st_mode)
        problem = f"others may enter it (mode {mode:04o}); run chmod 700" if mode & _OTHERS else None
        yield Finding(f"folder {folder.name}", problem, "error" if problem else "ok")
    if bank.profile.development:
        yield Finding("profile", "this bank is for development: specimens, loopback addresses", "warning")


def _keys(bank: Bank, *, now: datetime) -> Iterator[Finding]:
    for use in KEY_USES:
        try:
            bank.signer(use)
        except BundleKeyMissing as error:
            yield Finding(f"key {use}", str(error), "warning")
        except (IssuerError, KeysError) as error:
            yield Finding(f"key {use}", str(error), "error")
        else:
            yield Finding(f"key {use}", None)
    for each in due_keys(bank, now=now):
        overdue = f"should sign since {each.signs_from} and does not; `cb-issuer keys rotate` or `keys retire` it"
        yield Finding(f"key {each.use} {each.kid}", overdue, "warning")
    try:
        if bank.has_log:
            bank.log_key()
    except (IssuerError, KeysError) as error:
        yield Finding("key log", str(error), "error")
    else:
        problem = None if bank.has_log else str(LogMissing())
        yield Finding("key log", problem, "warning" if problem else "ok")


def _certificates(bank: Bank, *, now: datetime) -> Iterator[Finding]:
    for use in CERTIFIED_USES:
        try:
            days = (valid_until(bank.certificate(use)) - now).days
        except (IssuerError, KeysError) as error:
            yield Finding(f"certificate {use}", str(error), "error")
            continue
        if days < 0:
            yield Finding(f"certificate {use}", "it has expired", "error")
        elif days < _WARN_DAYS:
            yield Finding(f"certificate {use}", f"it expires in {days} days", "warning")
        else:
            yield Finding(f"certificate {use}", None)


def _seal(bank: Bank, *, now: datetime) -> Iterator[Finding]:
    """Seal an empty page; that asks the time-stamping authority for a stamp, if the bank's seals have one."""
    try:
        problem = trial_problem(bank, at=now)
    except (IssuerError, KeysError) as error:
        problem = str(error)
    yield Finding(f"seal {bank.profile.sealing.level}", problem, "error" if problem else "ok")
    for each in last_times(bank.folder, now=now):
        told = None
        if each.problem is not None:
            until = "nothing is in force" if each.until is None else f"the last answer serves until {each.until}"
            told = f"{each.problem}; {until}"
        yield Finding(f"revocation {each.subject}", told, "warning" if told else "ok")


def _database(find_problem: Callable[[], str | None]) -> Iterator[Finding]:
    """Ask the database: in passing, or to check itself, which takes longer the more it holds."""
    try:
        problem = find_problem()
    except IssuerError as error:
        problem = str(error)
    yield Finding("database", problem, "error" if problem else "ok")


def _status_lists(bank: Bank, *, now: datetime) -> Iterator[Finding]:
    try:
        with bank.store.read() as transaction:
            lists = transaction.status_lists.numbers()
            due = transaction.status_lists.due(published_before=int((now - 2 * STATUS_REFRESH).timestamp()))
    except IssuerError:
        return  # said about the database already
    for list_no in lists:
        problem = _status_problem(bank, list_no, now=now)
        if problem is None and list_no in due:
            problem = "its newest state is not published; run any command that changes a status, or `cb-issuer serve`"
        yield Finding(f"status list {list_no}", problem, "error" if problem else "ok")


def _trust_bundle(bank: Bank, *, now: datetime) -> Iterator[Finding]:
    """The bundle that the service publishes; a bank that was never served has none."""
    path = bank.folder.public / TRUST_BUNDLE
    if not bank.has_bundle_key or not path.exists():
        return
    try:
        bundle = read_unpinned_bundle(path.read_text("ascii"), now=int(now.timestamp()))
    except (OSError, ValueError):
        yield Finding("trust bundle", "its published file cannot be read", "error")
    except CredentialError as error:
        yield Finding("trust bundle", f"its published file is not in order: {error}", "error")
    else:
        hours = int(now.timestamp() - bundle.made_at) // 3600
        problem = f"it is {hours} hours old; `cb-issuer serve` renews it each hour" if hours >= _BUNDLE_HOURS else None
        yield Finding("trust bundle", problem, "warning" if problem else "ok")


def _status_problem(bank: Bank, list_no: int, *, now: datetime) -> str | None:
    try:
        token = bank.folder.status_list(list_no).read_text("ascii")
        uri = bank.profile.status_uri(list_no)
        believed = {each.kid: each.public_key() for each in records(bank, "status") if each.distrusted_since is None}
        verify_status_token(token, uri=uri, keys=believed, now=int(now.timestamp()))
    except (OSError, ValueError):
        return "its published file cannot be read"
    except (CredentialError, KeysError, IssuerError) as error:
        return f"its published file is not in order: {error}"
    return None
