"""The generated JSON Schemas accept what the code accepts."""

from collections.abc import Callable
from dataclasses import replace

import jsonschema
import pytest

from credential_schemas.certificate_claims import CertificateClaims, CertificateEntry, to_payload
from credential_schemas.entry_types import EntryType, EntryTypes, certificate_labels, entry_types
from credential_schemas.json_schema import certificate_schema, entry_schema
from keys.encoding import JsonValue

Changed = Callable[[tuple[str | int, ...], JsonValue], dict[str, JsonValue]]


@pytest.fixture(scope="module")
def certificate() -> jsonschema.Draft202012Validator:
    """A validator with the schema of the whole certificate."""
    jsonschema.Draft202012Validator.check_schema(certificate_schema())
    return jsonschema.Draft202012Validator(certificate_schema())


@pytest.mark.parametrize("name", list(entry_types()))
def test_schema_of_each_entry_type_is_a_schema_and_names_no_forbidden_field(name: str) -> None:
    schema = entry_schema(entry_types()[name])
    jsonschema.Draft202012Validator.check_schema(schema)
    properties = schema["properties"]
    assert isinstance(properties, dict)
    assert not entry_types()[name].forbidden_fields & set(properties)


def test_schema_of_an_entry_carries_the_names_of_its_type_and_a_nameless_language_stays_empty() -> None:
    mine = entry_types()["school_course"]
    schema = entry_schema(mine)
    assert (schema["title"], schema["description"]) == (mine.names.ko, mine.names.en)
    nameless = entry_schema(replace(mine, names=replace(mine.names, en=None)))
    assert nameless["description"] == ""


def test_category_of_which_a_registry_has_no_type_must_be_empty() -> None:
    only = EntryTypes(each for each in entry_types().values() if each.category == "trainings")
    properties = certificate_schema(only)["properties"]
    assert isinstance(properties, dict)
    assert properties["qualifications"] == {"type": "array", "items": False}


def test_status_reference_names_an_index_by_a_number(payload: dict[str, JsonValue]) -> None:
    text = {"status_list": {"idx": "7", "uri": "https://bank.example/status/1"}}
    with pytest.raises(jsonschema.ValidationError, match="'7' is not of type 'integer'"):
        jsonschema.validate({**payload, "status": text}, certificate_schema())


@pytest.mark.parametrize("name", [name for name, each in entry_types().items() if not each.source_only])
def test_entry_of_each_type_with_every_field_fits_its_schema(
    name: str,
    sample: CertificateClaims,
    full_entry: Callable[[EntryType], CertificateEntry],
    certificate: jsonschema.Draft202012Validator,
) -> None:
    entry_type = entry_types()[name]
    payload, _ = to_payload(replace(sample, entries=(full_entry(entry_type),)))
    jsonschema.validate(payload[entry_type.category][0], entry_schema(entry_type))  # type: ignore[index] # one entry
    certificate.validate(payload)


def test_certificate_with_entries_of_several_types_fits_the_schema(
    payload: dict[str, JsonValue], certificate: jsonschema.Draft202012Validator
) -> None:
    certificate.validate(payload)


def test_certificate_with_withheld_name_and_entry_fits_the_schema(
    changed: Changed, certificate: jsonschema.Draft202012Validator
) -> None:
    certificate.validate(changed(("holder", "name"), "...") | {"trainings": []})


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("surprise",), 1),
        (("iat",), "2026-11-22"),
        (("certificate", "kind"), "diploma"),
        (("certificate", "edition"), "gold"),
        (("certificate", "number"), "..."),
        (("holder", "ci"), "x"),
        (("iat",), -1),
        (("exp",), 2**33 + 1),
        (("iss",), ""),
        (("iss",), 7),
        (("vct",), ""),
        (("vct",), 7),
        (("vct#integrity",), 7),
        (("cnf",), "key"),
        (("certificate", "edition"), "BLIND"),
        (("status", "status_list", "idx"), -1),
        (("status", "status_list", "idx"), 2**32),
        (("status", "status_list", "uri"), ""),
        (("status", "status_list", "uri"), 7),
        (("status", "status_list"), []),
        (("trainings",), {}),
        (("trainings", 0), "course"),
        (("trainings", 0, "idx"), -1),
        (("trainings", 0, "idx"), 2**32),
        (("trainings", 0, "idx"), "7"),
        (("trainings", 0, "type"), "wizardry"),
        (("trainings", 0, "mood"), "good"),
        (("trainings", 0, "hours"), "40"),
        (("careers", 0, "wage"), 1),
        (("units",), [{"type": "vocational_training"}]),
    ],
)
def test_certificate_does_not_fit_the_schema_with(
    path: tuple[str | int, ...], value: JsonValue, changed: Changed, certificate: jsonschema.Draft202012Validator
) -> None:
    with pytest.raises(jsonschema.ValidationError):
        certificate.validate(changed(path, value))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("vct#integrity",), "sha256-x"),
        (("cnf",), {"jwk": {}}),
        (("iat",), 0),
        (("iss",), "x"),
        (("vct",), "x"),
        (("certificate", "edition"), "blind"),
        (("status", "status_list", "idx"), 0),
        (("status", "status_list", "idx"), 2**32 - 1),
        (("status", "status_list", "uri"), "x"),
        (("trainings", 0, "idx"), 0),
        (("trainings", 0, "idx"), 2**32 - 1),
    ],
)
def test_certificate_fits_the_schema_also_with(
    path: tuple[str | int, ...], value: JsonValue, changed: Changed, certificate: jsonschema.Draft202012Validator
) -> None:
    certificate.validate(changed(path, value))


def test_schema_names_its_dialect_once_and_every_member_in_both_languages() -> None:
    schema, course = certificate_schema(), entry_types()["vocational_training"]
    assert schema["$schema"] == entry_schema(course)["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert str(schema).count("$schema") == 1
    properties = entry_schema(course)["properties"]
    assert isinstance(properties, dict)
    hours, kind, index = properties["hours"], properties["type"], properties["idx"]
    assert isinstance(index, dict)
    assert isinstance(hours, dict)
    assert isinstance(kind, dict)
    field = course.field("hours")
    assert field is not None
    assert (hours["title"], hours["description"]) == (field.ko, field.en)
    assert (kind["const"], kind["title"]) == (course.id, course.names.ko)
    assert index["title"] == certificate_labels().entry["idx"].ko
    assert entry_schema(course)["description"] == course.names.en


def test_category_without_a_type_may_only_be_empty(payload: dict[str, JsonValue]) -> None:
    types = EntryTypes(each for each in entry_types().values() if each.category != "careers")
    validator = jsonschema.Draft202012Validator(certificate_schema(types))
    assert not validator.is_valid(payload)
    assert validator.is_valid(payload | {"careers": []})
