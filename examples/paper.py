"""A certificate on paper: the page as a picture, as an office scanner with a crooked sheet delivers it."""

from pathlib import Path

import pypdfium2
from PIL import Image


def photograph(pdf: Path, picture: Path, *, dots_per_inch: int, skew_degrees: float, jpeg_quality: int) -> None:
    """Render the last page of a PDF, turn it by some degrees on a grey desk, and save it as JPEG."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        page = document[len(document) - 1]
        sheet = page.render(scale=dots_per_inch / 72).to_pil().convert("RGB")
    finally:
        document.close()
    turned = sheet.rotate(skew_degrees, resample=Image.Resampling.BICUBIC, expand=True, fillcolor=(196, 198, 200))
    turned.save(picture, "JPEG", quality=jpeg_quality)
