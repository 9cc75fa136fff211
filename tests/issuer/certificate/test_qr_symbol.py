"""The codes on the page can be read, printed straight or crooked."""

from collections.abc import Callable
from io import BytesIO

import pypdfium2
import pytest
from PIL import Image

from issuer.certificate.errors import CodeDoesNotFitError
from issuer.certificate.qr_symbol import encode_symbol, modules_of
from tests.issuer.certificate.samples import Plan, make_request, make_wording
from tests.qr_reading import qr_codes_of


def rendered(pdf: bytes, dpi: int) -> Image.Image:
    document = pypdfium2.PdfDocument(pdf)
    picture: Image.Image = document[len(document) - 1].render(scale=dpi / 72, grayscale=True).to_pil()
    return picture


def decoded(picture: Image.Image) -> list[str]:
    return sorted(code.text for code in qr_codes_of(picture))


def photographed(picture: Image.Image) -> Image.Image:
    buffer = BytesIO()
    picture.rotate(3, resample=Image.Resampling.BICUBIC, expand=True, fillcolor=255).save(buffer, "JPEG", quality=70)
    return Image.open(buffer)


@pytest.mark.parametrize("dpi", [200, 300])
@pytest.mark.parametrize("codes", [1, 2, 4])
def test_every_code_of_the_page_is_read(draw: Callable[..., bytes], dpi: int, codes: int) -> None:
    expected = make_request(make_wording("ko", entries=3), codes=codes).qr_texts
    assert decoded(rendered(draw("ko", entries=3, codes=codes), dpi)) == sorted(expected)


@pytest.mark.parametrize("dpi", [200, 300])
def test_code_is_read_from_a_skewed_jpeg(draw: Callable[..., bytes], dpi: int) -> None:
    expected = make_request(make_wording("ko", entries=3)).qr_texts
    assert decoded(photographed(rendered(draw("ko", entries=3), dpi))) == sorted(expected)


def test_symbol_has_the_planned_size_even_for_a_short_text() -> None:
    symbol = encode_symbol("12345", plan=Plan(22, "M"))
    assert (symbol.modules, len(symbol.stencil)) == (105, 105 * 14)


def test_symbol_begins_with_the_finder_pattern_in_dark_bits() -> None:
    assert encode_symbol("12345", plan=Plan(1, "L")).stencil[0] >> 1 == 0


@pytest.mark.parametrize("level", ["L", "M", "Q", "H"])
def test_symbol_has_the_planned_level(level: str) -> None:
    symbol = encode_symbol("HTTPS://A.EXAMPLE/V#1", plan=Plan(6, level))
    picture = Image.frombytes("1", (symbol.modules, symbol.modules), symbol.stencil).convert("L")
    picture = picture.resize((symbol.modules * 4, symbol.modules * 4), Image.Resampling.NEAREST)
    paper = Image.new("L", (symbol.modules * 4 + 40, symbol.modules * 4 + 40), 255)
    paper.paste(picture, (20, 20))
    (code,) = qr_codes_of(paper)
    assert code.ec_level == level


def test_text_too_long_for_any_symbol_is_refused() -> None:
    with pytest.raises(CodeDoesNotFitError, match="does not fit version 40"):
        encode_symbol("1" * 8000, plan=Plan(40, "L"))


def test_sides_of_the_smallest_and_largest_symbol() -> None:
    assert (modules_of(1), modules_of(40)) == (21, 177)
