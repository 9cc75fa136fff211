"""The frame of every page: masthead, way to the other language, icons, and what stands below.

Every text that is not ours passes `text()`; markup is only ever written by us.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from credential_schemas.look.pages import icon_sprite
from credential_schemas.report.messages import Language
from verifier.rendering.plain_text import harmless
from verifier.web.words import page_word

_MARK = (
    '<svg viewBox="0 0 34 34" aria-hidden="true"><path d="M3 2h20l8 8v22H3z" fill="#10264f"/>'
    '<path d="M23 2l8 8h-8z" fill="#6f93d6"/><path d="M9 27v-6M15 27V17M21 27v-9" stroke="#fff" stroke-width="3.2"/>'
    '<path d="M8 12.500l3.200 3 5.800-6.500" stroke="#ffd75e" stroke-width="2.600" fill="none"/></svg>'
)
_STYLES = ("/look/tokens.css", "/look/look.css")


@dataclass(frozen=True, slots=True)
class Shell:
    """What one page needs around its content.

    Args:
        language: of the page.
        title: of the window, without markup.
        path: of this page in Korean, such as "/"; the English one stands below "/en".
        styles: addresses of its own style sheets, beside the shared ones.
        scripts: addresses of its modules.
        data: attributes of the body that its scripts read, as (name without "data-", value).
        other_language: whether the page exists at the other address too; an answer to a form does not.
    """

    language: Language
    title: str
    path: str
    styles: Sequence[str] = ()
    scripts: Sequence[str] = ()
    data: Sequence[tuple[str, str]] = ()


def text(value: str) -> str:
    """Return any text as HTML that only shows it: escaped, and what acts or cannot be seen is written out (S21)."""
    return escape(harmless(value), quote=True)


def icon(name: str) -> str:
    """Return an icon of the sprite; it is never alone, a word stands beside it."""
    return f'<svg class="i" aria-hidden="true"><use href="#i-{name}"/></svg>'


def page_html(shell: Shell, main: str) -> bytes:
    """Return a whole page around `main`, which is markup."""
    language = shell.language
    styles = "".join(f'<link rel="stylesheet" href="{name}">' for name in (*_STYLES, *shell.styles))
    scripts = "".join(f'<script type="module" src="{name}"></script>' for name in shell.scripts)
    data = "".join(f' data-{name}="{text(value)}"' for name, value in shell.data)
    other, other_name = ("en", "English") if language == "ko" else ("ko", "한국어")
    other_path = f"/en{shell.path}" if language == "ko" else shell.path
    home = "/" if language == "ko" else "/en/"
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">'
        f"<title>{text(shell.title)}</title>"
        f'<link rel="icon" href="data:,">{styles}{scripts}</head><body{data}>{icon_sprite()}'
        f'<a class="skip" href="#main">{page_word("skip", language)}</a>'
        f'<header class="mast"><div class="wrap"><a class="brand" href="{home}">{_MARK}'
        f"<span>{page_word('brand', language)}<small>{page_word('brand_sub', language)}</small></span></a>"
        f'<a class="lang" href="{other_path}" lang="{other}" hreflang="{other}">{icon("globe")}{other_name}</a>'
        f'</div></header><main id="main" class="wrap" tabindex="-1">{main}</main>'
        f'<footer class="foot"><div class="wrap"><p>{page_word("foot", language)}</p></div></footer></body></html>'
    ).encode()
