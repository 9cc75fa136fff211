"""Pictures and films of codes: a film is one frame of YUV4MPEG2, which Chromium's fake camera shows for ever."""

from pathlib import Path

import qrcode
from PIL import Image

WIDTH, HEIGHT = 1280, 960
MARGIN = 40


def picture_of(text: str) -> Image.Image:
    """Return a grey picture with the code of a text in its middle; an empty page for an empty text."""
    page = Image.new("L", (WIDTH, HEIGHT), 235)
    if text:
        code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=4, box_size=1)
        code.add_data(text)
        code.make()
        modules = code.make_image().get_image().convert("L")
        side = modules.width * ((HEIGHT - MARGIN) // modules.width)
        page.paste(modules.resize((side, side), Image.Resampling.NEAREST), ((WIDTH - side) // 2, (HEIGHT - side) // 2))
    return page


def film_of(text: str, path: Path) -> Path:
    """Write a picture (`.png`) or a film (`.y4m`) of a code."""
    page = picture_of(text)
    if path.suffix == ".png":
        page.save(path)
        return path
    colours = bytes([128]) * (WIDTH * HEIGHT // 2)
    head = f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode()
    path.write_bytes(head + b"FRAME\n" + page.tobytes() + colours)
    return path
