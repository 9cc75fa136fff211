"""What MkDocs is told beyond mkdocs.yml: where a page stands in the other language."""

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.pages import Page
from mkdocs.utils.templates import TemplateContext

_START = {"en": "index.html", "ko": "ko.html"}
_NAMES = {"en": "English", "ko": "한국어"}


def on_page_context(context: TemplateContext, page: Page, config: MkDocsConfig, **_: object) -> TemplateContext:
    """Let the choice of language lead to the same tutorial in the other one, from elsewhere to its start page."""
    places = {language: _place(page.url, language) for language in _START}
    config.extra["alternate"] = [
        {"name": _NAMES[language], "link": place, "lang": language} for language, place in places.items()
    ]
    return context


def _place(url: str, language: str) -> str:
    folder, _, name = url.partition("tutorial/")
    return f"{folder}tutorial/{language}/{name.partition('/')[2]}" if name else _START[language]
