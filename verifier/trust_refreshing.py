"""`trust refresh`: newer signed bundles for the installed issuers; one that fails never spoils the rest."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Literal

from credential_schemas.errors import TrustBundleError
from credential_schemas.report.messages import Language
from credential_schemas.trust_bundle import TrustBundle, believed_bundle_keys, peek_bundle_issuer, read_trust_bundle
from keys.encoding import JsonValue
from keys.errors import FetchError, UrlError
from keys.trust_list import TrustedIssuer
from keys.urls import parse_url
from keys.values import dataclass
from verifier.errors import BundleRefused, OptionError, TrustFileError
from verifier.exit_codes import ExitCode
from verifier.rendering.plain_text import harmless
from verifier.rendering.refusals import sentence_of
from verifier.rendering.words import word
from verifier.trust_files import bundle_text, read_trust_bytes
from verifier.trust_folder import Installed, TrustFolder
from verifier.trust_in_use import TrustContext, check_newest_seen, remember_as_newest
from verifier.trust_sources import BUNDLE_MEDIA_TYPE, fetch, is_bundle_address

Outcome = Literal["updated", "refreshed", "unchanged", "not_pinned", "unreachable", "refused"]
BUNDLE_PATH: Final = "trust-bundle.jwt"
_EXIT_CODES: Final[dict[Outcome, ExitCode]] = {
    "updated": ExitCode.VALID,
    "refreshed": ExitCode.VALID,
    "unchanged": ExitCode.VALID,
    "not_pinned": ExitCode.INDETERMINATE,
    "unreachable": ExitCode.REFUSED,
    "refused": ExitCode.INVALID,
}


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What became of one issuer; `version` is that of its list as it is installed now."""

    issuer_id: str
    outcome: Outcome
    version: int
    refusal: BundleRefused | None = None
    detail: str = ""

    @property
    def exit_code(self) -> ExitCode:
        """What this issuer alone would end with."""
        return _EXIT_CODES[self.outcome]

    def document(self) -> dict[str, JsonValue]:
        """Return the JSON form."""
        return {
            "id": self.issuer_id,
            "outcome": self.outcome,
            "version": self.version,
            "reason": self.refusal.kind if self.refusal is not None else None,
            "detail": self.detail,
        }


def refresh(path: Path, bundles: Sequence[Path], context: TrustContext) -> list[Refreshed]:
    """Take newer bundles from files, or for every issuer from the network.

    Raises:
        TrustMissing, TrustFileError: the installed list or a file cannot be read.
        BundleRefused: a file is no bundle of an installed issuer.
    """
    folder = TrustFolder(path)
    installed = folder.trust().issuers
    if not bundles:
        return [_from_network(issuer, folder, context) for issuer in installed.values()]
    offers = [read_trust_bytes(file) for file in bundles]
    named = [_issuer_named(data, installed) for data in offers]
    return [_taken(issuer, data, folder, context=context) for issuer, data in zip(named, offers, strict=True)]


def refresh_text(result: Refreshed, language: Language) -> str:
    """Return one line for a person."""
    text = word(f"refresh_{result.outcome}", language, version=result.version)
    more = sentence_of(result.refusal, language) if result.refusal is not None else harmless(result.detail)
    return f"{harmless(result.issuer_id)}: {text}{f' {more}' if more else ''}"


def _issuer_named(data: bytes, installed: Mapping[str, TrustedIssuer]) -> TrustedIssuer:
    try:
        claimed = peek_bundle_issuer(bundle_text(data))
    except TrustBundleError as error:
        raise BundleRefused(error.kind, error.detail) from error
    issuer = installed.get(claimed)
    if issuer is None:
        raise TrustFileError(
            f"expected a bundle of a trusted issuer, found one of {claimed}; add it with `trust add`",
            kind="bundle_of_another",
        )
    return issuer


def _from_network(issuer: TrustedIssuer, folder: TrustFolder, context: TrustContext) -> Refreshed:
    entry = folder.installed()[issuer.id]
    if not issuer.bundle_keys:
        return Refreshed(issuer.id, "not_pinned", entry.version)
    try:
        url = _address(issuer, entry)
        data = fetch(url, accept=BUNDLE_MEDIA_TYPE, development=issuer.development)
    except (FetchError, OptionError) as error:
        return Refreshed(issuer.id, "unreachable", entry.version, detail=str(error))
    return _taken(issuer, data, folder, context=context)


def _address(issuer: TrustedIssuer, entry: Installed) -> str:
    """Where a person got the issuer's bundle from, else its usual place on an origin of the trust list."""
    if entry.source is not None and is_bundle_address(entry.source):
        return entry.source
    url = f"{issuer.id}/{BUNDLE_PATH}"
    try:
        origin = parse_url(url, allow_loopback=issuer.development).origin
    except UrlError as error:
        raise OptionError(error.message, kind="address") from error
    if origin not in issuer.origins:
        raise OptionError(
            "expected an address of the bundle on an origin of the trust list, found none", kind="bundle_address"
        )
    return url


def _taken(issuer: TrustedIssuer, data: bytes, folder: TrustFolder, *, context: TrustContext) -> Refreshed:
    entry = folder.installed()[issuer.id]
    if not issuer.bundle_keys:
        return Refreshed(issuer.id, "not_pinned", entry.version)
    try:
        bundle = _believed(issuer, data, now=context.now)
        check_newest_seen(bundle, context.state)
        outcome = folder.update(bundle, data, now=context.now)
        remember_as_newest(bundle, context.state)
    except BundleRefused as error:
        return Refreshed(issuer.id, "refused", entry.version, refusal=error)
    return Refreshed(issuer.id, outcome, bundle.trust.version)


def _believed(issuer: TrustedIssuer, data: bytes, *, now: int) -> TrustBundle:
    try:
        bundle = read_trust_bundle(bundle_text(data), keys=believed_bundle_keys(issuer, now=now), now=now)
    except TrustBundleError as error:
        raise BundleRefused(error.kind, error.detail) from error
    if bundle.issuer.id != issuer.id:
        raise BundleRefused("issuer", "it is of another issuer than the one asked")
    return bundle
