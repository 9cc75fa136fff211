"""Reads QR codes of a picture, and no other kind: what looks like a bar code by chance is none."""

from collections.abc import Sequence
from typing import Any

import zxingcpp

QR_CODES = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


def qr_codes_of(picture: Any) -> Sequence[zxingcpp.Barcode]:  # noqa: ANN401 - a picture of any library
    """Return the QR codes of a picture."""
    return list(zxingcpp.read_barcodes(picture, formats=QR_CODES))
