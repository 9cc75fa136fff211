"""The page as it is seen: A4, everything inside its frame, nothing over anything else, codes on the last page alone."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import islice

import pypdfium2
import pytest

from credential_schemas.wording.model import CertificateWording, Language
from issuer.certificate.drawing import draw_certificate
from issuer.certificate.style import INNER_BORDER, PAGE_HEIGHT, PAGE_WIDTH
from tests.issuer.certificate.claims import make_claims, put_into_words
from tests.issuer.certificate.editions import longest_names
from tests.issuer.certificate.samples import make_request, make_wording
from tests.issuer.certificate.test_hostile_text import LITERAL, UNUSUAL, as_body, as_title
from tests.qr_reading import qr_codes_of

TOUCH = 0.5  # points by which neighbouring glyphs of one word may reach into each other
CROWDED = "가나다ABC 鬱林 뷁꿰쀍 W-W " * 6


@dataclass(frozen=True)
class Ink:
    """Where a character stands, in points from the lower left corner."""

    character: str
    left: float
    bottom: float
    right: float
    top: float

    def covers(self, other: "Ink") -> bool:
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.top, other.top) - max(self.bottom, other.bottom)
        return across > TOUCH and down > TOUCH


def drawn_inks(wording: CertificateWording, *, codes: int = 1) -> list[list[Ink]]:
    """Every visible character of each page; the mark, which lies under the text, is left out."""
    pdf = draw_certificate(make_request(replace(wording, specimen=None), codes=codes))
    return [list(inks_of(page)) for page in pypdfium2.PdfDocument(BytesIO(pdf))]


def inks_of(page: pypdfium2.PdfPage) -> Iterator[Ink]:
    text = page.get_textpage()
    for at in range(text.count_chars()):
        character = text.get_text_range(at, 1)
        if character.strip():
            yield Ink(character, *text.get_charbox(at))


def overlaps(page: list[Ink]) -> Iterator[tuple[Ink, Ink]]:
    """Pairs of characters that stand over each other, found by going up the page."""
    upwards = sorted(page, key=lambda ink: ink.bottom)
    for at, ink in enumerate(upwards, start=1):
        for other in islice(upwards, at, None):
            if other.bottom >= ink.top:
                break
            if ink.covers(other):
                yield ink, other


def crowded(language: Language) -> CertificateWording:
    """A page with as much text as its places take."""
    claims = make_claims()
    entries = tuple(replace(entry, title=CROWDED.strip(), issuing_body=CROWDED.strip()) for entry in claims.entries)
    holder = replace(claims.holder, name="가나다 " * 12 + "라", name_en="ABCDEFGH " * 6 + "I")
    return put_into_words(replace(claims, entries=entries, holder=holder, recipient=CROWDED.strip()), language)


WORDINGS = [
    *(pytest.param(make_wording(lang, entries=10), 1, id=f"{lang}-10") for lang in ("ko", "en")),
    *(pytest.param(make_wording(lang, entries=60), 4, id=f"{lang}-60") for lang in ("ko", "en")),
    *(pytest.param(longest_names(lang), 1, id=f"{lang}-longest") for lang in ("ko", "en")),
    *(pytest.param(crowded(lang), 2, id=f"{lang}-crowded") for lang in ("ko", "en")),
    *(
        pytest.param(put_into_words(as_body(as_title(make_claims(), text), text)), 1, id=f"hostile-{at}")
        for at, text in enumerate((*LITERAL, *UNUSUAL))
    ),
]


@pytest.mark.parametrize(("wording", "codes"), WORDINGS)
def test_no_character_stands_outside_the_frame(wording: CertificateWording, codes: int) -> None:
    outside = [
        ink
        for page in drawn_inks(wording, codes=codes)
        for ink in page
        if ink.left < INNER_BORDER
        or ink.bottom < INNER_BORDER
        or ink.right > PAGE_WIDTH - INNER_BORDER
        or ink.top > PAGE_HEIGHT - INNER_BORDER
    ]
    assert outside == []


@pytest.mark.parametrize(("wording", "codes"), WORDINGS)
def test_no_character_stands_over_another(wording: CertificateWording, codes: int) -> None:
    pages = drawn_inks(wording, codes=codes)
    assert sum(map(len, pages)) > 200
    assert [pair for page in pages for pair in overlaps(page)] == []


def test_characters_at_one_place_are_seen() -> None:
    first, over, beside, above = (
        Ink("가", 0, 0, 8, 8), Ink("나", 7, 7, 15, 15), Ink("다", 7.8, 0, 15, 6), Ink("라", 0, 20, 8, 28)
    )  # fmt: skip
    assert list(overlaps([above, over, first, beside])) == [(first, over)]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_page_is_a4(language: Language) -> None:
    document = pypdfium2.PdfDocument(draw_certificate(make_request(make_wording(language, entries=60), codes=4)))
    assert [[round(side * 25.4 / 72, 2) for side in page.get_size()] for page in document] == [[210, 297]] * len(
        document
    )


def test_the_codes_stand_on_the_last_page_alone() -> None:
    request = make_request(make_wording("ko", entries=60), codes=4)
    document = pypdfium2.PdfDocument(draw_certificate(request))
    found = [qr_codes_of(page.render(scale=200 / 72, grayscale=True).to_pil()) for page in document]
    assert [len(codes) for codes in found] == [0] * (len(document) - 1) + [4]
    assert {code.text for code in found[-1]} == set(request.qr_texts)
