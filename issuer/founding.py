"""`init`: make a bank in a new data directory, complete or not at all."""

import secrets
import shutil
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from issuer.bank import Bank, open_bank
from issuer.bank.folder import KEY_USES, BankFolder, KeyUse, Profile
from issuer.bank.key_secrets import KeySecrets
from issuer.errors import AlreadyInitialised, InvalidOption, PassphraseMissing
from issuer.log.opening import check_origin
from issuer.outputs import PRIVATE, storage_errors, write_whole
from issuer.publishing import publish_all
from issuer.store.engine import Store, create_server_store, open_store
from issuer.store.facts import ISSUER
from keys.certificates import (
    CertificateAuthority,
    LeafKind,
    SubjectNames,
    Validity,
    create_leaf,
    create_root,
    valid_until,
)
from keys.errors import UrlError
from keys.jwk import PublicKey
from keys.key_files import FileSigner, PrivateKey, create_key, write_encrypted, write_plain_for_development
from keys.note_keys import NotePrivateKey, create_note_key
from keys.urls import parse_url

_ROOT_YEARS: Final = 10
_LEAF_DAYS: Final = 2 * 365
_SECRET_BYTES: Final = 32
_WRITERS: Final = 2
_FOLDER_MODE: Final = 0o700
LEAF_KINDS: Final[dict[KeyUse, LeafKind]] = {
    "credential": LeafKind.CREDENTIAL,
    "status": LeafKind.STATUS,
    "seal": LeafKind.SEAL,
}
DEVELOPMENT_URL: Final = "http://127.0.0.1:8000"
SPECIMEN_NAME: Final = {"ko": "발급기관장", "en": "Issuing Authority"}


@dataclass(frozen=True, slots=True)
class FoundingPlan:
    """What a new bank is to be; `profile.keys` is filled in while it is made.

    `passphrase` encrypts the keys, but those that have one of their own in `key_secrets`; None is allowed for
    development only and leaves the others in the clear. `database` is the URL of an empty database on a server, None
    for a file in the data directory. `log`: its certificates are logged.
    """

    profile: Profile
    passphrase: str | None = field(repr=False)
    status_list_size: int
    key_secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    database: str | None = field(default=None, repr=False)
    log: bool = True

    @property
    def uses(self) -> tuple[KeyUse, ...]:
        """The uses of all the keys it gets."""
        return (*KEY_USES, "log") if self.log else KEY_USES

    def secret_of(self, use: KeyUse) -> str | None:
        """Return what encrypts a key, None for nothing."""
        return self.key_secrets.get(use, self.passphrase)


def check_issuer_url(url: str, *, development: bool, option: str) -> str:
    """Return a URL without a slash at the end.

    Raises:
        InvalidOption: not an https URL; plain http and loopback need a bank for development.
    """
    try:
        parse_url(url, allow_loopback=development)
    except UrlError as error:
        raise InvalidOption(error.message, option=option) from error
    if "?" in url:
        problem = "expected a URL without a query"
        raise InvalidOption(problem, option=option)
    return url.rstrip("/")


def found_bank(path: Path, plan: FoundingPlan, *, now: Callable[[], datetime]) -> Bank:
    """Make database, keys, certificates, secrets, trust list and the first published files.

    Everything is built in a folder beside the target, which then takes its name in one step.

    Raises:
        AlreadyInitialised: something is there.
        DatabaseOfAnother: the database on the server holds a bank.
        PassphraseMissing: no passphrase, and the bank is not for development.
        StorageFull, StorageUnusable, KeysError: nothing remains.
    """
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise AlreadyInitialised(path=str(path))
    if not plan.profile.development and any(plan.secret_of(use) is None for use in plan.uses):
        raise PassphraseMissing
    path = path.absolute()
    building = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    with storage_errors(path.name):
        path.parent.mkdir(parents=True, exist_ok=True)
        building.mkdir(mode=_FOLDER_MODE)
    try:
        with storage_errors(path.name):
            signers = _build(BankFolder(building), plan, now=now)
            building.replace(path)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    return open_bank(
        path, passphrase=plan.passphrase, secrets=plan.key_secrets, signers=signers, database=plan.database
    )


def _build(folder: BankFolder, plan: FoundingPlan, *, now: Callable[[], datetime]) -> dict[KeyUse, FileSigner]:
    """Make everything; answer the open keys, whose derivation from the passphrase takes its time."""
    for private in (folder.keys, folder.certificates, folder.secrets):
        private.mkdir(mode=_FOLDER_MODE)
    folder.public.mkdir()
    for name in ("link.key", "confirmation.pepper"):
        write_whole(folder.secrets / name, secrets.token_bytes(_SECRET_BYTES), mode=PRIVATE)
    keys = {use: create_key() for use in KEY_USES}
    log_key = create_note_key()
    if plan.log:
        check_origin(plan.profile.issuer, log_key)
    _write_keys(folder, plan, {**keys, "log": log_key} if plan.log else keys)
    _certify(folder, plan.profile, keys, now=now().astimezone(UTC))
    schemes = {use: "dev-file" if plan.secret_of(use) is None else "file" for use in plan.uses}
    profile = replace(plan.profile, keys={use: f"{scheme}:keys/{use}.pem" for use, scheme in schemes.items()})
    write_whole(folder.profile, profile.encode(), mode=PRIVATE)
    store = _new_store(folder, plan)
    signers = {use: FileSigner(key) for use, key in keys.items()}
    bank = Bank(folder, profile, store=store, secrets=KeySecrets(plan.passphrase), signers=signers)
    bank.use_log_key(log_key)
    try:
        publish_all(bank, now=now())
        with store.write() as transaction:  # last, so that a failure leaves a database that `init` takes again
            transaction.facts.record(ISSUER, profile.issuer)
    finally:
        bank.close()
    return signers


def _write_keys(folder: BankFolder, plan: FoundingPlan, keys: Mapping[KeyUse, PrivateKey | NotePrivateKey]) -> None:
    """Write all keys, a few at a time: each derivation takes a third of a second and 128 MiB."""
    with ThreadPoolExecutor(_WRITERS) as pool:
        for written in [pool.submit(_write_key, folder, plan, use, key) for use, key in keys.items()]:
            written.result()


def _write_key(folder: BankFolder, plan: FoundingPlan, use: KeyUse, key: PrivateKey | NotePrivateKey) -> None:
    secret = plan.secret_of(use)
    if secret is None:
        write_plain_for_development(folder.key(use), key)
    else:
        write_encrypted(folder.key(use), key, passphrase=secret)


def _new_store(folder: BankFolder, plan: FoundingPlan) -> Store:
    if plan.database is None:
        store = open_store(folder.database)
        folder.database.chmod(PRIVATE)
    else:
        store = create_server_store(plan.database)
    with store.write() as transaction:
        if not transaction.status_lists.numbers():
            transaction.status_lists.open_list(plan.status_list_size)
    return store


def _certify(folder: BankFolder, profile: Profile, keys: dict[KeyUse, PrivateKey], *, now: datetime) -> None:
    begin = now.replace(microsecond=0)
    root: CertificateAuthority = create_root(
        _names(profile, "root", None), key=keys["root"], not_before=begin, years=_ROOT_YEARS
    )
    write_whole(folder.certificate("root"), root.certificate_pem.encode("ascii"))
    for use in LEAF_KINDS:
        certificate = certify_leaf(profile, use, root=root, public_key=keys[use].public_key(), begin=begin)
        write_whole(folder.certificate(use), certificate.encode("ascii"))


def certify_leaf(
    profile: Profile, use: KeyUse, *, root: CertificateAuthority, public_key: PublicKey, begin: datetime
) -> str:
    """Return the certificate of a key for credentials, status lists or seals, PEM.

    It counts for two years, and never longer than that of the root.

    Raises:
        CertificateError: the root has ended.
    """
    kind = LEAF_KINDS[use]
    end = min(begin + timedelta(days=_LEAF_DAYS), valid_until(root.certificate_pem))
    subject = _names(profile, use, None if kind is LeafKind.SEAL else profile.issuer)
    return create_leaf(kind, root, subject=subject, public_key=public_key, validity=Validity(begin, end))


def _names(profile: Profile, use: str, issuer_url: str | None) -> SubjectNames:
    return SubjectNames(profile.name["ko"], profile.name["en"], f"Competency bank {use}", issuer_url=issuer_url)
