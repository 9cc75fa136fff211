"""What is signed can be believed: receipts as the basis of a score, and policies by whom they claim to be."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from credential_schemas.version import VERSION
from keys.encoding import encode_json
from keys.key_files import FileSigner, create_key
from tests.verifier.scoring.office import ROOT, Office, entry
from tests.verifier.world import claims
from verifier.checks.assembling import examine
from verifier.checks.rules import Moment
from verifier.cli.main import main
from verifier.evidence.gathering import Submission
from verifier.receipt.making import ReceiptMaker
from verifier.receipt.record import Circumstances

SIGNER = FileSigner(create_key())
STRANGER = FileSigner(create_key())
POLICY = ROOT / "verifier/policies/published/ts-hiring-criteria-1.0.0.yaml"


@pytest.fixture
def pinned_keys(office: Office) -> str:
    return office.put("keys.json", encode_json({"keys": [dict(SIGNER.public_key.jwk())]}))


def receipt(office: Office, name: str, *, signer: FileSigner = SIGNER, with_content: bool = True) -> str:
    world = office.world
    verification = examine(
        Submission("a.sdjwt", world.token(claims(entry())).encode()),
        rules=world.rules(),
        moment=Moment(world.now, world.simulated),
        reader=world.reader,
    )
    maker = ReceiptMaker(signer, Circumstances(world.rules(), "기관", VERSION, datetime.now(UTC)), "ko")
    recorded = maker.record(verification, with_content=with_content)
    made = maker.as_page(recorded) if name.endswith(".pdf") else maker.as_token(recorded)
    return office.put(name, made.pdf or made.token)


def scored(office: Office, *arguments: str) -> list[dict[str, Any]]:
    return office.scored("--applicant", "A-1", "--ratings", office.ratings("A-1"), *arguments)


@pytest.mark.parametrize("name", ["receipt.jws", "receipt.pdf"])
def test_a_signed_receipt_is_the_basis_of_a_score(office: Office, pinned_keys: str, name: str) -> None:
    (result,) = scored(office, "--receipts", receipt(office, name), "--receipt-keys", pinned_keys)
    assert (result["total"], result["evidence_signed"], office.code) == (45, True, 0)
    assert result["evidence"][0]["signed_by"] == SIGNER.key_id


def test_a_receipt_of_a_valid_copy_stays_the_basis_after_the_copy_ran_out(office: Office, pinned_keys: str) -> None:
    made = receipt(office, "receipt.jws")
    office.world.now = office.world.now.replace(year=2028)
    assert scored(office, "--receipts", made, "--receipt-keys", pinned_keys)[0]["total"] == 45


def test_a_receipt_of_a_revoked_certificate_earns_nothing(office: Office, pinned_keys: str) -> None:
    office.world.statuses = {7: 1}
    (result,) = scored(office, "--receipts", receipt(office, "r.jws"), "--receipt-keys", pinned_keys)
    assert (result["components"]["qualification"], office.code) == (0, 3)


def test_one_unsigned_report_makes_the_whole_basis_unsigned(office: Office, pinned_keys: str) -> None:
    reports = office.results(office.checked(entry(), number="N-9"))
    (result,) = scored(
        office, "--receipts", receipt(office, "r.jws"), "--receipt-keys", pinned_keys, "--reports", reports
    )
    assert {each["source"] for each in result["evidence"]} == {"receipt", "report"}
    assert result["evidence_signed"] is False


def refused(office: Office, *arguments: str) -> tuple[int, str]:
    return office.score(*arguments), office.output()[1]


def test_a_receipt_by_a_stranger_is_refused(office: Office, pinned_keys: str) -> None:
    made = receipt(office, "r.jws", signer=STRANGER)
    code, told = refused(office, "--receipts", made, "--receipt-keys", pinned_keys)
    assert (code, "r.jws: expected a receipt by a pinned key (key_unknown)" in told) == (1, True)


def test_a_receipt_that_was_changed_is_refused(office: Office, pinned_keys: str) -> None:
    head, payload, signature = Path(receipt(office, "r.jws")).read_text("ascii").split(".")
    changed = office.put("r.jws", f"{head}.{payload[:-4]}AAAA.{signature}")
    code, told = refused(office, "--receipts", changed, "--receipt-keys", pinned_keys)
    assert (code, "expected a receipt by a pinned key (signature)" in told) == (1, True)


def test_a_receipt_without_content_is_refused_with_what_to_do(office: Office, pinned_keys: str) -> None:
    made = receipt(office, "r.jws", with_content=False)
    code, told = refused(office, "--receipts", made, "--receipt-keys", pinned_keys)
    assert (code, "expected a receipt made with --receipt-with-content" in told) == (1, True)


def test_receipts_without_any_key_to_check_them_are_a_usage_error(office: Office) -> None:
    code, told = refused(office, "--receipts", receipt(office, "r.jws"))
    assert (code, "expected published keys" in told) == (2, True)


def test_more_receipts_than_permitted_are_refused(
    office: Office, pinned_keys: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("verifier.cli.scoring.MAX_RECEIPTS", 1)
    code, told = refused(office, "--receipts", pinned_keys, pinned_keys, "--receipt-keys", pinned_keys)
    assert (code, "expected at most 1 receipts" in told) == (2, True)


def test_more_applicants_than_permitted_are_refused(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verifier.scoring.applicants.MAX_APPLICANTS", 0)
    code, told = refused(office, "--reports", office.results(office.checked(entry())))
    assert (code, "expected at most 0 applicants" in told) == (2, True)


@pytest.fixture
def signed(office: Office, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str, str]:
    """A policy file, its signature by this verifier's key, and the published keys."""
    monkeypatch.setenv("VERIFIER_PASSPHRASE", "correct horse")
    policy = office.put("policy.yaml", POLICY.read_bytes())
    signature = str(office.folder / "policy.jws")
    assert main(["policy", "sign", policy, "--out", signature, "--json"]) == 0
    assert json.loads(office.output()[0])["id"] == "ts-hiring-criteria"
    assert main(["receipt", "keys"]) == 0
    return policy, signature, office.put("agency.json", office.output()[0])


@pytest.mark.slow
def test_a_signed_policy_is_verified_and_named_in_the_result(office: Office, signed: tuple[str, str, str]) -> None:
    policy, signature, pinned = signed
    assert main(["policy", "verify", policy, "--signature", signature, "--keys", pinned, "--lang", "ko"]) == 0
    assert office.output()[0].startswith("서명이 맞습니다: ts-hiring-criteria 1.0.0")
    options = ["--policy", policy, "--policy-signature", signature, "--policy-keys", pinned]
    out = str(office.folder / "s.html")
    reports = office.results(office.checked(entry()))
    (result,) = office.scored("--reports", reports, "--out", out, "--out", str(office.folder / "s.csv"), *options)
    assert result["policy"]["signed_by"] == json.loads(Path(pinned).read_text())["keys"][0]["kid"]
    assert "unsigned" not in office.told.replace("unsigned report", "")
    assert "signature checked" in Path(out).read_text("utf-8")


@pytest.mark.slow
def test_a_signed_policy_that_was_changed_scores_nobody(office: Office, signed: tuple[str, str, str]) -> None:
    policy, signature, pinned = signed
    office.put("policy.yaml", POLICY.read_bytes() + b"# harmless\n")
    options = ["--policy", policy, "--policy-signature", signature, "--policy-keys", pinned]
    code, told = refused(office, "--reports", office.results(office.checked(entry())), *options)
    assert (code, "policy.jws: expected a signature over exactly this policy file" in told) == (1, True)
    assert main(["policy", "verify", policy, "--signature", signature, "--keys", pinned]) == 1


@pytest.mark.slow
def test_a_policy_signed_by_somebody_else_is_refused(
    office: Office, signed: tuple[str, str, str], pinned_keys: str
) -> None:
    policy, signature, _ = signed
    assert main(["policy", "verify", policy, "--signature", signature, "--keys", pinned_keys]) == 1
    assert "expected a signature by a pinned key" in office.output()[1]


@pytest.mark.slow
def test_a_signature_is_never_overwritten(office: Office, signed: tuple[str, str, str]) -> None:
    policy, signature, _ = signed
    assert main(["policy", "sign", policy, "--out", signature]) == 2
    assert "policy.jws: expected to write it" in office.output()[1]


@pytest.mark.parametrize("option", ["--policy-signature", "--policy-keys"])
def test_a_signature_and_the_keys_for_it_come_together(office: Office, pinned_keys: str, option: str) -> None:
    code, told = refused(office, "--reports", "x", option, pinned_keys)
    assert (code, "together with the keys that are believed" in told) == (2, True)


def test_a_policy_is_looked_over_without_a_key(office: Office) -> None:
    assert main(["policy", "check", "example-company-role"]) == 0
    assert office.output()[0].startswith("example-company-role 1.0.0 SHA-256 ")
    assert main(["policy", "check", "ts-hiring-criteria", "--notice", office.notice_file, "--json"]) == 0
    assert json.loads(office.output()[0])["signed_by"] is None


def test_a_request_asks_each_type_of_the_issuers_that_are_trusted_for_it(office: Office) -> None:
    notice = office.notice("B")
    assert main(["request", "--policy", "ts-hiring-criteria", "--notice", notice, "--trust", office.trust]) == 0
    out, told = office.output()
    queries = {each["id"]: each for each in json.loads(out)["credentials"]}
    assert len(queries["language_test"]["meta"]["vct_values"]) == 2
    assert queries["school_course"]["meta"]["vct_values"] == ["https://bank.example/vct/competency-certificate/1"]
    assert told == ""


def test_a_request_names_what_nobody_on_the_trust_list_issues(office: Office) -> None:
    issuers = office.world.trust["issuers"]
    assert isinstance(issuers, list)
    office.world.trust["issuers"] = issuers[1:]
    trust = office.put("trust.json", json.dumps(office.world.trust))
    assert main(["request", "--policy", "ts-hiring-criteria", "--trust", trust]) == 0
    out, told = office.output()
    assert [each["id"] for each in json.loads(out)["credentials"]] == ["language_test"]
    assert told.startswith("not asked: academic_degree, ")
