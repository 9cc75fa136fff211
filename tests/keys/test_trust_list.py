"""The trust list: read strictly, asked by exact text, and written so that it is read back the same."""

import base64
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from keys.encoding import JsonValue, encode_json
from keys.errors import IssuerUnknown, KeyUnknown, TrustListError
from keys.jwk import PublicKey
from keys.key_files import FileSigner
from keys.note_keys import create_note_key
from keys.trust_list import (
    TrustedIssuer,
    TrustedType,
    TrustList,
    check_certificates,
    find_credential_key,
    trust_list_document,
    trusted_issuer,
)
from tests.keys.pdf_seal.sealing import Authority

ID = "https://bank.example"
PEM, TSA_PEM = Authority("Root").pem(), Authority("Time root").pem()
UNREADABLE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
BELOW, END = PEM.strip().removesuffix("-----END CERTIFICATE-----"), "-----END CERTIFICATE-----"
Document = dict[str, Any]
Change = Callable[[Document], object]


@pytest.fixture
def issuer(signer: FileSigner, other_signer: FileSigner) -> TrustedIssuer:
    return TrustedIssuer(
        id=ID,
        name={"ko": "은행", "en": "Bank"},
        types=(TrustedType(f"{ID}/vct/1", frozenset({"ncs_unit", "training"})), TrustedType(f"{ID}/vct/2")),
        keys={signer.key_id: signer.public_key},
        status_keys={other_signer.key_id: other_signer.public_key},
        x509_roots=(PEM,),
        seal_roots=(PEM, PEM),
        tsa_roots=(TSA_PEM,),
        distrusted={signer.key_id: 1_795_200_000},
        origins=(ID, "https://status.bank.example:8443"),
        verify_urls=("https://verify.example/v",),
        legal_lines=("시험법 제1조에 따라 발급합니다.",),
        confirmation_url=f"{ID}/api/v1/confirmations",
        log_key=create_note_key().public_key(),
        bundle_keys={signer.key_id: signer.public_key},
    )


@pytest.fixture
def document(issuer: TrustedIssuer) -> Document:
    return trust_list_document(7, [issuer])


def parse(document: Document) -> TrustList:
    return TrustList.parse(encode_json(document))


def first(document: Document) -> Document:
    found: Document = document["issuers"][0]
    return found


def key(document: Document) -> Document:
    found: Document = first(document)["jwks"]["keys"][0]
    return found


def test_a_written_trust_list_is_read_back_the_same(issuer: TrustedIssuer, document: Document) -> None:
    trust = parse(document)
    assert trust.version == 7
    assert trust.issuers == {ID: issuer}


def test_a_minimal_issuer_is_written_without_empty_members(issuer: TrustedIssuer) -> None:
    minimal = TrustedIssuer(id=ID, name=issuer.name, types=(), keys=issuer.keys)
    document = trust_list_document(1, [minimal])
    assert set(first(document)) == {"id", "name", "types", "jwks"}
    assert parse(document).issuer(ID) == minimal


def test_a_trust_list_names_the_time_of_distrust_in_words(document: Document) -> None:
    assert first(document)["distrusted"][0]["since"] == "2026-11-20T18:40:00Z"


def test_unknown_members_are_ignored(document: Document, issuer: TrustedIssuer) -> None:
    first(document)["colour"] = {"of": "money"}
    assert parse(document | {"comment": None}).issuer(ID) == issuer


def test_an_issuer_is_found_by_exact_text_only(document: Document, issuer: TrustedIssuer) -> None:
    trust = parse(document)
    near = [
        "https://bank.example/",
        "https://bank.exampl",
        "https://BANK.example",
        "https://bank.example.evil",
        "",
        ID + " ",
    ]
    assert trust.issuer(ID) == issuer
    assert [trust.issuer(text) for text in near] == [None] * 6


def test_a_key_is_found_by_issuer_and_kid(document: Document, signer: FileSigner, other_signer: FileSigner) -> None:
    trust = parse(document)
    assert find_credential_key(trust, ID, kid=signer.key_id) == signer.public_key
    assert trusted_issuer(trust, ID).status_keys == {other_signer.key_id: other_signer.public_key}


@pytest.mark.parametrize("issuer_id", ["https://other.example", None, 7, ["https://bank.example"], {}])
def test_an_issuer_that_the_list_does_not_name_is_refused(document: Document, issuer_id: JsonValue) -> None:
    with pytest.raises(IssuerUnknown) as refusal:
        find_credential_key(parse(document), issuer_id, kid="k")
    assert refusal.value.code == "issuer_unknown"


@pytest.mark.parametrize("kid", ["", "other", "../../etc/passwd", "' OR 1=1 --", None, 0, [], {}])
def test_a_kid_that_the_issuer_does_not_have_is_refused(document: Document, kid: JsonValue) -> None:
    with pytest.raises(KeyUnknown) as refusal:
        find_credential_key(parse(document), ID, kid=kid)
    assert refusal.value.code == "key_unknown"


def test_a_status_key_is_no_credential_key(document: Document, other_signer: FileSigner) -> None:
    with pytest.raises(KeyUnknown):
        find_credential_key(parse(document), ID, kid=other_signer.key_id)


def test_a_distrusted_key_is_found_with_its_time(document: Document, signer: FileSigner) -> None:
    issuer = trusted_issuer(parse(document), ID)
    assert issuer.distrusted_since(signer.key_id) == 1_795_200_000
    assert issuer.distrusted_since("another") is None


def test_keys_that_are_distrusted_since_the_same_moment_are_all_found(document: Document) -> None:
    listed = first(document)["distrusted"]
    listed.append(listed[0] | {"kid": "another"})
    issuer = trusted_issuer(parse(document), ID)
    assert set(issuer.distrusted.values()) == {1_795_200_000}
    assert issuer.distrusted_since("another") == 1_795_200_000


def test_a_list_knows_the_credential_types_of_all_its_issuers(issuer: TrustedIssuer) -> None:
    other = replace(issuer, id="https://other.example", types=(TrustedType("https://other.example/vct"),))
    trust = parse(trust_list_document(1, [issuer, other]))
    assert trust.types == {f"{ID}/vct/1", f"{ID}/vct/2", "https://other.example/vct"}


def test_a_distrusted_key_is_recognised_by_all_its_names(signer: FileSigner, other_signer: FileSigner) -> None:
    """What the list calls a key, its thumbprint and the short form of that; the name of another key is not its name."""
    key, other = signer.public_key, other_signer.public_key
    names = {"credentials": 1, "status": 2, key.thumbprint(): 3, key.short_name(): 4, "others": 5, "unlisted": 6}
    issuer = TrustedIssuer(
        id=ID,
        name={},
        types=(),
        keys={"credentials": key, "not distrusted": key},
        status_keys={"status": key, "others": other},
        distrusted=names,
    )
    assert issuer.names_distrusted(key) == {"credentials", "status", key.thumbprint(), key.short_name()}
    assert issuer.names_distrusted(other) == {"others"}


def test_a_type_is_trusted_only_when_it_is_named(document: Document) -> None:
    issuer = trusted_issuer(parse(document), ID)
    assert issuer.trusted_type(f"{ID}/vct/1") == TrustedType(f"{ID}/vct/1", frozenset({"ncs_unit", "training"}))
    assert issuer.trusted_type(f"{ID}/vct/3") is None


def test_an_issuer_in_development_may_be_on_this_machine(issuer: TrustedIssuer) -> None:
    local = "http://localhost:8080"
    development = replace(issuer, id=local, origins=(local,), verify_urls=(f"{local}/v",), development=True)
    assert parse(trust_list_document(1, [development])).issuer(local) == development


CHANGES = [
    pytest.param(lambda d: d.pop("trust"), "trust: expected an integer", id="no format"),
    pytest.param(lambda d: d.update(trust=2), "trust: expected format 1", id="another format"),
    pytest.param(lambda d: d.update(trust=True), "trust: expected an integer", id="format true"),
    pytest.param(lambda d: d.update(version="7"), "version: expected an integer", id="version as text"),
    pytest.param(lambda d: d.update(version=0), "version: expected an integer from 1", id="version zero"),
    pytest.param(lambda d: d.update(version=1.5), "version: expected an integer", id="version with fraction"),
    pytest.param(lambda d: d.update(issuers={}), "issuers: expected an array", id="issuers as object"),
    pytest.param(
        lambda d: d.update(issuers=[{}] * 1001), "issuers: expected an array of at most 1000", id="too many issuers"
    ),
    pytest.param(lambda d: d.update(issuers=[{}] * 1000), r"issuers\[0\]\.name: expected", id="as many as may be"),
    pytest.param(lambda d: d.update(issuers=["x"]), r"issuers\[0\]: expected an object", id="issuer as text"),
    pytest.param(lambda d: d["issuers"].append(first(d)), "issuers: expected each name once", id="issuer twice"),
    pytest.param(lambda d: first(d).pop("id"), r"issuers\[0\]\.id: expected text", id="no id"),
    pytest.param(lambda d: first(d).update(id="http://bank.example"), r"\.id: expected https", id="id without TLS"),
    pytest.param(
        lambda d: first(d).update(id="http://localhost"), r"\.id: expected a host on the network", id="local id"
    ),
    pytest.param(lambda d: first(d).update(dev=1), r"\.dev: expected true or false", id="dev as number"),
    pytest.param(lambda d: first(d)["name"].pop("en"), r"\.name\.en: expected text", id="no English name"),
    pytest.param(lambda d: first(d).update(name="Bank"), r"\.name: expected an object", id="name as text"),
    pytest.param(lambda d: first(d).pop("types"), r"\.types: expected an array", id="no types"),
    pytest.param(lambda d: first(d)["types"].append(1), r"\.types\[2\]: expected an object", id="type as number"),
    pytest.param(lambda d: first(d)["types"][0].pop("vct"), r"\.types\[0\]\.vct: expected text", id="no vct"),
    pytest.param(
        lambda d: first(d)["types"][0].update(entry_types=[1]), r"entry_types\[0\]: expected text", id="entry type"
    ),
    pytest.param(
        lambda d: first(d)["types"][0].update(entry_types=None), "entry_types: expected an array", id="null scope"
    ),
    pytest.param(
        lambda d: first(d)["types"].append(first(d)["types"][0]), r"\.types: expected each name once", id="type twice"
    ),
    pytest.param(lambda d: first(d).pop("jwks"), r"\.jwks: expected an object", id="no keys"),
    pytest.param(lambda d: first(d)["jwks"].pop("keys"), r"\.jwks\.keys: expected an array", id="key set without keys"),
    pytest.param(
        lambda d: first(d)["jwks"]["keys"].append(key(d)), r"\.jwks\.keys: expected each name once", id="kid twice"
    ),
    pytest.param(
        lambda d: first(d)["jwks"].update(keys=[1]), r"\.jwks\.keys\[0\]: expected an object", id="key: number"
    ),
    pytest.param(lambda d: first(d)["jwks"].update(keys=[key(d)] * 101), "array of at most 100", id="too many keys"),
    pytest.param(lambda d: key(d).pop("kid"), r"jwks\.keys\[0\]\.kid: expected text", id="key without kid"),
    pytest.param(lambda d: key(d).update(d="AA"), r"keys\[0\]: expected a public key", id="private key"),
    pytest.param(lambda d: key(d).update(crv="P-384"), r"keys\[0\]: expected kty EC and crv P-256", id="another curve"),
    pytest.param(lambda d: first(d).update(status_jwks=[]), r"\.status_jwks: expected an object", id="status keys"),
    pytest.param(lambda d: first(d).update(bundle_jwks=[]), r"\.bundle_jwks: expected an object", id="bundle keys"),
    pytest.param(lambda d: first(d).update(x509_roots="x"), r"\.x509_roots: expected an array", id="roots as text"),
    pytest.param(
        lambda d: first(d).update(seal_roots=["MIIB"]), r"\.seal_roots\[0\]: expected one PEM", id="root not PEM"
    ),
    pytest.param(lambda d: first(d).update(seal_roots=[1]), r"\.seal_roots\[0\]: expected text", id="root as number"),
    pytest.param(lambda d: first(d).update(seal_roots=[f"{PEM}x"]), "and nothing beside it", id="text behind a root"),
    pytest.param(lambda d: first(d).update(seal_roots=[f"x{PEM}"]), "and nothing beside it", id="text before a root"),
    pytest.param(
        lambda d: first(d).update(seal_roots=[PEM, UNREADABLE]),
        r"^issuers\[0\]\.seal_roots\[1\]: expected one certificate in PEM, found something else$",
        id="root that cannot be read",
    ),
    pytest.param(
        lambda d: first(d).update(x509_roots=[PEM + PEM]),
        r"^issuers\[0\]\.x509_roots\[0\]: expected one certificate in PEM",
        id="two certificates in one",
    ),
    pytest.param(
        lambda d: first(d).update(tsa_roots=[f"{BELOW}AAAA{END}"]),
        r"^issuers\[0\]\.tsa_roots\[0\]: expected one certificate in PEM",
        id="spoiled time-stamping root",
    ),
    pytest.param(lambda d: first(d).update(tsa_roots=PEM), r"\.tsa_roots: expected an array", id="tsa roots as text"),
    pytest.param(lambda d: first(d).update(log_key="x"), r"\.log_key: expected an object", id="log key as text"),
    pytest.param(
        lambda d: first(d).update(log_key=first(d)["jwks"]["keys"][0]),
        r"\.log_key: expected kty OKP and crv Ed25519",
        id="log key of another kind",
    ),
    pytest.param(lambda d: first(d).update(distrusted=[1]), r"\.distrusted\[0\]: expected an object", id="distrust: 1"),
    pytest.param(
        lambda d: first(d)["distrusted"][0].pop("kid"), r"distrusted\[0\]\.kid: expected text", id="distrust: no kid"
    ),
    pytest.param(lambda d: first(d)["distrusted"][0].update(since=1), r"\.since: expected text", id="distrust: number"),
    pytest.param(
        lambda d: first(d)["distrusted"][0].update(since="soon"), r"\.since: expected a time", id="distrust: words"
    ),
    pytest.param(
        lambda d: first(d)["distrusted"][0].update(since="2026-11-22T00:00:00"), "with its zone", id="distrust: no zone"
    ),
    pytest.param(
        lambda d: first(d)["distrusted"].append(first(d)["distrusted"][0]),
        "distrusted: expected each",
        id="distrust twice",
    ),
    pytest.param(
        lambda d: first(d).update(origins=[f"{ID}/a"]), r"origins\[0\]: expected an origin", id="origin with path"
    ),
    pytest.param(lambda d: first(d).update(legal_lines=[1]), r"legal_lines\[0\]: expected", id="legal line"),
    pytest.param(
        lambda d: first(d).update(verify_urls=["x"]), r"verify_urls\[0\]: expected an absolute", id="verify URL"
    ),
    pytest.param(
        lambda d: first(d).update(confirmation_url=1), "confirmation_url: expected text", id="confirmation URL"
    ),
]


@pytest.mark.parametrize(("change", "message"), CHANGES)
def test_a_trust_list_that_breaks_a_rule_is_refused_with_the_place(
    document: Document, change: Change, message: str
) -> None:
    change(document)
    with pytest.raises(TrustListError, match=message) as refusal:
        parse(document)
    assert refusal.value.code == "trust_list"


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{", b'{"trust":1,"trust":1}', b"\xef\xbb\xbf{}", b" " * (2 * 1024 * 1024 + 1)]
)
def test_a_trust_list_that_is_not_strict_json_is_refused(data: bytes) -> None:
    with pytest.raises(TrustListError, match=r"^trust list: expected"):
        TrustList.parse(data)


def test_a_message_never_repeats_the_value_it_found(document: Document) -> None:
    first(document)["id"] = "https://secret name.example"
    with pytest.raises(TrustListError) as refusal:
        parse(document)
    assert "secret" not in str(refusal.value)


def test_a_read_trust_list_cannot_be_changed(document: Document, signer: FileSigner) -> None:
    trust = parse(document)
    keys: dict[str, PublicKey] = {}
    with pytest.raises(TypeError, match="does not support item assignment"):
        trust.issuers[ID].keys["new"] = signer.public_key  # type: ignore[index] # that it fails is the point
    with pytest.raises(AttributeError):
        trust.issuers[ID].keys = keys  # type: ignore[misc] # that it fails is the point


def test_a_list_whose_certificates_can_be_read_may_be_taken_over(document: Document) -> None:
    first(document).update(x509_roots=[PEM], seal_roots=[PEM], tsa_roots=[TSA_PEM])
    check_certificates(TrustList.parse(encode_json(document)))


@pytest.mark.parametrize("member", ["x509_roots", "seal_roots", "tsa_roots"])
def test_a_certificate_that_only_looks_like_one_is_found_before_a_list_is_taken_over(
    document: Document, member: str
) -> None:
    body = "".join(PEM.strip().split("\n")[1:-1])
    curve = bytes.fromhex("06082a8648ce3d030107")
    spoiled = base64.b64encode(base64.b64decode(body).replace(curve, curve[:-1] + b"\x7f")).decode()
    first(document)[member] = [PEM, f"-----BEGIN CERTIFICATE-----\n{spoiled}\n-----END CERTIFICATE-----\n"]
    trust = TrustList.parse(encode_json(document))
    with pytest.raises(TrustListError, match=rf"{member}\[1\]: expected one certificate in PEM"):
        check_certificates(trust)
