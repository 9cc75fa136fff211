"""A text as a QR code in a page: one black path on white, quiet zone included."""

from typing import Final

import qrcode

from credential_schemas.look.markup import Html, html

_QUIET: Final = 4  # modules, ISO/IEC 18004 section 6.3.8


def qr_picture(text: str, *, label: str) -> Html:
    """Return an `svg` that grows to the width of its place; error correction level M.

    Args:
        text: at most about 2,000 characters.
        label: what people who do not see it are told.
    """
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0)
    code.add_data(text)
    code.make(fit=True)
    rows = code.get_matrix()
    side = len(rows) + 2 * _QUIET
    path = "".join(
        f"M{x + _QUIET} {y + _QUIET}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
    )
    return html(
        '<svg class="qr" viewBox="0 0 {side} {side}" role="img" aria-label="{label}" shape-rendering="crispEdges">'
        '<path fill="#fff" d="M0 0h{side}v{side}H0z"/><path fill="#000" d="{path}"/></svg>',
        side=side,
        label=label,
        path=Html(path),
    )
