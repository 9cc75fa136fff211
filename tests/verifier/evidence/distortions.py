"""What happens to a page between the printer and the verifier: scanners, copiers, cameras, folds, stamps and coffee.

Every distortion takes a grey or coloured page and gives the bytes of a picture file. Chance is seeded: the same
page gives the same bytes. Lengths are pixels of the page as it was rendered, unless they say millimetres.
"""

import io
import random
from collections.abc import Callable, Mapping
from functools import partial

from PIL import Image, ImageChops, ImageDraw, ImageFilter

Distortion = Callable[[Image.Image], bytes]
Box = tuple[float, float, float, float]
_DESK = 96  # grey of what lies beside the page
_INK_RED, _COFFEE = (196, 38, 46), (176, 128, 84)


def png(page: Image.Image) -> bytes:
    """Save without loss."""
    return _saved(page, "PNG", compress_level=0)


def jpeg(page: Image.Image, *, quality: int) -> bytes:
    """Save as a scanner or camera does."""
    return _saved(page, "JPEG", quality=quality)


def blurred(page: Image.Image, *, radius: float) -> Image.Image:
    """Put it out of focus; the radius is the standard deviation of the blur."""
    return page.filter(ImageFilter.GaussianBlur(radius))


def rotated(page: Image.Image, *, degrees: float, beside: int = 255) -> Image.Image:
    """Lay it askew."""
    return page.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=beside)


def tilted(page: Image.Image, *, share: float, beside: int = 255) -> Image.Image:
    """Look at it from below: the upper edge loses this share of its length, and distances shrink towards it."""
    width, height = page.size
    scale = 1 / (1 - share)
    vanish = (scale - 1) / height
    rows = (scale, vanish * width / 2, width / 2 * (1 - scale), 0.0, scale, 0.0, 0.0, vanish)
    how = Image.Transform.PERSPECTIVE
    return page.transform(page.size, how, rows, Image.Resampling.BICUBIC, fillcolor=beside)


def faded(page: Image.Image) -> Image.Image:
    """Print with an empty cartridge on grey paper: black becomes 120, white 190."""
    return page.point([120 + value * 70 // 255 for value in range(256)])


def noisy(page: Image.Image, *, seed: int, amount: int) -> Image.Image:
    """Add noise to each pixel, at most `amount` grey levels up or down, small ones oftener."""
    source = random.Random(seed)
    one, other = (Image.frombytes("L", page.size, source.randbytes(page.width * page.height)) for _ in range(2))
    around = Image.blend(one, other, 0.5).point([round((value - 128) * amount / 128) + 128 for value in range(256)])
    return ImageChops.add(page, around, 1, -128)


def shaded(page: Image.Image, *, darkest: int) -> Image.Image:
    """Let the light fall from one side: the far edge gets `darkest` of 255."""
    light = (
        Image.linear_gradient("L")
        .resize(page.size)
        .point([255 - value * (255 - darkest) // 255 for value in range(256)])
    )
    return ImageChops.multiply(page, light)


def photocopied(page: Image.Image, *, seed: int) -> Image.Image:
    """Copy it: soft, then nothing but black and white, with specks."""
    soft = noisy(blurred(page, radius=0.8), seed=seed, amount=40)
    return soft.point([255 if value > 140 else 0 for value in range(256)])


def photographed(page: Image.Image, *, seed: int, blur: float) -> bytes:
    """Photograph it on a desk: askew, from below, in uneven light, with the noise and compression of a telephone."""
    seen = rotated(tilted(page, share=0.04, beside=_DESK), degrees=2.5, beside=_DESK)
    return jpeg(noisy(shaded(blurred(seen, radius=blur), darkest=130), seed=seed, amount=24), quality=75)


def _then_png(change: Callable[..., Image.Image], **how: float) -> Distortion:
    return lambda page: png(change(page, **how))


DISTORTIONS: Mapping[str, Distortion] = {
    "JPEG 90": partial(jpeg, quality=90),
    "JPEG 70": partial(jpeg, quality=70),
    "JPEG 50": partial(jpeg, quality=50),
    "blur of 1 pixel": _then_png(blurred, radius=1),
    "blur of 1.5 pixels": _then_png(blurred, radius=1.5),
    "blur of 2 pixels": _then_png(blurred, radius=2),
    "rotation by 3 degrees": _then_png(rotated, degrees=3),
    "rotation by 10 degrees": _then_png(rotated, degrees=-10),
    "perspective of 5 %": _then_png(tilted, share=0.05),
    "perspective of 12 %": _then_png(tilted, share=0.12),
    "low contrast": _then_png(faded),
    "noise": _then_png(noisy, seed=11, amount=90),
    "photocopy": _then_png(photocopied, seed=12),
    "telephone photo": partial(photographed, seed=13, blur=0.5),
    "telephone photo out of focus": partial(photographed, seed=14, blur=1.2),
}


def creased(page: Image.Image, code: Box, *, millimetre: float) -> Image.Image:
    """Fold it across the code: the ink is gone along 0.5 mm, with a shadow of 0.4 mm beside it."""
    left, top, right, bottom = code
    damaged = page.convert("RGB")
    draw = ImageDraw.Draw(damaged)
    reach, shift = (right - left) * 0.1, 0.6 * millimetre
    start, end = (left - reach, top + (bottom - top) * 0.32), (right + reach, top + (bottom - top) * 0.68)
    below = [(x, y + shift) for x, y in (start, end)]
    draw.line(below, fill=(150, 150, 150), width=round(0.4 * millimetre))
    draw.line([start, end], fill=(250, 250, 250), width=round(0.5 * millimetre))
    return damaged


def stamped(page: Image.Image, code: Box, *, millimetre: float) -> Image.Image:
    """Stamp a red seal of 13 mm, as the ones on Korean documents, over the lower right corner of the code."""
    x, y = code[2], code[3]
    damaged = page.convert("RGB")
    draw = ImageDraw.Draw(damaged)
    for radius, width in ((6.5, 0.7), (4.9, 0.35)):
        reach = radius * millimetre
        draw.ellipse((x - reach, y - reach, x + reach, y + reach), outline=_INK_RED, width=round(width * millimetre))
    strokes = ((-3, -3, 3, -3), (-3, 0, 3, 0), (-3, 3, 3, 3), (-2, -3, -2, 3), (2, -3, 2, 3), (0, -4, 0, 0))
    for x0, y0, x1, y1 in strokes:
        ends = [(x + x0 * millimetre, y + y0 * millimetre), (x + x1 * millimetre, y + y1 * millimetre)]
        draw.line(ends, fill=_INK_RED, width=round(0.6 * millimetre))
    return damaged


def stained(page: Image.Image, code: Box, *, millimetre: float) -> Image.Image:
    """Put a cup on it: a brown ring of 34 mm with a dark rim, and a paler pool inside, over the middle of the code."""
    x, y = (code[0] + code[2]) / 2, (code[1] + code[3]) / 2
    stain = Image.new("RGB", page.size, "white")
    draw = ImageDraw.Draw(stain)
    rims = ((17.0, _COFFEE), (15.4, (228, 206, 180)), (9.0, (240, 226, 206)))
    for radius, colour in rims:
        reach = radius * millimetre
        draw.ellipse((x - reach, y - reach * 0.94, x + reach, y + reach * 0.94), fill=colour)
    draw.ellipse([centre + way * 1.6 * millimetre for way in (-1, 1) for centre in (x, y)], fill=(70, 44, 28))
    return ImageChops.multiply(page.convert("RGB"), stain.filter(ImageFilter.GaussianBlur(0.2 * millimetre)))


def _saved(page: Image.Image, form: str, **options: int) -> bytes:
    output = io.BytesIO()
    page.save(output, form, **options)
    return output.getvalue()
