"""The verifier's own trust list and what belongs to it: where each issuer came from, its last bundle, the history.

`trust.json` is the list in use; our own member `installed` of each issuer says how it got there. Beside it, in
`trust.json.d/`, lie the last bundle of each issuer, earlier lists and a log of changes. A change is made under a lock
and written whole or not at all, `trust.json` last.

Rules enforced:
* adding never replaces an issuer that is there: its keys would change without a signature of the old ones;
* an update is a bundle signed by a pinned key, checked by `verifier.trust_in_use`; its list has a higher version, or is
  the same list; neither list nor bundle is older than what is installed;
* an issuer for tests (`dev`) is added only by that name, and no update turns another into one.
"""

import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal, cast

from credential_schemas.errors import TrustBundleError
from credential_schemas.limits import MAX_TRUST_BUNDLE_BYTES
from credential_schemas.trust_bundle import TrustBundle, read_trust_bundle
from keys.encoding import JsonValue, decode_json_object, encode_json
from keys.errors import DecodingError, JwkError
from keys.jwk import PublicKey
from keys.limits import MAX_TRUST_LIST_BYTES
from keys.trust_list import TrustedIssuer, TrustList
from keys.values import dataclass
from verifier.errors import BundleRefused, TrustFileError
from verifier.statuses.lookup import BundledLists
from verifier.trust_files import Offered, bundle_text, expect_certificates, offered, read_offered, read_trust_bytes
from verifier.whole_files import held, write_whole

_FORMAT: Final = 1
_MEMBER: Final = "installed"
_MAX_LOG_BYTES: Final = 1024 * 1024
_MAX_LOG_LINE_BYTES: Final = 8 * 1024

Document = dict[str, JsonValue]
Updated = Literal["updated", "refreshed", "unchanged"]


@dataclass(frozen=True, slots=True)
class Installed:
    """How an issuer got into the list.

    Attributes:
        version: of the issuer's own list.
        made_at: when its newest bundle was made, seconds since 1970; None without one.
        added_at: when a person added it, seconds since 1970; None for a list that was put there by hand.
        source: where it came from, a URL, or None for a file.
        signed_by: the key of its newest bundle.
    """

    version: int
    made_at: int | None = None
    added_at: int | None = None
    source: str | None = None
    signed_by: PublicKey | None = None

    def document(self) -> Document:
        """Write the member `installed`."""
        signed_by: JsonValue = dict(self.signed_by.jwk()) if self.signed_by is not None else None
        return {
            "version": self.version,
            "made_at": self.made_at,
            "added_at": self.added_at,
            "source": self.source,
            "signed_by": signed_by,
        }


class TrustFolder:
    """The trust list at one place, and the files beside it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.companion = path.with_name(f"{path.name}.d")
        self._read_bundles: dict[str, tuple[tuple[tuple[int, int, int], ...], TrustBundle | None]] = {}

    def create(self) -> None:
        """Make an empty trust list.

        Raises:
            TrustFileError: there is one already, or it cannot be written.
        """
        with self._changing():
            if self.path.exists():
                raise TrustFileError(
                    "expected no trust list yet, found one; `trust add` adds issuers to it", kind="exists"
                )
            self._write([], version=1)

    def trust(self) -> TrustList:
        """Return the list in use; errors as `read_offered`."""
        return read_offered(self.path).trust

    def installed(self) -> Mapping[str, Installed]:
        """Return how each issuer got into the list.

        Raises:
            TrustMissing, TrustFileError: the list cannot be read.
        """
        data = read_trust_bytes(self.path)
        version = offered(data).trust.version
        return {str(each.get("id")): _installed(each, version) for each in _issuers_in(data)}

    def add(self, new: Offered, *, source: str | None, now: int) -> tuple[str, ...]:
        """Add every issuer of a list or bundle that a person has confirmed; returns their ids.

        Raises:
            TrustFileError: an issuer is already there, or the file cannot be read or written.
        """
        with self._changing():
            known = _issuers_in(read_trust_bytes(self.path)) if self.path.exists() else []
            present = {str(issuer.get("id")) for issuer in known}
            repeated = sorted(present & new.trust.issuers.keys())
            if repeated:
                raise TrustFileError(
                    f"expected new issuers, found {repeated[0]} already trusted; update it with a bundle "
                    "(`trust refresh`) or remove it first",
                    kind="already_trusted",
                )
            bundle = new.bundle
            entry = Installed(
                version=new.trust.version,
                made_at=bundle.made_at if bundle is not None else None,
                added_at=now,
                source=source,
                signed_by=bundle.signed_by if bundle is not None else None,
            )
            added = [_with(document, entry) for document in _documents_of(new)]
            if bundle is not None:
                self._keep_bundle(bundle.issuer.id, new.data)
            self._replace([*known, *added])
            for issuer in new.trust.issuers.values():
                self._log("added", issuer, entry, now=now)
        return tuple(new.trust.issuers)

    def remove(self, issuer_id: str, *, now: int) -> None:
        """Take one issuer out of the list.

        Raises:
            TrustMissing: there is no such list.
            TrustFileError: the issuer is not in it, or the file cannot be read or written.
        """
        self.trust()  # nothing is made beside a list that is not there
        with self._changing():
            issuers, current, version = self._entries(issuer_id)
            issuer = self.trust().issuers[issuer_id]
            self._replace([each for each in issuers if each is not current])
            self._bundle_file(issuer_id).unlink(missing_ok=True)
            self._log("removed", issuer, _installed(current, version), now=now)

    def update(self, bundle: TrustBundle, data: bytes, *, now: int) -> Updated:
        """Take over a bundle that is signed by a pinned key: `updated`, `refreshed` (statuses only) or `unchanged`.

        Raises:
            BundleRefused: it is older than what is installed, or changes what an update must not change.
            TrustFileError: the files cannot be read or written, or a certificate in the bundle cannot be read.
        """
        expect_certificates(bundle.trust)
        with self._changing():
            issuers, current, version = self._entries(bundle.issuer.id)
            entry = _installed(current, version)
            changed = _check_newer(bundle, current, entry)
            if not changed and bundle.made_at == entry.made_at:
                return "unchanged"
            new = Installed(
                bundle.trust.version, bundle.made_at, entry.added_at, entry.source, signed_by=bundle.signed_by
            )
            self._keep_bundle(bundle.issuer.id, data)
            others = [_with(_only_issuer(bundle), new) if each is current else each for each in issuers]
            if not changed:
                self._write(others, version=version)
                return "refreshed"
            self._replace(others)
            self._log("updated", bundle.issuer, new, now=now)
            return "updated"

    def check_newer(self, bundle: TrustBundle) -> None:
        """Refuse a bundle of an installed issuer that `update` would refuse; errors as there."""
        _, current, version = self._entries(bundle.issuer.id)
        _check_newer(bundle, current, _installed(current, version))

    def bundle(self, issuer_id: str) -> TrustBundle | None:
        """Return the last bundle of an issuer, expired or not; one that its key did not sign counts as none."""
        try:
            files = (self._bundle_file(issuer_id).stat(), self.path.stat())
        except OSError:
            return None
        stamp = tuple((file.st_ino, file.st_mtime_ns, file.st_size) for file in files)
        known = self._read_bundles.get(issuer_id)
        if known is None or known[0] != stamp:
            known = self._read_bundles[issuer_id] = (stamp, self._read_bundle(issuer_id))
        return known[1]

    def _read_bundle(self, issuer_id: str) -> TrustBundle | None:
        file = self._bundle_file(issuer_id)
        entry = self.installed().get(issuer_id)
        if entry is None or entry.signed_by is None or entry.made_at is None:
            return None
        key = entry.signed_by
        try:
            with file.open("rb") as opened:
                token = bundle_text(opened.read(MAX_TRUST_BUNDLE_BYTES + 1))
            return read_trust_bundle(token, keys={key.kid or "": key}, now=entry.made_at)
        except (OSError, TrustBundleError):
            return None

    def bundle_bytes(self, issuer_id: str) -> bytes | None:
        """Return the file of the last bundle of an issuer; None where `bundle` knows none."""
        if self.bundle(issuer_id) is None:
            return None
        with _as_trust_file_error(), self._bundle_file(issuer_id).open("rb") as file:
            return file.read(MAX_TRUST_BUNDLE_BYTES)

    def history(self) -> tuple[Document, ...]:
        """Return the newest MiB of the log of changes, oldest first; a damaged line is left out."""
        try:
            with (self.companion / "history.jsonl").open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - _MAX_LOG_BYTES))
                lines = file.read(_MAX_LOG_BYTES).splitlines()
        except OSError:
            return ()
        return tuple(document for line in lines if (document := _log_line(line)) is not None)

    def _entries(self, issuer_id: str) -> tuple[list[Document], Document, int]:
        """Return all entries, the one of an issuer among them, and the version of the list."""
        data = read_trust_bytes(self.path)
        issuers = _issuers_in(data)
        current = next((each for each in issuers if each.get("id") == issuer_id), None)
        if current is None:
            raise TrustFileError(f"expected a trusted issuer, found none with the id {issuer_id}", kind="not_found")
        return issuers, current, offered(data).trust.version

    def _replace(self, issuers: list[Document]) -> None:
        """Write a list with the next version; the one before is kept in the history."""
        version = 0
        if self.path.exists():
            data = read_trust_bytes(self.path)
            version = offered(data).trust.version
            _put(self.companion / "history" / f"trust-{version}.json", data)
        self._write(issuers, version=version + 1)

    def _write(self, issuers: list[Document], *, version: int) -> None:
        data = encode_json({"trust": _FORMAT, "version": version, "issuers": [*issuers]})
        offered(data)  # what we would refuse to read is never put in place
        _put(self.path, data)

    def _keep_bundle(self, issuer_id: str, data: bytes) -> None:
        _put(self._bundle_file(issuer_id), data.strip())

    def _bundle_file(self, issuer_id: str) -> Path:
        return self.companion / "bundles" / f"{hashlib.sha256(issuer_id.encode()).hexdigest()[:32]}.jwt"

    def _log(self, action: str, issuer: TrustedIssuer, entry: Installed, *, now: int) -> None:
        line: Document = {
            "at": datetime.fromtimestamp(now, UTC).isoformat().replace("+00:00", "Z"),
            "action": action,
            "issuer": issuer.id,
            "version": entry.version,
            "dev": issuer.development,
            "keys": [*sorted(issuer.keys)],
        }
        with _as_trust_file_error(), (self.companion / "history.jsonl").open("ab") as file:
            file.write(encode_json(line) + b"\n")

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Hold the lock; whoever waits for it sees what the one before has written."""
        with _as_trust_file_error():
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.companion.mkdir(mode=0o700, exist_ok=True)
            locked = ExitStack()
            locked.enter_context(held(self.companion / "lock"))
        with locked:
            yield


def _check_newer(bundle: TrustBundle, current: Mapping[str, JsonValue], entry: Installed) -> bool:
    """Return whether a bundle that a pinned key signed brings another list than the one installed, `current`."""
    if bundle.trust.version < entry.version or (entry.made_at is not None and bundle.made_at < entry.made_at):
        raise BundleRefused("rolled_back", "it is older than the one installed")
    if bundle.issuer.development and current.get("dev") is not True:
        raise BundleRefused("development", "it would make a test issuer of the one installed")
    same = _without_entry(current) == _only_issuer(bundle)
    if not same and bundle.trust.version == entry.version:
        raise BundleRefused("two_lists", "its list differs from the installed one of the same version")
    return not same or bundle.trust.version > entry.version


def lists_of(bundle: TrustBundle) -> BundledLists:
    """Return the status lists of a bundle as the status look-up wants them."""
    return BundledLists(bundle.status_tokens, bundle.made_at, bundle.valid_until)


def _only_issuer(bundle: TrustBundle) -> Document:
    # The bundle's reader has found exactly one issuer there; its document may bring no entry of its own.
    listed = cast("list[Document]", bundle.trust_document["issuers"])
    return _without_entry(listed[0])


def _documents_of(new: Offered) -> list[Document]:
    return [_only_issuer(new.bundle)] if new.bundle is not None else _issuers_in(new.data)


def _with(document: Mapping[str, JsonValue], entry: Installed) -> Document:
    return {**_without_entry(document), _MEMBER: entry.document()}


def _without_entry(document: Mapping[str, JsonValue]) -> Document:
    return {name: value for name, value in document.items() if name != _MEMBER}


def _issuers_in(data: bytes) -> list[Document]:
    offered(data)  # a file that breaks the rules is never extended
    document = decode_json_object(data, max_bytes=MAX_TRUST_LIST_BYTES)
    return cast("list[Document]", document["issuers"])


def _installed(document: Mapping[str, JsonValue], list_version: int) -> Installed:
    """Read our own member; a list that was put there by hand has none, and the version of the list counts."""
    entry = document.get(_MEMBER)
    if not isinstance(entry, dict):
        return Installed(list_version)
    version, signed_by, source = entry.get("version"), entry.get("signed_by"), entry.get("source")
    try:
        key = PublicKey.from_jwk(signed_by) if isinstance(signed_by, dict) else None
    except JwkError as error:
        raise TrustFileError(f"{_MEMBER}.signed_by: {error.message}", kind="content") from error
    return Installed(
        version=version if type(version) is int else list_version,
        made_at=_seconds(entry.get("made_at")),
        added_at=_seconds(entry.get("added_at")),
        source=source if isinstance(source, str) else None,
        signed_by=key,
    )


def _seconds(value: JsonValue) -> int | None:
    return value if type(value) is int else None


def _log_line(line: bytes) -> Document | None:
    try:
        return decode_json_object(line, max_bytes=_MAX_LOG_LINE_BYTES)
    except DecodingError:
        return None


@contextmanager
def _as_trust_file_error() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise TrustFileError(f"expected to write the trust list, found: {error.strerror}", kind="unwritable") from error


def _put(path: Path, data: bytes) -> None:
    with _as_trust_file_error():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(path, data)
