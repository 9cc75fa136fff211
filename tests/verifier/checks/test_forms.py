"""Wallet certificates and flat wallet credentials: verified like paper copies, silent about what is withheld."""

import random
from collections.abc import Collection
from dataclasses import replace

import pytest

from credential_schemas.certificate_claims import CertificateClaims, to_payload
from credential_schemas.report.outcomes import CheckName, DocumentPart, EntryStatus, Outcome, Verdict
from credential_schemas.report.reasons import Reason
from credential_schemas.sd_jwt.build import Disclosable, build_sd_jwt
from credential_schemas.sd_jwt.disclosures import Path
from credential_schemas.sd_jwt.select import at_or_below, keep_disclosures
from keys.encoding import JsonValue
from tests.verifier.checks.test_credential import found
from tests.verifier.world import ISSUER, World, claims, content

FLAT_VCT = f"{ISSUER}/vct/national-technical-qualification/1"
SECRET = "정보처리기사"
ENTRY: Path = ("qualifications", 0)
MEMBERS = ("number", "kind", "edition", "purpose")
FIELDS = ("title", "title_en", "issuing_body", "item_code", "series", "acquired_date")


def wallet_token(world: World, given: CertificateClaims | None = None) -> str:
    """A wallet certificate in which each member and each field of the qualification is a disclosure, with decoys."""
    payload, paths = to_payload(given or claims())
    certificate = payload["certificate"]
    assert isinstance(certificate, dict)
    nested: list[Path] = [
        *paths,
        *(("certificate", name) for name in certificate),
        *((*ENTRY, name) for name in FIELDS),
    ]
    return built(world, payload, nested, decoys={("trainings",): 2, ("certificate",): 1})


def flat_token(world: World, **members: JsonValue) -> str:
    """The qualification of the world as a credential of its own; its fields are disclosures."""
    payload, _ = to_payload(claims())
    listed = payload["qualifications"]
    assert isinstance(listed, list)
    assert isinstance(listed[0], dict)
    own = {name: value for name, value in listed[0].items() if name != "idx"}
    head = {name: payload[name] for name in ("iss", "iat", "exp", "status", "holder")}
    hidden: list[Path] = [("holder", "name"), ("holder", "birth_date"), *((name,) for name in FIELDS)]
    return built(world, {**head, "vct": FLAT_VCT, **own, **members}, hidden)


def built(
    world: World, payload: dict[str, JsonValue], paths: Collection[Path], decoys: dict[Path, int] | None = None
) -> str:
    bound: dict[str, JsonValue] = {**payload, "cnf": {"jwk": {**world.keys.holder.public_jwk()}}}
    disclose = Disclosable(frozenset(paths), decoys or {})
    return build_sd_jwt(bound, disclose=disclose, signer=world.keys.credential, random_bytes=random.Random(3).randbytes)


def shown(token: str, *paths: Path) -> str:
    return keep_disclosures(token, at_or_below(paths))


@pytest.fixture
def with_flat_type(world: World) -> World:
    """The world, its issuer trusted for flat credentials of qualifications too."""
    types = world.issuer["types"]
    assert isinstance(types, list)
    types.append({"vct": FLAT_VCT, "entry_types": ["national_technical_qualification"]})
    return world


def test_whole_wallet_certificate_is_valid_and_says_everything(world: World) -> None:
    report = world.check(wallet_token(world))
    facts, said = content(report).certificate, content(report).disclosed
    assert (report.verdict, report.parts.document) == (Verdict.VALID, DocumentPart.NOT_CHECKED)
    assert (facts.number, facts.kind, facts.edition, facts.purpose) == (
        "2026-0001-0001",
        "competency",
        "standard",
        "job",
    )
    assert [entry.title["ko"] for entry in said.entries] == [SECRET, "자바 웹 개발자 과정"]
    assert said.holder["name"] == "홍길동"


def test_withheld_members_of_a_wallet_certificate_are_neither_said_nor_guessed(world: World) -> None:
    report = world.check(shown(wallet_token(world), (*ENTRY, "series"), ("holder", "name")))
    facts, said = content(report).certificate, content(report).disclosed
    assert report.verdict is Verdict.VALID
    assert [getattr(facts, name) for name in (*MEMBERS, "recipient", "applicant_no")] == [None] * 6
    (entry,) = said.entries
    assert (entry.title, entry.issuing_body, dict(entry.fields)) == ({}, {}, {"series": "기사"})
    assert (entry.status, said.holder) == (EntryStatus.VALID, {"name": "홍길동"})
    assert SECRET not in str(report.to_json())


def test_what_is_withheld_is_counted_as_at_most(world: World) -> None:
    withheld = content(world.check(shown(wallet_token(world), (*ENTRY, "series"), ("holder", "name")))).withheld
    # One training and two decoys; four members and a decoy, two of the holder, five fields of the entry.
    assert (withheld.entries_at_most, withheld.fields_at_most) == (3, 12)


def test_english_title_alone_is_said_in_english_alone(world: World) -> None:
    (entry,) = content(world.check(shown(wallet_token(world), (*ENTRY, "title_en")))).disclosed.entries
    assert entry.title == {"en": "Engineer Information Processing"}


def test_flat_credential_is_valid_with_one_entry(with_flat_type: World) -> None:
    report = with_flat_type.check(flat_token(with_flat_type))
    (entry,) = content(report).disclosed.entries
    assert report.verdict is Verdict.VALID
    assert (entry.title["ko"], entry.category, entry.idx) == (SECRET, "qualifications", 7)
    assert content(report).certificate.number is None


def test_withheld_fields_of_a_flat_credential_are_neither_said_nor_guessed(with_flat_type: World) -> None:
    report = with_flat_type.check(shown(flat_token(with_flat_type), ("acquired_date",)))
    (entry,) = content(report).disclosed.entries
    assert (entry.title, dict(entry.fields)) == ({}, {"acquired_date": "2024-06-18"})
    assert content(report).withheld.fields_at_most == 7
    assert SECRET not in str(report.to_json())


def test_revoked_flat_credential_is_invalid_by_its_own_index(with_flat_type: World) -> None:
    with_flat_type.statuses[7] = 1
    report = with_flat_type.check(flat_token(with_flat_type))
    assert found(report, CheckName.STATUS) == (Outcome.FAILED, Reason.REVOKED)
    assert report.verdict is Verdict.INVALID


def test_cancelled_entry_of_a_wallet_certificate_is_told_although_its_fields_are_withheld(world: World) -> None:
    world.statuses[11] = 1
    report = world.check(shown(wallet_token(world), (*ENTRY, "series")))
    assert found(report, CheckName.ENTRY_STATUS) == (Outcome.FAILED, Reason.NO_ENTRY_IN_FORCE)


def test_flat_credential_past_the_last_day_of_its_entry_is_not_in_force(with_flat_type: World) -> None:
    report = with_flat_type.check(flat_token(with_flat_type, valid_until="2026-11-20"))
    assert found(report, CheckName.ENTRY_STATUS) == (Outcome.FAILED, Reason.NO_ENTRY_IN_FORCE)


def test_flat_credential_of_a_type_the_issuer_is_not_trusted_for_is_left_open(with_flat_type: World) -> None:
    report = with_flat_type.check(flat_token(with_flat_type, type="vocational_training", item_code="", series=""))
    refused = with_flat_type.check(
        built(with_flat_type, {**to_payload(claims())[0], "vct": FLAT_VCT}, [("holder", "name")])
    )
    assert found(report, CheckName.TYPE_SCHEMA) == (Outcome.FAILED, Reason.CLAIMS_INVALID)
    assert found(refused, CheckName.TYPE_SCHEMA) == (Outcome.UNKNOWN, Reason.ENTRY_TYPE_NOT_TRUSTED)


def test_flat_credential_of_a_type_nobody_knows_is_refused(with_flat_type: World) -> None:
    report = with_flat_type.check(flat_token(with_flat_type, type="made_up"))
    assert found(report, CheckName.TYPE_SCHEMA) == (Outcome.FAILED, Reason.CLAIMS_INVALID)
    assert report.disclosed is None


@pytest.mark.parametrize(
    ("show", "outcome", "reason"),
    [
        ((), Outcome.UNKNOWN, Reason.RECIPIENT_WITHHELD),
        ((("certificate", "recipient"),), Outcome.PASSED, None),
    ],
)
def test_withheld_recipient_is_not_taken_for_none(
    world: World, show: tuple[Path, ...], outcome: Outcome, reason: Reason | None
) -> None:
    token = shown(wallet_token(world, replace(claims(), recipient="예시상사")), ENTRY, *show)
    report = world.check(token, world.rules(recipient="예시상사"))
    assert found(report, CheckName.RECIPIENT) == (outcome, reason)


def test_flat_credential_names_no_recipient(with_flat_type: World) -> None:
    report = with_flat_type.check(flat_token(with_flat_type), with_flat_type.rules(recipient="예시상사"))
    assert found(report, CheckName.RECIPIENT) == (Outcome.PASSED, Reason.RECIPIENT_OPEN)


def test_page_around_a_wallet_certificate_is_a_mismatch(world: World) -> None:
    report = world.check(world.sealed(wallet_token(world)))
    assert found(report, CheckName.PRINT_MATCH) == (Outcome.FAILED, Reason.DOCUMENT_MISMATCH)
    assert report.check(CheckName.PRINT_MATCH).detail["count"] == 1
