"""The check `print_match` on pages in memory: every form that the issuer may print, and what is said of another."""

from collections.abc import Callable
from copy import copy
from dataclasses import replace

import pytest

from credential_schemas.entry_types import EntryTypes
from credential_schemas.report.model import Check
from credential_schemas.report.outcomes import Outcome
from credential_schemas.report.reasons import Reason
from credential_schemas.wording import published
from credential_schemas.wording.certificate import Imprint, certificate_wording
from credential_schemas.wording.model import CertificateWording, Language
from credential_schemas.wording.published import CURRENT
from keys.trust_list import TrustedIssuer
from tests.verifier.world import ISSUER, NAMES, VERIFY_URL, World, claims
from verifier.checks.print_match import check_links, check_print_match, compare_pages, foreign_links
from verifier.evidence.reader import PdfFacts

TOKEN, LEGAL = "a.b.c~", "시험법 제1조"
CODE = "ABCDE-FGHJK-MNPQR-STVWX"
HOST = "verify.bank.example"


@pytest.fixture
def issuer(world: World) -> TrustedIssuer:
    world.issuer["legal_lines"] = ["다른 법", LEGAL]
    found = world.rules().trust.issuer(ISSUER)
    assert found is not None
    return found


def worded(
    *,
    language: Language = "ko",
    code: str | None = CODE,
    number: str = "2026-0001-0001",
    host: str = HOST,
    **imprint: object,
) -> CertificateWording:
    """A certificate in words; only what is named differs from the claims and the issuer of the world."""
    names: dict[Language, str] = {"ko": NAMES["ko"], "en": NAMES["en"]}
    made = Imprint(names, host, **imprint)  # type: ignore[arg-type]  # the names and types of Imprint
    return certificate_wording(
        replace(claims(), number=number), language=language, imprint=made, confirmation_code=code
    )


def printed(wording: CertificateWording, *, codes: tuple[str, ...] = (TOKEN,)) -> PdfFacts:
    """The facts of a PDF of one page that says this, whose code leads to the issuer's host."""
    lines = [wording.specimen or "", *(line.text for line in wording.lines())]
    problem = None if codes else "no_code"
    return PdfFacts((), TOKEN, True, ("\n".join(lines),), codes, problem, (VERIFY_URL,), CURRENT)


def checked(pdf: PdfFacts, issuer: TrustedIssuer) -> Check:
    return check_print_match(pdf, TOKEN, claims=claims(), issuer=issuer)


FORMS: list[dict[str, object]] = [
    {},
    {"language": "en"},
    {"specimen": True},
    {"specimen": True, "language": "en"},
    {"link_only": True},
    {"legal_basis": LEGAL},
    {"legal_basis": "다른 법"},
    {"code": None},
    {"host": "bank.example"},
    {"language": "en", "specimen": True, "link_only": True, "legal_basis": LEGAL, "code": None, "host": "bank.example"},
]


@pytest.mark.parametrize("form", FORMS)
def test_every_form_that_the_issuer_may_print_matches(form: dict[str, object], issuer: TrustedIssuer) -> None:
    page = printed(worded(**form))  # type: ignore[arg-type]  # as above
    assert (checked(page, issuer).outcome, checked(page, issuer).detail) == (Outcome.PASSED, {})


@pytest.mark.parametrize("form", [FORMS[2], FORMS[5], FORMS[7], FORMS[9]])
def test_of_a_changed_page_in_any_form_only_the_changed_line_is_named(
    form: dict[str, object], issuer: TrustedIssuer
) -> None:
    signed, other = (worded(number=number, **form) for number in ("2026-0001-0001", "2026-0001-0002"))  # type: ignore[arg-type]  # as above
    check = checked(printed(other), issuer)
    assert (check.outcome, check.reason) == (Outcome.FAILED, Reason.DOCUMENT_MISMATCH)
    difference = {
        "where": "number",
        "page": 1,
        "printed": other.number_row.value,
        "signed": signed.number_row.value,
    }
    assert check.detail == {"count": 1, "differences": [difference]}


@pytest.mark.parametrize("legal", ["시험법", LEGAL])
def test_line_about_the_legal_basis_that_stands_inside_another_is_told_apart(world: World, legal: str) -> None:
    world.issuer["legal_lines"] = ["시험법", LEGAL]
    issuer = world.rules().trust.issuer(ISSUER)
    assert issuer is not None
    assert checked(printed(worded(legal_basis=legal)), issuer).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("form", "where"),
    [
        ({"host": "evil.example"}, ["notes[1]"]),
        ({"host": ""}, ["notes[1]"]),
        ({"legal_basis": "지어낸 법"}, ["page"]),
        ({"code": "not a code"}, ["code"]),
    ],
)
def test_what_is_not_signed_is_printed_as_the_trust_list_allows_or_not_at_all(
    form: dict[str, object], where: list[str], issuer: TrustedIssuer
) -> None:
    pages = compare_pages(printed(worded(**form)), claims(), issuer=issuer)  # type: ignore[arg-type]  # as above
    assert pages is not None
    assert [difference.where for difference in pages.differences] == where


def test_pages_are_compared_one_by_one_and_with_the_white_space_left_out(issuer: TrustedIssuer) -> None:
    wording = worded()
    lines = [line.text.replace(" ", "\n\t") for line in wording.lines()]
    first = " ".join([*lines[:20], wording.page_number(1, 2)])
    second = " ".join([*lines[20:], wording.page_number(2, 2)])
    page = replace(printed(wording), texts=(first, second))
    assert checked(page, issuer).outcome is Outcome.PASSED
    changed = checked(replace(page, texts=(first, second.replace("자바", "가바"))), issuer)
    assert [(each["page"], each["where"]) for each in differences(changed)] == [(2, "entries[1].title")]


def differences(check: Check) -> list[dict[str, object]]:
    found = check.detail["differences"]
    assert isinstance(found, list)
    return [dict(each) for each in found if isinstance(each, dict)]


def test_page_without_a_code_is_open_unless_it_says_that_the_file_is_the_proof(issuer: TrustedIssuer) -> None:
    check = checked(printed(worded(), codes=()), issuer)
    assert (check.outcome, check.reason) == (Outcome.UNKNOWN, Reason.QR_MISSING)
    assert check.detail == {"note": "no_code"}
    assert checked(printed(worded(link_only=True), codes=()), issuer).outcome is Outcome.PASSED


@pytest.mark.parametrize("codes", [("other~",), (TOKEN, "other~"), ("other~", TOKEN)])
def test_every_code_on_the_pages_must_be_the_credential(codes: tuple[str, ...], issuer: TrustedIssuer) -> None:
    check = checked(printed(worded(), codes=codes), issuer)
    assert (check.outcome, check.reason, check.detail) == (Outcome.FAILED, Reason.QR_DIFFERS, {})


def test_credential_that_is_no_paper_copy_fits_no_page(issuer: TrustedIssuer) -> None:
    check = check_print_match(printed(worded()), TOKEN, claims=None, issuer=issuer)
    assert (check.outcome, check.reason) == (Outcome.FAILED, Reason.DOCUMENT_MISMATCH)
    whole = {"where": "certificate", "page": 1, "printed": "", "signed": ""}
    assert check.detail == {"count": 1, "differences": [whole]}


def test_words_come_before_codes_and_codes_before_addresses(issuer: TrustedIssuer) -> None:
    bad = replace(printed(worded(number="2026-0001-0002"), codes=("other~",)), addresses=("https://evil.example/v",))
    good = printed(worded())
    pages = (bad, replace(bad, texts=good.texts), replace(bad, texts=good.texts, codes=good.codes))
    reasons = [Reason.DOCUMENT_MISMATCH, Reason.QR_DIFFERS, Reason.QR_LINK_FOREIGN]
    assert [checked(page, issuer).reason for page in pages] == reasons


def test_unknown_wording_is_named_and_there_is_nothing_to_show_side_by_side(issuer: TrustedIssuer) -> None:
    page = replace(printed(worded()), wording=99)
    check = checked(page, issuer)
    assert (check.outcome, check.reason, check.detail) == (Outcome.UNKNOWN, Reason.WORDING_UNKNOWN, {"wording": 99})
    assert compare_pages(page, claims(), issuer=issuer) is None


@pytest.mark.parametrize("wording", [None, 99])
def test_page_without_a_known_version_is_left_open_though_its_text_is_changed(
    issuer: TrustedIssuer, wording: int | None
) -> None:
    check = checked(replace(printed(worded()), wording=wording, texts=("another text",)), issuer)
    assert (check.outcome, check.reason) == (Outcome.UNKNOWN, Reason.WORDING_UNKNOWN)


def test_codes_are_compared_also_where_the_words_cannot_be(issuer: TrustedIssuer) -> None:
    page = replace(printed(worded()), wording=99)
    other, elsewhere = replace(page, codes=("another~",)), replace(page, addresses=("https://evil.example/v",))
    reasons = [checked(each, issuer).reason for each in (other, elsewhere)]
    assert reasons == [Reason.QR_DIFFERS, Reason.QR_LINK_FOREIGN]


def test_claim_that_came_later_than_the_named_version_is_left_open(
    issuer: TrustedIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, few = printed(worded()), copy(published.load_wording(1))
    few.types = EntryTypes(each for each in few.types.values() if each.id != "vocational_training")
    monkeypatch.setattr(published, "load_wording", lambda _: few)
    assert checked(page, issuer).reason is Reason.WORDING_UNKNOWN


def test_page_is_compared_with_the_version_it_names_and_with_no_other(
    issuer: TrustedIssuer, next_wording: Callable[[], int]
) -> None:
    older = printed(worded())
    following = next_wording()
    newer = replace(printed(worded()), wording=following)
    assert older.texts != newer.texts
    assert [checked(page, issuer).outcome for page in (older, newer)] == [Outcome.PASSED] * 2
    for page in (replace(older, wording=following), replace(newer, wording=older.wording)):
        assert [each["where"] for each in differences(checked(page, issuer))] == ["end_mark"]


def test_changed_page_stands_beside_the_one_that_it_should_be(issuer: TrustedIssuer) -> None:
    pages = compare_pages(printed(worded(number="2026-0001-0002")), claims(), issuer=issuer)
    assert pages is not None
    assert pages.signed == tuple(worded(code=None).lines())
    assert [(each.where, each.page) for each in pages.differences] == [("number", 1)]


def test_nearest_form_is_found_without_any_white_space(issuer: TrustedIssuer) -> None:
    page = printed(worded(language="en", specimen=True, number="2026-0001-0002"))
    check = checked(replace(page, texts=("".join(page.texts[0].split()),)), issuer)
    assert [each["where"] for each in differences(check)] == ["number"]


def test_both_forms_of_the_pages_stand_side_by_side_without_the_code_that_is_not_signed(issuer: TrustedIssuer) -> None:
    page = printed(worded(language="en"))
    pages = compare_pages(page, claims(), issuer=issuer)
    assert pages is not None
    assert (pages.printed, pages.differences) == (page.texts, ())
    expected = worded(language="en", code=None).lines()
    assert pages.signed == tuple(expected)


ADDRESSES = [
    ("https://verify.bank.example/v", True),
    ("HTTPS://VERIFY.BANK.EXAMPLE/V", True),
    ("https://verify.bank.example/elsewhere?a=b", True),
    ("https://bank.example/vct", True),
    ("https://bank.example:8443/v", False),
    ("https://user@bank.example/v", False),
    ("http://verify.bank.example/v", False),
    ("https://verify.bank.example.evil.example/v", False),
    ("https://evil.example/verify.bank.example", False),
    ("https://[", False),
    ("", False),
]


@pytest.mark.parametrize(("address", "own"), ADDRESSES)
def test_code_leads_to_a_host_of_the_issuer_over_https_or_somewhere_foreign(
    address: str, own: bool, issuer: TrustedIssuer
) -> None:
    page = replace(printed(worded()), addresses=(VERIFY_URL, address))
    links = {} if own else {"links": [address]}
    assert foreign_links((VERIFY_URL, address), issuer) == (() if own else (address,))
    assert (checked(page, issuer).outcome is Outcome.PASSED, checked(page, issuer).detail) == (own, links)
    assert check_links((VERIFY_URL, address), issuer=issuer).detail == links


def test_foreign_address_fails_a_page_and_leaves_a_code_without_its_page_open(issuer: TrustedIssuer) -> None:
    long = "https://evil.example/" + "a" * 300
    page = checked(replace(printed(worded()), addresses=(long, VERIFY_URL)), issuer)
    code = check_links((VERIFY_URL, long), issuer=issuer)
    assert (page.outcome, page.reason) == (Outcome.FAILED, Reason.QR_LINK_FOREIGN)
    assert (code.outcome, code.reason) == (Outcome.UNKNOWN, Reason.QR_LINK_FOREIGN)
    assert page.detail == code.detail == {"links": [long[:200]]}


def test_no_address_is_foreign_where_the_trust_list_names_none(world: World) -> None:
    del world.issuer["verify_urls"]
    issuer = world.rules().trust.issuer(ISSUER)
    assert issuer is not None
    assert foreign_links(("https://evil.example/v",), issuer) == ()
    assert check_links(("https://evil.example/v",), issuer=issuer).outcome is Outcome.SKIPPED
