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


BRAND_MARK: Final = (
    '<svg viewBox="0 0 34 34" aria-hidden="true"><path d="M3 2h20l8 8v22H3z" fill="#10264f"/>'
    '<path d="M23 2l8 8h-8z" fill="#6f93d6"/><path d="M9 27v-6M15 27V17M21 27v-9" stroke="#fff" stroke-width="3.2"/>'
    '<path d="M8 12.500l3.200 3 5.800-6.500" stroke="#ffd75e" stroke-width="2.600" fill="none"/></svg>'
)
"""The mark beside the name, as markup; a drawing of our own, not the mark of any authority."""

_DARK: Final = "@media (prefers-color-scheme: dark) {"


def tokens_of_theme(*, dark: bool) -> bytes:
    """Return the tokens for whoever chose light or dark, whatever the system says; `tokens.css` follows the system."""
    before, _, after = read_look("tokens.css").decode("utf-8").partition(_DARK)
    return (before + (after.rstrip().removesuffix("}") if dark else "")).encode()
