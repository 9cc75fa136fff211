"""Certificates and status lists whose keys are proved by `x5c`, seen in the whole Report."""

from dataclasses import replace

import pytest

from credential_schemas.certificate_claims import to_payload
from credential_schemas.report.model import Report
from credential_schemas.report.outcomes import CheckName, Outcome, StatusPart, Verdict
from credential_schemas.report.reasons import Reason
from keys.encoding import JsonValue
from tests.keys.chains import LEAF, STATUS_LEAF, Made, Plan, authority, make
from tests.verifier.checks.test_credential import found
from tests.verifier.world import World, claims

TRUST, FORMAT, LOG = CheckName.ISSUER_TRUST, CheckName.FORMAT, CheckName.LOG_INCLUSION


@pytest.fixture
def root(world: World) -> Made:
    """The root that the trust list gives for the issuer, whose credential keys it does not pin."""
    made = make(authority("root", days=3650))
    world.issuer["x509_roots"] = [made.pem]
    world.issuer["jwks"] = {"keys": []}
    return made


def leaf_for(world: World, root: Made, plan: Plan = LEAF) -> Made:
    """A certificate for the credential key of the world."""
    return make(replace(plan, key=world.keys.credential.key.cryptography_key()), root)


def check(world: World, *certificates: Made, **header: JsonValue) -> Report:
    payload, _ = to_payload(claims())
    x5c: list[JsonValue] = [each.x5c for each in certificates]
    return world.check(world.signed(payload, {"x5c": x5c, **header}))


def test_credential_under_a_listed_root_passes_every_proof(world: World, root: Made) -> None:
    report = check(world, leaf_for(world, root))
    assert [found(report, name)[0] for name in (FORMAT, TRUST, CheckName.SIGNATURE)] == [Outcome.PASSED] * 3
    assert report.parts.status is StatusPart.VALID


def test_credential_under_a_foreign_root_is_open_and_shows_nothing(world: World, root: Made) -> None:
    report = check(world, leaf_for(world, make(authority("root"))))
    assert found(report, TRUST) == (Outcome.UNKNOWN, Reason.KEY_UNKNOWN)
    assert report.check(TRUST).detail == {"code": "E_CERT"}
    assert (report.verdict, report.disclosed) == (Verdict.INDETERMINATE, None)


def test_credential_with_a_certificate_for_status_lists_is_open(world: World, root: Made) -> None:
    report = check(world, leaf_for(world, root, STATUS_LEAF))
    assert found(report, TRUST) == (Outcome.UNKNOWN, Reason.KEY_UNKNOWN)
    assert report.check(TRUST).detail == {"code": "E_CERT"}


def test_credential_with_its_anchor_is_open(world: World, root: Made) -> None:
    assert found(check(world, leaf_for(world, root), root), TRUST) == (Outcome.UNKNOWN, Reason.KEY_UNKNOWN)


def test_credential_with_the_certificate_of_another_key_is_invalid(world: World, root: Made) -> None:
    report = check(world, make(LEAF, root))
    assert found(report, CheckName.SIGNATURE) == (Outcome.FAILED, Reason.SIGNATURE_INVALID)
    assert report.verdict is Verdict.INVALID


def test_header_that_holds_no_certificates_is_invalid(world: World, root: Made) -> None:
    payload, _ = to_payload(claims())
    report = world.check(world.signed(payload, {"x5c": ["AAAA"]}))
    assert found(report, FORMAT) == (Outcome.FAILED, Reason.FORMAT_INVALID)
    assert report.check(FORMAT).detail["code"] == "E_HEADER"


def test_distrusted_key_needs_proof_of_its_time_also_behind_a_certificate(world: World, root: Made) -> None:
    key = world.keys.credential
    world.issuer["distrusted"] = [{"kid": key.key_id, "since": "2026-01-01T00:00:00Z"}]
    assert found(check(world, leaf_for(world, root)), LOG) == (Outcome.UNKNOWN, Reason.LOG_PROOF_MISSING)
    hidden = check(world, leaf_for(world, root), kid="another")
    assert found(hidden, TRUST) == (Outcome.UNKNOWN, Reason.KEY_UNKNOWN)
    assert hidden.check(TRUST).detail == {"code": "E_CERT"}


def test_revocation_in_a_list_with_a_certified_key_is_read(world: World) -> None:
    root = make(authority("root", days=3650))
    world.issuer["x509_roots"] = [root.pem]
    signer = world.keys.stranger
    leaf = make(replace(STATUS_LEAF, key=signer.key.cryptography_key()), root)
    world.statuses = {7: 1}
    world.network = lambda _: certified_list(world, leaf).encode()
    assert found(world.check(world.token()), CheckName.STATUS) == (Outcome.FAILED, Reason.REVOKED)


def test_list_with_a_certificate_for_credentials_leaves_the_status_open(world: World) -> None:
    root = make(authority("root", days=3650))
    world.issuer["x509_roots"] = [root.pem]
    leaf = make(replace(LEAF, key=world.keys.stranger.key.cryptography_key()), root)
    world.network = lambda _: certified_list(world, leaf).encode()
    report = world.check(world.token())
    assert found(report, CheckName.STATUS) == (Outcome.UNKNOWN, Reason.STATUS_INVALID)
    assert report.verdict is Verdict.INDETERMINATE


def certified_list(world: World, leaf: Made) -> str:
    """The world's status list, signed by the stranger's key with a certificate instead of a kid."""
    from keys.encoding import b64url_decode
    from keys.jws_sign import sign_compact

    payload = b64url_decode(world.status_token().split(".")[1])
    header: dict[str, JsonValue] = {"typ": "statuslist+jwt", "x5c": [leaf.x5c]}
    return sign_compact(header, payload, signer=world.keys.stranger)
