"""What somebody wants to ask of a wallet: read from the body of our API, or made from criteria.

Rules enforced:
* either a published policy (with its notice, if there is one) or a DCQL query, nothing beside the documented members;
* only SD-JWT VC, only types that a listed issuer is trusted for, no claim that is never withheld anyway, and nothing
  that no answer needs: what is asked is what the query says, and it says no more than it uses;
* a policy asks for what its rules use, never for what blind hiring hides.

Source: docs/openid4vp.md
"""

from collections.abc import Mapping
from typing import Final, Literal

from credential_schemas.criteria.asking import asked_types, dcql_query
from credential_schemas.dcql.model import SD_JWT_VC, DcqlQuery
from credential_schemas.dcql.parse import idle_claims, parse_query
from credential_schemas.errors import DcqlError, TransactionDataError
from credential_schemas.openid4vp.names import DIRECT_POST_JWT, REDIRECT_URI, RESPONSE_MODES, SIGNED_PREFIXES, X509_HASH
from credential_schemas.openid4vp.transaction_data import PostingConsent
from credential_schemas.sd_jwt.disclosures import CONTROL_CLAIMS
from credential_schemas.type_metadata import flat_vct
from keys.encoding import JsonValue, decode_json_object, encode_json
from keys.errors import DecodingError, UrlError
from keys.trust_list import TrustList
from keys.urls import parse_url
from keys.values import dataclass
from verifier.errors import PolicyRefused, ScoringFileError
from verifier.presentations.errors import RequestRefused
from verifier.presentations.limits import MAX_BODY_BYTES
from verifier.scoring.criteria_files import (
    Posting,
    posting_of,
    published_policies,
    read_policy,
    read_policy_file,
    refuse_forbidden,
)

Method = Literal["get", "post"]
_MEMBERS: Final = frozenset(
    {
        "policy",
        "notice",
        "dcql",
        "response_mode",
        "client_id_prefix",
        "request_uri_method",
        "return_url",
        "consent",
    }
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be asked, and how.

    Attributes:
        query: what is asked; `document` is the same as it is sent.
        response_mode: `direct_post` or `direct_post.jwt`.
        prefix: how this verifier names itself: `x509_hash`, `x509_san_dns`, or in development `redirect_uri`.
        method: how a wallet should fetch the request.
        return_url: where the holder's browser goes after the answer, for a wallet on the same device; None for another.
        consent: what the holder is to consent to, None for nothing.
    """

    query: DcqlQuery
    document: Mapping[str, JsonValue]
    response_mode: str = DIRECT_POST_JWT
    prefix: str = X509_HASH
    method: Method = "get"
    return_url: str | None = None
    consent: PostingConsent | None = None


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What decides whether a wish can be carried out: the trust list, who receives, and whether this is development."""

    trust: TrustList
    recipient: str
    development: bool = False


def read_wish(data: bytes, circumstances: Circumstances) -> Wish:
    """Read the body of `POST /api/v1/presentations`.

    Raises:
        RequestRefused: `kind` says why.
    """
    try:
        members = decode_json_object(data, max_bytes=MAX_BODY_BYTES)
    except DecodingError as error:
        raise RequestRefused(f"expected a JSON object: {error.message}", kind="body") from error
    unknown = sorted(members.keys() - _MEMBERS)
    if unknown or ("policy" in members) is ("dcql" in members) or ("notice" in members and "policy" not in members):
        raise RequestRefused("expected either policy (with notice) or dcql, and only documented members", kind="body")
    document = _document(members, circumstances)
    mode = _one_of(members, "response_mode", RESPONSE_MODES, default=DIRECT_POST_JWT)
    prefix = _one_of(members, "client_id_prefix", (*SIGNED_PREFIXES, REDIRECT_URI), default=X509_HASH)
    method = _one_of(members, "request_uri_method", ("get", "post"), default="get")
    return Wish(
        query=own_query(document, circumstances.trust),
        document=document,
        response_mode=mode,
        prefix=prefix,
        method="post" if method == "post" else "get",
        return_url=_return_url(members.get("return_url"), circumstances),
        consent=_consent(members.get("consent"), circumstances),
    )


def wish_of_posting(posting: Posting, circumstances: Circumstances, *, return_url: str | None) -> Wish:
    """Return what a posting's criteria ask for, with the consent to use it for this posting.

    Raises:
        RequestRefused: `type`: no listed issuer is trusted for anything that is asked.
    """
    document = query_of_posting(posting, circumstances.trust)
    consent = _posting_consent(posting.notice.id, posting.notice_title, circumstances.recipient)
    query = own_query(document, circumstances.trust)
    return Wish(query, document, return_url=return_url, consent=consent)


def query_of_posting(posting: Posting, trust: TrustList) -> dict[str, JsonValue]:
    """Return the query of a posting's criteria.

    Raises:
        RequestRefused: `type`.
    """
    asked = asked_types(posting.policy, posting.notice)
    types = types_by_entry(trust, [each.entry_type.id for each in asked])
    return _nonempty(dcql_query(asked, vcts=types.certificates, alone=types.alone))


@dataclass(frozen=True, slots=True)
class TypesByEntry:
    """Which credential types may hold an entry type, by its id: certificates, and credentials that are one entry."""

    certificates: Mapping[str, tuple[str, ...]]
    alone: Mapping[str, tuple[str, ...]]


def types_by_entry(trust: TrustList, entry_types: list[str]) -> TypesByEntry:
    """Return the types that any listed issuer is trusted for."""
    listed = [(issuer.id, each) for issuer in trust.issuers.values() for each in issuer.types]
    certificates: dict[str, tuple[str, ...]] = {}
    alone: dict[str, tuple[str, ...]] = {}
    for name in entry_types:
        fitting = [
            (issuer, each.vct) for issuer, each in listed if each.entry_types is None or name in each.entry_types
        ]
        flat = {vct for issuer, vct in fitting if vct == flat_vct(issuer, name)}
        certificates[name] = tuple(sorted({vct for _, vct in fitting} - flat))
        alone[name] = tuple(sorted(flat))
    return TypesByEntry(certificates, alone)


def own_query(document: Mapping[str, JsonValue], trust: TrustList) -> DcqlQuery:
    """Read a query that this verifier is to send.

    Raises:
        RequestRefused: `query` or `type`.
    """
    try:
        query = parse_query(dict(document))
    except DcqlError as error:
        raise RequestRefused(f"dcql: {error}", kind="query") from error
    idle = idle_claims(query)
    if idle:
        raise RequestRefused(
            f"dcql: expected only claims that an answer may need, found {', '.join(idle)}", kind="query"
        )
    for each in query.credentials:
        if each.format != SD_JWT_VC:
            raise RequestRefused(f"dcql: expected the format {SD_JWT_VC} only, found another", kind="query")
        if each.types.isdisjoint(trust.types):
            raise RequestRefused("dcql: expected a type that a listed issuer is trusted for, found others", kind="type")
        if any(claim.path[0] in CONTROL_CLAIMS for claim in each.claims):
            raise RequestRefused("dcql: expected no claim that a credential always shows, found one", kind="query")
    return query


def _document(members: Mapping[str, JsonValue], circumstances: Circumstances) -> dict[str, JsonValue]:
    if "dcql" in members:
        query = members["dcql"]
        if not isinstance(query, dict):
            raise RequestRefused("dcql: expected an object", kind="query")
        return query
    name, notice = members["policy"], members.get("notice")
    if not isinstance(name, str) or not any(name in (each, each.rpartition("-")[0]) for each in published_policies()):
        known = ", ".join(published_policies())
        raise RequestRefused(f"policy: expected the id of a published policy ({known})", kind="policy")
    try:
        file = read_policy_file(name)
        if notice is not None:
            posting = posting_of(file, encode_json(notice), name="notice")
            return query_of_posting(posting, circumstances.trust)
        policy = read_policy(file)
        refuse_forbidden(policy, None)
    except (ScoringFileError, PolicyRefused, DecodingError) as error:
        raise RequestRefused(f"policy: {error}", kind="policy") from error
    asked = asked_types(policy, None)
    types = types_by_entry(circumstances.trust, [each.entry_type.id for each in asked])
    return _nonempty(dcql_query(asked, vcts=types.certificates, alone=types.alone))


def _nonempty(query: dict[str, JsonValue]) -> dict[str, JsonValue]:
    if not query["credentials"]:
        detail = "policy: expected a listed issuer that is trusted for what the criteria ask for, found none"
        raise RequestRefused(detail, kind="type")
    return query


def _one_of(members: Mapping[str, JsonValue], name: str, allowed: tuple[str, ...], *, default: str) -> str:
    found = members.get(name, default)
    if not isinstance(found, str) or found not in allowed:
        raise RequestRefused(f"{name}: expected one of {', '.join(allowed)}", kind="body")
    return found


def _return_url(value: JsonValue, circumstances: Circumstances) -> str | None:
    if value is None:
        return None
    try:
        if not isinstance(value, str):
            raise RequestRefused("return_url: expected text", kind="return_url")
        return parse_url(value, allow_loopback=circumstances.development).text
    except UrlError as error:
        raise RequestRefused(f"return_url: {error.message}", kind="return_url") from error


def _consent(value: JsonValue, circumstances: Circumstances) -> PostingConsent | None:
    if value is None:
        return None
    if not isinstance(value, dict) or value.keys() != {"posting", "title"}:
        raise RequestRefused("consent: expected an object with posting and title", kind="body")
    posting, title = value["posting"], value["title"]
    if not isinstance(posting, str) or not isinstance(title, str):
        raise RequestRefused("consent: expected posting and title as text", kind="body")
    return _posting_consent(posting, title, circumstances.recipient)


def _posting_consent(posting: str, title: str, recipient: str) -> PostingConsent:
    try:
        return PostingConsent(posting, title, recipient)
    except TransactionDataError as error:
        raise RequestRefused(f"consent: {error}", kind="body") from error
