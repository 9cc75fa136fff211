"""The frame of every page: notice strip, masthead with the ways to go, language, and foot with the light switch."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlsplit

from credential_schemas.look.markup import NOTHING, Html, html, icon, joined
from credential_schemas.look.pages import BRAND_MARK, icon_sprite
from credential_schemas.wording.model import Language
from issuer.web.words import say
from keys.sign_in.forms import FORM_FIELD

Theme = Literal["system", "light", "dark"]
THEMES: Final[tuple[Theme, ...]] = ("system", "light", "dark")
_TOKENS: Final[dict[Theme, str]] = {"system": "tokens.css", "light": "tokens-light.css", "dark": "tokens-dark.css"}
_SCHEMES: Final[dict[Theme, str]] = {"system": "light dark", "light": "light", "dark": "dark"}
_FOR_HOLDERS: Final = (
    ("account", "/account"),
    ("new", "/certificates/new"),
    ("certificates", "/certificates"),
    ("privacy", "/privacy"),
    ("help", "/help"),
)
_FOR_ANYBODY: Final = (("help", "/help"), ("sign_in", "/sign-in"))


@dataclass(frozen=True, slots=True)
class Room:
    """For whom pages are, and where their common ways lead; paths as in `Visit.to`.

    Attributes:
        home: what the brand leads to.
        ways: of the masthead for somebody who is signed in, (word without "nav_", path) each.
        public_ways: of the masthead for anybody else.
        sign_in: where one signs in; below it "/done" says that a second window is done.
        settings: where one sees and changes how one signs in.
        sign_out: takes the form that ends the session; below it "/elsewhere" ends all others.
        resume: takes a form that came after its session had ended.
    """

    home: str
    ways: Sequence[tuple[str, str]]
    public_ways: Sequence[tuple[str, str]]
    sign_in: str
    settings: str
    sign_out: str
    resume: str


HOLDERS: Final = Room("/", _FOR_HOLDERS, _FOR_ANYBODY, "/sign-in", "/sign-in/settings", "/sign-out", "/resume")


@dataclass(frozen=True, slots=True)
class Site:
    """What is the same on all pages of one bank.

    Attributes:
        base: path of the bank's address, before every page; empty for a bank at the root of its host.
        static: path of the folder with styles and scripts; its name changes with what is in it.
        specimen: whether the test-data strip stands on every page.
        verifier: page where employers check certificates; empty when the bank names none.
    """

    base: str
    static: str
    specimen: bool
    verifier: str

    @classmethod
    def of(cls, issuer: str, static: str, *, specimen: bool, verify_url: str) -> "Site":
        """Return the site of a bank by its address and by the page that printed codes lead to."""
        base = urlsplit(issuer).path
        return cls(base, f"{base}/static/{static}", specimen, verify_url.removesuffix("/v"))


@dataclass(frozen=True, slots=True)
class Visit:
    """One look at one page.

    Attributes:
        site: whose.
        language: of the page.
        path: of the page in Korean and without the base, such as "/account"; the English one stands below "/en".
        query: what follows "?" in the address, as it was sent; empty for none.
        theme: light, dark or as the system says.
        name: how the person who is signed in is called on the page; None when nobody is.
        csrf: the token that forms carry back; empty when nobody is signed in.
        room: for whom the page is.
    """

    site: Site
    language: Language
    path: str
    query: str = ""
    theme: Theme = "system"
    name: str | None = None
    csrf: str = ""
    room: Room = HOLDERS

    @property
    def here(self) -> str:
        """The address of this page, with what follows "?"."""
        return self.whole_address(self.language)

    def whole_address(self, language: Language) -> str:
        """Return the address of this page in a language, with what follows "?"."""
        return self.address(self.path, language) + (f"?{self.query}" if self.query else "")

    def to(self, path: str) -> str:
        """Return the address of another page in the same language; `path` begins with "/"."""
        return self.address(path, self.language)

    def address(self, path: str, language: Language) -> str:
        """Return the address of a page in a language."""
        return f"{self.site.base}/en{path}" if language == "en" else f"{self.site.base}{path}"

    def say(self, key: str, /, **values: str | int) -> str:
        """Return a text of the pages in the language of this one."""
        return say(key, self.language, **values)


@dataclass(frozen=True, slots=True)
class Page:
    """What stands in the frame.

    Attributes:
        title: of the window; no personal value, because windows' titles are kept and shown elsewhere.
        main: the page itself, with one `h1`.
        current: which way of the masthead leads here; empty for none.
        styles: file names of its own style sheets, beside those of every page.
        scripts: file names of its modules.
        refresh_s: after how many seconds a browser asks again by itself; None for never.
        refresh_without_scripts_s: the same for a browser without scripts alone, where a script looks again otherwise.
    """

    title: str
    main: Html
    current: str = ""
    styles: Sequence[str] = ()
    scripts: Sequence[str] = ()
    refresh_s: int | None = None
    refresh_without_scripts_s: int | None = None


def page_html(visit: Visit, page: Page) -> bytes:
    """Return a whole page."""
    document = html(
        '<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="{scheme}"><meta name="referrer" content="same-origin">{refresh}'
        '<title>{title} - {brand}</title><link rel="icon" href="data:,">{styles}{scripts}</head><body>{sprite}'
        '<a class="skip" href="#main">{skip}</a>{strip}{masthead}'
        '<main id="main" class="wrap" tabindex="-1">{main}</main>{foot}</body></html>',
        language=visit.language,
        scheme=_SCHEMES[visit.theme],
        refresh=_refresh(page),
        title=page.title,
        brand=visit.say("brand"),
        styles=_styles(visit, page.styles),
        scripts=joined(_script(visit, name) for name in page.scripts),
        sprite=Html(icon_sprite()),
        skip=visit.say("skip"),
        strip=_strip(visit) if visit.site.specimen else NOTHING,
        masthead=_masthead(visit, page.current),
        main=page.main,
        foot=_foot(visit),
    )
    return document.encode()


def csrf_field(visit: Visit) -> Html:
    """Return the hidden field that every form of a signed-in person carries; nothing for a form of nobody."""
    if not visit.csrf:
        return NOTHING
    return html('<input type="hidden" name="{name}" value="{token}">', name=FORM_FIELD, token=visit.csrf)


def _refresh(page: Page) -> Html:
    def again(seconds: int | None) -> Html:
        return NOTHING if seconds is None else html('<meta http-equiv="refresh" content="{after}">', after=seconds)

    quiet = again(page.refresh_without_scripts_s)
    return html(
        "{always}{quiet}",
        always=again(page.refresh_s),
        quiet=html("<noscript>{it}</noscript>", it=quiet) if quiet else NOTHING,
    )


def _styles(visit: Visit, own: Sequence[str]) -> Html:
    names = (_TOKENS[visit.theme], "look.css", "bank.css", *own)
    return joined(
        html('<link rel="stylesheet" href="{folder}/{name}">', folder=visit.site.static, name=name) for name in names
    )


def _script(visit: Visit, name: str) -> Html:
    return html('<script type="module" src="{folder}/{name}"></script>', folder=visit.site.static, name=name)


def _strip(visit: Visit) -> Html:
    return html(
        '<aside class="demo" aria-label="{label}"><div class="wrap">{icon}<span>{notice}</span></div></aside>',
        label=visit.say("strip_label"),
        icon=icon("info"),
        notice=visit.say("notice_demo"),
    )


def _masthead(visit: Visit, current: str) -> Html:
    ways = _ways(visit, current)
    return html(
        '<header class="mast"><div class="wrap"><a class="brand" href="{home}">{mark}'
        "<span>{brand}<small>{brand_sub}</small></span></a>"
        '<nav aria-label="{label}"><ul>{ways}</ul></nav>{person}{language}'
        '<details class="menu"><summary>{icon}{menu}</summary><nav aria-label="{narrow}"><ul>{ways}'
        "<li>{person}</li><li>{language}</li></ul></nav></details></div></header>",
        home=visit.to(visit.room.home),
        mark=Html(BRAND_MARK),
        brand=visit.say("brand"),
        brand_sub=visit.say("brand_sub"),
        label=visit.say("nav_label"),
        narrow=visit.say("nav_narrow"),
        menu=visit.say("nav_menu"),
        icon=icon("menu"),
        ways=ways,
        person=_person(visit),
        language=_language(visit),
    )


def _ways(visit: Visit, current: str) -> Html:
    ways = visit.room.public_ways if visit.name is None else visit.room.ways
    return joined(
        html(
            '<li><a href="{address}"{current}>{word}</a></li>',
            address=visit.to(path),
            current=Html(' aria-current="page"') if way == current else NOTHING,
            word=visit.say(f"nav_{way}"),
        )
        for way, path in ways
    )


def _person(visit: Visit) -> Html:
    if visit.name is None:
        return NOTHING
    return html(
        '<a class="lang who-is" href="{address}">{icon}{name}</a>',
        address=visit.to(visit.room.settings),
        icon=icon("id"),
        name=visit.say("signed_in_as", name=visit.name),
    )


def _language(visit: Visit) -> Html:
    other: Language = "ko" if visit.language == "en" else "en"
    return html(
        '<a class="lang" href="{address}" lang="{other}" hreflang="{other}">{icon}{name}</a>',
        address=visit.whole_address(other),
        other=other,
        icon=icon("globe"),
        name=say("language_name", other),
    )


def _foot(visit: Visit) -> Html:
    links = (("privacy_policy", "/privacy-policy"), ("accessibility", "/accessibility"), ("help", "/help"))
    return html(
        '<footer class="foot noprint"><div class="wrap"><ul>{links}</ul>{switch}<p>{about}</p></div></footer>',
        links=joined(
            html('<li><a href="{address}">{word}</a></li>', address=visit.to(path), word=visit.say(f"foot_{name}"))
            for name, path in links
        ),
        switch=_theme_switch(visit),
        about=visit.say("foot_specimen" if visit.site.specimen else "foot_about"),
    )


def _theme_switch(visit: Visit) -> Html:
    buttons = joined(
        html(
            '<button class="btn sm" name="theme" value="{theme}" aria-pressed="{pressed}">{word}</button>',
            theme=theme,
            pressed="true" if theme == visit.theme else "false",
            word=visit.say(f"theme_{theme}"),
        )
        for theme in THEMES
    )
    return html(
        '<form class="themes" method="post" action="{action}"><fieldset><legend>{legend}</legend>'
        '<input type="hidden" name="next" value="{here}"><div class="row">{buttons}</div></fieldset></form>',
        action=visit.to("/theme"),
        legend=visit.say("theme_legend"),
        here=visit.here,
        buttons=buttons,
    )
