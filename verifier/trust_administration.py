"""Changing the trust list through the service: the rules of `cb-verifier trust`, and a record of who and why.

An addition or removal and its record are one: the record is written first and taken back when the change fails. What a
refresh brings is signed by issuers believed already and is known only after it; it stays when its record fails. After a
change the service judges by the new list.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from keys.encoding import JsonValue
from keys.sign_in.sessions import SignedIn
from keys.values import dataclass
from verifier.errors import TrustFileError
from verifier.statuses.state import StateFolder
from verifier.store.changes import Change
from verifier.store.engine import Store
from verifier.trust_files import Offered, offered_list_or_bundle
from verifier.trust_folder import TrustFolder
from verifier.trust_in_use import TrustContext
from verifier.trust_listing import Listing, listing
from verifier.trust_refreshing import Refreshed, refresh
from verifier.trust_sources import fetched

MIN_REASON: Final = 2
MAX_REASON: Final = 500


class ReasonMissing(Exception):
    """A change needs a reason of 2 to 500 characters."""


@dataclass(frozen=True, slots=True)
class TrustPlace:
    """Where the list in use lies, and what belongs to it.

    Args:
        path: of `trust.json`.
        state: what was seen before; None when nothing can be remembered.
        development: whether test issuers and addresses on this machine are allowed.
    """

    path: Path
    state: StateFolder | None
    development: bool = False


@dataclass(frozen=True, slots=True)
class By:
    """Who changes something, and why."""

    person: SignedIn
    reason: str


class TrustAdministration:
    """What an administrator may do with the trust list of one service."""

    def __init__(self, place: TrustPlace, store: Store, *, now: Callable[[], int], changed: Callable[[], None]) -> None:
        """Work on one list; `changed` lets the service read it anew."""
        self._place = place
        self._store = store
        self._now = now
        self._changed = changed

    def listing(self) -> Listing:
        """Return the list, how fresh it is, and its history.

        Raises:
            TrustMissing, TrustFileError: it cannot be read.
        """
        return listing(self._place.path, now=self._now())

    def look(self, url: str) -> Offered:
        """Fetch what stands at a URL, and change nothing.

        Raises:
            OptionError, FetchError: the address is not allowed, or the network failed.
            TrustFileError, BundleRefused: there is no list or bundle that could be believed, or it is of a test issuer.
        """
        offer = offered_list_or_bundle(fetched(url, development=self._place.development), now=self._now())
        if not self._place.development and any(issuer.development for issuer in offer.trust.issuers.values()):
            raise TrustFileError("expected a real issuer, found a test issuer", kind="test_issuer")
        return offer

    def add(self, url: str, fingerprint: str, *, by: By) -> tuple[str, ...]:
        """Believe the issuers of the list or bundle at a URL, if it has this fingerprint; answers their ids.

        Args:
            url: is asked again: what was looked at before counts for nothing.
            fingerprint: as the issuer told it by another way; colons, spaces and case do not matter.
            by: who, and why.

        Raises:
            ReasonMissing: nothing was changed; so it is for all that `look` and `TrustFolder.add` raise.
        """
        offer = self.look(url)
        if "".join(fingerprint.split()).replace(":", "").lower() != offer.fingerprint:
            raise TrustFileError("expected the fingerprint you gave, found another", kind="fingerprint")
        detail: dict[str, JsonValue] = {"url": url, "fingerprint": offer.fingerprint}
        with self._noted("trust_add", ", ".join(sorted(offer.trust.issuers)), detail, by=by):
            return TrustFolder(self._place.path).add(offer, source=url, now=self._now())

    def remove(self, issuer_id: str, *, by: By) -> None:
        """Believe an issuer no longer.

        Raises:
            ReasonMissing, TrustMissing, TrustFileError: nothing was changed.
        """
        with self._noted("trust_remove", issuer_id, {}, by=by):
            TrustFolder(self._place.path).remove(issuer_id, now=self._now())

    def refresh(self, *, by: By) -> list[Refreshed]:
        """Fetch newer bundles of all issuers; one that fails never spoils the rest.

        Raises:
            ReasonMissing, TrustMissing, TrustFileError: nothing was changed.
            StoreUnusable: the record failed; what was fetched is in use.
        """
        self._check(by)
        results = refresh(self._place.path, (), TrustContext(self._place.path, self._place.state, self._now()))
        self._changed()
        outcomes: dict[str, JsonValue] = {result.issuer_id: result.outcome for result in results}
        with self._store.write() as transaction:
            transaction.changes.append(self._change("trust_refresh", str(len(results)), outcomes, by=by))
        return results

    def bundle(self, issuer_id: str) -> bytes | None:
        """Return the last signed bundle of an issuer, as it was fetched; None where there is none.

        Raises:
            TrustMissing, TrustFileError: the list cannot be read.
        """
        return TrustFolder(self._place.path).bundle_bytes(issuer_id)

    def changes(self, count: int, *, before: int | None = None) -> list[tuple[int, Change]]:
        """Return the newest changes of every kind with their numbers."""
        with self._store.read() as transaction:
            return transaction.changes.newest(count, before=before)

    @contextmanager
    def _noted(self, action: str, subject: str, detail: dict[str, JsonValue], *, by: By) -> Iterator[None]:
        self._check(by)
        with self._store.write() as transaction:
            transaction.changes.append(self._change(action, subject, detail, by=by))
            yield
        self._changed()

    def _change(self, action: str, subject: str, detail: dict[str, JsonValue], *, by: By) -> Change:
        return Change(self._now(), by.person.user_id, by.person.name, action, subject, detail, by.reason.strip())

    def _check(self, by: By) -> None:
        if not MIN_REASON <= len(by.reason.strip()) <= MAX_REASON:
            raise ReasonMissing
