"""The employer's desk as HTML: three ways to hand something in, and the place where results appear.

Without scripts each of the three is a plain form that is answered by a page with one result.
"""

import json
from collections.abc import Mapping, Sequence

from credential_schemas.report.messages import Language
from credential_schemas.report_page.markup import result_html
from credential_schemas.report_page.view import View
from keys.encoding import JsonValue
from keys.values import dataclass
from verifier.web.shell import Shell, icon, page_html
from verifier.web.shell import text as safe
from verifier.web.side_by_side import pages_html
from verifier.web.static import SCRIPT, STYLE, Asset, web_asset
from verifier.web.words import page_word, page_words

FORM_PATH = "/check"
ASK_PATH = "/requests/new"
_STYLES = ("/web/result.css", "/web/drop.css")
_SCRIPTS = ("/web/drop.js",)
_ACCEPT = ".pdf,.png,.jpg,.jpeg,.zip,application/pdf,image/png,image/jpeg,application/zip"


@dataclass(frozen=True, slots=True)
class Desk:
    """What the desk can do, as its page must say it.

    Args:
        issuers: those that answer confirmation numbers: id, and name by language.
        kept_days: of the retention policy; 0 for none.
        gives_receipts: whether a key for receipts is open.
    """

    issuers: Sequence[tuple[str, dict[str, str]]] = ()
    kept_days: int = 0
    gives_receipts: bool = False


def desk_page(desk: Desk, *, language: Language) -> bytes:
    """Return the page of the desk."""

    def word(name: str, **values: object) -> str:
        return page_word(name, language, **values)

    keep = word("drop_keep_days", days=desk.kept_days) if desk.kept_days else word("drop_keep_nothing")
    action = _form_path(language)
    main = (
        f'<div class="stack"><div><h1>{word("drop_title")}</h1><p class="lead">{word("drop_lead")}</p></div>'
        f'<div class="ways">{_scan_way("card scan-phone", language)}'
        f'<section class="card" aria-labelledby="files-h"><h2 id="files-h">{word("drop_files")}</h2>'
        f'<form id="files" class="drop" method="post" action="{action}" enctype="multipart/form-data">'
        f'<p class="drop-here script-only">{icon("doc")}{word("drop_here")}</p>'
        f'<input class="vh" type="file" id="file" name="file" accept="{_ACCEPT}" aria-describedby="file-hint" required>'
        f'<label class="btn p" for="file">{icon("plus")}{word("drop_choose")}</label>'
        f'<p class="hint script-only" id="file-hint">{word("drop_limits")}</p>'
        f"{_receipts_choice(desk, language)}"
        f'<noscript><p class="hint">{word("drop_one_file")}</p>'
        f'<button class="btn p">{word("drop_check")}</button></noscript></form></section>'
        f'<section class="card" aria-labelledby="number-h"><h2 id="number-h">{word("drop_number")}</h2>'
        f'<form id="number" method="post" action="{action}" enctype="multipart/form-data" autocomplete="off">'
        f'{_issuer_choice(desk, language)}<div class="field"><label for="code">{word("drop_number_label")}</label>'
        '<input id="code" name="code" required maxlength="100" spellcheck="false" autocapitalize="characters" '
        f'aria-describedby="code-hint"><p class="hint" id="code-hint">{word("drop_number_hint")}</p></div>'
        f'<button class="btn">{icon("find")}{word("drop_check")}</button></form>'
        f"{_scan_way('gap scan-desk', language)}"
        f'<details class="more"><summary>{icon("next")}{word("drop_text")}</summary>'
        f'<form id="text" method="post" action="{action}" enctype="multipart/form-data" autocomplete="off">'
        f'<div class="field"><label for="pasted">{word("drop_text_label")}</label>'
        '<textarea id="pasted" name="text" rows="5" required spellcheck="false" aria-describedby="pasted-hint">'
        f'</textarea><p class="hint" id="pasted-hint">{word("drop_text_hint")}</p></div>'
        f'<button class="btn">{icon("find")}{word("drop_check")}</button></form></details></section></div>'
        f'<p class="note" id="keep">{icon("lock")}<span>{keep}</span></p>'
        f"{_said_in_print(language)}"
        '<p id="said" class="vh" role="status" aria-live="polite"></p><div id="results" hidden></div></div>'
    )
    shell = Shell(
        language,
        page_word("drop_title", language),
        "/",
        styles=_STYLES,
        scripts=_SCRIPTS,
        data=(("form", action), ("receipts", "yes" if desk.gives_receipts else "no"), ("kept", str(desk.kept_days))),
    )
    return page_html(shell, main)


def result_page(view: View, pages: Mapping[str, JsonValue] | None, *, language: Language) -> bytes:
    """Return the answer to one of the forms: a page with one result, and both forms of its document's pages."""
    sides = "" if pages is None else pages_html(pages, language=language)
    home = "/" if language == "ko" else "/en/"
    again = f'<p class="noprint"><a class="btn" href="{home}">{icon("redo")}{page_word("again", language)}</a></p>'
    title = f"{view['heading']} - {page_word('drop_title', language)}"
    above = _said_in_print(language)
    main = f'<div class="stack result">{above}{result_html(view, language=language)}{sides}{again}</div>'
    return page_html(Shell(language, title, "/", styles=_STYLES), main)


def refusal_page(sentence: str, *, language: Language) -> bytes:
    """Return the answer to a form that could not be carried out; nothing is said about any certificate."""
    home = "/" if language == "ko" else "/en/"
    heading = page_word("failed", language)
    main = (
        f'<div class="stack result"><section class="verdict na" role="alert">'
        f'<svg class="i mark" aria-hidden="true"><use href="#i-na"/></svg><div><h1>{heading}</h1>'
        f"<p>{safe(sentence)}</p></div></section>"
        f'<p><a class="btn" href="{home}">{icon("redo")}{page_word("again", language)}</a></p></div>'
    )
    return page_html(Shell(language, heading, "/", styles=_STYLES), main)


def ask_page(*, language: Language) -> bytes:
    """Return the page where a presentation will be asked for; until it can be, it says so, and nothing leads to it."""
    home = "/" if language == "ko" else "/en/"
    title, sentence = page_word("ask_title", language), page_word("ask_not_yet", language)
    main = (
        f'<div class="stack"><h1>{title}</h1><p class="note">{icon("info")}<span>{sentence}</span></p>'
        f'<p><a class="btn p" href="{home}">{icon("doc")}{page_word("again", language)}</a></p></div>'
    )
    return page_html(Shell(language, title, ASK_PATH, styles=_STYLES), main)


def desk_assets() -> dict[str, Asset]:
    """Return the files of the desk by address: style, modules, and the words of the modules."""
    words = {
        language: {name: node.in_language(language) for name, node in page_words().items()} for language in ("ko", "en")
    }
    assets = {
        f"/web/words-{language}.json": Asset(json.dumps(texts, ensure_ascii=False).encode(), "application/json")
        for language, texts in words.items()
    }
    assets["/web/drop.css"] = web_asset("drop.css", STYLE)
    for name in ("drop.js", "drop_send.js", "drop_table.js", "drop_rows.js", "drop_pages.js"):
        assets[f"/web/{name}"] = web_asset(name, SCRIPT)
    return assets


def _form_path(language: Language) -> str:
    return FORM_PATH if language == "ko" else f"/en{FORM_PATH}"


def _scan_path(language: Language) -> str:
    return "/v" if language == "ko" else "/en/v"


def _scan_way(classes: str, language: Language) -> str:
    """The way to the scanner: first on a telephone, beside the other ways on a desk; one of the two is not shown."""
    hint = page_word("drop_scan_hint", language)
    link = f'<a class="btn" href="{_scan_path(language)}">{icon("cam")}{page_word("drop_scan", language)}</a>'
    return f'<div class="{classes}"><p>{link}</p><p class="hint gap-s">{hint}</p></div>'


def _said_in_print(language: Language) -> str:
    """A print of what was found proves nothing, and says so before anything else."""
    return f'<p class="only-print">{page_word("not_proof", language)}</p>'


def _receipts_choice(desk: Desk, language: Language) -> str:
    """Whether receipts are made for all files of a job; without scripts there are no jobs."""
    if not desk.gives_receipts:
        return ""
    label = page_word("drop_receipts", language)
    return f'<p class="script-only choice"><label><input type="checkbox" id="wish"> {label}</label></p>'


def _issuer_choice(desk: Desk, language: Language) -> str:
    if len(desk.issuers) < 2:  # with one there is nothing to choose
        return ""
    options = "".join(
        f'<option value="{safe(issuer_id)}">{safe(names.get(language) or names["ko"])}</option>'
        for issuer_id, names in desk.issuers
    )
    label = page_word("drop_issuer_label", language)
    choice = f'<select id="issuer" name="issuer">{options}</select>'
    return f'<div class="field"><label for="issuer">{label}</label>{choice}</div>'
