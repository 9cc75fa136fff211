"""`trust list`: every issuer, what it is trusted for, where it came from, and how fresh its bundle is."""

from datetime import UTC, datetime
from pathlib import Path

from credential_schemas.entry_types import entry_types
from credential_schemas.limits import CLOCK_SKEW_S
from credential_schemas.report.messages import Language
from credential_schemas.trust_bundle import TrustBundle
from keys.encoding import JsonValue
from keys.trust_list import TrustedIssuer, TrustedType
from keys.values import dataclass
from verifier.rendering.plain_text import columns, harmless, padded
from verifier.rendering.words import word
from verifier.trust_folder import Installed, TrustFolder

Document = dict[str, JsonValue]


@dataclass(frozen=True, slots=True)
class ListedIssuer:
    """One issuer of the list in use, at `now` (seconds since 1970)."""

    issuer: TrustedIssuer
    entry: Installed
    bundle: TrustBundle | None
    now: int

    @property
    def expired(self) -> bool:
        """Whether there is a bundle that may not be used any more."""
        return self.bundle is not None and self.now >= self.bundle.valid_until + CLOCK_SKEW_S

    def document(self) -> Document:
        """Return the JSON form."""
        types: list[JsonValue] = [
            {"vct": each.vct, "entry_types": None if each.entry_types is None else [*sorted(each.entry_types)]}
            for each in self.issuer.types
        ]
        return {
            "id": self.issuer.id,
            "name": dict(self.issuer.name),
            "types": types,
            "keys": [*sorted(self.issuer.keys)],
            "bundle_keys": [*sorted(self.issuer.bundle_keys)],
            "dev": self.issuer.development,
            "version": self.entry.version,
            "added_at": _time(self.entry.added_at),
            "source": self.entry.source,
            "bundle": self._bundle_document(),
        }

    def lines(self, language: Language) -> list[str]:
        """Return the lines for a person."""
        issuer = self.issuer
        mark = f" ({word('trust_test_issuer', language)})" if issuer.development else ""
        return [
            f"{harmless(issuer.id)}  {harmless(issuer.name['ko'])} / {harmless(issuer.name['en'])}{mark}",
            *(f"  {_type_line(each, language)}" for each in issuer.types),
            f"  {word('trust_version', language, version=self.entry.version)}",
            f"  {self._bundle_line(language)}",
        ]

    def _bundle_document(self) -> JsonValue:
        if self.bundle is None:
            return None
        return {
            "made_at": _time(self.bundle.made_at),
            "age_s": max(0, self.now - self.bundle.made_at),
            "valid_until": _time(self.bundle.valid_until),
            "expired": self.expired,
            "status_lists": [*sorted(self.bundle.status_tokens)],
        }

    def _bundle_line(self, language: Language) -> str:
        if self.bundle is None:
            return word("trust_no_bundle", language)
        name = "trust_bundle_expired" if self.expired else "trust_bundle"
        made_at, valid_until = _time(self.bundle.made_at), _time(self.bundle.valid_until)
        return word(name, language, made_at=made_at, valid_until=valid_until)


@dataclass(frozen=True, slots=True)
class Listing:
    """The trust list in use and how it became what it is."""

    version: int
    issuers: tuple[ListedIssuer, ...]
    history: tuple[Document, ...]

    def document(self) -> Document:
        """Return the JSON form."""
        issuers: list[JsonValue] = [issuer.document() for issuer in self.issuers]
        trusted: dict[str, JsonValue] = {name: [*ids] for name, ids in self.trusted_for().items()}
        return {"version": self.version, "issuers": issuers, "trusted_for": trusted, "history": [*self.history]}

    def trusted_for(self) -> dict[str, list[str]]:
        """Return which issuers are trusted for each type of entry, by its id; types of nobody are absent."""
        found: dict[str, list[str]] = {}
        for name in entry_types():
            ids = [each.issuer.id for each in self.issuers if _trusted_with(each.issuer, name)]
            if ids and entry_types().in_credentials(name) is not None:
                found[name] = ids
        return found

    def _table(self, language: Language) -> list[str]:
        """Return a line for each type of entry; where there is one issuer, its own lines say enough."""
        if len(self.issuers) < 2:
            return []
        names = {name: entry_types()[name].names.in_language(language) for name in self.trusted_for()}
        width = max((columns(name) for name in names.values()), default=0) + 2
        rows = [
            f"  {padded(names[name], width=width)}{', '.join(harmless(each) for each in ids)}"
            for name, ids in self.trusted_for().items()
        ]
        return [word("trust_table", language), *rows]

    def lines(self, language: Language) -> list[str]:
        """Return the lines for a person."""
        lines = [line for issuer in self.issuers for line in issuer.lines(language)] + self._table(language)
        if not self.history:
            return lines
        changes = [
            " ".join(str(change.get(name)) for name in ("at", "action", "issuer", "version")) for change in self.history
        ]
        return [*lines, word("trust_history", language), *(f"  {harmless(change)}" for change in changes)]


def listing(path: Path, *, now: int) -> Listing:
    """Return the trust list at a place.

    Raises:
        TrustMissing, TrustFileError: it cannot be read.
    """
    folder = TrustFolder(path)
    trust, installed = folder.trust(), folder.installed()
    issuers = trust.issuers.values()
    listed = tuple(ListedIssuer(each, installed[each.id], folder.bundle(each.id), now) for each in issuers)
    return Listing(trust.version, listed, folder.history())


def _trusted_with(issuer: TrustedIssuer, entry_type: str) -> bool:
    return any(each.entry_types is None or entry_type in each.entry_types for each in issuer.types)


def _type_line(trusted: TrustedType, language: Language) -> str:
    if trusted.entry_types is None:
        what = word("trust_all_entries", language)
    else:
        what = word("trust_some_entries", language, count=len(trusted.entry_types))
    return f"{harmless(trusted.vct)} ({what})"


def _time(seconds: int | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
