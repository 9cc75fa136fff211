"""Properties of status list, certificate claims, wording and Report: round trips, and that changes do not go unseen."""

import copy
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from credential_schemas.certificate_claims import CertificateClaims, from_payload, to_payload
from credential_schemas.errors import EntryTypeError, StatusListError
from credential_schemas.report.facts import Evidence, Freshness
from credential_schemas.report.model import ACCEPTABLE, Check, Context, Report
from credential_schemas.report.outcomes import ALWAYS_REQUIRED, CheckName, EvidenceKind, Outcome, Verdict
from credential_schemas.report.reasons import ROWS, Reason
from credential_schemas.status_list import StatusList, decode_status_list
from credential_schemas.status_list_issue import StatusBitmap, encode_status_list
from credential_schemas.wording.certificate import Imprint, certificate_wording
from credential_schemas.wording.compare import compare_print
from keys.encoding import JsonValue, b64url_decode, b64url_encode
from tests.strategies import JSON, spoiled

WIDTHS = st.sampled_from([1, 2, 4, 8])
IMPRINT = Imprint({"ko": "고용노동부장관", "en": "Minister of Employment and Labor"}, "bank.example/v")
BORROWED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)


@given(st.data(), WIDTHS)
def test_status_list_comes_back_with_every_value(data: st.DataObject, bits: int) -> None:
    bitmap = StatusBitmap(bits=bits, size=64)
    written = data.draw(st.dictionaries(st.integers(0, 63), st.integers(0, 2**bits - 1), max_size=20))
    for index, value in written.items():
        bitmap.set(index, value)
    read = decode_status_list(bits, encode_status_list(bitmap.freeze()))
    assert read == bitmap.freeze()
    assert [read.value(index) for index in range(64)] == [written.get(index, 0) for index in range(64)]


@given(st.data(), WIDTHS, st.binary(min_size=1, max_size=60))
def test_spoiled_status_list_is_refused(data: st.DataObject, bits: int, content: bytes) -> None:
    compressed = b64url_decode(encode_status_list(StatusList(bits, content)))
    try:
        read = decode_status_list(bits, b64url_encode(data.draw(spoiled(compressed))))
    except StatusListError:
        return
    assert read.data == content  # a part of the zlib header that says nothing about the content


@BORROWED
@given(st.data())
def test_claims_come_back_from_their_payload(sample: CertificateClaims, data: st.DataObject) -> None:
    issued = data.draw(st.dates(date(2020, 1, 1), date(2200, 1, 1)))
    text = st.text("가나다라 abc·()", min_size=1, max_size=12).filter(
        lambda found: found == found.strip() and "  " not in found
    )
    indexes = st.sampled_from([entry.idx for entry in sample.entries])
    chosen = data.draw(st.sets(indexes, min_size=1))
    claims = replace(
        sample,
        issued_on=issued,
        valid_until=issued + timedelta(days=data.draw(st.integers(0, 90))),
        number=data.draw(text),
        purpose=data.draw(text),
        recipient=data.draw(st.none() | text),
        applicant_no=data.draw(st.none() | text),
        holder=replace(sample.holder, name=data.draw(text), birth_date=data.draw(st.dates(date(1900, 1, 1)))),
        entries=tuple(entry for entry in sample.entries if entry.idx in chosen),
    )
    assert from_payload(to_payload(claims)[0]) == claims


@BORROWED
@given(st.data())
def test_spoiled_claims_are_refused_or_read_as_what_they_say(
    payload: dict[str, JsonValue], data: st.DataObject
) -> None:
    spoilt = copy.deepcopy(payload)
    place: Any = spoilt
    while True:
        step = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        inner = place[step]
        if not isinstance(inner, dict | list) or not inner or data.draw(st.booleans()):
            break
        place = inner
    place[step] = data.draw(JSON)
    try:
        claims = from_payload(spoilt)
    except EntryTypeError:
        return
    try:
        written = to_payload(claims)[0]
    except EntryTypeError as refusal:
        kind = refusal.kind
    else:
        shown = {name: value for name, value in spoilt.items() if value != []}
        assert json.dumps(written, sort_keys=True) == json.dumps(shown, sort_keys=True)
        return
    assert kind == "missing_field"  # reading allows what a holder may withhold


@BORROWED
@given(st.data(), st.sampled_from(["ko", "en"]))
def test_any_changed_letter_on_the_page_is_named(sample: CertificateClaims, data: st.DataObject, language: str) -> None:
    wording = certificate_wording(
        sample,
        language="en" if language == "en" else "ko",
        imprint=IMPRINT,
        confirmation_code="ABCDE-FGHJK-MNPQR-STVWX",
    )
    page = "\n".join(line.text for line in wording.lines())
    assert compare_print(wording, [page]) == ()
    at = data.draw(st.sampled_from([index for index, letter in enumerate(page) if not letter.isspace()]))
    changed = page[:at] + data.draw(st.sampled_from(["", "x", "0", "각", page[at] * 2])) + page[at + 1 :]
    assert bool(compare_print(wording, [changed])) is ("".join(changed.split()) != "".join(page.split()))


DETAIL: dict[str, JsonValue] = {"date": "2026-11-21", "count": 1, "since": "2026-11-20"}
CHECKS = st.builds(
    lambda row, outcome: Check(row.check, outcome, row.reason, DETAIL),
    st.sampled_from(ROWS),
    st.sampled_from([Outcome.FAILED, Outcome.UNKNOWN]),
) | st.builds(Check, st.sampled_from(CheckName), st.sampled_from([Outcome.PASSED, Outcome.SKIPPED]))


def report_of(checks: list[Check], accepted: frozenset[Reason]) -> Report:
    evidence = Evidence(EvidenceKind.SD_JWT, "00" * 32, "a")
    return Report(
        tuple(checks), accepted, evidence, None, Freshness(), Context(datetime(2026, 11, 21, tzinfo=UTC), "p")
    )


@given(st.lists(CHECKS, max_size=14, unique_by=lambda check: check.name), st.frozensets(st.sampled_from([*ACCEPTABLE])))
def test_verdict_is_never_better_than_its_worst_check(checks: list[Check], accepted: frozenset[Reason]) -> None:
    report = report_of(checks, accepted)
    outcomes = {check.name: check for check in report.checks}
    failed = [check for check in outcomes.values() if check.outcome is Outcome.FAILED]
    unknown = [c for c in outcomes.values() if c.outcome is Outcome.UNKNOWN and c.reason not in accepted]
    missing = [name for name in ALWAYS_REQUIRED if outcomes[name].outcome is Outcome.SKIPPED]
    expected = Verdict.INVALID if failed else Verdict.INDETERMINATE if unknown or missing else Verdict.VALID
    assert report.verdict is expected
    assert [check.name for check in report.checks] == list(CheckName)


@given(st.lists(CHECKS, max_size=14, unique_by=lambda check: check.name), st.data())
def test_report_json_is_the_same_for_the_same_checks_and_changes_with_any(
    checks: list[Check], data: st.DataObject
) -> None:
    report = report_of(checks, frozenset())
    shuffled = report_of(data.draw(st.permutations(checks)), frozenset())
    assert (shuffled.id, shuffled.to_json()) == (report.id, json.loads(json.dumps(report.to_json())))
    place = data.draw(st.integers(0, len(report.checks) - 1))
    name = report.checks[place].name
    rows = [row for row in ROWS if row.check is name]
    other = (
        Check(name, Outcome.FAILED, data.draw(st.sampled_from(rows)).reason, DETAIL)
        if rows
        else Check(name, Outcome.PASSED)
    )
    changed = report_of([*(c for c in report.checks if c.name is not name), other], frozenset())
    assert (changed.id == report.id) is (other == report.checks[place])
