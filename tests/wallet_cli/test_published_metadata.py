"""Metadata that others published, good and bad: the wallet reads what it can use, and of the rest says why not.

The documents are those of the OpenID conformance suite, whose schema, which our own metadata are held against, tells
good from bad as their names say, and of the specification itself.
"""

import base64
import json
from dataclasses import dataclass
from pathlib import Path

import jsonschema
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from keys import jws
from keys.certificate_chain import ChainDemands, certified_key
from keys.certificates import LeafKind
from keys.errors import CertificateChainRefused, SignatureInvalid
from keys.jwk import PublicKey, public_key_of
from keys.trust_list import TrustedIssuer, TrustedType
from tests.vectors.openid4vci.schemas import SUITE, schema, unbroken, vector
from wallet_cli.doors import Door
from wallet_cli.errors import OfferRefused
from wallet_cli.issuer_metadata import IssuerMetadata, read_metadata
from wallet_cli.offer import Offer

EXAMPLES = SUITE / "issuer-metadata-examples"
SERVER = "/.well-known/oauth-authorization-server"
SPEC = "valid-openid-credential-issuer-metadata-spec"
VALID, INVALID = "valid-openid-credential-issuer-metadata", "invalid-openid-credential-issuer-metadata"
UNKNOWN_TYPE, UNBOUND = "a type for which this issuer is trusted", "bound to a key by a proof with ES256"


@dataclass
class PublishedDoor:
    """Answers with one published document, and says for its token service what is needed."""

    document: bytes

    def get(self, url: str, *, accept: str, max_bytes: int) -> bytes:
        assert len(self.document) <= max_bytes
        assert accept == "application/json"
        server = url.replace(SERVER, "")
        own = {"issuer": server, "token_endpoint": f"{server}/token"}
        return json.dumps(own).encode() if SERVER in url else self.document


def read(name: str, configuration: str) -> IssuerMetadata:
    """Read a document as if its issuer were trusted for everything in it, and had offered one credential."""
    return read_document((EXAMPLES / f"{name}.json").read_bytes(), configuration)


def read_document(data: bytes, configuration: str) -> IssuerMetadata:
    document = json.loads(data)
    supported = document.get("credential_configurations_supported", {})
    types = {each["vct"] for each in supported.values() if "vct" in each}
    issuer = TrustedIssuer(
        id=document["credential_issuer"],
        name={"ko": "가", "en": "A"},
        types=tuple(TrustedType(vct, None) for vct in sorted(types)),
        keys={},
        status_keys={},
    )
    server = document.get("authorization_servers") or [None]
    door: Door = PublishedDoor(data)  # type: ignore[assignment] # nothing is asked but these documents
    return read_metadata(Offer(issuer, (configuration,), "code", None, server[0]), door)


@pytest.mark.parametrize(
    ("name", "configuration", "vct", "batch"),
    [
        ("credential-issuer-metadata-dresden-komm-pass", "https://dresden.de/credentials/KommPass", None, 1),
        (f"{VALID}-eudiw", "eu.europa.ec.eudi.pid_vc_sd_jwt", "urn:eudi:pid:1", 100),
        (f"{SPEC}-DcSdJwt-claims-example", "SD_JWT_VC_example_in_OpenID4VCI", None, 1),
        # What is wrong in this one stands in its display, which the wallet does not read.
        (
            f"{INVALID}-bdr-example1",
            "eu.europa.ec.eudi.pid.1",
            "https://credentials.openid.net/gain-poc-simple-identity-credential",
            1,
        ),
    ],
)
def test_metadata_of_others_are_read(name: str, configuration: str, vct: str | None, batch: int) -> None:
    found = read(name, configuration)
    assert (found.vct_of[configuration], found.batch_size) == (vct or configuration, batch)


@pytest.mark.parametrize(
    ("name", "configuration", "reason"),
    [
        (f"{INVALID}-ebsi", "CTWalletSameAuthorisedInTime", "among those that the issuer has"),
        (f"{INVALID}-invalid-type-for-authorization-servers", "ExampleCredential", UNKNOWN_TYPE),
        (f"{INVALID}-missing-required-property-in-optional-property", "ExampleCredential", UNKNOWN_TYPE),
        (f"{INVALID}-missing-required-property", "ExampleCredential", UNKNOWN_TYPE),
        (f"{INVALID}-request-encryption-jwks-as-array", "ExampleCredential", UNKNOWN_TYPE),
        (f"{VALID}-claims-path-pointer-null", "mso_mdoc_mDL", UNKNOWN_TYPE),
        (f"{VALID}-claims-path-pointer-null", "dc_sd_jwt_education_degree", UNBOUND),
        (f"{VALID}-eudiw", "eu.europa.ec.eudi.cor_mdoc", UNKNOWN_TYPE),
        (f"{VALID}-mock-full", "ExampleCredential", UNKNOWN_TYPE),
        (f"{VALID}-mock-minimal", "ExampleCredential", UNKNOWN_TYPE),
        (f"{SPEC}-DcSdJwt-claims-missing-vct-example", "SD_JWT_VC_example_in_OpenID4VCI", UNKNOWN_TYPE),
        (f"{SPEC}-appendix-example", "SD_JWT_VC_example_in_OpenID4VCI", "attested keys"),
    ],
)
def test_metadata_that_offer_nothing_for_this_wallet_are_refused_with_the_reason(
    name: str, configuration: str, reason: str
) -> None:
    with pytest.raises(OfferRefused, match=reason) as refused:
        read(name, configuration)
    assert refused.value.kind == "issuer"


def documents(pattern: str) -> list[Path]:
    return sorted(EXAMPLES.glob(f"{pattern}-openid-credential-issuer-metadata-*.json"))


@pytest.mark.parametrize("path", documents("invalid"), ids=lambda path: path.stem)
def test_the_schema_that_ours_are_held_against_refuses_what_is_bad(path: Path) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(json.loads(path.read_text("utf-8")), schema("credential_issuer_metadata-1_0"))


EXTENDED = ("eudiw", "mock-full", "missing-vct-example")
"""Good documents with members that the schema does not know; the suite only warns of them."""


@pytest.mark.parametrize("path", documents("valid"), ids=lambda path: path.stem)
def test_the_schema_that_ours_are_held_against_accepts_what_is_good(path: Path) -> None:
    errors = jsonschema.Draft202012Validator(schema("credential_issuer_metadata-1_0")).iter_errors(
        json.loads(path.read_text("utf-8"))
    )
    assert any(errors) == path.stem.endswith(EXTENDED)


LONG = "credential_issuer_metadata_sd_jwt_long.json"
SIGNED = "credential_issuer_metadata_sd_jwt_jwt.txt"
NAME = "SD_JWT_VC_example_in_OpenID4VCI"


def test_the_long_example_of_the_specification_fits_the_schema_and_is_refused_for_its_attested_keys() -> None:
    document = vector(LONG)
    jsonschema.validate(document, schema("credential_issuer_metadata-1_0"))
    with pytest.raises(OfferRefused, match="attested keys"):
        read_document(json.dumps(document).encode(), NAME)


def test_the_long_example_is_read_once_it_demands_no_attested_keys() -> None:
    document = vector(LONG)
    del document["credential_configurations_supported"][NAME]["proof_types_supported"]["jwt"][
        "key_attestations_required"
    ]
    found = read_document(json.dumps(document).encode(), NAME)
    assert (found.vct_of, found.batch_size) == ({NAME: NAME}, 10)
    assert found.sealed is not None
    assert (found.sealed.key["kid"], found.sealed.encryption) == ("ac", "A128GCM")


def test_signed_metadata_instead_of_the_plain_ones_that_were_asked_are_refused() -> None:
    issuer = TrustedIssuer("https://credential-issuer.example.com", {}, (TrustedType(NAME, None),), {}, {})
    door: Door = PublishedDoor(unbroken(SIGNED).encode())  # type: ignore[assignment] # nothing else is asked
    with pytest.raises(OfferRefused, match="expected a JSON object"):
        read_metadata(Offer(issuer, (NAME,), "code", None, None), door)


def test_the_published_signature_holds_under_its_own_certificate_and_under_no_key_of_another() -> None:
    parsed = jws.parse_compact(unbroken(SIGNED), max_bytes=64 * 1024)
    assert parsed.header["typ"] == "openidvci-issuer-metadata+jwt"
    text = str(parsed.header["x5c"][0])  # type: ignore[index] # a list of texts
    certificate = x509.load_der_x509_certificate(base64.b64decode(text))
    key = certificate.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    claims = json.loads(jws.verify(parsed, public_key_of(key), typ="openidvci-issuer-metadata+jwt"))
    jsonschema.validate(
        {name: value for name, value in claims.items() if name not in ("sub", "iat")},
        schema("credential_issuer_metadata-1_0"),
    )
    assert claims["sub"] == claims["credential_issuer"]
    with pytest.raises(SignatureInvalid):
        jws.verify(parsed, published_key(), typ="openidvci-issuer-metadata+jwt")


def test_the_published_certificate_signs_nothing_that_we_believe_even_where_it_is_named_as_a_root() -> None:
    parsed = jws.parse_compact(unbroken(SIGNED), max_bytes=64 * 1024)
    x5c = parsed.header["x5c"]
    assert isinstance(x5c, list)
    root = x509.load_der_x509_certificate(base64.b64decode(str(x5c[0]))).public_bytes(Encoding.PEM).decode()
    demands = ChainDemands(LeafKind.CREDENTIAL, "https://credential-issuer.example.com", (root,), 1_790_000_000)
    with pytest.raises(CertificateChainRefused) as refused:
        certified_key(x5c, demands)
    assert refused.value.kind == "untrusted"


def published_key() -> PublicKey:
    (jwk,) = json.loads(unbroken("issuer_jwks.json"))["jwks"]["keys"]
    return PublicKey.from_jwk(jwk)


def test_the_key_of_the_published_set_is_named_by_its_thumbprint() -> None:
    with pytest.raises(json.JSONDecodeError, match="control character"):
        vector("issuer_jwks.json")
    key = published_key()
    assert key.kid == f"urn:ietf:params:oauth:jwk-thumbprint:sha-256:{key.thumbprint()}"
