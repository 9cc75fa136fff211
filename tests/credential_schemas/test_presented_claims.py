"""Credentials in all their forms, whole and partly withheld, and every refusal."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date

import pytest

from credential_schemas.certificate_claims import CertificateClaims, Holder, StatusReference, from_payload, to_payload
from credential_schemas.entry_types import EntryTypes, entry_types
from credential_schemas.errors import EntryTypeError
from credential_schemas.presented_claims import Form, PresentedClaims, read_presented
from keys.encoding import JsonValue

Path = tuple[str | int, ...]
Payload = dict[str, JsonValue]
Changed = Callable[[Path, JsonValue], Payload]
CNF: Payload = {"jwk": {"kty": "EC"}}
CERTIFICATE = ("number", "kind", "edition", "purpose", "recipient", "applicant_no")


def wallet(payload: Payload) -> Payload:
    return payload | {"cnf": CNF, "vct#integrity": "sha256-x"}


def flat(payload: Payload, **members: JsonValue) -> Payload:
    """The qualification of the sample as a credential of its own."""
    listed = payload["qualifications"]
    assert isinstance(listed, list)
    entry = listed[0]
    assert isinstance(entry, dict)
    head = {name: payload[name] for name in ("iss", "vct", "iat", "exp", "status", "holder")}
    own = {name: value for name, value in entry.items() if name != "idx"}
    return {**head, "cnf": CNF, **own, **members}


def without(payload: Payload, *names: str) -> Payload:
    return {name: value for name, value in payload.items() if name not in names}


def refusal_of(payload: Payload) -> tuple[str, str]:
    with pytest.raises(EntryTypeError) as caught:
        read_presented(payload)
    return caught.value.field, caught.value.kind


def test_a_paper_copy_says_what_its_claims_say(payload: Payload, sample: CertificateClaims) -> None:
    presented = read_presented(payload)
    assert (presented.form, presented.paper) == (Form.PAPER, sample)
    assert [getattr(presented, name) for name in CERTIFICATE] == [getattr(sample, name) for name in CERTIFICATE]
    assert [entry.title for entry in presented.entries] == [entry.title for entry in sample.entries]
    assert (presented.issued_on, presented.valid_until) == (sample.issued_on, sample.valid_until)
    assert (presented.issuer, presented.vct) == (sample.issuer, sample.vct)


@pytest.mark.parametrize("form", [dict, wallet])
def test_the_number_of_an_applicant_is_read_in_either_form(
    blind: CertificateClaims, form: Callable[[Payload], Payload]
) -> None:
    assert read_presented(form(to_payload(blind)[0])).applicant_no == "2026-0042"


def test_a_whole_wallet_certificate_says_the_same_as_the_paper_copy(payload: Payload) -> None:
    paper, presented = read_presented(payload), read_presented(wallet(payload))
    assert (presented.form, presented.paper) == (Form.WALLET, None)
    assert [getattr(presented, name) for name in CERTIFICATE] == [getattr(paper, name) for name in CERTIFICATE]
    assert [asdict(entry) for entry in presented.entries] == [asdict(entry) for entry in paper.entries]
    assert (presented.holder, presented.status) == (paper.holder, paper.status)
    assert (presented.issued_on, presented.valid_until) == (paper.issued_on, paper.valid_until)
    assert (presented.issuer, presented.vct) == (paper.issuer, paper.vct)


def test_a_wallet_certificate_may_withhold_everything_but_its_head(payload: Payload) -> None:
    presented = read_presented(
        without(wallet(payload), "holder", "qualifications", "trainings", "careers") | {"certificate": {}}
    )
    assert [getattr(presented, name) for name in CERTIFICATE] == [None] * 6
    assert (presented.holder, presented.entries) == (Holder(None, None, None), ())
    assert presented.valid_until == date(2027, 2, 20)


@pytest.mark.parametrize("name", ["title", "title_en", "issuing_body", "series", "certificate_number", "exam_body"])
def test_an_entry_of_a_wallet_certificate_may_withhold_a_field(changed: Changed, name: str) -> None:
    presented = read_presented(wallet(changed(("qualifications", 0, name), "...")))
    entry = presented.entries[0]
    shown = {"title": entry.title, "title_en": entry.title_en, "issuing_body": entry.issuing_body, **entry.fields}
    assert shown.get(name) is None
    assert (entry.type, entry.idx) == ("national_technical_qualification", 1001)


def test_a_wallet_certificate_of_withheld_kind_may_list_any_category(changed: Changed) -> None:
    presented = read_presented(wallet(changed(("certificate", "kind"), "...")))
    assert [entry.category for entry in presented.entries] == ["qualifications", "trainings", "careers"]


def test_a_flat_credential_is_one_entry_with_the_status_of_the_credential(payload: Payload) -> None:
    presented = read_presented(flat(payload))
    (entry,) = presented.entries
    assert presented.form is Form.FLAT
    assert (entry.title, entry.category, entry.issuing_body) == ("정보처리기사", "qualifications", "hrdk")
    assert entry.idx == presented.status.idx == 1000
    assert entry.fields["series"] == "기사"
    assert [getattr(presented, name) for name in (*CERTIFICATE, "paper")] == [None] * 7
    assert presented.status == StatusReference("https://bank.example/status/1", 1000)
    assert (presented.issued_on, presented.valid_until) == (date(2026, 11, 22), date(2027, 2, 20))


@pytest.mark.parametrize("form", [wallet, flat])
def test_a_credential_may_end_on_the_day_it_begins_and_no_earlier(
    payload: Payload, form: Callable[[Payload], Payload]
) -> None:
    begins = payload["iat"]
    assert isinstance(begins, int)
    presented = read_presented(form(payload) | {"exp": begins + 86_400})
    assert presented.issued_on == presented.valid_until
    assert refusal_of(form(payload) | {"exp": begins}) == ("exp", "not_a_day")


@pytest.mark.parametrize("form", [wallet, without])
def test_a_credential_with_a_type_beside_its_certificate_is_no_flat_one(
    payload: Payload, form: Callable[[Payload], Payload]
) -> None:
    assert refusal_of(form(payload) | {"type": "national_technical_qualification"}) == ("type", "unknown_claim")


def test_a_flat_credential_may_withhold_all_but_type_and_day(payload: Payload) -> None:
    bare = {name: flat(payload)[name] for name in ("iss", "vct", "iat", "exp", "status", "cnf", "type", "as_of")}
    (entry,) = read_presented(bare).entries
    assert (entry.title, entry.title_en, entry.issuing_body, entry.fields) == (None, None, None, {})
    assert entry.as_of == date(2026, 11, 20)


@pytest.mark.parametrize("type_id", [each.id for each in entry_types().values() if not each.source_only])
def test_every_type_of_entry_can_be_a_credential_of_its_own(
    payload: Payload, type_id: str, full_entry: Callable[..., object]
) -> None:
    entry = full_entry(entry_types()[type_id])
    head = without(flat(payload), *flat(payload).keys() - {"iss", "vct", "iat", "exp", "status", "cnf"})
    fields = getattr(entry, "fields")  # noqa: B009 - the fixture gives an entry
    members = {"type": type_id, "title": "예시 명칭", "as_of": "2026-11-20", **fields}
    (shown,) = read_presented(head | members).entries
    assert shown.fields == fields


@pytest.mark.parametrize(
    ("path", "value", "field", "kind"),
    [
        (("certificate",), "...", "certificate", "wrong_kind"),
        (("certificate", "colour"), "red", "certificate.colour", "unknown_claim"),
        (("certificate", "number"), 7, "certificate.number", "wrong_kind"),
        (("certificate", "kind"), "diploma", "certificate.kind", "unknown_value"),
        (("certificate", "kind"), "education", "qualifications", "wrong_category"),
        (("certificate", "edition"), "gold", "certificate.edition", "unknown_value"),
        (("certificate", "edition"), "blind", "qualifications[0].certificate_number", "blind_field"),
        (("nonsense",), 1, "nonsense", "unknown_claim"),
        (("iss",), 1, "iss", "wrong_kind"),
        (("vct",), 1, "vct", "wrong_kind"),
        (("exp",), 1795273200, "exp", "not_a_day"),
        (("iat",), 1795273201, "iat", "not_a_day"),
        (("status",), "...", "status", "wrong_kind"),
        (("qualifications",), {}, "qualifications", "wrong_kind"),
        (("qualifications", 0), "x", "qualifications[0]", "wrong_kind"),
        (("qualifications", 0, "type"), "...", "qualifications[0].type", "unknown_type"),
        (("qualifications", 0, "type"), ["national_technical_qualification"], "qualifications[0].type", "unknown_type"),
        (("qualifications", 0, "type"), "vocational_training", "qualifications[0].type", "wrong_category"),
        (("qualifications", 0, "idx"), "...", "qualifications[0].idx", "wrong_kind"),
        (("qualifications", 0, "idx"), 1000, "qualifications[0].idx", "repeated"),
        (("qualifications", 0, "idx"), 1002, "trainings[0].idx", "repeated"),
        (("qualifications", 0, "as_of"), "...", "qualifications[0].as_of", "wrong_kind"),
        (("qualifications", 0, "colour"), "red", "qualifications[0].colour", "unknown_field"),
        (("qualifications", 0, "title"), 7, "qualifications[0].title", "wrong_kind"),
        (("qualifications", 0, "title_en"), 7, "qualifications[0].title_en", "wrong_kind"),
        (("qualifications", 0, "issuing_body"), 7, "qualifications[0].issuing_body", "wrong_kind"),
        (("qualifications", 0, "idx"), -1, "qualifications[0].idx", "wrong_kind"),
    ],
)
def test_a_wallet_certificate_in_disorder_is_refused(
    changed: Changed, path: Path, value: JsonValue, field: str, kind: str
) -> None:
    assert refusal_of(wallet(changed(path, value))) == (field, kind)


@pytest.mark.parametrize(
    ("members", "field", "kind"),
    [
        ({"type": "made_up"}, "type", "unknown_type"),
        ({"type": 7}, "type", "unknown_type"),
        ({"type": ["national_technical_qualification"]}, "type", "unknown_type"),
        ({"type": "consigned_national_qualification"}, "type", "unknown_type"),
        ({"idx": 5}, "idx", "unknown_claim"),
        ({"colour": "red"}, "national_technical_qualification.colour", "unknown_field"),
        ({"qualifications": []}, "national_technical_qualification.qualifications", "unknown_field"),
        ({"series": 7}, "national_technical_qualification.series", "wrong_kind"),
        ({"as_of": None}, "national_technical_qualification.as_of", "wrong_kind"),
        ({"iss": 7}, "iss", "wrong_kind"),
        ({"vct": 7}, "vct", "wrong_kind"),
        ({"exp": 1}, "exp", "not_a_day"),
        ({"status": {}}, "status.status_list", "wrong_kind"),
        ({"holder": {"ci": "x"}}, "holder.ci", "unknown_claim"),
    ],
)
def test_a_flat_credential_in_disorder_is_refused(payload: Payload, members: Payload, field: str, kind: str) -> None:
    assert refusal_of(flat(payload, **members)) == (field, kind)


def test_a_paper_copy_may_not_withhold_what_a_wallet_may(changed: Changed) -> None:
    assert refusal_of(changed(("certificate", "purpose"), "...")) == ("certificate.purpose", "wrong_kind")


def test_a_school_is_hidden_in_a_blind_wallet_certificate_too(blind: CertificateClaims) -> None:
    school: JsonValue = {
        "type": "school_course",
        "title": "국어",
        "issuing_body": "예시고",
        "as_of": "2026-11-20",
        "idx": 5,
    }
    payload = wallet(to_payload(blind)[0]) | {"educations": [school]}
    assert refusal_of(payload) == ("educations[0].issuing_body", "blind_field")


def test_a_blind_wallet_certificate_without_hidden_fields_is_read(blind: CertificateClaims) -> None:
    presented = read_presented(wallet(to_payload(blind)[0]))
    assert (presented.edition, presented.applicant_no) == ("blind", "2026-0042")


@pytest.mark.parametrize("form", [dict, wallet, flat])
def test_types_of_the_caller_are_the_ones_that_count(payload: Payload, form: Callable[[Payload], Payload]) -> None:
    with pytest.raises(EntryTypeError) as caught:
        read_presented(form(payload), types=EntryTypes([]))
    assert caught.value.kind == "unknown_type"


def test_the_first_place_of_a_status_list_is_one_like_any_other(changed: Changed) -> None:
    assert read_presented(wallet(changed(("qualifications", 0, "idx"), 0))).entries[0].idx == 0


def test_a_wallet_certificate_of_education_lists_education(payload: Payload) -> None:
    school: JsonValue = {"type": "school_course", "title": "국어", "as_of": "2026-11-20", "idx": 5}
    shown = without(wallet(payload), "qualifications", "trainings", "careers")
    presented = read_presented(shown | {"certificate": {"kind": "education"}, "educations": [school]})
    assert [(entry.category, entry.idx) for entry in presented.entries] == [("educations", 5)]


def test_a_claim_set_of_no_form_is_refused_as_a_paper_copy_is(payload: Payload) -> None:
    nothing = without(payload, "certificate")
    with pytest.raises(EntryTypeError) as caught:
        from_payload(nothing)
    assert refusal_of(nothing) == (caught.value.field, caught.value.kind) == ("certificate", "wrong_kind")


def test_what_is_read_cannot_be_changed(payload: Payload) -> None:
    presented: PresentedClaims = read_presented(payload)
    with pytest.raises(AttributeError):
        presented.number = "other"  # type: ignore[misc]  # the value is frozen, which is the point
