"""A text as a QR code: in a page one black path on white, in a terminal two modules in each character.

Error correction level M, quiet zone included.
"""

from typing import Final

import qrcode

from credential_schemas.look.markup import Html, html

_QUIET: Final = 4  # modules, ISO/IEC 18004 section 6.3.8
_DARK_ON_LIGHT: Final = "\x1b[38;5;16;48;5;231m"
_RESET: Final = "\x1b[0m"
_HALVES: Final = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}


def qr_picture(text: str, *, label: str) -> Html:
    """Return an `svg` that grows to the width of its place.

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
        path=Html(path),
    )


def qr_lines(text: str) -> list[str]:
    """Return the lines of a code for a terminal, dark on light in every theme."""
    rows = _rows(text)
    pairs = zip(rows[::2], [*rows[1::2], *([[False] * len(rows)] * (len(rows) % 2))], strict=True)
    lines = ("".join(_HALVES[pair] for pair in zip(upper, lower, strict=True)) for upper, lower in pairs)
    return [f"{_DARK_ON_LIGHT}{line}{_RESET}" for line in lines]


def _rows(text: str) -> list[list[bool]]:
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=_QUIET)
    code.add_data(text)
    code.make(fit=True)
    return [[bool(module) for module in row] for row in code.get_matrix()]
