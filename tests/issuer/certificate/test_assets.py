"""Fonts and colour profile are the published ones."""

import pytest

from issuer.certificate.assets import read_asset
from issuer.certificate.errors import AssetDamagedError
from issuer.certificate.finishing import PROFILE_SHA256
from issuer.certificate.fonts import SHA256, Weight, font, require_glyphs


def test_asset_with_another_digest_is_refused() -> None:
    with pytest.raises(AssetDamagedError, match=r"srgb\.icc"):
        read_asset("srgb.icc", sha256="0" * 64)


@pytest.mark.parametrize("weight", list(Weight))
def test_font_file_is_the_published_one(weight: Weight) -> None:
    assert len(read_asset(f"fonts/{weight}.ttf", sha256=SHA256[weight])) > 5_000_000


def test_colour_profile_has_a_frozen_time() -> None:
    assert read_asset("srgb.icc", sha256=PROFILE_SHA256)[24:36].hex() == "07ea00010001000000000000"


def test_licence_lies_beside_the_fonts() -> None:
    licence = read_asset("fonts/LICENSE.txt", sha256="d31ddd9f2bed32fd7e302a205cf2380ba0de6529152d239ef99cfb6f261bfc04")
    assert b"SIL OPEN FONT LICENSE" in licence


def test_every_hangul_syllable_has_a_glyph() -> None:
    require_glyphs("all", "".join(map(chr, range(0xAC00, 0xD7A4))))


def test_a_font_is_loaded_once() -> None:
    assert font(Weight.BOLD) is font(Weight.BOLD)
