"""Wallet credentials before they are signed: what may be withheld, what must not be, and what decoys hide."""

import json
import secrets
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from credential_schemas.certificate_claims import CertificateClaims, CertificateEntry, Holder, StatusReference
from credential_schemas.claim_members import ALWAYS_SHOWN, always_shown
from credential_schemas.entry_types import EntryTypes, categories, entry_types
from credential_schemas.errors import EntryTypeError
from credential_schemas.presented_claims import Form, read_presented
from credential_schemas.sd_jwt.build import build_sd_jwt
from credential_schemas.sd_jwt.parse import parse_sd_jwt
from credential_schemas.type_metadata import flat_type_metadata, flat_vct, integrity_of
from credential_schemas.wallet_claims import (
    BUCKET,
    WalletBinding,
    WalletPayload,
    flat_credential,
    wallet_certificate,
)
from keys.key_files import FileSigner, create_key
from tests.sample_certificate import CAREER, sample_certificate

ISSUER = "https://bank.example"
SIGNER = FileSigner(create_key())
BINDING = WalletBinding(SIGNER.public_jwk(), f"{ISSUER}/vct/competency-certificate/1", "sha256-x")
ENTRY = CertificateEntry(
    type="national_technical_qualification",
    category="qualifications",
    title="정보처리기사",
    title_en=None,
    issuing_body="hrdk",
    fields={"item_code": "1320", "series": "기사", "acquired_date": "2023-06-09", "exam_body": "hrdk"},
    as_of=date(2026, 11, 22),
    idx=7,
)


BUSINESS = CertificateEntry(
    type="business_registration",
    category="businesses",
    title="개인 사업자등록",
    title_en=None,
    issuing_body="nts",
    fields={
        "business_number": "9990000014",
        "trade_name": "(가상)한길상회",
        "business_type": "소매업",
        "business_item": "전자상거래",
        "opened_on": "2019-03-02",
        "business_status": "closed",
    },
    as_of=date(2026, 11, 22),
    idx=8,
)
LABELS = {field.name: field for field in entry_types()[ENTRY.type].own_fields}


def claims(count: int = 1) -> CertificateClaims:
    entries = tuple(replace(ENTRY, idx=10 + position) for position in range(count))
    holder, status = Holder("김표본", None, date(1998, 4, 11)), StatusReference(f"{ISSUER}/status/1", 3)
    sample = replace(sample_certificate(), issuer=ISSUER, vct=BINDING.vct, holder=holder, recipient=None)
    return replace(sample, number="CB-2026-00000001", entries=entries, status=status)


def signed(written: WalletPayload) -> dict[str, Any]:
    token = build_sd_jwt(written.claims, disclose=written.disclose, signer=SIGNER, random_bytes=secrets.token_bytes)
    return dict(parse_sd_jwt(token).payload)


def test_a_certificate_is_read_back_as_a_wallets() -> None:
    written = wallet_certificate(claims(2), BINDING)
    read = read_presented(written.claims)
    assert (read.form, read.number, len(read.entries)) == (Form.WALLET, "CB-2026-00000001", 2)
    assert written.claims["cnf"] == {"jwk": {name: BINDING.key[name] for name in ("kty", "crv", "x", "y")}}
    assert list(written.claims)[:7] == ["iss", "vct", "vct#integrity", "iat", "exp", "cnf", "status"]


@pytest.mark.parametrize("count", [1, 7, 8, 9])
def test_lists_and_objects_are_filled_so_that_nothing_can_be_counted(count: int) -> None:
    payload = signed(wallet_certificate(claims(count), BINDING))
    for category in categories():
        length = len(payload[category])
        assert length % BUCKET == 0
        assert length == (16 if category == "qualifications" and count > BUCKET else BUCKET)
    assert len(payload["certificate"]["_sd"]) == len(payload["holder"]["_sd"]) == BUCKET


def test_what_an_entry_needs_stays_with_it_and_the_rest_is_open() -> None:
    paths = set(wallet_certificate(claims(), BINDING).disclose.paths)
    own = {path[2] for path in paths if len(path) == 3}
    assert own == {"title", "issuing_body", *ENTRY.fields}
    assert {("certificate", "number"), ("holder", "name"), ("qualifications", 0)} <= paths


def test_the_last_day_of_an_entry_is_shown_whatever_its_holder_withholds() -> None:
    """A holder who could withhold it could show an entry that is over as one in force."""
    ended = replace(ENTRY, fields={**ENTRY.fields, "valid_until": "2026-11-01"})
    ending = replace(claims(), entries=(ended,))
    for written in (wallet_certificate(ending, BINDING), flat_credential(ending, BINDING)):
        withheld = {path[-1] for path in written.disclose.paths}
        assert "acquired_date" in withheld
        assert not withheld & {"type", "as_of", "idx", "valid_until"}
        assert read_presented(written.claims).entries[0].fields["valid_until"] == "2026-11-01"
    assert signed(flat_credential(ending, BINDING))["valid_until"] == "2026-11-01"


@pytest.mark.parametrize(("over", "end"), [(CAREER, "end_date"), (BUSINESS, "closed_on")])
def test_the_end_of_a_job_or_a_business_is_shown_whatever_its_holder_withholds(
    over: CertificateEntry, end: str
) -> None:
    """Without it what is over would say that it goes on, and earn points for it."""
    ended = replace(claims(), entries=(replace(over, fields={**over.fields, end: "2025-06-30"}),))
    for written in (wallet_certificate(ended, BINDING), flat_credential(ended, BINDING)):
        withheld = {path[-1] for path in written.disclose.paths}
        assert withheld >= over.fields.keys() - {end}
        assert end not in withheld
    assert signed(flat_credential(ended, BINDING))[end] == "2025-06-30"
    described = json.loads(flat_type_metadata(ISSUER, over.type))["claims"]
    assert {each["sd"] for each in described if each["path"] == [end]} == {"never"}


def test_types_whose_absence_of_an_end_says_that_they_go_on_are_these() -> None:
    ends = {each.id: always_shown(each) - ALWAYS_SHOWN for each in entry_types().values()}
    assert {type_id: set(names) for type_id, names in ends.items() if names} == {
        "employment_insurance_career": {"end_date"},
        "business_registration": {"closed_on"},
    }


def test_fields_of_every_entry_are_filled_with_decoys_of_their_own() -> None:
    decoys = wallet_certificate(claims(2), BINDING).disclose.decoys
    assert decoys["qualifications", 0] == decoys["qualifications", 1] == BUCKET - 6
    assert (decoys[("qualifications",)], decoys[("trainings",)]) == (BUCKET - 2, BUCKET)


def test_the_type_is_that_of_the_wallets_credential_and_not_the_papers() -> None:
    paper = replace(claims(), vct=f"{ISSUER}/vct/paper/1")
    for written in (wallet_certificate(paper, BINDING), flat_credential(paper, BINDING)):
        assert (written.claims["vct"], written.claims["vct#integrity"]) == (BINDING.vct, "sha256-x")


def test_a_flat_credential_is_one_entry_with_its_own_status() -> None:
    written = flat_credential(claims(), BINDING)
    read = read_presented(written.claims)
    assert (read.form, read.entries[0].idx, read.entries[0].title) == (Form.FLAT, 3, "정보처리기사")
    payload = signed(written)
    assert {"type", "as_of"} <= payload.keys()
    assert not {"title", "idx", "certificate", "qualifications"} & payload.keys()
    assert set(written.disclose.paths) >= {("title",), ("holder", "name"), ("holder", "birth_date")}
    assert len(payload["_sd"]) % BUCKET == 0
    assert len(payload["holder"]["_sd"]) == BUCKET


def test_a_flat_credential_of_several_entries_is_refused() -> None:
    with pytest.raises(EntryTypeError, match="exactly one entry") as refused:
        flat_credential(claims(2), BINDING)
    assert refused.value.field == "entries"


def test_a_blind_edition_is_not_for_wallets() -> None:
    blind = replace(claims(), edition="blind", entries=())
    with pytest.raises(EntryTypeError, match="standard for a wallet") as refused:
        wallet_certificate(blind, BINDING)
    assert (refused.value.field, refused.value.kind) == ("certificate.edition", "unknown_value")


def test_claims_that_are_not_in_order_are_refused_as_on_paper() -> None:
    with pytest.raises(EntryTypeError, match=r"holder\.name"):
        wallet_certificate(replace(claims(), holder=Holder(None, None, date(1998, 4, 11))), BINDING)


def test_the_type_of_a_flat_credential_describes_what_it_holds() -> None:
    document = json.loads(flat_type_metadata(f"{ISSUER}/", ENTRY.type))
    assert document["vct"] == flat_vct(ISSUER, ENTRY.type) == f"{ISSUER}/vct/entry/{ENTRY.type}/1"
    described = {tuple(each["path"]): each for each in document["claims"]}
    own = {field.name for field in entry_types()[ENTRY.type].own_fields}
    assert {path[0] for path in described} == own | {"type", "as_of", "title", "title_en", "issuing_body", "holder"}
    written = flat_credential(claims(), BINDING)
    assert {path for path, each in described.items() if each["sd"] == "never"} == {
        ("type",),
        ("as_of",),
        ("valid_until",),
    }
    assert set(written.disclose.paths) <= {path for path, each in described.items() if each["sd"] == "always"}
    assert {path for path, each in described.items() if each["mandatory"]} == {
        ("type",),
        ("as_of",),
        ("holder", "name"),
        ("holder", "birth_date"),
    }
    assert [each["path"] for each in document["claims"] if type(each["mandatory"]) is not bool] == []
    named = {path: [label["label"] for label in each["display"]] for path, each in described.items()}
    assert named["as_of",] == ["기준일", "As of"]
    assert named["series",] == [LABELS["series"].ko, LABELS["series"].en]
    assert named["holder", "name"][0] == "성명"
    assert document["display"][0]["name"] == entry_types()[ENTRY.type].names.ko


def test_a_type_of_another_registry_is_described_from_that_registry() -> None:
    mine = entry_types()[ENTRY.type]
    renamed = replace(mine, names=replace(mine.names, ko="다른 이름"))
    types = EntryTypes([*entry_types().values(), renamed])
    assert json.loads(flat_type_metadata(ISSUER, ENTRY.type, types=types))["display"][0]["name"] == "다른 이름"


def test_the_digest_of_a_type_is_subresource_integrity_of_its_bytes() -> None:
    # printf '{}' | openssl dgst -sha256 -binary | base64
    assert integrity_of(b"{}") == "sha256-RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o="
