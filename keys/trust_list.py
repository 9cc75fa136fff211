"""The trust list (`trust.json`): which issuers a verifier believes, for what, with which keys.

Rules enforced (S12): strict JSON, every known member has its type, no issuer and no `kid` twice, every key is a public
P-256 key with a `kid` (a log's key an Ed25519 one), every URL is https unless the issuer is marked `"dev": true`, and
then loopback. Unknown members are ignored, so that an older verifier reads a newer list. Messages name the place as a
JSON path, never the value.

Issuers and keys are found by exact text, in a dictionary. Left to the caller: how the list got here, what to do with a
distrusted key (`TrustedIssuer.distrusted_since`), and what a certificate in PEM is worth.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final, TypeVar

from keys.encoding import JsonValue, decode_json_object
from keys.errors import CertificateError, DecodingError, IssuerUnknown, JwkError, KeyUnknown, TrustListError, UrlError
from keys.jwk import PublicKey
from keys.limits import MAX_JSON_MEMBERS, MAX_KEYS_IN_SET, MAX_TRUST_LIST_BYTES, MAX_TRUSTED_ISSUERS
from keys.note_keys import NotePublicKey
from keys.pem_form import certificate_der
from keys.urls import parse_origin, parse_url
from keys.values import dataclass, field

FORMAT: Final = 1
_LANGUAGES: Final = ("ko", "en")
_PEM_BEGIN: Final = "-----BEGIN CERTIFICATE-----"
_PEM_END: Final = "-----END CERTIFICATE-----"
_NO_KEYS: Final[Mapping[str, PublicKey]] = MappingProxyType({})
_NO_TIMES: Final[Mapping[str, int]] = MappingProxyType({})

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TrustedType:
    """One credential type an issuer is trusted for; `entry_types` None means every kind of entry."""

    vct: str
    entry_types: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class TrustedIssuer:
    """One issuer of the list.

    Attributes:
        id: the `iss` of its credentials, compared exactly.
        name: `ko` and `en`.
        types: what it is trusted for.
        keys: credential keys by `kid`.
        status_keys: keys of its status lists by `kid`.
        x509_roots: PEM certificates that may vouch for `x5c` headers.
        seal_roots: PEM certificates that may vouch for PDF seals.
        tsa_roots: PEM certificates of the time-stamping authorities whose stamps on its seals are believed.
        distrusted: `kid` to the time (Unix seconds) since which the key is not believed.
        origins: where status lists and metadata may be fetched.
        verify_urls: pages that its QR codes may name.
        legal_lines: lines about the legal basis that its certificates may print.
        confirmation_url: where typed confirmation codes are looked up.
        development: loopback origins are allowed, and every report should say so.
        log_key: the key of its transparency log, Ed25519.
        bundle_keys: keys of its signed trust bundles by `kid`.
    """

    id: str
    name: Mapping[str, str]
    types: tuple[TrustedType, ...]
    keys: Mapping[str, PublicKey]
    status_keys: Mapping[str, PublicKey] = field(default_factory=lambda: _NO_KEYS)
    x509_roots: tuple[str, ...] = ()
    seal_roots: tuple[str, ...] = ()
    tsa_roots: tuple[str, ...] = ()
    distrusted: Mapping[str, int] = field(default_factory=lambda: _NO_TIMES)
    origins: tuple[str, ...] = ()
    verify_urls: tuple[str, ...] = ()
    legal_lines: tuple[str, ...] = ()
    confirmation_url: str | None = None
    development: bool = False
    log_key: NotePublicKey | None = None
    bundle_keys: Mapping[str, PublicKey] = field(default_factory=lambda: _NO_KEYS)

    def trusted_type(self, vct: str) -> TrustedType | None:
        """Return what the issuer is trusted for in one credential type, None if in nothing."""
        return next((trusted for trusted in self.types if trusted.vct == vct), None)

    def distrusted_since(self, kid: str) -> int | None:
        """Return since when (Unix seconds) a key is not believed any more, None if it is."""
        return self.distrusted.get(kid)

    def names_distrusted(self, key: PublicKey) -> frozenset[str]:
        """Return the distrusted names of a key: its thumbprint, our short form of it, and what the list calls it."""
        own = {key.thumbprint(), key.short_name()}
        listed = {kid for keys in (self.keys, self.status_keys) for kid, each in keys.items() if each.x == key.x}
        return frozenset((own | listed) & self.distrusted.keys())


@dataclass(frozen=True, slots=True)
class TrustList:
    """A whole list; a higher version replaces a lower one. `types` are the credential types of all its issuers."""

    version: int
    issuers: Mapping[str, TrustedIssuer]
    types: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        types = frozenset(trusted.vct for issuer in self.issuers.values() for trusted in issuer.types)
        object.__setattr__(self, "types", types)

    @classmethod
    def parse(cls, data: bytes) -> "TrustList":
        """Read `trust.json`.

        Args:
            data: at most 2 MiB.

        Raises:
            TrustListError: not strict JSON, or a member breaks a rule of this module.

        Source: docs/formats/trust-list.md
        """
        try:
            document = decode_json_object(data, max_bytes=MAX_TRUST_LIST_BYTES)
        except DecodingError as error:
            raise TrustListError(f"trust list: {error.message}") from None
        return cls.from_document(document)

    @classmethod
    def from_document(cls, document: Mapping[str, JsonValue]) -> "TrustList":
        """Read a trust list that was decoded already, for example out of a signed bundle; errors as `parse`."""
        if _integer(document.get("trust"), "trust") != FORMAT:
            raise TrustListError(f"trust: expected format {FORMAT}, found another; a newer program may read it")
        version = _integer(document.get("version"), "version")
        found = _array(document.get("issuers"), "issuers", maximum=MAX_TRUSTED_ISSUERS)
        issuers = [_issuer(_object(item, f"issuers[{place}]"), f"issuers[{place}]") for place, item in enumerate(found)]
        return cls(version, _by_name(issuers, name=lambda issuer: issuer.id, path="issuers"))

    def issuer(self, issuer_id: str) -> TrustedIssuer | None:
        """Return the issuer with exactly this identifier, None if the list does not name it."""
        return self.issuers.get(issuer_id)


def find_credential_key(trust: TrustList, issuer: JsonValue, *, kid: JsonValue) -> PublicKey:
    """Return the credential key that a token names by its untrusted `iss` and `kid`.

    Raises:
        IssuerUnknown: no such issuer, or `iss` is not text.
        KeyUnknown: the issuer has no such credential key, or `kid` is not text.
    """
    return _find(trusted_issuer(trust, issuer).keys, kid)


def trusted_issuer(trust: TrustList, issuer: JsonValue) -> TrustedIssuer:
    """Return the issuer that a token names by its untrusted `iss`.

    Raises:
        IssuerUnknown: no such issuer, or `iss` is not text.
    """
    found = trust.issuer(issuer) if isinstance(issuer, str) else None
    if found is None:
        raise IssuerUnknown("expected an issuer of the trust list, found another")
    return found


def check_certificates(trust: TrustList) -> None:
    """Read every certificate of a list to its end, for a list that is about to be trusted.

    `TrustList.parse` looks at their form only, because it runs at every start and few checks need a certificate; one
    that has the form and cannot be read vouches for nothing.

    Raises:
        TrustListError: a certificate cannot be read.
    """
    from keys.pem import load_certificate  # the library for certificates takes long to load

    for issuer in trust.issuers.values():
        for name in ("x509_roots", "seal_roots", "tsa_roots"):
            for place, text in enumerate(getattr(issuer, name)):
                try:
                    load_certificate(text)
                except CertificateError as error:
                    raise TrustListError(f"{issuer.id}: {name}[{place}]: {error.message}") from None


def trust_list_document(version: int, issuers: Iterable[TrustedIssuer]) -> dict[str, JsonValue]:
    """Write a trust list as the JSON document that `TrustList.parse` reads; empty members are left out."""
    return {"trust": FORMAT, "version": version, "issuers": [_issuer_document(issuer) for issuer in issuers]}


def _find(keys: Mapping[str, PublicKey], kid: JsonValue) -> PublicKey:
    found = keys.get(kid) if isinstance(kid, str) else None
    if found is None:
        raise KeyUnknown("expected a key that the trust list names for this issuer, found another")
    return found


def _issuer_document(issuer: TrustedIssuer) -> dict[str, JsonValue]:
    optional: dict[str, JsonValue] = {
        "status_jwks": _key_set_document(issuer.status_keys),
        "x509_roots": list(issuer.x509_roots),
        "seal_roots": list(issuer.seal_roots),
        "tsa_roots": list(issuer.tsa_roots),
        "log_key": None if issuer.log_key is None else dict(issuer.log_key.jwk()),
        "distrusted": [
            {"kid": kid, "since": datetime.fromtimestamp(since, UTC).isoformat().replace("+00:00", "Z")}
            for kid, since in issuer.distrusted.items()
        ],
        "origins": list(issuer.origins),
        "verify_urls": list(issuer.verify_urls),
        "legal_lines": list(issuer.legal_lines),
        "confirmation_url": issuer.confirmation_url,
        "bundle_jwks": _key_set_document(issuer.bundle_keys),
        "dev": issuer.development,
    }
    required: dict[str, JsonValue] = {
        "id": issuer.id,
        "name": dict(issuer.name),
        "types": [_type_document(trusted) for trusted in issuer.types],
        "jwks": {"keys": [dict(key.jwk()) for key in issuer.keys.values()]},
    }
    return required | {name: value for name, value in optional.items() if value}


def _type_document(trusted: TrustedType) -> dict[str, JsonValue]:
    if trusted.entry_types is None:
        return {"vct": trusted.vct}
    entry_types: list[JsonValue] = [*sorted(trusted.entry_types)]
    return {"vct": trusted.vct, "entry_types": entry_types}


def _key_set_document(keys: Mapping[str, PublicKey]) -> JsonValue:
    return {"keys": [dict(key.jwk()) for key in keys.values()]} if keys else None


def _issuer(document: Mapping[str, JsonValue], path: str) -> TrustedIssuer:
    development = _boolean(document.get("dev", False), f"{path}.dev")

    def url(value: JsonValue, place: str) -> str:
        return _checked(lambda text: parse_url(text, allow_loopback=development).text, value, place)

    def origin(value: JsonValue, place: str) -> str:
        return _checked(lambda text: parse_origin(text, allow_loopback=development), value, place)

    confirmation_url, log_key = document.get("confirmation_url"), document.get("log_key")
    names = _object(document.get("name"), f"{path}.name")
    return TrustedIssuer(
        id=url(document.get("id"), f"{path}.id"),
        name=MappingProxyType({code: _text(names.get(code), f"{path}.name.{code}") for code in _LANGUAGES}),
        types=_types(document.get("types"), f"{path}.types"),
        keys=_key_set(document.get("jwks"), f"{path}.jwks"),
        status_keys=_key_set(document.get("status_jwks", {"keys": []}), f"{path}.status_jwks"),
        x509_roots=_each(document.get("x509_roots", []), f"{path}.x509_roots", _certificate),
        seal_roots=_each(document.get("seal_roots", []), f"{path}.seal_roots", _certificate),
        tsa_roots=_each(document.get("tsa_roots", []), f"{path}.tsa_roots", _certificate),
        distrusted=_distrusted(document.get("distrusted", []), f"{path}.distrusted"),
        origins=_each(document.get("origins", []), f"{path}.origins", origin),
        verify_urls=_each(document.get("verify_urls", []), f"{path}.verify_urls", url),
        legal_lines=_each(document.get("legal_lines", []), f"{path}.legal_lines", _text),
        confirmation_url=None if confirmation_url is None else url(confirmation_url, f"{path}.confirmation_url"),
        development=development,
        log_key=None if log_key is None else _log_key(log_key, f"{path}.log_key"),
        bundle_keys=_key_set(document.get("bundle_jwks", {"keys": []}), f"{path}.bundle_jwks"),
    )


def _types(value: JsonValue, path: str) -> tuple[TrustedType, ...]:
    types = _each(value, path, _trusted_type)
    return tuple(_by_name(types, name=lambda trusted: trusted.vct, path=path).values())


def _trusted_type(value: JsonValue, path: str) -> TrustedType:
    members = _object(value, path)
    vct = _text(members.get("vct"), f"{path}.vct")
    if "entry_types" not in members:
        return TrustedType(vct)
    return TrustedType(vct, frozenset(_each(members["entry_types"], f"{path}.entry_types", _text)))


def _key_set(value: JsonValue, path: str) -> Mapping[str, PublicKey]:
    listed = _array(_object(value, path).get("keys"), f"{path}.keys", maximum=MAX_KEYS_IN_SET)
    keys = [_key(item, f"{path}.keys[{place}]") for place, item in enumerate(listed)]
    return _by_name(keys, name=lambda key: key.kid or "", path=f"{path}.keys")


def _key(value: JsonValue, path: str) -> PublicKey:
    members = _object(value, path)
    _text(members.get("kid"), f"{path}.kid")
    try:
        return PublicKey.from_jwk(members)
    except JwkError as error:
        raise TrustListError(f"{path}: {error.message}") from None


def _log_key(value: JsonValue, path: str) -> NotePublicKey:
    try:
        return NotePublicKey.from_jwk(_object(value, path))
    except JwkError as error:
        raise TrustListError(f"{path}: {error.message}") from None


def _distrusted(value: JsonValue, path: str) -> Mapping[str, int]:
    def one(item: JsonValue, place: str) -> tuple[str, int]:
        members = _object(item, place)
        since = _checked(_unix_seconds, members.get("since"), f"{place}.since")
        return _text(members.get("kid"), f"{place}.kid"), since

    pairs = _by_name(_each(value, path, one), name=lambda pair: pair[0], path=path)
    return MappingProxyType(dict(pairs.values()))


def _unix_seconds(text: str) -> int:
    moment = datetime.fromisoformat(text)
    if moment.utcoffset() is None:
        raise ValueError("a time without a zone")
    return int(moment.timestamp())


def _certificate(value: JsonValue, path: str) -> str:
    text = _text(value, path)
    if not text.strip().startswith(_PEM_BEGIN) or not text.strip().endswith(_PEM_END):
        raise TrustListError(f"{path}: expected one PEM certificate and nothing beside it")
    try:
        certificate_der(text)
    except CertificateError as error:
        raise TrustListError(f"{path}: {error.message}") from None
    return text


def _checked(read: Callable[[str], T], value: JsonValue, path: str) -> T:
    text = _text(value, path)
    try:
        return read(text)
    except UrlError as error:
        raise TrustListError(f"{path}: {error.message}") from None
    except (ValueError, OverflowError):
        raise TrustListError(f"{path}: expected a time with its zone, such as 2026-11-22T00:00:00Z") from None


def _each(value: JsonValue, path: str, read: Callable[[JsonValue, str], T]) -> tuple[T, ...]:
    return tuple(
        read(item, f"{path}[{place}]") for place, item in enumerate(_array(value, path, maximum=MAX_JSON_MEMBERS))
    )


def _by_name(items: Iterable[T], *, name: Callable[[T], str], path: str) -> Mapping[str, T]:
    found: dict[str, T] = {}
    for item in items:
        if name(item) in found:
            raise TrustListError(f"{path}: expected each name once, found one twice")
        found[name(item)] = item
    return MappingProxyType(found)


def _text(value: JsonValue, path: str) -> str:
    if not isinstance(value, str) or not value:
        raise TrustListError(f"{path}: expected text that is not empty")
    return value


def _boolean(value: JsonValue, path: str) -> bool:
    if not isinstance(value, bool):
        raise TrustListError(f"{path}: expected true or false")
    return value


def _integer(value: JsonValue, path: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise TrustListError(f"{path}: expected an integer from 1")
    return value


def _object(value: JsonValue, path: str) -> dict[str, JsonValue]:
    if not isinstance(value, dict):
        raise TrustListError(f"{path}: expected an object")
    return value


def _array(value: JsonValue, path: str, *, maximum: int) -> list[JsonValue]:
    if not isinstance(value, list) or len(value) > maximum:
        raise TrustListError(f"{path}: expected an array of at most {maximum} elements")
    return value
