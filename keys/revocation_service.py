"""Ask over the network whether a certificate is revoked: OCSP (RFC 6960) first, else a revocation list (RFC 5280).

Rules:

* asked is only where the certificate itself says (authority information access, distribution points), by the caller's
  network door, which knows the origins that the caller allows; nothing else is a reason to open a connection;
* certificates usually name plain http. Our door has none, so such an address is asked under https;
* a question has a nonce of 32 random bytes (RFC 9654). An answer with another nonce is refused. One without is taken,
  because many responders answer from stock; what it says counts no longer than it says itself, and is kept as long;
* what comes back counts by the same rules as in a file (`read_answer`, `read_list`), before anybody keeps it.

Left to the caller: which origins, how often, how long something is kept, and what happens without an answer.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final, Protocol

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID

from keys._pdf_seal.revocation import Standing, read_answer, read_list
from keys.errors import FetchError, RevocationError
from keys.values import dataclass

__all__ = [
    "RevocationPlaces",
    "RevocationService",
    "Standing",
    "kept_answer",
    "kept_list",
    "places_named",
    "secured",
    "subject_of",
]

QUESTION: Final = "application/ocsp-request"
ANSWER: Final = "application/ocsp-response"
LIST: Final = "application/pkix-crl"
MAX_ANSWER_BYTES: Final = 32 * 1024  # an answer with a responder's certificate is 2 to 4 KiB
MAX_LIST_BYTES: Final = 1024 * 1024
_NONCE_BYTES: Final = 32
_PLAIN: Final = "http://"


class Door(Protocol):
    """What is needed of the network door: `keys.fetch.Fetcher`."""

    def get(self, url: str, *, accept: str, max_bytes: int) -> bytes:
        """Fetch one document; raises `FetchError`."""
        ...

    def post(self, url: str, content: bytes, *, media_type: str, accept: str, max_bytes: int) -> bytes:
        """Send a document and return the one that answers it; raises `FetchError`."""
        ...


@dataclass(frozen=True, slots=True)
class RevocationPlaces:
    """Where a certificate says that one can ask: responders and lists, in its order, as it spells them."""

    responders: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RevocationService:
    """Asks about certificates.

    Attributes:
        door: the network door.
        random_bytes: asked for a number of random bytes, such as `secrets.token_bytes`.
    """

    door: Door
    random_bytes: Callable[[int], bytes]

    def ask(self, url: str, certificate: bytes, issuer: bytes, *, at: datetime) -> Standing:
        """Ask a responder about a certificate (DER) of an issuer (DER).

        Raises:
            RevocationError: nothing that counts came back; `kind` says why.
        """
        about, by = _loaded(certificate, issuer)
        nonce = self.random_bytes(_NONCE_BYTES)
        question = (
            ocsp.OCSPRequestBuilder()
            .add_certificate(about, by, hashes.SHA1())  # noqa: S303 - RFC 5019, 2.1.1: what responders know; it names, no more
            .add_extension(x509.OCSPNonce(nonce), critical=False)
            .build()
        )
        try:
            made = self.door.post(
                url,
                question.public_bytes(Encoding.DER),
                media_type=QUESTION,
                accept=ANSWER,
                max_bytes=MAX_ANSWER_BYTES,
            )
        except FetchError as error:
            raise _unreachable(error) from error
        found = read_answer(made, about, by, at=at)
        if _nonce_of(made) not in (None, nonce):
            raise RevocationError("expected the nonce of this question, found another", kind="nonce")
        return found

    def fetch_list(self, url: str, certificate: bytes, issuer: bytes, *, at: datetime) -> Standing:
        """Fetch a list and look a certificate (DER) of an issuer (DER) up in it.

        Raises:
            RevocationError: nothing that counts came back; `kind` says why.
        """
        try:
            made = self.door.get(url, accept=LIST, max_bytes=MAX_LIST_BYTES)
        except FetchError as error:
            raise _unreachable(error) from error
        return kept_list(made, certificate, issuer, at=at)


def kept_answer(made: bytes, certificate: bytes, issuer: bytes, *, at: datetime) -> Standing:
    """Read an answer that was kept; raises `RevocationError` when it does not count."""
    return read_answer(made, *_loaded(certificate, issuer), at=at)


def kept_list(made: bytes, certificate: bytes, issuer: bytes, *, at: datetime) -> Standing:
    """Read a list that was kept; raises `RevocationError` when it does not count."""
    return read_list(made, *_loaded(certificate, issuer), at=at)


def places_named(certificate: bytes) -> RevocationPlaces:
    """Return where a certificate (DER) says that one can ask.

    Raises:
        RevocationError: its extensions cannot be read.
    """
    try:
        extensions = x509.load_der_x509_certificate(certificate).extensions
    except (ValueError, x509.DuplicateExtension) as error:
        raise RevocationError("expected a certificate whose extensions can be read", kind="form") from error
    responders: list[str] = []
    lists: list[str] = []
    for each in extensions:
        match each.value:
            case x509.AuthorityInformationAccess() as access:
                named = [
                    one.access_location for one in access if one.access_method == AuthorityInformationAccessOID.OCSP
                ]
                responders += _addresses(named)
            case x509.CRLDistributionPoints() as points:
                lists += [url for point in points for url in _addresses(point.full_name or [])]
    return RevocationPlaces(tuple(responders), tuple(lists))


def secured(url: str) -> str:
    """Return an address under https; one that has another scheme than http as it is."""
    return f"https://{url.removeprefix(_PLAIN)}" if url.startswith(_PLAIN) else url


def subject_of(certificate: bytes) -> str:
    """Return the name of a certificate (DER), as in RFC 4514."""
    return x509.load_der_x509_certificate(certificate).subject.rfc4514_string()


def _addresses(names: list[x509.GeneralName]) -> list[str]:
    return [each.value for each in names if isinstance(each, x509.UniformResourceIdentifier)]


def _loaded(certificate: bytes, issuer: bytes) -> tuple[x509.Certificate, x509.Certificate]:
    return x509.load_der_x509_certificate(certificate), x509.load_der_x509_certificate(issuer)


def _nonce_of(made: bytes) -> bytes | None:
    try:
        found = ocsp.load_der_ocsp_response(made).extensions.get_extension_for_class(x509.OCSPNonce)
    except x509.ExtensionNotFound:
        return None
    except (ValueError, x509.DuplicateExtension) as error:
        raise RevocationError("expected an OCSP response whose extensions can be read", kind="form") from error
    return found.value.nonce


def _unreachable(error: FetchError) -> RevocationError:
    return RevocationError(f"the revocation service: {error.message}", kind="unreachable")
