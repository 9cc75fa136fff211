"""In the child process: find QR codes in pictures with a few preparations each, and join what they say."""

import time
from collections.abc import Callable, Iterable, Iterator

import zxingcpp
from PIL import Image, ImageChops, ImageFilter, ImageOps

from verifier.evidence.codes import CodeSet
from verifier.evidence.limits import CODE_READING_S

_Prepare = Callable[[Image.Image], Image.Image]
_LOCAL, _GLOBAL = zxingcpp.Binarizer.LocalAverage, zxingcpp.Binarizer.GlobalHistogram
_QR_CODES = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
_ENLARGE_BELOW, _SHRINK_ABOVE = 5_000_000, 3_000_000  # pixels
_CLOSER_LOOKS = 4  # codes that were found and not read, the largest first
_CLOSER_MARGIN, _CLOSER_SCALE = 0.1, 4
_CLOSER_SIDES = range(100, 500)  # pixels: smaller ones are no whole code of ours, larger ones need no enlarging

_Box = tuple[int, int, int, int]


def codes_of_pictures(pictures: Iterable[Image.Image]) -> CodeSet:
    """Return the codes found in some pictures, read in order until one whole certificate is there or time is up."""
    deadline = time.process_time() + CODE_READING_S
    codes = CodeSet()
    for picture in pictures:
        for texts in _tries(picture):
            for text in texts:
                codes.add(text)
            if codes.complete or time.process_time() > deadline:
                return codes
    return codes


def _tries(picture: Image.Image) -> Iterator[list[str]]:
    """Yield the texts of one preparation after the other, the likeliest first; each is made when it is asked for."""
    for binarizer in (_LOCAL, _GLOBAL):
        yield _read(picture, binarizer)
    yield from _closer_looks(picture, _unread(picture))
    pixels = picture.width * picture.height
    for prepare in _preparations(pixels):
        prepared = prepare(picture)
        for binarizer in (_LOCAL, _GLOBAL):
            yield _read(prepared, binarizer)
    if pixels <= _ENLARGE_BELOW:
        sharper = _deblurred(picture, scale=2, steps=3, percent=200)
        yield _read(sharper, _LOCAL)
        yield from _closer_looks(picture, _unread(sharper, scale=2))


def _closer_looks(picture: Image.Image, boxes: list[_Box]) -> Iterator[list[str]]:
    for box in boxes:
        part = picture.crop(box)
        yield _read(_closer(part), _LOCAL)
        yield _read(_deblurred(part, scale=_CLOSER_SCALE, steps=5, percent=150), _LOCAL)


def _preparations(pixels: int) -> Iterator[_Prepare]:
    yield ImageOps.autocontrast
    if pixels <= _ENLARGE_BELOW:
        yield lambda picture: ImageOps.scale(picture, 2, Image.Resampling.BICUBIC)
    if pixels > _SHRINK_ABOVE:
        yield lambda picture: ImageOps.scale(picture, 0.5, Image.Resampling.BOX)
    yield lambda picture: picture.filter(ImageFilter.UnsharpMask(radius=3, percent=200, threshold=0))
    yield _without_specks
    if pixels <= _ENLARGE_BELOW:
        yield lambda picture: ImageOps.scale(picture.filter(ImageFilter.GaussianBlur(1)), 1.5, Image.Resampling.BICUBIC)


def _without_specks(picture: Image.Image) -> Image.Image:
    """Take the median of three along the rows, then along the columns: nearly one over nine, and faster."""
    for x, y in ((1, 0), (0, 1)):
        before, after = ImageChops.offset(picture, x, y), ImageChops.offset(picture, -x, -y)
        low, high = ImageChops.darker(before, after), ImageChops.lighter(before, after)
        picture = ImageChops.lighter(low, ImageChops.darker(high, picture))
    return picture


def _unread(picture: Image.Image, *, scale: int = 1) -> list[_Box]:
    """Return where codes were found whose modules could not be told apart, with a margin, the largest first.

    `scale` says how much the picture was enlarged; the places are those before that.
    """
    found = zxingcpp.read_barcodes(picture, formats=_QR_CODES, binarizer=_LOCAL, return_errors=True)
    boxes = [_around(code.position, scale) for code in found if not code.valid]
    fitting = [box for box in boxes if min(_sides(box)) in _CLOSER_SIDES and max(_sides(box)) in _CLOSER_SIDES]
    return sorted(fitting, key=lambda box: -max(_sides(box)))[:_CLOSER_LOOKS]


def _around(position: zxingcpp.Position, scale: int) -> _Box:
    corners = (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    xs, ys = [corner.x // scale for corner in corners], [corner.y // scale for corner in corners]
    margin = round(_CLOSER_MARGIN * (max(xs) - min(xs)))
    return min(xs) - margin, min(ys) - margin, max(xs) + margin, max(ys) + margin


def _sides(box: _Box) -> tuple[int, int]:
    return box[2] - box[0], box[3] - box[1]


def _closer(part: Image.Image) -> Image.Image:
    """Enlarge a small code and sharpen by about two of its pixels, which tells modules of 2 to 3 pixels apart."""
    enlarged = ImageOps.scale(part, _CLOSER_SCALE, Image.Resampling.BILINEAR)
    return enlarged.filter(ImageFilter.UnsharpMask(radius=6, percent=600, threshold=0))


def _deblurred(picture: Image.Image, *, scale: int, steps: int, percent: int) -> Image.Image:
    """Enlarge, and undo a blur of about 1.5 pixels step by step: one strong step drowns modules in their neighbours."""
    sharper = picture
    for _ in range(steps):
        sharper = sharper.filter(ImageFilter.UnsharpMask(radius=1.5, percent=percent, threshold=0))
    return ImageOps.scale(sharper, scale, Image.Resampling.BILINEAR)


def _read(picture: Image.Image, binarizer: zxingcpp.Binarizer) -> list[str]:
    found = zxingcpp.read_barcodes(picture, formats=_QR_CODES, binarizer=binarizer)
    return [code.text for code in found if code.valid]
