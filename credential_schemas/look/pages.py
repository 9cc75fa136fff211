"""The shared look of pages as data files: colours and sizes, components, icons, and the rosette of the verdict band."""

from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

MEDIA_TYPES: Final = MappingProxyType(
    {
        "tokens.css": "text/css; charset=utf-8",
        "look.css": "text/css; charset=utf-8",
        "guilloche.svg": "image/svg+xml",
    }
)
"""The files that pages load by their address, with their media types; `look.css` finds the rosette beside itself."""


def read_look(name: str) -> bytes:
    """Return one of the files of `MEDIA_TYPES`."""
    return files(__package__).joinpath(name).read_bytes()


@cache
def icon_sprite() -> str:
    """Return the icons as one hidden SVG of symbols, to stand inside of a page; `<use href="#i-ok">` shows one."""
    return files(__package__).joinpath("icons.svg").read_text("utf-8")
