"""Codes on screens can be read again, from the path of a page and from the lines of a terminal."""

import re

import pytest
from PIL import Image

from credential_schemas.look.qr_codes import lines_of_modules, qr_lines, qr_picture
from tests.qr_reading import qr_codes_of

TEXT = "openid4vp://?client_id=x509_hash%3AabcDEF&request_uri=https%3A%2F%2Fverify.example%2Frequest%2F1"
UPPER, LOWER = "▀█", "▄█"


def read(dark: set[tuple[int, int]], side: int) -> str:
    picture = Image.new("L", (side * 4, side * 4), 255)
    for x, y in dark:
        picture.paste(0, (x * 4, y * 4, x * 4 + 4, y * 4 + 4))
    (found,) = qr_codes_of(picture)
    assert found.ec_level == "M"
    return found.text


def dark_of(lines: list[str]) -> set[tuple[int, int]]:
    dark = set()
    for at, line in enumerate(lines):
        for x, half in enumerate(re.sub(r"\x1b\[[0-9;]*m", "", line)):
            dark |= {(x, 2 * at)} if half in UPPER else set()
            dark |= {(x, 2 * at + 1)} if half in LOWER else set()
    return dark


def halves(rows: list[list[bool]]) -> list[str]:
    return [line.removeprefix("\x1b[38;5;16;48;5;231m").removesuffix("\x1b[0m") for line in lines_of_modules(rows)]


@pytest.mark.parametrize("text", [TEXT, "1"])
def test_the_path_of_a_page_is_the_code_with_its_quiet_zone(text: str) -> None:
    drawn = str(qr_picture(text, label="code"))
    found = re.search(r'viewBox="0 0 (\d+) ', drawn)
    assert found is not None
    side = int(found[1])
    assert re.search('d="(M[0-9]+ [0-9]+h1v1h-1z)+"', drawn)
    dark = {(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", drawn)}
    assert {min(place) for place in zip(*dark, strict=True)} == {4}
    assert read(dark, side) == text


def test_the_label_of_a_picture_is_a_text_and_no_markup() -> None:
    assert 'aria-label="&lt;b&gt; &amp; &quot;"' in str(qr_picture("1", label='<b> & "'))


@pytest.mark.parametrize("text", [TEXT, "1"])
def test_the_lines_of_a_terminal_are_the_code_dark_on_light(text: str) -> None:
    lines = list(qr_lines(text))
    assert all(line.startswith("\x1b[38;5;16;48;5;231m") and line.endswith("\x1b[0m") for line in lines)
    assert read(dark_of(lines), 2 * len(lines)) == text


def test_an_even_number_of_rows_needs_no_row_more() -> None:
    rows = [[True, False, True, False], [True, False, False, True]]
    assert halves(rows) == ["█ ▀▄"]
    assert halves([*rows, *rows]) == ["█ ▀▄", "█ ▀▄"]


def test_below_an_odd_number_of_rows_stands_a_light_one() -> None:
    assert halves([[True, False]]) == ["▀ "]
    assert halves([[False, False], [True, False], [True, False]]) == ["▄ ", "▀ "]
