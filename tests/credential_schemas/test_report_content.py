"""What a Report says of a proved certificate: claims as signed, names from registries, nothing that was withheld."""

from dataclasses import replace
from datetime import date

import pytest

from credential_schemas.certificate_claims import Holder, StatusReference
from credential_schemas.presented_claims import Form, PresentedClaims, PresentedEntry
from credential_schemas.report.facts import CertificateFacts, Disclosed, DisclosedEntry, IssuerFacts, Withheld
from credential_schemas.report.messages import Sentence
from credential_schemas.report.model import Content
from credential_schemas.report.outcomes import EntryStatus
from credential_schemas.report_content import content_of
from credential_schemas.sd_jwt.verify import VerifiedSdJwt

ISSUER = IssuerFacts("https://bank.example", Sentence("은행", "Bank"))
ENTRY = PresentedEntry(
    type="national_technical_qualification",
    category="qualifications",
    title="정보처리기사",
    title_en="Engineer",
    issuing_body="hrdk",
    fields={"series": "기사"},
    as_of=date(2026, 11, 1),
    idx=7,
)
CLAIMS = PresentedClaims(
    form=Form.WALLET,
    issuer="https://claims.example",
    vct="https://bank.example/vct/1",
    issued_on=date(2026, 11, 22),
    valid_until=date(2027, 2, 20),
    number="CB-1",
    kind="competency",
    edition="standard",
    purpose="job",
    recipient="상사",
    applicant_no="A-7",
    holder=Holder("김표본", "KIM", date(1998, 4, 11)),
    entries=(ENTRY,),
    status=StatusReference("https://bank.example/status/1", 3),
)
PROVED = VerifiedSdJwt("x", {}, {}, {}, (), undisclosed_members=5, undisclosed_elements=2, key_bound=True)


def content(claims: PresentedClaims = CLAIMS, *statuses: EntryStatus) -> Content:
    given = statuses or (EntryStatus.VALID,)
    return content_of(claims, PROVED, issuer=ISSUER, statuses=given, binding="verified")


def test_certificate_is_what_was_signed_under_the_name_that_the_trust_list_has() -> None:
    assert content().certificate == CertificateFacts(
        issuer=ISSUER,
        vct="https://bank.example/vct/1",
        issued_on=date(2026, 11, 22),
        valid_until=date(2027, 2, 20),
        holder_binding="verified",
        number="CB-1",
        kind="competency",
        edition="standard",
        purpose="job",
        recipient="상사",
        applicant_no="A-7",
    )


def test_holder_and_entries_are_shown_with_the_names_of_the_registry() -> None:
    body = {"ko": "한국산업인력공단", "en": "HRD Korea"}
    entry = DisclosedEntry(
        type="national_technical_qualification",
        category="qualifications",
        title={"ko": "정보처리기사", "en": "Engineer"},
        issuing_body=body,
        status=EntryStatus.SUSPENDED,
        as_of=date(2026, 11, 1),
        idx=7,
        fields={"series": "기사"},
    )
    found = content(CLAIMS, EntryStatus.SUSPENDED).disclosed
    assert found == Disclosed({"name": "김표본", "name_en": "KIM", "birth_date": "1998-04-11"}, (entry,))


def test_what_is_withheld_is_not_there_and_counted_at_most() -> None:
    hidden = replace(ENTRY, title=None, title_en=None, issuing_body=None)
    found = content(replace(CLAIMS, holder=Holder(None, None, None), entries=(hidden,)))
    assert found.withheld == Withheld(entries_at_most=2, fields_at_most=5)
    assert (found.disclosed.holder, found.disclosed.entries[0].title) == ({}, {})
    assert found.disclosed.entries[0].issuing_body == {}


def test_body_that_no_registry_names_is_shown_as_it_was_signed() -> None:
    unknown = replace(ENTRY, issuing_body="가나다협회", title_en=None)
    (entry,) = content(replace(CLAIMS, entries=(unknown,))).disclosed.entries
    assert (entry.issuing_body, entry.title) == ({"ko": "가나다협회"}, {"ko": "정보처리기사"})


def test_entries_and_their_statuses_must_be_as_many() -> None:
    with pytest.raises(ValueError, match="zip"):
        content(CLAIMS, EntryStatus.VALID, EntryStatus.REVOKED)
