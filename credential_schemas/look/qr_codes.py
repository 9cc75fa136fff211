"""QR codes on screens: in a page one black path on white, in a terminal two modules in each character.

Colours are set explicitly, so a code is dark on light in every theme. Those on certificates are drawn elsewhere.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import qrcode

from credential_schemas.look.markup import Html, html

_QUIET: Final = 4  # modules, ISO/IEC 18004 section 6.3.8
_DARK_ON_LIGHT: Final = "\x1b[38;5;16;48;5;231m"
_RESET: Final = "\x1b[0m"
_HALVES: Final = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}


def qr_picture(text: str, *, label: str) -> Html:
    """Return an `svg` that grows to the width of its place; error correction level M, quiet zone included.

    Args:
        text: at most about 2,000 characters.
        label: what people who do not see it are told.
    """
    rows = _rows(text)
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return html(
        '<svg class="qr" viewBox="0 0 {side} {side}" role="img" aria-label="{label}" shape-rendering="crispEdges">'
        '<path fill="#fff" d="M0 0h{side}v{side}H0z"/><path fill="#000" d="{path}"/></svg>',
        side=len(rows),
        label=label,
        path=path,
    )


def qr_lines(text: str) -> Iterator[str]:
    """Yield the lines of a code for a terminal; error correction level M, quiet zone included."""
    return lines_of_modules(_rows(text))


def lines_of_modules(rows: Sequence[Sequence[bool]]) -> Iterator[str]:
    """Yield the lines of a terminal for the modules of a code, True for dark; as wide as the code, half as many."""
    light = [False] * len(rows[0])
    for at in range(0, len(rows), 2):
        lower = rows[at + 1] if at + 1 < len(rows) else light
        halves = "".join(_HALVES[pair] for pair in zip(rows[at], lower, strict=True))
        yield f"{_DARK_ON_LIGHT}{halves}{_RESET}"


def _rows(text: str) -> list[list[bool]]:
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=_QUIET)
    code.add_data(text)
    code.make()
    return [[bool(module) for module in row] for row in code.get_matrix()]
