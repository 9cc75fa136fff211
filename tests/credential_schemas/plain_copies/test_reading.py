"""A copy read in one pass says what the general readers say; what is not as our issuers write is not read."""

import json
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from random import Random

import pytest

from credential_schemas.certificate_claims import CertificateClaims, CertificateEntry, from_payload, to_payload
from credential_schemas.entry_types import EntryType, entry_types
from credential_schemas.plain_copies.copies import WORTH_IT, PlainCopies
from credential_schemas.plain_copies.reading import MAX_CHARACTERS, read_plain_copy
from credential_schemas.sd_jwt.build import Disclosable, build_sd_jwt
from credential_schemas.sd_jwt.disclosures import DEFAULT_DIGEST_ONLY, process_disclosures
from credential_schemas.sd_jwt.parse import parse_sd_jwt
from keys.encoding import b64url_decode, b64url_encode
from keys.key_files import FileSigner, create_key

TYPES = [each for each in entry_types().values() if not each.source_only]


@pytest.fixture(scope="module")
def signer() -> FileSigner:
    return FileSigner(create_key())


@pytest.fixture
def token(sample: CertificateClaims, signer: FileSigner) -> str:
    return issued(sample, signer)


def issued(claims: CertificateClaims, signer: FileSigner) -> str:
    payload, paths = to_payload(claims)
    random_bytes = Random(1).randbytes
    return build_sd_jwt(payload, disclose=Disclosable(frozenset(paths)), signer=signer, random_bytes=random_bytes)


def by_the_general_readers(token: str) -> tuple[CertificateClaims, int, int]:
    parsed = parse_sd_jwt(token)
    processed = process_disclosures(parsed.payload, parsed.disclosures, digest_algorithms=DEFAULT_DIGEST_ONLY)
    assert processed.faults == ()
    return from_payload(processed.claims), processed.undisclosed_members, processed.undisclosed_elements


def assert_read(token: str) -> None:
    copy, parsed = read_plain_copy(token), parse_sd_jwt(token)
    assert copy is not None
    assert (copy.claims, copy.undisclosed_members, copy.undisclosed_elements) == by_the_general_readers(token)
    assert [[*entry.fields] for entry in copy.claims.entries] == [
        [*entry.fields] for entry in by_the_general_readers(token)[0].entries
    ]
    assert (copy.header, copy.signing_input, copy.signature) == (
        parsed.jws.header,
        parsed.jws.signing_input,
        parsed.jws.signature,
    )
    assert (copy.issued_at, copy.expires_at) == (parsed.payload["iat"], parsed.payload["exp"])
    assert (copy.token, copy.key_bound) == (token, False)


def with_payload(token: str, change: Callable[[str], str]) -> str:
    """Change the text of the payload; the signature stays, as nobody reads it here."""
    header, payload, signature = token.partition("~")[0].split(".")
    text = b64url_decode(payload).decode()
    changed = change(text)
    assert changed != text
    return f"{header}.{b64url_encode(changed.encode())}.{signature}~{token.partition('~')[2]}"


def with_disclosure(token: str, at: int, change: Callable[[str], str]) -> str:
    """Change the text of a disclosure, and its digest in the payload."""
    parts = token.split("~")
    text = b64url_decode(parts[1 + at]).decode()
    changed = change(text)
    assert changed != text
    before, parts[1 + at] = parts[1 + at], b64url_encode(changed.encode())
    return with_payload("~".join(parts), lambda payload: payload.replace(digest(before), digest(parts[1 + at])))


def digest(disclosure: str) -> str:
    return b64url_encode(sha256(disclosure.encode()).digest())


@pytest.mark.parametrize("entry_type", TYPES, ids=[each.id for each in TYPES])
@pytest.mark.parametrize("without", range(3))
def test_entry_of_every_type_is_read(
    entry_type: EntryType,
    without: int,
    full_entry: Callable[[EntryType], CertificateEntry],
    sample: CertificateClaims,
    signer: FileSigner,
) -> None:
    entry = full_entry(entry_type)
    needed = {field.name for field in entry_type.own_fields if field.fixed and not field.if_known}
    shown = {name for at, name in enumerate(entry.fields) if at % 3 != without}
    fields = {name: value for name, value in entry.fields.items() if name in needed | shown}
    assert_read(issued(replace(sample, entries=(replace(entry, fields=fields, title_en=None),)), signer))


def test_sample_is_read_with_everything_and_with_any_part_of_it(token: str) -> None:
    jwt, *disclosures = token.rstrip("~").split("~")
    for shown in range(2 ** len(disclosures)):
        some = [each for at, each in enumerate(disclosures) if shown >> at & 1]
        assert_read("~".join([jwt, *some, ""]))
        assert_read("~".join([jwt, *reversed(some), ""]))
    assert len(disclosures) >= 5


def test_blind_edition_is_read(blind: CertificateClaims, signer: FileSigner) -> None:
    jwt, *disclosures = issued(blind, signer).split("~")
    assert_read("~".join([jwt, *disclosures[3:]]))


def test_recipient_and_applicant_number_are_read(sample: CertificateClaims, signer: FileSigner) -> None:
    assert_read(issued(replace(sample, recipient="한국교통안전공단", applicant_no="2026-1"), signer))
    assert_read(issued(replace(sample, recipient="한국교통안전공단", applicant_no=None), signer))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('{"iss"', '{ "iss"'),
        ('"iss":', '"iss": '),
        ('{"iss":', '{"iss":"https://other.example","iss":'),
        ('"vct":', '"nbf":1,"vct":'),
        ('"iat":', '"iat":1'),
        ('"iat":', '"iat":-'),
        ('"edition":"standard"', '"edition":"other"'),
        ('"edition":"standard"', '"edition":"standard","more":1'),
        ('"kind":"competency"', '"kind":"other"'),
        ('"kind":"competency"', '"kind":"education"'),
        ('"purpose":"', '"purpose":" '),
        ('"purpose":"', '"purpose":"\\u0041'),
        ('"purpose":"', '"purpose":"\u200b'),
        ('"purpose":"', '"purpose":"' + "가" * 1000),
        ('"_sd_alg":"sha-256"', '"_sd_alg":"sha-512"'),
        (',"_sd_alg":"sha-256"', ""),
        ('"_sd_alg":"sha-256"}', '"_sd_alg":"sha-256"} '),
        ('"_sd_alg":"sha-256"}', '"_sd_alg":"sha-256","cnf":{}}'),
        ('"holder":{"_sd":["', '"holder":{"name":"홍","_sd":["'),
        ('"holder":{"_sd":["', '"holder":{"_sd":["x","'),
        ('[{"...":"', '[{"...":"x"},{"...":"'),
        ('[{"...":"', '[{"type":"x"},{"...":"'),
        ('"qualifications"', '"awards"'),
        ('"trainings"', '"qualifications"'),
        ('"trainings"', '"achievements"'),
        ('"idx":1000,', '"idx":4294967296,'),
        ('"idx":1000,', '"idx":1002,'),
        ('"idx":1000,', '"idx":01000,'),
        ('"idx":1000,', '"idx":1000.0,'),
    ],
)
def test_payload_in_another_form_is_not_read(token: str, old: str, new: str) -> None:
    assert read_plain_copy(with_payload(token, lambda text: text.replace(old, new, 1))) is None


def test_times_other_than_midnights_are_not_read(token: str) -> None:
    for name in ("iat", "exp"):
        value = json.loads(b64url_decode(token.split(".")[1]))[name]
        for other in (value + 1, value + 2**33 // 86400 * 86400, 0):
            changed = with_payload(token, lambda text: text.replace(f'"{name}":{value}', f'"{name}":{other}'))  # noqa: B023
            assert read_plain_copy(changed) is None


def test_copy_that_was_never_valid_is_not_read(token: str) -> None:
    payload = json.loads(b64url_decode(token.split(".")[1]))
    text = f'"exp":{payload["exp"]}'
    assert read_plain_copy(with_payload(token, lambda each: each.replace(text, f'"exp":{payload["iat"]}'))) is None


@pytest.mark.parametrize(
    ("at", "old", "new"),
    [
        (0, '["', ' ["'),
        (0, '["', '["x'),
        (0, '"name"', '"nick"'),
        (0, '"name"', '"name_en","x"'),
        (0, '"name"', '"birth_date"'),
        (2, '"birth_date"', '"name"'),
        (3, '["', '["x'),
        (3, '"type"', '"type":"x","type"'),
        (3, '"title"', '"title":"x","title"'),
        (3, '"title"', '"mood":"x","title"'),
        (3, '"title":"', '"title":"\\u0041'),
        (3, '"as_of":"2026-1', '"as_of":"2026-3'),
        (3, '"idx":', '"idx":-'),
        (3, '"idx":', '"idx":1.'),
        (3, "}]", ',"_sd":[]}]'),
        (3, "}]", "},1]"),
        (3, "}]", "}] "),
        (3, "national_technical_qualification", "vocational_training"),
        (3, "national_technical_qualification", "nobody_knows_this"),
    ],
)
def test_disclosure_in_another_form_is_not_read(token: str, at: int, old: str, new: str) -> None:
    assert read_plain_copy(with_disclosure(token, at, lambda text: text.replace(old, new, 1))) is None


def test_entry_with_a_unit_twice_is_not_read(sample: CertificateClaims, signer: FileSigner) -> None:
    first = sample.entries[0]
    entry = replace(first, fields={**first.fields, "ncs_units": ["2001020203_19v4", "0101010101_17v2"]})
    token = issued(replace(sample, entries=(entry,)), signer)
    assert_read(token)
    changed = with_disclosure(token, 3, lambda text: text.replace("0101010101_17v2", "2001020203_19v4"))
    assert read_plain_copy(changed) is None


def test_holder_member_twice_is_not_read(token: str) -> None:
    def to_name(text: str) -> str:
        return f'{text.split(",")[0]},"name","김"]'

    assert read_plain_copy(with_disclosure(token, 1, to_name)) is None


def test_two_entries_with_one_status_index_are_not_read(sample: CertificateClaims, signer: FileSigner) -> None:
    parts = issued(sample, signer).split("~")
    first = json.loads(b64url_decode(parts[-3]))[-1]["idx"]
    second = json.loads(b64url_decode(parts[-2]))[-1]["idx"]
    changed = with_disclosure(
        "~".join(parts), len(parts) - 3, lambda text: text.replace(f'"idx":{second}', f'"idx":{first}')
    )
    assert read_plain_copy(changed) is None


def test_blind_edition_with_a_hidden_field_is_not_read(sample: CertificateClaims, signer: FileSigner) -> None:
    token = issued(sample, signer)
    assert "certificate_number" in b64url_decode(token.split("~")[4]).decode()
    changed = with_payload(token, lambda text: text.replace('"edition":"standard"', '"edition":"blind"'))
    assert read_plain_copy(changed) is None


def test_digest_that_stands_twice_is_not_read(token: str) -> None:
    first = digest(token.split("~")[1])

    def twice(text: str) -> str:
        return text.replace(f'"{first}"', f'"{first}","{first}"')

    assert read_plain_copy(with_payload(token, twice)) is None


def test_disclosure_in_the_wrong_place_is_not_read(token: str) -> None:
    name, entry = digest(token.split("~")[1]), digest(token.split("~")[4])
    swapped = with_payload(token, lambda text: text.replace(name, "@").replace(entry, name).replace("@", entry))
    assert read_plain_copy(swapped) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda token: token.rstrip("~"),
        lambda token: token + "~",
        lambda token: "~" + token,
        lambda token: token + "a.b.c",
        lambda token: token.replace("~", "~~", 1),
        lambda token: token.replace(".", "..", 1),
        lambda token: token.replace(".", "", 1),
        lambda token: token.replace("~", "=~", 1),
        lambda token: token + token.split("~")[1] + "~",
        lambda token: token + b64url_encode(b'["aaaaaaaaaaaaaaaaaaaaaa","name","x"]') + "~",
        lambda token: token.replace("~", "\u00e9~", 1),
        lambda token: token.partition("~")[0],
        lambda token: token.partition("~")[0] + "~" + "A" * MAX_CHARACTERS + "~",
        lambda token: token.partition("~")[0] + "~" + "A~" * 300,
        lambda _: "",
        lambda _: "~",
        lambda _: "..~",
    ],
)
def test_other_compact_forms_are_not_read(token: str, change: Callable[[str], str]) -> None:
    assert read_plain_copy(change(token)) is None


@pytest.mark.parametrize(
    "header",
    [
        b'{"alg":"none","typ":"dc+sd-jwt","kid":"x"}',
        b'{"alg":"ES256","typ":"JWT","kid":"x"}',
        b'{"alg":"ES256","typ":"dc+sd-jwt"}',
        b'{"alg":"ES256","typ":"dc+sd-jwt","kid":"x","crit":[]}',
        b'{"alg":"ES256","alg":"ES256","typ":"dc+sd-jwt","kid":"x"}',
        b"[]",
        b"",
        b'{"alg":"ES256","typ":"dc+sd-jwt","kid":"' + b"x" * 512 + b'"}',
    ],
)
def test_other_headers_are_not_read(token: str, header: bytes) -> None:
    rest = token.partition(".")[2]
    assert read_plain_copy(f"{b64url_encode(header)}.{rest}") is None


@pytest.mark.parametrize("signature", ["", "A" * 85, "A" * 85 + "B", "A" * 87, "!" * 86])
def test_signature_of_another_form_is_not_read(token: str, signature: str) -> None:
    jwt, _, rest = token.partition("~")
    assert read_plain_copy(f"{jwt.rpartition('.')[0]}.{signature}~{rest}") is None


def test_first_copies_are_left_to_the_general_readers(token: str) -> None:
    copies = PlainCopies()
    assert [copies.read(token) for _ in range(WORTH_IT)] == [None] * WORTH_IT
    assert copies.read(token) is not None
    assert PlainCopies(after=0).read(token) is not None
