"""Markup is made from templates of ours alone; the shared files of pages, and the themes."""

import ast
import hashlib
import re
from functools import cache
from pathlib import Path

import pytest

import issuer
from credential_schemas.look.harmless import harmless
from credential_schemas.look.markup import NOTHING, Html, html, icon, joined
from credential_schemas.look.pages import BRAND_MARK, icon_sprite, read_look, tokens_of_theme
from credential_schemas.look.serving import Asset, digest_of, look_files

ROOT = Path(issuer.__file__).parent.parent


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<b>", "&lt;b&gt;"),
        ("\"'&", "&quot;&#x27;&amp;"),
        ("a\u202eb\u200bc", "a&lt;U+202E&gt;b&lt;U+200B&gt;c"),
        ("\x1b[2J\x00", "&lt;U+001B&gt;[2J&lt;U+0000&gt;"),
        ("אב", "&lt;U+05D0&gt;&lt;U+05D1&gt;"),
        ("a\u0301\u0301\u0301\u0301", "á\u0301\u0301&lt;U+0301&gt;"),
        ("{other} {0}", "{other} {0}"),
        ("줄\n바꿈", "줄&lt;U+000A&gt;바꿈"),
    ],
)
def test_a_text_in_a_template_only_shows_itself(text: str, shown: str) -> None:
    assert html("<p>{text}</p>", text=text) == f"<p>{shown}</p>"


def test_markup_in_a_template_stays_markup() -> None:
    inner = html("<b>{n}</b>", n=3)
    assert html("<p>{a}{b}</p>", a=inner, b=NOTHING) == "<p><b>3</b></p>"
    assert joined([inner, inner], Html("<br>")) == "<b>3</b><br><b>3</b>"
    assert joined([inner, inner]) == "<b>3</b><b>3</b>"
    assert icon("ok") == '<svg class="i" aria-hidden="true"><use href="#i-ok"/></svg>'


def test_a_space_of_any_kind_is_shown_as_a_space() -> None:
    assert harmless("a\u3000b\u00a0c") == "a b c"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\u0301a", "<U+0301>a"),
        ("a\u0301\u0301\u0301e\u0301\u0301\u0301", "á\u0301\u0301é\u0301\u0301"),
        ("x\u20dd\u20dd\u20ddy", "x\u20dd\u20dd<U+20DD>y"),
        ("\u3164", "<U+3164>"),
        ("a\ufe0f", "a<U+FE0F>"),
        ("葛\U000e0100", "葛<U+E0100>"),
        ("\u0661", "<U+0661>"),
        ("\u0628", "<U+0628>"),
        ("\ue000\ud800\u0378\u2028\u2029", "<U+E000><U+D800><U+0378><U+2028><U+2029>"),
        ("\u1100\u1161", "가"),
    ],
    ids=[
        "mark first",
        "two marks each",
        "rings",
        "filler",
        "selector",
        "far selector",
        "digit",
        "letter",
        "rest",
        "NFC",
    ],
)
def test_what_acts_or_cannot_be_seen_is_written_out_alone(text: str, shown: str) -> None:
    assert harmless(text) == shown


@cache
def templates() -> list[tuple[str, ast.expr]]:
    """Every first argument of `html` and `Html` in the pages of the bank and the shared look."""
    found = []
    for folder in ("issuer/web", "issuer/api", "credential_schemas/look"):
        for file in (ROOT / folder).rglob("*.py"):
            text = file.read_text("utf-8")
            if file.name == "markup.py" or "html(" not in text.casefold():
                continue
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("html", "Html"):
                    found.append((f"{file.relative_to(ROOT)}:{node.lineno}", node.args[0]))
    return found


TRUSTED = {"icon_sprite", "BRAND_MARK"}
"""Markup of our own files."""


def test_every_template_is_written_in_the_code() -> None:
    assert len(templates()) > 100
    other = []
    for place, node in templates():
        name = node.func if isinstance(node, ast.Call) else node
        written = isinstance(node, ast.Constant)
        if not written and not (isinstance(name, ast.Name) and name.id in TRUSTED):
            other.append(place)
    assert other == []


def test_every_value_of_an_attribute_stands_in_quotes() -> None:
    bare = [
        place
        for place, node in templates()
        if isinstance(node, ast.Constant) and re.search(r"\w=[^\"]", re.sub('"[^"]*"', '""', str(node.value)))
    ]
    assert bare == []


def test_a_theme_that_was_chosen_asks_nothing_of_the_system() -> None:
    system, light, dark = read_look("tokens.css"), tokens_of_theme(dark=False), tokens_of_theme(dark=True)
    assert b"prefers-color-scheme" in system
    for theme in (light, dark):
        assert b"prefers-color-scheme" not in theme
        assert theme.count(b"{") == theme.count(b"}")
    assert b"--page: #0d1421" in dark
    assert b"--page: #0d1421" not in light
    rules = dark.removeprefix(light)
    assert system.rstrip() == light + b"@media (prefers-color-scheme: dark) {" + rules + b"}"


def test_the_folder_of_files_changes_with_what_is_in_it() -> None:
    files = look_files()
    assert {"tokens.css", "tokens-light.css", "tokens-dark.css", "look.css", "guilloche.svg"} <= set(files)
    digest = digest_of(files)
    assert len(digest) == 16
    assert digest_of(dict(reversed(files.items()))) == digest
    assert digest_of({**files, "look.css": Asset(b"", "text/css")}) != digest
    assert BRAND_MARK.startswith("<svg")


def test_the_name_of_the_folder_stands_for_every_name_and_every_content() -> None:
    parts = [hashlib.sha256(part).digest() for part in (b"a", b"x", b"b", b"y")]
    files = {"b": Asset(b"y", "text/css"), "a": Asset(b"x", "text/css")}
    assert digest_of(files) == hashlib.sha256(b"".join(parts)).hexdigest()[:16]


def test_every_file_of_the_look_is_sent_as_what_it_is() -> None:
    css = "text/css; charset=utf-8"
    assert look_files() == {
        "tokens.css": Asset(read_look("tokens.css"), css),
        "look.css": Asset(read_look("look.css"), css),
        "guilloche.svg": Asset(read_look("guilloche.svg"), "image/svg+xml"),
        "tokens-light.css": Asset(tokens_of_theme(dark=False), css),
        "tokens-dark.css": Asset(tokens_of_theme(dark=True), css),
    }


def test_the_icons_of_a_page_are_hidden_symbols() -> None:
    sprite = icon_sprite()
    assert sprite.startswith("<svg")
    assert '<symbol id="i-ok"' in sprite
