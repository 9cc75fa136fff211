"""Text of entries that means harm, or is only unusual: literally on the page, or refused with its field's name."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from credential_schemas.bodies import registered_bodies
from credential_schemas.catalogue_rows import rows
from credential_schemas.certificate_claims import CertificateClaims
from credential_schemas.errors import EntryTypeError
from credential_schemas.wording.compare import compare_print
from credential_schemas.wording.model import Language
from issuer.certificate.errors import GlyphMissingError, TextDoesNotFitError
from tests.issuer.certificate.claims import draw_words, make_claims, put_into_words, text_of_pages
from tests.issuer.certificate.pdf_structure import broken_rules

Put = Callable[[CertificateClaims, str], CertificateClaims]


def as_title(claims: CertificateClaims, text: str) -> CertificateClaims:
    return replace(claims, entries=(replace(claims.entries[0], title=text, title_en=None), *claims.entries[1:]))


def as_body(claims: CertificateClaims, text: str) -> CertificateClaims:
    return replace(claims, entries=(replace(claims.entries[0], issuing_body=text), *claims.entries[1:]))


def as_employer(claims: CertificateClaims, text: str) -> CertificateClaims:
    career = claims.entries[2]
    fields = {**career.fields, "employer_name": text}
    return replace(claims, entries=(*claims.entries[:2], replace(career, fields=fields)))


def as_name(claims: CertificateClaims, text: str) -> CertificateClaims:
    return replace(claims, holder=replace(claims.holder, name=text))


PLACES = [
    pytest.param(as_title, "qualifications[0].title", "entries[0].title", id="title"),
    pytest.param(as_body, "qualifications[0].issuing_body", "entries[0].cells[0]", id="body"),
    pytest.param(as_name, "holder.name", "holder.name", id="name"),
]
LITERAL = [
    '<img src="file:///etc/passwd" onerror="alert(1)"/>',
    "<b>굵게</b> <para> &lt;i&gt; &#x41; &amp;",
    "{{7*7}} ${jndi:ldap://x} %s %(name)s {0} \\n",
    ") Tj ET Q /JS (app.alert) endstream endobj",
    '=HYPERLINK("http://x") @SUM(1) +1 -1',
    "]]><!-- --><?xpacket end='w'?>",
    "' OR 1=1; --",
]
UNUSUAL = ["鬱林 漢字 金彌", "뷁꿰쀍 힣쫗", "é ḿ ñ ǆ Ⅳ ㈜ ① ℃ ㎡", "A" * 150, "가" * 90, "W-" * 60 + "W"]


@pytest.mark.parametrize("text", [*LITERAL, *UNUSUAL])
@pytest.mark.parametrize(("put", "_claim", "_place"), PLACES)
def test_markup_and_rare_characters_stand_literally_on_a_sound_page(
    put: Put, _claim: str, _place: str, text: str
) -> None:
    wording = put_into_words(put(make_claims(), text))
    pdf = draw_words(wording)
    assert compare_print(wording, text_of_pages(pdf)) == ()
    assert broken_rules(pdf) == {}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("이름\u0000", "control_character"),
        ("이름\u0007", "control_character"),
        ("이름\n둘째 줄", "control_character"),
        ("이름\u001b[31m", "control_character"),
        ("\u202e사람이 아님", "control_character"),
        ("\u2066가\u2069", "control_character"),
        ("가\u200b나", "control_character"),
        ("가\u2028나", "control_character"),
        ("가\u3164나", "control_character"),
        ("👩\u200d🔧 기사", "control_character"),
        ("가" * 10_000, "too_long"),
        ("\u1112\u1161\u11ab글", "not_nfc"),
        ("e\u0301tude", "not_nfc"),
        ("\uf900", "not_nfc"),
    ],
)
@pytest.mark.parametrize(("put", "claim", "_place"), PLACES)
def test_text_that_cannot_be_signed_is_refused_with_the_name_of_its_claim(
    put: Put, claim: str, _place: str, text: str, kind: str
) -> None:
    with pytest.raises(EntryTypeError) as caught:
        put_into_words(put(make_claims(), text))
    assert (caught.value.field, caught.value.kind) == (claim, kind)
    assert text not in str(caught.value)


@pytest.mark.parametrize("text", ["기사 😀", "🇰🇷", "𠮷野", "龘", "\ua960"])
@pytest.mark.parametrize(("put", "_claim", "place"), PLACES)
def test_a_character_without_a_glyph_is_refused_with_the_name_of_its_place(
    put: Put, _claim: str, place: str, text: str
) -> None:
    wording = put_into_words(put(make_claims(), text))
    with pytest.raises(GlyphMissingError) as caught:
        draw_words(wording)
    assert caught.value.details["where"] == place


@pytest.mark.parametrize(("put", "_claim", "place"), PLACES)
def test_the_longest_text_that_may_be_signed_is_refused_where_it_does_not_fit(
    put: Put, _claim: str, place: str
) -> None:
    wording = put_into_words(put(make_claims(), "가나다라마 " * 166))
    with pytest.raises(TextDoesNotFitError) as caught:
        draw_words(wording)
    assert caught.value.details["where"] == place
    assert "가나다라마" not in str(caught.value)


def test_a_long_employer_in_the_details_stays_literal() -> None:
    wording = put_into_words(as_employer(make_claims(), "(가상)<b>한길</b> 정비 " * 50 + "끝"))
    assert compare_print(wording, text_of_pages(draw_words(wording))) == ()


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_longest_institution_names_of_the_catalogue_are_drawn_exactly(language: Language) -> None:
    registered = [names.in_language(language) for names in registered_bodies().values()]
    listed = [row["name_ko"] for row in rows("institutions.csv")]
    english = [row["name_en"] or "" for row in rows("institutions.csv")]
    for name in (max(registered, key=len), *sorted(listed, key=len)[-3:], *sorted(english, key=len)[-3:]):
        wording = put_into_words(as_body(make_claims(), name), language)
        assert compare_print(wording, text_of_pages(draw_words(wording))) == ()


def test_the_longest_item_and_unit_names_of_the_catalogue_are_drawn_exactly() -> None:
    names = [row["name_ko"] for file in ("qualification_items.csv", "ncs_units.csv") for row in rows(file)]
    for name in sorted(names, key=len)[-4:]:
        wording = put_into_words(as_title(make_claims(), name))
        assert compare_print(wording, text_of_pages(draw_words(wording))) == ()
