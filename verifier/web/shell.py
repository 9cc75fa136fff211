"""The frame of every page: masthead, way to the other language, icons, and what stands below.

Every text that is not ours passes `text()`; markup is only ever written by us.
"""

from collections.abc import Sequence
from html import escape
from typing import Final

from credential_schemas.look.pages import BRAND_MARK, icon_sprite
from credential_schemas.report.messages import Language
from keys.values import dataclass
from verifier.rendering.plain_text import harmless
from verifier.web.words import page_word

LOOK: Final = ("/look/tokens.css", "/look/look.css")
"""The style sheets of every page, in their order."""


@dataclass(frozen=True, slots=True)
class Shell:
    """What one page needs around its content.

    Args:
        language: of the page.
        title: of the window, without markup.
        path: of this page in Korean, such as "/"; the English one stands below "/en".
        styles: addresses of its own style sheets, after `look`.
        look: addresses of the shared ones; none where its own has them in it.
        scripts: addresses of its modules.
        data: attributes of the body that its scripts read, as (name without "data-", value).
        foot: the word at its foot.
        referrer: what browsers tell our own pages of where they come from; others are never told.
    """

    language: Language
    title: str
    path: str
    styles: Sequence[str] = ()
    look: Sequence[str] = LOOK
    scripts: Sequence[str] = ()
    data: Sequence[tuple[str, str]] = ()
    foot: str = "foot"
    referrer: str = "no-referrer"


def text(value: str) -> str:
    """Return any text as HTML that only shows it: escaped, and what acts or cannot be seen is written out (S21)."""
    return escape(harmless(value), quote=True)


def icon(name: str) -> str:
    """Return an icon of the sprite; it is never alone, a word stands beside it."""
    return f'<svg class="i" aria-hidden="true"><use href="#i-{name}"/></svg>'


def page_html(shell: Shell, main: str) -> bytes:
    """Return a whole page around `main`, which is markup."""
    language = shell.language
    styles = "".join(f'<link rel="stylesheet" href="{name}">' for name in (*shell.look, *shell.styles))
    scripts = "".join(f'<script type="module" src="{name}"></script>' for name in shell.scripts)
    data = "".join(f' data-{name}="{text(value)}"' for name, value in shell.data)
    other, other_name = ("en", "English") if language == "ko" else ("ko", "한국어")
    other_path = f"/en{shell.path}" if language == "ko" else shell.path
    home = "/" if language == "ko" else "/en/"
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f'<meta name="referrer" content="{shell.referrer}">'
        f"<title>{text(shell.title)}</title>"
        f'<link rel="icon" href="data:,">{styles}{scripts}</head><body{data}>{icon_sprite()}'
        f'<a class="skip" href="#main">{page_word("skip", language)}</a>'
        f'<header class="mast"><div class="wrap"><a class="brand" href="{home}">{BRAND_MARK}'
        f"<span>{page_word('brand', language)}<small>{page_word('brand_sub', language)}</small></span></a>"
        f'<a class="lang" href="{other_path}" lang="{other}" hreflang="{other}">{icon("globe")}{other_name}</a>'
        f'</div></header><main id="main" class="wrap" tabindex="-1">{main}</main>'
        f'<footer class="foot"><div class="wrap"><p>{page_word(shell.foot, language)}</p></div></footer></body></html>'
    ).encode()
