"""The claim set: both directions without loss, and every refusal."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from credential_schemas.certificate_claims import (
    CertificateClaims,
    CertificateEntry,
    Holder,
    expiry_of,
    from_payload,
    in_category_order,
    to_payload,
)
from credential_schemas.entry_types import EntryType, EntryTypes, entry_types
from credential_schemas.errors import EntryTypeError
from keys.encoding import JsonValue, decode_json_object, encode_json

Path = tuple[str | int, ...]
Changed = Callable[[Path, JsonValue], dict[str, JsonValue]]

REFUSED: list[tuple[Path, JsonValue, str, str]] = [
    (("iss",), "...", "iss", "wrong_kind"),
    (("vct",), 1, "vct", "wrong_kind"),
    (("iat",), "...", "iat", "wrong_kind"),
    (("iat",), True, "iat", "wrong_kind"),
    (("iat",), 1795273200.0, "iat", "wrong_kind"),
    (("iat",), 1795273201, "iat", "not_a_day"),
    (("iat",), 1795305600, "iat", "not_a_day"),  # midnight, but in UTC
    (("iat",), 0, "iat", "not_a_day"),
    (("exp",), "1803135600", "exp", "wrong_kind"),
    (("exp",), 1803135599, "exp", "not_a_day"),
    (("exp",), 1795273200, "exp", "not_a_day"),
    (("nonsense",), 1, "nonsense", "unknown_claim"),
    (("two\nlines",), 1, "?", "unknown_claim"),
    (("status",), "...", "status", "wrong_kind"),
    (("status", "other"), {}, "status.other", "unknown_claim"),
    (("status", "status_list"), [], "status.status_list", "wrong_kind"),
    (("status", "status_list", "ttl"), 1, "status.status_list.ttl", "unknown_claim"),
    (("status", "status_list", "idx"), -1, "status.status_list.idx", "wrong_kind"),
    (("status", "status_list", "uri"), None, "status.status_list.uri", "wrong_kind"),
    (("certificate",), "...", "certificate", "wrong_kind"),
    (("certificate", "colour"), "red", "certificate.colour", "unknown_claim"),
    (("certificate", "Colour"), "red", "certificate.Colour", "unknown_claim"),
    (("certificate", "number"), 12345, "certificate.number", "wrong_kind"),
    (("certificate", "kind"), "diploma", "certificate.kind", "unknown_value"),
    (("certificate", "kind"), ["competency"], "certificate.kind", "unknown_value"),
    (("certificate", "kind"), "education", "qualifications", "wrong_category"),
    (("certificate", "edition"), "gold", "certificate.edition", "unknown_value"),
    (("certificate", "purpose"), "...", "certificate.purpose", "wrong_kind"),
    (("certificate", "recipient"), None, "certificate.recipient", "wrong_kind"),
    (("certificate", "applicant_no"), 42, "certificate.applicant_no", "wrong_kind"),
    (("holder",), [], "holder", "wrong_kind"),
    (("holder", "ci"), "x", "holder.ci", "unknown_claim"),
    (("holder", "name"), "김표본\u202e", "holder.name", "control_character"),
    (("holder", "name"), "\u1100\u1161", "holder.name", "not_nfc"),
    (("holder", "name_en"), 7, "holder.name_en", "wrong_kind"),
    (("holder", "birth_date"), "1998-04-31", "holder.birth_date", "wrong_kind"),
    (("trainings",), {}, "trainings", "wrong_kind"),
    (("trainings", 0), "course", "trainings[0]", "wrong_kind"),
    (("trainings", 0, "type"), "wizardry", "trainings[0].type", "unknown_type"),
    (("trainings", 0, "type"), None, "trainings[0].type", "unknown_type"),
    (("trainings", 0, "type"), ["vocational_training"], "trainings[0].type", "unknown_type"),
    (("qualifications", 0, "type"), "consigned_national_qualification", "qualifications[0].type", "unknown_type"),
    (("trainings", 0, "type"), "military_duty", "trainings[0].type", "wrong_category"),
    (("trainings", 0, "title"), "...", "trainings[0].title", "wrong_kind"),
    (("trainings", 0, "title_en"), "", "trainings[0].title_en", "wrong_kind"),
    (("trainings", 0, "issuing_body"), {"id": "keis"}, "trainings[0].issuing_body", "wrong_kind"),
    (("trainings", 0, "as_of"), "2026-11", "trainings[0].as_of", "wrong_kind"),
    (("trainings", 0, "idx"), "1002", "trainings[0].idx", "wrong_kind"),
    (("trainings", 0, "idx"), 1001, "trainings[0].idx", "repeated"),
    (("trainings", 0, "idx"), 1000, "trainings[0].idx", "repeated"),  # the certificate's own
    (("trainings", 0, "hours"), "40", "trainings[0].hours", "wrong_kind"),
    (("trainings", 0, "hours"), None, "trainings[0].hours", "wrong_kind"),
    (("trainings", 0, "sector"), "secret", "trainings[0].sector", "unknown_value"),
    (("trainings", 0, "mood"), "good", "trainings[0].mood", "unknown_field"),
    (("trainings", 0, "<b>"), "good", "trainings[0].?", "unknown_field"),
    (("trainings", 0, "course_name"), "again", "trainings[0].course_name", "unknown_field"),  # it feeds the title
    (("trainings", 0, "training_allowance"), "1", "trainings[0].training_allowance", "forbidden_field"),
    (("careers", 0, "wage"), 1, "careers[0].wage", "forbidden_field"),
]
WITHHELD: list[Path] = [
    ("holder", "name"),
    ("holder", "name_en"),
    ("holder", "birth_date"),
    ("holder",),
    ("certificate", "recipient"),
    ("careers", 0),
    ("qualifications",),
    ("qualifications", 0, "certificate_number"),
    ("qualifications", 0, "issuing_body"),
    ("trainings", 0, "completed"),
]


def test_claims_survive_writing_signing_form_and_reading(sample: CertificateClaims) -> None:
    payload, _ = to_payload(sample)
    assert from_payload(decode_json_object(encode_json(payload), max_bytes=100_000)) == sample


def test_certificate_may_end_on_the_day_it_is_issued(sample: CertificateClaims) -> None:
    claims = replace(sample, valid_until=sample.issued_on)
    assert from_payload(to_payload(claims)[0]) == claims


def test_first_place_of_a_status_list_is_one_like_any_other(sample: CertificateClaims) -> None:
    own = replace(sample, status=replace(sample.status, idx=0))
    entry = replace(sample, entries=(replace(sample.entries[0], idx=0),))
    assert [from_payload(to_payload(claims)[0]) for claims in (own, entry)] == [own, entry]


def test_types_of_the_caller_are_the_ones_that_count(sample: CertificateClaims) -> None:
    known = [each for each in entry_types().values() if each.id != "vocational_training"]
    first = replace(sample, entries=sample.entries[:1])
    assert from_payload(to_payload(first, types=EntryTypes(known))[0], types=EntryTypes(known)) == first
    for read in (to_payload, lambda claims, **types: from_payload(to_payload(claims)[0], **types)):
        with pytest.raises(EntryTypeError) as caught:
            read(sample, types=EntryTypes(known))
        assert (caught.value.field, caught.value.kind) == ("trainings[0].type", "unknown_type")


def test_blind_edition_survives_writing_and_reading(blind: CertificateClaims) -> None:
    assert from_payload(to_payload(blind)[0]) == blind


@pytest.mark.parametrize("name", [name for name, each in entry_types().items() if not each.source_only])
def test_entry_of_each_type_with_every_field_survives_writing_and_reading(
    name: str, sample: CertificateClaims, full_entry: Callable[[EntryType], CertificateEntry]
) -> None:
    claims = replace(sample, entries=(full_entry(entry_types()[name]),))
    assert from_payload(to_payload(claims)[0]) == claims


def test_holder_members_and_each_entry_get_a_disclosure_and_nothing_else(sample: CertificateClaims) -> None:
    _, paths = to_payload(replace(sample, entries=(*sample.entries, replace(sample.entries[1], idx=1004))))
    assert paths == (
        ("holder", "name"),
        ("holder", "name_en"),
        ("holder", "birth_date"),
        ("qualifications", 0),
        ("trainings", 0),
        ("trainings", 1),
        ("careers", 0),
    )


def test_certificate_without_english_name_or_recipient_has_no_such_member(sample: CertificateClaims) -> None:
    holder = Holder("김표본", None, date(1998, 4, 11))
    payload, paths = to_payload(replace(sample, holder=holder, recipient=None))
    assert payload["holder"] == {"name": "김표본", "birth_date": "1998-04-11"}
    assert payload["certificate"] == {
        "number": "NCSB-2026-00012345",
        "kind": "competency",
        "edition": "standard",
        "purpose": "job",
    }
    assert ("holder", "name_en") not in paths


def test_entry_is_written_common_members_first_then_fields_in_the_order_of_the_type_file(
    sample: CertificateClaims,
) -> None:
    entry = sample.entries[0]
    turned = replace(entry, fields=dict(reversed(list(entry.fields.items()))))
    payload, _ = to_payload(replace(sample, entries=(turned,)))
    assert list(payload["qualifications"][0]) == [  # type: ignore[index,arg-type] # the sample has one
        *("type", "title", "title_en", "issuing_body"),
        *("item_code", "series", "certificate_number", "acquired_date", "exam_body"),
        *("as_of", "idx"),
    ]


def test_expiry_is_the_korean_midnight_after_the_last_valid_day() -> None:
    assert expiry_of(date(2027, 2, 20)) == 1803135600  # 2027-02-20T15:00:00Z


def test_entries_are_put_in_the_order_of_categories_and_stay_in_their_own_order(sample: CertificateClaims) -> None:
    first, second, third = sample.entries
    fourth = replace(second, idx=1004)
    assert in_category_order([third, fourth, second, first]) == [first, fourth, second, third]


def test_members_that_bind_a_wallet_certificate_are_left_to_their_own_check(payload: dict[str, JsonValue]) -> None:
    claims = from_payload(payload | {"cnf": {"jwk": {}}, "vct#integrity": "sha256-x"})
    assert claims == from_payload(payload)


@pytest.mark.parametrize("path", WITHHELD)
def test_claims_can_be_read_when_something_is_withheld(path: Path, changed: Changed) -> None:
    claims = from_payload(changed(path, "..."))
    assert claims.number == "NCSB-2026-00012345"


def test_category_whose_entries_are_all_withheld_reads_as_empty(changed: Changed) -> None:
    assert [entry.category for entry in from_payload(changed(("trainings",), [])).entries] == [
        "qualifications",
        "careers",
    ]


def test_education_certificate_may_list_trainings_and_educations(sample: CertificateClaims) -> None:
    claims = replace(sample, kind="education", entries=(sample.entries[1],))
    assert from_payload(to_payload(claims)[0]).kind == "education"


@pytest.mark.parametrize(("path", "value", "field", "kind"), REFUSED)
def test_claims_are_refused(path: Path, value: JsonValue, field: str, kind: str, changed: Changed) -> None:
    with pytest.raises(EntryTypeError) as caught:
        from_payload(changed(path, value))
    assert (caught.value.field, caught.value.kind) == (field, kind)


def test_blind_edition_with_a_hidden_field_is_refused(changed: Changed) -> None:
    with pytest.raises(EntryTypeError) as caught:
        from_payload(changed(("certificate", "edition"), "blind"))
    assert (caught.value.field, caught.value.kind) == ("qualifications[0].certificate_number", "blind_field")


def test_blind_edition_that_names_the_school_as_issuing_body_is_refused(
    blind: CertificateClaims, full_entry: Callable[[EntryType], CertificateEntry]
) -> None:
    entry = full_entry(entry_types()["polytechnic_record"])
    fields = {name: value for name, value in entry.fields.items() if name not in ("campus", "grade_letter")}
    with pytest.raises(EntryTypeError) as caught:
        to_payload(replace(blind, entries=(replace(entry, issuing_body="kopo", fields=fields),)))
    assert (caught.value.field, caught.value.kind) == ("educations[0].issuing_body", "blind_field")
    withheld = replace(blind, entries=(replace(entry, issuing_body=None, fields=fields),))
    assert from_payload(to_payload(withheld)[0]) == withheld
    with pytest.raises(EntryTypeError) as missed:
        to_payload(replace(withheld, edition="standard"))
    assert missed.value.kind == "missing_field"


def test_body_that_a_blind_edition_shows_must_be_there(blind: CertificateClaims) -> None:
    entry = next(each for each in blind.entries if entry_types()[each.type].issuing_body_blind != "hide")
    with pytest.raises(EntryTypeError) as caught:
        to_payload(replace(blind, entries=(replace(entry, issuing_body=None),)))
    assert (caught.value.field, caught.value.kind) == ("entries[0].issuing_body", "missing_field")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"holder": Holder(None, None, date(1998, 4, 11))}, "holder.name"),
        ({"holder": Holder("김표본", None, None)}, "holder.birth_date"),
        ({"entries": ()}, "entries"),
    ],
)
def test_certificate_is_not_written_without(change: dict[str, object], field: str, sample: CertificateClaims) -> None:
    with pytest.raises(EntryTypeError) as caught:
        to_payload(replace(sample, **change))  # type: ignore[arg-type] # each case names its member
    assert (caught.value.field, caught.value.kind) == (field, "missing_field")


def test_course_is_not_written_without_saying_whether_it_was_completed(sample: CertificateClaims) -> None:
    entry = sample.entries[1]
    fields = {name: value for name, value in entry.fields.items() if name != "completed"}
    with pytest.raises(EntryTypeError) as caught:
        to_payload(replace(sample, entries=(replace(entry, fields=fields),)))
    assert (caught.value.field, caught.value.kind) == ("entries[0].completed", "missing_field")


def test_entry_is_not_written_without_its_issuing_body(sample: CertificateClaims) -> None:
    with pytest.raises(EntryTypeError) as caught:
        to_payload(replace(sample, entries=(replace(sample.entries[1], issuing_body=None),)))
    assert (caught.value.field, caught.value.kind) == ("entries[0].issuing_body", "missing_field")


def test_entry_in_a_category_nobody_knows_is_not_silently_left_out(sample: CertificateClaims) -> None:
    entries = (*sample.entries, replace(sample.entries[1], category="hobbies", idx=1004))
    with pytest.raises(EntryTypeError) as caught:
        to_payload(replace(sample, entries=entries))
    assert (caught.value.field, caught.value.kind) == ("entries", "wrong_category")


def test_entry_of_an_unknown_type_is_not_written(sample: CertificateClaims) -> None:
    with pytest.raises(EntryTypeError) as caught:
        to_payload(replace(sample, entries=(replace(sample.entries[1], type="wizardry"),)))
    assert (caught.value.field, caught.value.kind) == ("trainings[0].type", "unknown_type")
