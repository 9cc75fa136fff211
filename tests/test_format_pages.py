"""The pages of docs/formats/ against the code that reads and writes: members, slugs, limits, examples that are read.

Reasons of a Report are compared by `tests/credential_schemas/report/test_messages.py`, columns and errors of a batch by
`tests/verifier/batch/test_tables.py`, the example of a bundle by `tests/credential_schemas/test_trust_bundle.py`, the
steps of verifying by `tests/test_security_page.py`; the last of these tests sees that no page is left out.
"""

import ast
import inspect
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest

from credential_schemas import log_entry
from credential_schemas.certificate_claims import to_payload
from credential_schemas.claim_members import ALWAYS_SHOWN, ENTRY_MEMBERS, always_shown
from credential_schemas.entry_types import categories, entry_types
from credential_schemas.limits import MAX_TRUST_BUNDLE_BYTES
from credential_schemas.log_entry import LogEntry, log_origin, prove_logged, signed_part_sha256
from credential_schemas.qr import limits as qr_limits
from credential_schemas.qr import marks
from credential_schemas.qr.digits import digits_from_bytes
from credential_schemas.report.reasons import Reason
from credential_schemas.report.schema import report_schema
from credential_schemas.status_list import StatusValue
from credential_schemas.wallet_claims import WalletBinding, flat_credential, wallet_certificate
from issuer.api import confirmations as bank_confirmations
from issuer.api import problems as bank_problems
from issuer.errors import ConfirmationUnknown, LookupBusy
from issuer.key_life import minutes
from issuer.log.files import WITNESSED, tile_path
from issuer.presented import badges, exporting, plain_credential
from issuer.pulling import limits as pulling
from issuer.pulling.delivery_note import read_note
from keys import limits, trust_list
from keys.badge_key import ALGORITHM, KEY_BITS
from keys.errors import ConfirmationCodeError
from keys.gate.answers import Refusal, too_many
from keys.gate.misses import UNKNOWN_NUMBERS
from keys.log_proof import LogProof
from keys.merkle import leaf_hash
from keys.note_keys import NotePublicKey
from keys.signed_note import decode_base64
from tests.format_pages import FORMATS, block, first_column, named, page, table, words
from tests.sample_certificate import sample_certificate
from verifier import exit_codes as verifier_codes
from verifier.api import confirmations as verifier_confirmations
from verifier.api import problems as verifier_problems
from verifier.checks import log_inclusion
from verifier.errors import IssuerChoice, IssuerUnreachable, NumberUnknown, TooManyLookups, UnreadableEvidence
from verifier.policies.profile import _MEMBERS as PROFILE_MEMBERS
from verifier.policies.profile import Profile
from verifier.receipt.limits import MAX_RECEIPT_BYTES
from verifier.receipt.record import record_of
from verifier.receipt.token import PAGE_MEMBER, TYP

ROOT = FORMATS.parents[1]
KIB, MIB = 1024, 1024 * 1024
KINDS, EDITIONS = ("competency", "education"), ("standard", "blind")


def members_written_by(function: Callable[..., object]) -> set[str]:
    """The members of the object that a function returns, as its source spells them."""
    return set(re.findall(r'^ +"(\w+)": ', inspect.getsource(function), re.MULTILINE))


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("ceremony-minutes", f"At most {minutes.MAX_MINUTES_BYTES // KIB} KiB"),
        ("confirmation", f"at most {bank_confirmations._MAX_QUESTION_BYTES // KIB} KiB. Case"),
        ("confirmation", f"at most {verifier_confirmations._MAX_QUESTION_BYTES // KIB} KiB; `issuer`"),
        ("delivery-note", f"at most {pulling.MAX_NOTE_BYTES // KIB} KiB"),
        ("delivery-note", f"not more than {pulling.CLOCK_LEEWAY_S // 60} minutes ahead"),
        ("delivery-note", f"at most {pulling.MAX_PAGES:,}, {pulling.MAX_DELIVERY_BYTES // 1024**3} GiB in all"),
        ("exports", f"after {exporting.MAX_DAYS} days"),
        ("exports", f"RSA {KEY_BITS}"),
        (
            "qr-payload",
            f"{qr_limits.MAX_TEXT_CHARACTERS:,} characters a code; {qr_limits.MAX_INFLATED_BYTES // KIB} KiB after",
        ),
        ("qr-payload", f"{qr_limits.MAX_DISCLOSURES} disclosures; one complete"),
        ("receipt", f"`typ` `{TYP}`"),
        ("receipt", f"At most {MAX_RECEIPT_BYTES // MIB} MiB"),
        (
            "transparency-log",
            f"at most {limits.MAX_LOG_PATH} hashes, {limits.MAX_LOG_PROOF_EXTRA_BYTES // KIB} KiB of extra",
        ),
        ("transparency-log", f"{limits.MAX_NOTE_BYTES // KIB} KiB of checkpoint"),
        ("trust-bundle", f"{MAX_TRUST_BUNDLE_BYTES // MIB} MiB for the whole"),
        ("trust-list", f"at most {limits.MAX_TRUST_LIST_BYTES // MIB} MiB"),
    ],
)
def test_a_limit_on_the_page_is_that_of_the_code(name: str, sentence: str) -> None:
    assert sentence in words(name)


def test_the_page_of_the_trust_list_has_every_member_of_an_issuer_and_no_other() -> None:
    read = set(re.findall(r'document\.get\("(\w+)"', inspect.getsource(trust_list._issuer)))
    assert read == members_written_by(trust_list._issuer_document) == set(first_column("trust-list", "]}\n```"))


def test_the_page_of_the_bundle_has_every_member_and_no_other() -> None:
    header, payload = (json.loads(part) for part in block("trust-bundle", "Header, then payload").split("\n.\n"))
    assert {*header, *payload} - {"alg"} == set(first_column("trust-bundle", "Header, then payload"))


def test_the_note_on_the_page_is_read() -> None:
    example = block("delivery-note", "Format number 1.")
    members = json.loads(example)
    now = datetime.fromisoformat(members["made_at"])
    note = read_note(example.encode(), source=members["source"], now=now, newest=None, largest_page_bytes=10**6)
    assert (note.id, len(note.pages)) == (members["id"], 1)
    assert {*members, *members["pages"][0]} == set(first_column("delivery-note", "]\n}\n```"))


def test_the_page_of_minutes_has_every_member_of_the_payload_and_no_other() -> None:
    assert set(first_column("ceremony-minutes", "## The payload")) == minutes._MEMBERS


def test_the_page_of_the_receipt_has_every_member_and_no_other() -> None:
    listed = set(first_column("receipt", "At most 2 MiB.\n"))
    assert members_written_by(record_of) | {"report", PAGE_MEMBER} == listed


def test_the_page_of_the_report_has_every_member_of_its_schema_and_no_other() -> None:
    listed = {name.partition(".")[0].removesuffix("[]") for name in first_column("report", "## Members")}
    members = report_schema()["properties"]
    assert isinstance(members, dict)
    assert listed == set(members)


def test_the_page_of_the_report_has_every_member_of_a_profile_with_its_default() -> None:
    rows = {named(row[0])[0]: row[2] for row in table("report", "## Profiles")}
    assert set(rows) == set(PROFILE_MEMBERS)
    default = Profile()
    said = {"`default`": "default", "false": False, "0": 0, "none": ()}
    given = {name: getattr(default, {"profile": "name"}.get(name, name)) for name in rows}
    assert {name: said[text] for name, text in rows.items()} == given


def group(name: str) -> set[str]:
    """The members of one object of the sample certificate."""
    found = to_payload(sample_certificate())[0][name]
    assert isinstance(found, dict)
    return set(found)


def test_the_claims_on_the_page_are_those_of_a_certificate() -> None:
    payload, disclosed = to_payload(sample_certificate())
    rows = table("credential", "it is a bearer copy")
    listed = [name.partition(".")[0] for row in rows for name in named(row[0])]
    assert {*payload, *categories()} == set(listed)
    forms = {named(row[0])[0]: row[1] for row in rows}
    of_certificate = {name for name in named(forms["certificate"]) if name not in {*KINDS, *EDITIONS}}
    assert group("certificate") | {"applicant_no"} == of_certificate
    assert group("holder") == set(named(forms["holder"]))
    assert {path[1] for path in disclosed if path[0] == "holder"} == set(named(forms["holder"]))
    assert {*first_column("credential", "An entry:")} == ENTRY_MEMBERS


def test_what_the_page_calls_plain_in_an_entry_is_what_its_holder_cannot_withhold() -> None:
    rows = [(named(row[0]), row[1], row[2]) for row in table("credential", "## Wallet certificate")]
    ends = [
        pair for names, held, _ in rows if held.startswith("plain inside") and "end_date" in names for pair in names
    ]
    of_types = {(each.id, name) for each in entry_types().values() for name in always_shown(each) - ALWAYS_SHOWN}
    assert {*zip(ends[1::2], ends[::2], strict=True)} == of_types
    inside = {name for names, held, _ in rows if held.startswith("plain inside") for name in names}
    assert inside - {*ends} == ALWAYS_SHOWN
    plain = {name for names, held, _ in rows if held == "plain" for name in names}
    binding = WalletBinding({"kty": "EC", "crv": "P-256", "x": "x", "y": "y"}, "https://bank.example/vct/1", "sha256-x")
    certificate = sample_certificate()
    one = replace(certificate, entries=certificate.entries[:1])
    for written in (wallet_certificate(certificate, binding), flat_credential(one, binding)):
        assert {*written.claims} >= plain
        assert not {path[-1] for path in written.disclose.paths} & (plain | ALWAYS_SHOWN)


def test_the_status_values_on_the_page_are_those_of_the_code() -> None:
    said = re.findall(r"(\d) (\w+)", words("credential").partition("Status values: ")[2].partition(". ")[0])
    assert [(value.value, value.name.lower()) for value in StatusValue] == [
        (int(number), word) for number, word in said
    ]


def test_lengths_of_blocks_and_runs_on_the_qr_page_are_those_of_the_code() -> None:
    (lengths,) = table("qr-payload", "hold any such number:")
    assert [int(cell) for cell in lengths[1:]] == [len(digits_from_bytes(bytes(count))) for count in range(1, 18)]
    runs = next(row for row in table("qr-payload", "## 5. Marks") if row[0].startswith("0B"))
    assert [int(number) for number in re.findall(r"\d+", runs[2])] == list(marks._RUN_BYTES.values())


def test_every_kind_of_refusal_of_a_qr_payload_is_on_the_page_and_no_other() -> None:
    code = "".join(path.read_text("utf-8") for path in (ROOT / "credential_schemas/qr").rglob("*.py"))
    raised = {*re.findall(r'QrPayloadError\(\s*"(\w+)"', code), "too_large"}
    assert set(named(page("qr-payload").partition("with its `kind`: ")[2].partition("\n\n## 9")[0])) == raised


def test_the_bank_answers_a_typed_number_as_the_page_says() -> None:
    answers = [re.match(r"(\d+) ?(?:`(\S+?)`)?", row[0]) for row in table("confirmation", "## Bank: ")]
    said = {each[2]: int(each[1]) for each in answers if each}
    of_bank = {code: status for code, (status, _) in bank_problems._PROBLEMS.items()}
    named_in_code = {ConfirmationUnknown.code, ConfirmationCodeError.code, LookupBusy.code}
    assert {code: said[code] for code in named_in_code} == {code: of_bank[code] for code in named_in_code}
    assert {of_bank[code] for code in of_bank if code.startswith("storage_")} == {503}
    assert said["body_invalid"] == refused_by(bank_confirmations.typed_code)
    assert said["too_many_requests"] == too_many(1).status
    assert (UNKNOWN_NUMBERS.amount, UNKNOWN_NUMBERS.seconds) == (10, 60)
    assert "ten look-ups within a minute" in page("confirmation")


def test_the_verifier_answers_a_typed_number_as_the_page_says() -> None:
    rows = table("confirmation", "## Verifier: ")
    said = {found[2]: (int(found[1]), row[2]) for row in rows if (found := re.match(r"(\d+) `(\w+)`", row[0]))}
    for kind in (NumberUnknown, UnreadableEvidence, IssuerChoice, IssuerUnreachable):
        status, code = verifier_problems._STATUS_OF_ERROR[kind], int(verifier_codes.OF_ERROR[kind])
        assert said[kind.code] == (status, str(code))
    assert said["too_many_requests"] == (too_many(1).status, str(int(verifier_codes.OF_ERROR[TooManyLookups])))
    assert TooManyLookups.code in page("confirmation")
    assert said["body_invalid"] == (refused_by(verifier_confirmations.question_in), "")


def refused_by(read: Callable[[bytes], object]) -> int:
    """The status with which a service refuses a body that is no question."""
    with pytest.raises(Refusal) as refused:
        read(b"[]")
    assert refused.value.code == "body_invalid"
    return refused.value.status


def test_the_proof_on_the_page_proves_what_the_page_says() -> None:
    proof = block("transparency-log", "## Proof").encode()
    key_text, credential, entry, leaf = named(page("transparency-log").partition("It proves, under")[2])[:4]
    origin, _, encoded = key_text.split("+", 2)
    key = NotePublicKey(decode_base64(encoded)[1:])
    assert (origin, key.verifier_key(origin)) == (log_origin("https://bank.example"), key_text)
    logged = prove_logged(credential, proof, issuer="https://bank.example", key=key)
    assert (logged.at, logged.index, logged.log_size) == (1795305600, 0, 2)
    opening = LogProof.decode(proof).extra
    written = LogEntry(logged.at, opening[9:], signed_part_sha256(credential)).encode()
    assert (written.hex(), leaf_hash(written).hex()) == (entry, leaf)
    parts = [int(row[0]) for row in table("transparency-log", "41 bytes:")]
    assert (len(written), sum(parts), parts) == (41, 41, [1, 8, 32])
    assert log_entry._LABEL[:-1].decode() in page("transparency-log")


def test_every_reason_of_the_log_check_is_in_the_table_and_no_other() -> None:
    used = {Reason[name].value for name in re.findall(r"Reason\.(\w+)", inspect.getsource(log_inclusion))}
    cells = [cell for row in table("transparency-log", "## What a verifier says") for cell in row[1:]]
    assert {slug for cell in cells for slug in named(cell)} == used
    assert set(first_column("transparency-log", "## What a verifier says")) <= set(PROFILE_MEMBERS)


def test_the_files_of_the_log_are_called_as_on_the_page() -> None:
    files = first_column("transparency-log", "Under the prefix")
    assert files[0] == "checkpoint"
    assert f"`{WITNESSED}`" in page("transparency-log")
    for pattern, written in (
        ("tile/<L>/<N>", tile_path("3", 7)),
        ("tile/<L>/<N>.p/<W>", tile_path("3", 7, width=5)),
        ("tile/entries/<N>", tile_path("entries", 7)),
        ("tile/entries/<N>.p/<W>", tile_path("entries", 7, width=5)),
    ):
        assert pattern in files
        filled = pattern.replace("<L>", "3").replace("<N>", "007").replace("<W>", "5")
        assert filled == written


def test_what_an_export_loses_is_what_the_table_says() -> None:
    rows = table("exports", "## What is lost")
    for column, form in ((1, "open-badges"), (2, "vcdm")):
        assert {named(row[0])[0] for row in rows if row[column] == "lost"} == set(exporting.LOST[form])


def test_every_field_of_a_badge_stands_where_the_table_says() -> None:
    rows = [(named(row[0]), named(row[1])) for row in table("exports", "## An entry as a badge")]
    targets = {name: target for names, found in rows for name, target in zip(names, found * len(names), strict=False)}
    pairs = {
        one: other for names, found in rows if len(names) == len(found) for one, other in zip(names, found, strict=True)
    }
    assert {name: pairs[name] for name in badges.SUBJECT_FIELDS} == dict(badges.SUBJECT_FIELDS)
    assert {name for name, target in targets.items() if target == "awardedDate"} == set(badges.AWARD_FIELDS)
    results = {name for names, found in rows if found and found[0] == "result" for name in names}
    assert results == set(badges.RESULT_FIELDS)
    kinds = page("exports").partition("`result` of type ")[2].partition(" |")[0]
    special = {kind for kind in badges.RESULT_FIELDS.values() if kind != "Result"}
    assert set(named(kinds)) == special
    others = {"title", "title_en", "type", "issuing_body", badges._LAST_DAY, badges._STUDIED, *badges.UNIT_FIELDS}
    assert {*targets} == {*badges.SUBJECT_FIELDS, *badges.AWARD_FIELDS, *results, *others}


def test_every_type_of_entry_is_the_achievement_that_the_table_says() -> None:
    rows = table("exports", "the same in every badge of a bank.")
    assert {name: named(row[1])[0] for row in rows for name in named(row[0])} == dict(badges.ACHIEVEMENT_TYPES)


def test_the_table_for_europass_names_only_what_a_certificate_has() -> None:
    names = {part for name in first_column("exports", "## Europass") for part in name.split(".")}
    types = entry_types().values()
    known = {*group("holder"), "holder", *categories(), *ENTRY_MEMBERS, *(each.id for each in types)}
    assert names <= known | {field.name for each in types for field in each.own_fields}


def test_every_reason_why_an_entry_becomes_no_badge_is_on_the_page_and_no_other() -> None:
    tree = ast.parse(inspect.getsource(badges.why_no_badge))
    returned = [node.value for node in ast.walk(tree) if isinstance(node, ast.Return)]
    slugs = {each.value for value in returned if value for each in ast.walk(value) if isinstance(each, ast.Constant)}
    assert slugs - {None} == set(first_column("exports", "| `Competency` |"))


def test_header_and_contexts_of_exports_are_those_of_the_page() -> None:
    rows = {row[0]: row[1:] for row in table("exports", "our verifier reads none.")}
    assert named(rows["Contexts"][0]) == list(badges.CONTEXTS)
    assert badges.CONTEXTS[0] == plain_credential.BASE_CONTEXT
    assert f"/{plain_credential.VOCABULARY_PATH}#" in rows["Contexts"][1]
    assert f"`typ` {exporting._JOSE['typ']}, `cty` {exporting._JOSE['cty']}" in rows["Header"][1]
    assert f"`alg` {ALGORITHM}" in rows["Header"][0]


def test_every_page_of_a_format_is_compared_by_some_test() -> None:
    tests = "".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    pages = {path.stem for path in FORMATS.glob("*.md")}
    compared = {name for name in pages if re.search(rf'\(\s*"{name}",|formats/{name}\.md"', tests)}
    assert len(pages) > 12
    assert pages - compared == set()
