"""The wallet that presents: which requests it refuses, what it chooses, what it shows first, what it sends."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from credential_schemas.openid4vp.transaction_data import PostingConsent, write_posting_consent
from credential_schemas.sd_jwt.parse import parse_sd_jwt
from credential_schemas.sd_jwt.select import unverified_disclosures
from keys.encoding import JsonValue, b64url_decode, b64url_encode
from keys.errors import FetchError
from keys.jwk import PublicKey
from keys.jws import parse_compact, verify
from keys.key_files import FileSigner, create_key
from tests.wallet_cli.verifier_party import AT, NONCE, STATE, TITLES, URL, VCT, Document, Party, credential, signing
from wallet_cli.errors import (
    AnswerRefused,
    FileUnreadable,
    NothingToPresent,
    RequestRefused,
    VerifierUnreachable,
)
from wallet_cli.presenting.choosing import Narrowing, Proposal, bound_presentations, propose
from wallet_cli.presenting.held import Held, OneCredential
from wallet_cli.presenting.preview import preview_json, preview_lines
from wallet_cli.presenting.request import Known, PresentationRequest, read_link
from wallet_cli.presenting.sending import fetch_request, send_error, send_presentations

KEPT = credential()
HELD = [Held("a1", "a", KEPT.sd_jwt, KEPT.holder)]


@dataclass
class Doors:
    """The network: opens one origin, and remembers which."""

    party: Party
    opened: list[str] = field(default_factory=list)

    def __call__(self, origin: str) -> Party:
        self.opened.append(origin)
        return self.party


def fetched(party: Party, *, development: bool = False, roots: tuple[str, ...] | None = None) -> PresentationRequest:
    known = Known((signing().root,) if roots is None else roots, AT, development)
    return fetch_request(party.text(), known=known, open_door=Doors(party), new_nonce=lambda: "nonce-of-the-wallet")


def refusal(party: Party, *, development: bool = False, roots: tuple[str, ...] | None = None) -> str | None:
    with pytest.raises(RequestRefused) as refused:
        fetched(party, development=development, roots=roots)
    assert party.received == []
    return refused.value.kind


def test_request_of_a_known_verifier_is_read() -> None:
    party = Party()
    request = fetched(party)
    assert (request.client_id, request.nonce, request.state) == (f"x509_hash:{signing().hash}", NONCE, STATE)
    assert request.requester is not None
    assert request.requester.names == ("한국교통안전공단", "KOTSA")
    assert request.encryption is not None
    assert (request.encryption.method, request.encryption.jwk["kid"]) == ("A128GCM", party.encryption.kid)


def test_verifier_may_be_named_by_its_host() -> None:
    name = "x509_san_dns:verify.example"
    assert fetched(Party(claims={"client_id": name}, link={"client_id": name})).client_id == name


def test_request_by_post_carries_the_nonce_of_the_wallet() -> None:
    party = Party(link={"request_uri_method": "post"})
    assert fetched(party).nonce == NONCE
    assert refusal(Party(link={"request_uri_method": "post"}, claims={"wallet_nonce": "of another"})) == "replayed"


LIARS: list[tuple[str, Party, str]] = [
    ("other audience", Party(claims={"aud": "https://other.example"}), "audience"),
    ("no audience", Party(claims={"aud": None}), "audience"),
    ("other name inside", Party(claims={"client_id": "x509_hash:other"}), "identity"),
    ("other name outside", Party(link={"client_id": "x509_hash:other"}), "identity"),
    (
        "name of another certificate",
        Party(claims={"client_id": "x509_hash:other"}, link={"client_id": "x509_hash:other"}),
        "identity",
    ),
    (
        "host of somebody else",
        Party(claims={"client_id": "x509_san_dns:bank.example"}, link={"client_id": "x509_san_dns:bank.example"}),
        "identity",
    ),
    (
        "answer to another host",
        Party(
            claims={"client_id": "x509_san_dns:verify.example", "response_uri": "https://evil.example/"},
            link={"client_id": "x509_san_dns:verify.example"},
        ),
        "identity",
    ),
    ("expired", Party(claims={"exp": AT - 61}), "expired"),
    ("no number", Party(claims={"exp": "soon"}), "expired"),
    ("of tomorrow", Party(claims={"iat": AT + 61}), "expired"),
    ("of last week", Party(claims={"iat": AT - 7 * 86_400}), "expired"),
    ("without time", Party(claims={"iat": None}), "expired"),
    ("nested request", Party(claims={"request_uri": "https://other.example"}), "request"),
    ("nested by value", Party(claims={"request": "x.y.z"}), "request"),
    ("other response type", Party(claims={"response_type": "code"}), "request"),
    ("other mode", Party(claims={"response_mode": "fragment"}), "request"),
    ("redirect beside direct_post", Party(claims={"redirect_uri": "https://verify.example/"}), "request"),
    ("scope", Party(claims={"scope": "x"}), "request"),
    ("state no text", Party(claims={"state": 7}), "request"),
    ("state too long", Party(claims={"state": "s" * 513}), "request"),
    ("no nonce", Party(claims={"nonce": None}), "nonce"),
    ("short nonce", Party(claims={"nonce": "short"}), "nonce"),
    ("no response address", Party(claims={"response_uri": None}), "response_uri"),
    ("response by http", Party(claims={"response_uri": "http://verify.example/"}), "response_uri"),
    ("response to this machine", Party(claims={"response_uri": "https://127.0.0.1/"}), "response_uri"),
    ("no query", Party(claims={"dcql_query": None}), "query"),
    ("query out of order", Party(claims={"dcql_query": {"credentials": []}}), "query"),
    ("unknown consent", Party(claims={"transaction_data": [b64url_encode(b'{"type":"pay"}')]}), "transaction_data"),
    ("consent without text", Party(claims={"transaction_data": "x"}), "transaction_data"),
    ("metadata no object", Party(claims={"client_metadata": []}), "formats"),
    ("no common format", Party(claims={"client_metadata": {"vp_formats_supported": {"mso_mdoc": {}}}}), "formats"),
    (
        "no common algorithm",
        Party(claims={"client_metadata": {"vp_formats_supported": {"dc+sd-jwt": {"sd-jwt_alg_values": ["RS256"]}}}}),
        "formats",
    ),
    ("no key to encrypt to", Party(claims={"client_metadata": {}}), "encryption"),
    ("useless key", Party(claims={"client_metadata": {"jwks": {"keys": [{"kty": "RSA"}]}}}), "encryption"),
    ("too many keys", Party(claims={"client_metadata": {"jwks": {"keys": [{}] * 17}}}), "encryption"),
    ("other type of token", Party(header={"typ": "JWT"}), "signature"),
    ("no certificate", Party(header={"x5c": None}), "signature"),
    ("key in the header", Party(header={"jwk": {"kty": "EC"}}), "signature"),
    ("signed by another key", Party(signing=replace(signing(), key=FileSigner(create_key()))), "signature"),
]


@pytest.mark.parametrize(("party", "kind"), [case[1:] for case in LIARS], ids=[case[0] for case in LIARS])
def test_request_that_breaks_a_rule_is_not_answered(party: Party, kind: str) -> None:
    assert refusal(party) == kind


def test_useless_encryption_key_is_passed_over() -> None:
    party = Party()
    metadata = {**party.parameters()["client_metadata"]}
    metadata["jwks"] = {"keys": [{"kty": "EC", "use": "sig"}, *metadata["jwks"]["keys"]]}
    party.claims = {"client_metadata": metadata}
    assert fetched(party).encryption is not None


def test_unknown_verifier_is_refused() -> None:
    assert refusal(Party(), roots=()) == "signature"
    assert refusal(Party(), roots=(signing("https://another.example").root,)) == "signature"


def test_request_that_is_no_token_is_refused() -> None:
    party = Party()
    party.request = lambda wallet_nonce=None: "x"  # type: ignore[method-assign] # the verifier answers nonsense
    assert refusal(party) == "signature"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("openid4vp://", "link"),
        ("openid4vp://?client_id=x509_hash:a", "link"),
        ("openid4vp://?request_uri=https://verify.example", "link"),
        ("openid4vp://?client_id=x509_hash:a&client_id=x509_hash:b&request_uri=https://v.example", "link"),
        ("openid4vp://?client_id=x509_hash:a&request_uri=https://v.example&request=x", "link"),
        ("openid4vp://?client_id=x509_hash:a&request_uri=https://v.example&request_uri_method=put", "link"),
        ("openid4vp://?client_id=redirect_uri:https://v.example&request_uri=https://v.example", "link"),
        ("openid4vp://?client_id=origin:https://v.example&request_uri=https://v.example", "prefix"),
        ("openid4vp://?client_id=decentralized_identifier:did:web:v&request_uri=https://v.example", "prefix"),
        ("openid4vp://?client_id=verify.example&request_uri=https://v.example", "prefix"),
        ("x" * 70_000, "link"),
    ],
)
def test_link_that_names_no_verifier_we_believe_is_refused(text: str, kind: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        read_link(text)
    assert refused.value.kind == kind


@pytest.mark.parametrize("address", ["http://verify.example/request", "https://127.0.0.1/request", "x"])
def test_request_is_fetched_by_https_only(address: str) -> None:
    party = Party(link={"request_uri": address})
    assert refusal(party) == "link"
    assert party.asked == []


def unsigned(**changes: str) -> Party:
    client_id = f"redirect_uri:{URL}/answer?id=1"
    party = Party(claims={"client_id": client_id, "response_mode": "direct_post"})
    link = {name: value if isinstance(value, str) else json.dumps(value) for name, value in party.parameters().items()}
    party.link = {**link, "request_uri": "", **changes}
    return party


def test_unsigned_request_is_believed_in_development_only() -> None:
    assert fetched(unsigned(), development=True).requester is None
    assert refusal(unsigned()) == "unsigned"


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"response_uri": f"{URL}/other"}, "identity"),
        ({"dcql_query": "{"}, "request"),
        ({"dcql_query": '{"a":1},"value":2'}, "request"),
        ({"client_metadata": "]"}, "request"),
    ],
)
def test_unsigned_request_keeps_its_rules(changes: dict[str, str], kind: str) -> None:
    assert refusal(unsigned(**changes), development=True) == kind


def proposed(
    party: Party, held: list[Held] | None = None, *, entries: tuple[str, ...] = (), fields: tuple[str, ...] = ()
) -> Proposal:
    narrowing = Narrowing(entries, fields)
    return propose(fetched(party), HELD if held is None else held, now=AT, narrowing=narrowing)


def test_only_what_was_asked_leaves_and_is_what_was_shown() -> None:
    (leaving,) = proposed(Party()).leaving
    assert leaving.shown == (
        ("qualifications[0].type", "ntq"),
        ("qualifications[0].title", "용접기사"),
        ("qualifications[1].type", "ntq"),
        ("qualifications[1].title", "전기기사"),
    )
    names = {each.name for each in unverified_disclosures(leaving.sd_jwt)}
    assert names == {None, "title"}
    assert "배관" not in str([each.value for each in unverified_disclosures(leaving.sd_jwt)])
    assert leaving.always == ("iss", "vct", "iat", "exp", "cnf")


def test_holder_may_narrow_it_to_single_entries() -> None:
    (leaving,) = proposed(Party(), entries=("qualifications[2]",)).leaving
    assert [value for _, value in leaving.shown] == ["ntq", "전기기사"]
    with pytest.raises(NothingToPresent, match="what you named does not answer licence"):
        proposed(Party(), entries=("qualifications[1]",))


def test_holder_may_name_the_fields_that_answer() -> None:
    fields = ("qualifications[2].title",)
    (leaving,) = proposed(Party(), fields=fields).leaving
    assert leaving.shown == (("qualifications[0].type", "ntq"), ("qualifications[0].title", "전기기사"))


@pytest.mark.parametrize("fields", [("qualifications[2].grade",), ("holder.name",), ("qualifications[1]",)])
def test_fields_that_do_not_answer_send_nothing(fields: tuple[str, ...]) -> None:
    with pytest.raises(NothingToPresent, match="what you named does not answer licence"):
        proposed(Party(), fields=fields)


def test_query_without_claims_gets_none() -> None:
    query = {"credentials": [{name: TITLES["credentials"][0][name] for name in ("id", "format", "meta")}]}
    (leaving,) = proposed(Party(claims={"dcql_query": query})).leaving
    assert (leaving.shown, unverified_disclosures(leaving.sd_jwt)) == ((), ())


def claims_asked(*paths: list[JsonValue], multiple: bool = False) -> Document:
    first = {**TITLES["credentials"][0], "claims": [{"path": path} for path in paths], "multiple": multiple}
    return {"dcql_query": {"credentials": [first]}}


@pytest.mark.parametrize(
    "claims",
    [
        claims_asked(["trainings"]),
        {"dcql_query": {"credentials": [{**TITLES["credentials"][0], "meta": {"vct_values": ["https://x.example"]}}]}},
        {"dcql_query": {"credentials": [{"id": "mdl", "format": "mso_mdoc", "meta": {}}]}},
        {
            "dcql_query": {
                "credentials": [
                    {**TITLES["credentials"][0], "trusted_authorities": [{"type": "aki", "values": ["s9tIpPmhxdiu"]}]}
                ]
            }
        },
    ],
    ids=["claim not held", "other type", "other format", "other authority"],
)
def test_what_cannot_be_answered_sends_nothing(claims: Document) -> None:
    with pytest.raises(NothingToPresent, match="Nothing was sent"):
        proposed(Party(claims=claims))


def test_expired_credential_is_not_offered() -> None:
    old = credential(expires=AT)
    with pytest.raises(NothingToPresent):
        proposed(Party(), [Held("a1", "a", old.sd_jwt, old.holder)])


def test_bearer_copy_is_presented_only_where_none_need_be_holder() -> None:
    bearer = [Held("a1", "a", KEPT.sd_jwt)]
    with pytest.raises(NothingToPresent):
        proposed(Party(), bearer)
    first = {**TITLES["credentials"][0], "require_cryptographic_holder_binding": False}
    party = Party(claims={"dcql_query": {"credentials": [first]}})
    proposal = proposed(party, bearer)
    assert "bearer" in proposal.warnings
    assert bound_presentations(fetched(party), proposal, now=AT)["licence"] == [proposal.leaving[0].sd_jwt]


def copies(*seen: frozenset[str]) -> list[Held]:
    return [replace(HELD[0], id=f"a{number}", seen_by=each) for number, each in enumerate(seen)]


def test_each_verifier_gets_a_copy_of_its_own() -> None:
    ours, other = fetched(Party()).client_id, "x509_hash:other"
    assert proposed(Party(), copies(frozenset({other}), frozenset())).leaving[0].held.id == "a1"
    assert proposed(Party(), copies(frozenset(), frozenset({ours}))).leaving[0].held.id == "a1"
    last = proposed(Party(), copies(frozenset({other})))
    assert last.warnings == ("linkable",)


def test_copies_of_one_credential_are_one_credential() -> None:
    party = Party(claims=claims_asked(["qualifications", 0, "title"], multiple=True))
    held = [*copies(frozenset(), frozenset()), replace(HELD[0], id="b", item="b")]
    assert [each.held.id for each in proposed(party, held).leaving] == ["a0", "b"]


@pytest.mark.parametrize(
    ("path", "warning"),
    [(["holder", "name"], "identity"), (["certificate", "number"], "number"), (["qualifications", None], "whole")],
)
def test_excessive_request_is_warned_of(path: list[JsonValue], warning: str) -> None:
    party = Party(claims=claims_asked(path))
    proposal = proposed(party)
    assert proposal.warnings == (warning,)
    assert any(line.startswith(("주의", "Note")) for line in preview_lines(fetched(party), proposal, "ko"))


def test_much_and_plain_are_warned_of() -> None:
    many = credential(more={"skills": [f"s{number}" for number in range(30)]})
    party = Party(claims={**claims_asked(["skills"]), "response_mode": "direct_post"})
    held = [Held("a1", "a", many.sd_jwt, many.holder)]
    assert proposed(party, held).warnings == ("much", "plain")
    assert "unsigned" in propose(fetched(unsigned(), development=True), HELD, now=AT).warnings


@pytest.mark.parametrize("language", ["ko", "en"])
def test_preview_says_who_what_and_nothing_else(language: str) -> None:
    party = Party()
    lines = list(preview_lines(fetched(party), proposed(party), "ko" if language == "ko" else "en"))
    text = "\n".join(lines)
    for said in ("한국교통안전공단", URL, "qualifications[0].title: 용접기사", "iss, vct, iat, exp, cnf"):
        assert said in text
    assert ("배관" in text, "홍길동" in text) == (False, False)


def test_nothing_in_a_preview_acts_on_the_terminal() -> None:
    hostile = credential(more={"note": "a\x1b[2Jb\u202e"})
    party = Party(claims=claims_asked(["note"]))
    lines = preview_lines(fetched(party), proposed(party, [Held("a1", "a", hostile.sd_jwt, hostile.holder)]), "en")
    text = "\n".join(lines)
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_preview_for_programs_has_the_same() -> None:
    party = Party()
    document = preview_json(fetched(party), proposed(party))
    assert json.loads(json.dumps(document))["leaving"][0]["shown"][1] == {
        "path": "qualifications[0].title",
        "value": "용접기사",
    }


def sent(party: Party) -> tuple[str | None, Document]:
    request = fetched(party)
    proposal = propose(request, HELD, now=AT)
    address = send_presentations(request, bound_presentations(request, proposal, now=AT), open_door=Doors(party))
    return address, party.told()


@pytest.mark.parametrize("mode", ["direct_post", "direct_post.jwt"])
def test_presentation_is_bound_to_this_verifier_and_this_request(mode: str) -> None:
    party = Party(claims={"response_mode": mode})
    _, told = sent(party)
    assert told["state"] == STATE
    assert set(party.received[0]) == ({"response"} if mode.endswith(".jwt") else {"vp_token", "state"})
    (presentation,) = told["vp_token"]["licence"]
    binding = parse_sd_jwt(presentation).key_binding
    key = PublicKey.from_jwk(dict(KEPT.holder.public_jwk()))
    claims = json.loads(verify(parse_compact(binding or "", max_bytes=65_536), key, typ="kb+jwt"))
    assert (claims["aud"], claims["nonce"], claims["iat"]) == (f"x509_hash:{signing().hash}", NONCE, AT)
    assert "transaction_data_hashes" not in claims


def test_consent_is_given_with_one_credential() -> None:
    consent = write_posting_consent(PostingConsent("31", "안전관리", "KOTSA"), credential_ids=["licence"])
    party = Party(claims={"transaction_data": [consent.text], **claims_asked(["holder", "name"], multiple=True)})
    request = fetched(party)
    held = [*HELD, replace(HELD[0], id="b", item="b")]
    proposal = propose(request, held, now=AT)
    texts = bound_presentations(request, proposal, now=AT)["licence"]
    bindings = [json.loads(b64url_decode((parse_sd_jwt(text).key_binding or "").split(".")[1])) for text in texts]
    assert [binding.get("transaction_data_hashes") for binding in bindings] == [[consent.hash], None]
    assert any("안전관리" in line for line in preview_lines(request, proposal, "ko"))


@pytest.mark.parametrize("mark", ["\u3164", "\u2800", "\u05d0", "\u0627"], ids=ascii)
def test_words_of_a_verifier_neither_hide_nor_turn_what_is_shown(mark: str) -> None:
    consent = write_posting_consent(PostingConsent("31", f"안전{mark}관리", "KOTSA"), credential_ids=["licence"])
    request = fetched(Party(claims={"transaction_data": [consent.text]}))
    lines = [*preview_lines(request, propose(request, HELD, now=AT), "ko")]
    assert not any(mark in line for line in lines)
    assert any(f"안전<U+{ord(mark):04X}>관리" in line for line in lines)


def test_consent_of_a_credential_outside_the_query_is_refused() -> None:
    consent = write_posting_consent(PostingConsent("31", "안전관리", "KOTSA"), credential_ids=["nobody"])
    assert refusal(Party(claims={"transaction_data": [consent.text]})) == "transaction_data"


def test_consent_that_no_key_can_give_sends_nothing() -> None:
    consent = write_posting_consent(PostingConsent("31", "안전관리", "KOTSA"), credential_ids=["licence"])
    first = {**TITLES["credentials"][0], "require_cryptographic_holder_binding": False}
    party = Party(claims={"transaction_data": [consent.text], "dcql_query": {"credentials": [first]}})
    request = fetched(party)
    proposal = propose(request, [Held("a1", "a", KEPT.sd_jwt)], now=AT)
    with pytest.raises(NothingToPresent, match="consent"):
        bound_presentations(request, proposal, now=AT)


@pytest.mark.parametrize(
    ("answer", "address"),
    [
        (b"{}", None),
        (b'{"redirect_uri":"https://verify.example/done#response_code=x"}', f"{URL}/done#response_code=x"),
        (b'{"redirect_uri":"http://verify.example/done"}', None),
        (b'{"redirect_uri":"javascript:alert(1)"}', None),
        (b'{"redirect_uri":"https://verify.example/done#\\u001b"}', f"{URL}/done"),
        (b'{"redirect_uri":7}', None),
        (b"[]", None),
    ],
)
def test_address_to_go_on_to_is_one_that_may_be_shown(answer: bytes, address: str | None) -> None:
    assert sent(Party(answer=answer))[0] == address


def failing(error: FetchError) -> Callable[[], object]:
    return lambda: sent(Party(answer=error))


def test_verifier_that_refuses_is_told_apart_from_one_that_does_not_answer() -> None:
    with pytest.raises(AnswerRefused, match="400"):
        failing(FetchError("expected status 200, found 400", kind="status", status=400))()
    for error in (
        FetchError("expected status 200, found 503", kind="status", status=503),
        FetchError("found a redirect", kind="redirect"),
        FetchError("no answer in time", kind="timeout"),
    ):
        with pytest.raises(VerifierUnreachable, match="may not have arrived") as refused:
            failing(error)()
        assert refused.value.kind == "answer"


def test_request_that_cannot_be_fetched_sends_nothing() -> None:
    party = Party()

    def nothing(*_: object, **__: object) -> bytes:
        raise FetchError("found a redirect", kind="redirect")

    party.get = nothing  # type: ignore[method-assign] # the verifier redirects
    with pytest.raises(VerifierUnreachable, match="nothing was sent") as refused:
        fetched(party)
    assert (refused.value.kind, party.received) == ("request", [])


def test_refusal_of_the_holder_is_one_word() -> None:
    party = Party(claims={"state": None})
    send_error(fetched(party), "access_denied", open_door=Doors(party))
    assert party.told() == {"error": "access_denied"}


@pytest.mark.parametrize(
    "make",
    [
        lambda: OneCredential("x", None),
        lambda: OneCredential(f"{KEPT.sd_jwt}a.b.c", None),
        lambda: OneCredential(KEPT.sd_jwt, FileSigner(create_key())),
    ],
    ids=["no credential", "bound already", "other key"],
)
def test_file_that_cannot_be_presented_is_refused(make: Callable[[], OneCredential]) -> None:
    with pytest.raises(FileUnreadable):
        make()


def test_credential_of_a_file_has_one_type() -> None:
    assert OneCredential(KEPT.sd_jwt, KEPT.holder).held()[0].sd_jwt == KEPT.sd_jwt
    assert VCT in TITLES["credentials"][0]["meta"]["vct_values"]
