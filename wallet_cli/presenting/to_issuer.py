"""Present a credential to the issuer it came from, which answers with something made of it: a sealed PDF, an export.

Rules enforced:
* only the issuer of the credential is asked, at the origins that the trust list names; redirects are not followed;
* the presentation is made for one address of that issuer and for a nonce that it gave just now;
* what it answers is bounded, and what it refuses is told in its own words.

Source: docs/bank-api.md
"""

from collections.abc import Callable, Sequence
from typing import Final, Protocol

from credential_schemas.dcql.choosing import disclosures_for
from credential_schemas.sd_jwt.bind import bind_to_verifier
from credential_schemas.sd_jwt.parse import parse_sd_jwt
from credential_schemas.sd_jwt.select import keep_disclosures, unverified_disclosures
from keys.encoding import decode_json_object
from keys.errors import DecodingError, FetchError
from keys.fetch import Answer
from keys.trust_list import TrustedIssuer, TrustList
from keys.values import dataclass
from wallet_cli.errors import IssuerUnknown, NothingToPresent, ServiceRefused, ServiceUnreachable
from wallet_cli.presenting.by_hand import one_item
from wallet_cli.presenting.choosing import Leaving, claims_of, copy_for_each_item, leaving_of
from wallet_cli.presenting.held import Held
from wallet_cli.presenting.paths import check_paths, read_path

NONCE_PATH: Final = "/openid4vci/nonce"
PRESENTATION: Final = "application/dc+sd-jwt"
_JSON: Final = "application/json"
_MAX_NONCE_BYTES: Final = 8 * 1024
_MAX_SAID: Final = 400
_HOLDER: Final = ("holder",)
_CERTIFICATE: Final = ("certificate",)


class Door(Protocol):
    """The network, to the issuer's origins; `keys.fetch.Fetcher` is one."""

    def ask(self, url: str, content: bytes, *, media_type: str, accept: str, max_bytes: int) -> Answer:
        """Send a document and hear the answer, also a refusal."""
        ...


@dataclass(frozen=True, slots=True)
class Errand:
    """What is asked of the issuer: at which path of it, with which query, and what it may answer."""

    path: str
    query: str
    accept: str
    max_bytes: int


_NONCE: Final = Errand(NONCE_PATH, "", _JSON, _MAX_NONCE_BYTES)


def copy_to_show(
    held: Sequence[Held], item: str, path: str, *, trust: TrustList, now: int
) -> tuple[Held, TrustedIssuer]:
    """Return the copy of a credential that its issuer gets to see at a path of it, and the issuer.

    The copy that this path has seen comes first, then one that nobody has.

    Raises:
        ItemNotFound: there is no such credential that is valid, or several.
        IssuerUnknown: the trust list does not name its issuer.
        NothingToPresent: it is a paper copy.
    """
    any_copy = one_item(copy_for_each_item(held, "", now=now), item)
    issuer = issuer_of(any_copy, trust)
    copies = [each for each in held if each.item == any_copy.item]
    (copy,) = copy_for_each_item(copies, f"{issuer.id}{path}", now=now)
    if copy.holder is None:
        raise NothingToPresent("A paper copy has no key of its holder, so the issuer does not take it.")
    return copy, issuer


def for_paper(copy: Held, named: Sequence[str]) -> Leaving:
    """Cut a copy to what a paper copy of it needs: what was named (all, if nothing was), the holder, the purpose.

    Raises:
        ItemNotFound: a path names nothing in it.
    """
    return _cut(copy, named, beside=(_HOLDER, _CERTIFICATE)) if named else leaving_of("", copy, copy.sd_jwt)


def for_export(copy: Held, named: Sequence[str]) -> Leaving:
    """Cut a copy to what was named; if nothing was, to everything but the holder and the certificate's own members.

    Raises:
        ItemNotFound: a path names nothing in it.
    """
    if named:
        return _cut(copy, named)
    hidden = (_HOLDER, _CERTIFICATE)
    return leaving_of("", copy, keep_disclosures(copy.sd_jwt, lambda each: each.path[:1] not in hidden))


def issuer_of(copy: Held, trust: TrustList) -> TrustedIssuer:
    """Return the issuer of a credential.

    Raises:
        IssuerUnknown: the trust list does not name it.
    """
    name = parse_sd_jwt(copy.sd_jwt).payload.get("iss")
    issuer = trust.issuers.get(name) if isinstance(name, str) else None
    if issuer is None:
        raise IssuerUnknown(f"The credential's issuer is not on the trust list (version {trust.version}).")
    return issuer


def ask_issuer(
    leaving: Leaving, issuer: TrustedIssuer, errand: Errand, *, door: Door, clock: Callable[[], int]
) -> bytes:
    """Present to the issuer and return what it answers.

    Args:
        leaving: what is presented.
        issuer: of the credential.
        errand: what is asked.
        door: the way to the issuer's origins, and no others.
        clock: seconds since 1970.

    Raises:
        ServiceRefused: the issuer does not do it; its reason is in the sentence.
        ServiceUnreachable: it did not answer, or not in time, in form or size.
    """
    if leaving.held.holder is None:  # `copy_to_show` chose none
        raise NothingToPresent("A presentation needs the key of its holder.")
    nonce = _nonce(issuer, door)
    address = f"{issuer.id}{errand.path}"
    text = bind_to_verifier(
        leaving.sd_jwt, audience=address, nonce=nonce, issued_at=clock(), holder=leaving.held.holder
    )
    return _asked(issuer, door, errand, content=text.encode("ascii"), media_type=PRESENTATION)


def _cut(copy: Held, named: Sequence[str], *, beside: Sequence[tuple[str, ...]] = ()) -> Leaving:
    claims = claims_of(copy.sd_jwt)
    paths = [read_path(each) for each in named]
    check_paths(claims, paths)
    paths += [each for each in beside if each[0] in claims]
    parsed, disclosures = parse_sd_jwt(copy.sd_jwt), unverified_disclosures(copy.sd_jwt)
    return leaving_of("", copy, keep_disclosures(copy.sd_jwt, disclosures_for(parsed, disclosures, paths)))


def _nonce(issuer: TrustedIssuer, door: Door) -> str:
    body = _asked(issuer, door, _NONCE, content=b"", media_type=_JSON)
    try:
        nonce = decode_json_object(body, max_bytes=_MAX_NONCE_BYTES).get("c_nonce")
    except DecodingError:
        nonce = None
    if not isinstance(nonce, str) or not nonce:
        raise ServiceUnreachable("The issuer is not in order: expected a nonce.", kind="nonce")
    return nonce


def _asked(issuer: TrustedIssuer, door: Door, errand: Errand, *, content: bytes, media_type: str) -> bytes:
    url = f"{issuer.id}{errand.path}?{errand.query}".removesuffix("?")
    try:
        answer = door.ask(url, content, media_type=media_type, accept=errand.accept, max_bytes=errand.max_bytes)
    except FetchError as error:
        raise ServiceUnreachable(f"The issuer could not be asked: {error.message}.", kind=error.kind) from error
    if answer.status == 200:
        return answer.body
    try:
        said = decode_json_object(answer.body, max_bytes=errand.max_bytes).get("detail")
    except DecodingError:
        said = None
    reason = said[:_MAX_SAID] if isinstance(said, str) else f"status {answer.status}"
    raise ServiceRefused(f"The issuer refused: {reason}")
