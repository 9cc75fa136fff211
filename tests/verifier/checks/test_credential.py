"""Checks of the credential itself: each reason, what it does to the verdict, and that nothing leaks before proof."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest

from credential_schemas.certificate_claims import to_payload
from credential_schemas.report.model import Report
from credential_schemas.report.outcomes import PROOF_CHECKS, CheckName, Outcome, StatusPart, Verdict
from credential_schemas.report.reasons import Reason
from keys.encoding import JsonValue, b64url_encode, encode_json
from tests.verifier.world import ISSUER, NOW, JsonObject, World, claims, content
from verifier.checks.credential import examine_credential
from verifier.checks.rules import Moment


def found(report: Report, name: CheckName) -> tuple[Outcome, Reason | None]:
    check = report.check(name)
    return check.outcome, check.reason


def with_payload(change: JsonObject, world: World) -> str:
    """The same disclosures under a payload with changed members, signed by the issuer."""
    payload, _ = to_payload(claims())
    return world.signed({**payload, **change})


def disclosure(*elements: JsonValue) -> str:
    return b64url_encode(encode_json([*elements]))


def digest(text: str) -> str:
    return b64url_encode(hashlib.sha256(text.encode()).digest())


def test_good_credential_is_valid_and_shows_its_entries(world: World) -> None:
    report = world.check(world.token())
    assert report.verdict is Verdict.VALID
    assert [entry.title["ko"] for entry in content(report).disclosed.entries] == ["정보처리기사", "자바 웹 개발자 과정"]
    assert content(report).disclosed.holder["name"] == "홍길동"


def test_issuer_is_named_by_the_trust_list_and_not_by_the_credential(world: World) -> None:
    world.issuer["name"] = {"ko": "다른 이름", "en": "Other name"}
    assert content(world.check(world.token())).certificate.issuer.name.ko == "다른 이름"


def test_unknown_issuer_is_indeterminate_and_shows_nothing(world: World) -> None:
    world.issuer["id"] = "https://other.example"
    report = world.check(world.token())
    assert found(report, CheckName.ISSUER_TRUST) == (Outcome.UNKNOWN, Reason.ISSUER_NOT_TRUSTED)
    assert (report.verdict, report.disclosed, report.certificate) == (Verdict.INDETERMINATE, None, None)
    assert world.requested == []


def test_unknown_key_of_a_listed_issuer_is_indeterminate_and_shows_nothing(world: World) -> None:
    report = world.check(world.token(signer=world.keys.stranger))
    assert found(report, CheckName.ISSUER_TRUST) == (Outcome.UNKNOWN, Reason.KEY_UNKNOWN)
    assert (report.verdict, report.disclosed) == (Verdict.INDETERMINATE, None)


def test_certificate_chain_without_configured_roots_is_an_unknown_key(world: World) -> None:
    payload, _ = to_payload(claims())
    report = world.check(world.signed(payload, {"x5c": ["AAAA"]}))
    assert found(report, CheckName.ISSUER_TRUST) == (Outcome.UNKNOWN, Reason.KEY_UNKNOWN)


def test_type_the_issuer_is_not_listed_for_is_indeterminate(world: World) -> None:
    report = world.check(world.token(vct=f"{ISSUER}/vct/other/1"))
    assert found(report, CheckName.ISSUER_TRUST) == (Outcome.UNKNOWN, Reason.TYPE_NOT_TRUSTED)
    assert report.disclosed is None


def test_changed_signature_is_invalid_and_shows_nothing(world: World) -> None:
    head, _, rest = world.token().partition("~")
    signing_input = head.rpartition(".")[0]
    forged = f"{signing_input}.{b64url_encode(world.keys.stranger.sign(signing_input.encode()))}~{rest}"
    report = world.check(forged)
    assert found(report, CheckName.SIGNATURE) == (Outcome.FAILED, Reason.SIGNATURE_INVALID)
    assert (report.verdict, report.disclosed, report.certificate) == (Verdict.INVALID, None, None)
    assert report.parts.status is StatusPart.UNKNOWN


def test_nothing_is_fetched_for_a_credential_with_a_wrong_signature(world: World) -> None:
    head, _, rest = world.token().partition("~")
    world.check(f"{head[:-8]}AAAAAAAA~{rest}")
    assert world.requested == []


@pytest.mark.parametrize(
    ("header", "reason", "code"),
    [
        ({"typ": "vc+sd-jwt"}, Reason.TOKEN_TYPE_INVALID, "E_TYP"),
        ({"alg": "none"}, Reason.ALGORITHM_NOT_ALLOWED, "E_ALG"),
        ({"crit": ["exp"]}, Reason.CRITICAL_HEADER, "E_CRIT"),
        ({"jku": "https://evil.example/jwks"}, Reason.KEY_IN_HEADER, "E_KEY"),
    ],
)
def test_refused_header_fails_the_format_and_later_checks_are_skipped(
    world: World, header: JsonObject, reason: Reason, code: str
) -> None:
    payload, _ = to_payload(claims())
    report = world.check(world.signed(payload, header))
    assert found(report, CheckName.FORMAT) == (Outcome.FAILED, reason)
    assert report.check(CheckName.FORMAT).detail["code"] == code
    assert all(found(report, name)[0] is Outcome.SKIPPED for name in PROOF_CHECKS[1:])
    assert world.requested == []


def test_malformed_credential_fails_the_format(world: World) -> None:
    report = world.check("a.b.c~")
    assert found(report, CheckName.FORMAT) == (Outcome.FAILED, Reason.FORMAT_INVALID)
    assert report.verdict is Verdict.INVALID


def test_credential_beyond_the_limits_fails_the_format(world: World) -> None:
    report = world.check(world.token() + "YQ~" * 300)
    assert found(report, CheckName.FORMAT) == (Outcome.FAILED, Reason.LIMIT_EXCEEDED)


def test_repeated_member_fails_the_format(world: World) -> None:
    header = b64url_encode(b'{"typ":"dc+sd-jwt","alg":"ES256","alg":"ES256"}')
    report = world.check(f"{header}.e30.{'A' * 86}~")
    assert found(report, CheckName.FORMAT) == (Outcome.FAILED, Reason.DUPLICATE_MEMBER)


def test_foreign_disclosure_fails_the_digests_and_shows_nothing(world: World) -> None:
    report = world.check(world.token() + disclosure("c2FsdA", "name", "김철수") + "~")
    assert found(report, CheckName.DIGESTS) == (Outcome.FAILED, Reason.DISCLOSURE_FOREIGN)
    assert report.disclosed is None
    assert world.requested == []


def test_repeated_disclosure_fails_the_digests(world: World) -> None:
    token = world.token()
    report = world.check(token + token.split("~")[1] + "~")
    assert found(report, CheckName.DIGESTS) == (Outcome.FAILED, Reason.DISCLOSURE_REPEATED)


def test_broken_disclosure_fails_the_digests(world: World) -> None:
    report = world.check(world.token() + b64url_encode(b"not json") + "~")
    assert found(report, CheckName.DIGESTS) == (Outcome.FAILED, Reason.DIGESTS_INVALID)


def test_disclosure_that_delivers_a_control_claim_fails_the_digests(world: World) -> None:
    payload, _ = to_payload(claims())
    hidden = disclosure("c2FsdA", "exp", payload.pop("exp"))
    report = world.check(world.signed({**payload, "_sd": [digest(hidden)]}, tail=f"~{hidden}~"))
    assert found(report, CheckName.DIGESTS) == (Outcome.FAILED, Reason.CLAIM_OVERRIDDEN)
    assert report.disclosed is None


def test_issuer_of_a_refused_credential_is_known_so_that_its_seal_can_be_judged(world: World) -> None:
    token = world.token()
    foreign, unsigned = f"{token}{disclosure('c2FsdA', 'name', '김철수')}~", token.replace("~", "A~", 1)
    payload, _ = to_payload(claims())
    expiry = disclosure("c2FsdA", "exp", payload.pop("exp"))
    hidden = world.signed({**payload, "_sd": [digest(expiry)]}, tail=f"~{expiry}~")
    for refused in (foreign, unsigned, hidden, world.token(signer=world.keys.stranger)):
        findings = examine_credential(refused, rules=world.rules(), moment=Moment(NOW))
        assert (findings.proved, findings.claimed_issuer) == (None, world.rules().trust.issuer(ISSUER))


@pytest.mark.parametrize("named", [None, 7, [ISSUER], "https://other.example"])
def test_credential_that_names_no_listed_issuer_has_none(world: World, named: JsonValue) -> None:
    findings = examine_credential(with_payload({"iss": named}, world), rules=world.rules(), moment=Moment(NOW))
    assert findings.checks[CheckName.ISSUER_TRUST].reason is Reason.ISSUER_NOT_TRUSTED
    assert findings.claimed_issuer is None
    assert examine_credential("a.b.c~", rules=world.rules(), moment=Moment(NOW)).claimed_issuer is None


def test_type_that_is_no_text_fails_the_type(world: World) -> None:
    report = world.check(with_payload({"vct": 7}, world))
    assert found(report, CheckName.TYPE_SCHEMA) == (Outcome.FAILED, Reason.TYPE_NOT_ACCEPTED)


@pytest.mark.parametrize("name", ["exp", "nbf", "iat"])
def test_date_that_is_no_number_fails_the_type_and_says_nothing_of_the_time(world: World, name: str) -> None:
    report = world.check(with_payload({name: "2027-02-18"}, world))
    assert found(report, CheckName.TYPE_SCHEMA) == (Outcome.FAILED, Reason.CLAIMS_INVALID)
    assert report.check(CheckName.TYPE_SCHEMA).detail["code"] == "E_CLAIM_TYPE"
    assert found(report, CheckName.VALIDITY_TIME) == (Outcome.PASSED, None)


def test_credential_without_expiry_fails_the_type(world: World) -> None:
    payload, _ = to_payload(claims())
    del payload["exp"]
    report = world.check(world.signed(payload))
    assert found(report, CheckName.TYPE_SCHEMA) == (Outcome.FAILED, Reason.CLAIMS_MISSING)


def test_claims_of_no_certificate_fail_the_type_by_field_and_fetch_nothing(world: World) -> None:
    report = world.check(with_payload({"holder": {"name": 7}}, world))
    assert found(report, CheckName.TYPE_SCHEMA) == (Outcome.FAILED, Reason.CLAIMS_INVALID)
    assert report.check(CheckName.TYPE_SCHEMA).detail["field"] == "holder.name"
    assert world.requested == []


def test_entry_type_the_issuer_is_not_listed_for_is_indeterminate(world: World) -> None:
    types = world.issuer["types"]
    assert isinstance(types, list)
    assert isinstance(types[0], dict)
    types[0]["entry_types"] = ["vocational_training"]
    report = world.check(world.token())
    assert found(report, CheckName.TYPE_SCHEMA) == (Outcome.UNKNOWN, Reason.ENTRY_TYPE_NOT_TRUSTED)
    assert report.verdict is Verdict.INDETERMINATE


def test_expired_certificate_is_invalid_names_its_last_day_and_keeps_its_credential_part(world: World) -> None:
    world.now = NOW + timedelta(days=120)
    report = world.check(world.token())
    assert found(report, CheckName.VALIDITY_TIME) == (Outcome.FAILED, Reason.EXPIRED)
    assert report.check(CheckName.VALIDITY_TIME).detail["date"] == "2027-02-18"
    assert (report.verdict, report.parts.credential) == (Verdict.INVALID, Verdict.VALID)
    assert report.parts.status is StatusPart.EXPIRED


def test_certificate_of_tomorrow_is_not_yet_valid(world: World) -> None:
    given = replace(claims(), issued_on=claims().issued_on + timedelta(days=1))
    report = world.check(world.token(given))
    assert found(report, CheckName.VALIDITY_TIME) == (Outcome.FAILED, Reason.NOT_YET_VALID)
    assert report.check(CheckName.VALIDITY_TIME).detail["date"] == "2026-11-22"
    assert report.parts.status is StatusPart.NOT_YET_VALID


def test_certificate_with_a_later_start_is_not_yet_valid(world: World) -> None:
    report = world.check(with_payload({"nbf": int(NOW.timestamp()) + 86_400}, world))
    assert found(report, CheckName.VALIDITY_TIME) == (Outcome.FAILED, Reason.NOT_YET_VALID)
    assert report.check(CheckName.VALIDITY_TIME).detail["date"] == "2026-11-22"


def test_independent_findings_are_reported_together(world: World) -> None:
    world.now = NOW + timedelta(days=120)
    report = world.check(with_payload({"vct": 7}, world))
    assert found(report, CheckName.TYPE_SCHEMA)[1] is Reason.TYPE_NOT_ACCEPTED
    assert found(report, CheckName.VALIDITY_TIME)[1] is Reason.EXPIRED


def test_several_refusals_of_one_check_are_all_named(world: World) -> None:
    report = world.check(with_payload({"vct": 7, "nbf": "now"}, world))
    assert report.check(CheckName.TYPE_SCHEMA).detail["codes"] == ["E_VCT", "E_CLAIM_TYPE"]


def test_only_a_test_issuer_is_marked_in_the_report(world: World) -> None:
    assert world.check(world.token()).check(CheckName.ISSUER_TRUST).detail == {}
    world.issuer["dev"] = True
    assert world.check(world.token()).check(CheckName.ISSUER_TRUST).detail == {"development": True}


def test_withheld_values_are_counted(world: World) -> None:
    token = world.token().split("~")
    report = world.check("~".join([token[0], *token[2:-2], ""]))
    assert (content(report).withheld.entries_at_most, content(report).withheld.fields_at_most) == (1, 1)


def test_blind_edition_shows_no_holder(world: World) -> None:
    report = world.check(world.token(claims(edition="blind")))
    assert dict(content(report).disclosed.holder) == {}
    assert content(report).certificate.edition == "blind"


def test_distrusted_key_is_indeterminate_because_the_log_proof_is_missing(world: World) -> None:
    world.issuer["distrusted"] = [{"kid": world.keys.credential.key_id, "since": "2026-11-01T00:00:00Z"}]
    report = world.check(world.token())
    assert found(report, CheckName.LOG_INCLUSION) == (Outcome.UNKNOWN, Reason.LOG_PROOF_MISSING)
    assert report.check(CheckName.LOG_INCLUSION).detail == {"key_distrusted_since": "2026-11-01T00:00:00Z"}
    assert report.verdict is Verdict.INDETERMINATE


def test_profile_that_demands_the_log_is_indeterminate_without_its_proof(world: World) -> None:
    world.profile = replace(world.profile, require_log=True)
    report = world.check(world.token())
    assert found(report, CheckName.LOG_INCLUSION) == (Outcome.UNKNOWN, Reason.LOG_PROOF_MISSING)


def test_log_is_not_asked_otherwise(world: World) -> None:
    assert found(world.check(world.token()), CheckName.LOG_INCLUSION) == (Outcome.SKIPPED, None)


@pytest.mark.parametrize(
    ("named", "asked", "expected"),
    [
        (None, None, (Outcome.SKIPPED, None)),
        (None, "한국교통안전공단", (Outcome.PASSED, Reason.RECIPIENT_OPEN)),
        ("한국교통안전공단", "한국 교통안전공단", (Outcome.PASSED, None)),
        ("한국교통안전공단", "다른 회사", (Outcome.UNKNOWN, Reason.RECIPIENT_MISMATCH)),
    ],
)
def test_recipient_is_compared_only_when_asked_and_another_name_leaves_the_matter_open(
    world: World, named: str | None, asked: str | None, expected: tuple[Outcome, Reason | None]
) -> None:
    report = world.check(world.token(replace(claims(), recipient=named)), world.rules(recipient=asked))
    assert found(report, CheckName.RECIPIENT) == expected
    assert (report.verdict is Verdict.VALID) == (expected[0] is not Outcome.UNKNOWN)


def test_required_document_is_missing_for_a_bare_credential(world: World) -> None:
    report = world.check(world.token(), world.rules(require_document=True))
    assert found(report, CheckName.CONTAINER) == (Outcome.UNKNOWN, Reason.DOCUMENT_REQUIRED)
    assert report.verdict is Verdict.INDETERMINATE
