"""One result as HTML: what `view.py` found to say, in the order in which a person needs it; works without scripts."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import cast

from credential_schemas.look.harmless import harmless
from credential_schemas.look.markup import Html, icon
from credential_schemas.report.messages import Language
from credential_schemas.report_page.view import View
from credential_schemas.report_page.words import result_word
from keys.encoding import JsonValue

_BANDS = {"ok": "ok", "bad": "bad", "un": "un"}


def result_html(view: View, *, language: Language, standing_alone: bool = True) -> Html:
    """Return the result as markup; the verdict is its heading.

    Args:
        view: from `view_of`.
        language: of the words.
        standing_alone: the result is what the page is about: its heading is the page's, and it is read out at once.
            Otherwise it has no id, so that several may stand on one page.
    """
    return Html("".join(_blocks(view, language, standing_alone=standing_alone)))


def _blocks(view: View, language: Language, *, standing_alone: bool) -> Iterator[str]:
    yield _band(view, language, standing_alone=standing_alone)
    for name in ("development", "simulated"):
        if view.get(name):
            yield f'<p class="note un">{icon("un")}<span>{_text(view, name)}</span></p>'
    if _rows(view, "parts"):
        parts = "".join(_part(each) for each in _rows(view, "parts"))
        yield f'<ul class="three" aria-label="{_word("parts_label", language)}">{parts}</ul>'
    if _rows(view, "differences"):
        yield _differences(_rows(view, "differences"), language)
    yield _advice(view, language)
    if isinstance(holder := view.get("holder"), dict):
        yield _holder(holder, language)
        yield _entries(view, language)
        yield f'<p class="note">{icon("eyeoff")}<span>{_text(view, "withheld")}</span></p>'
        yield _facts("certificate", _pairs(view, "certificate"), language)
    if view.get("facts"):
        yield _facts("freshness", _pairs(view, "facts"), language)
        yield _checks(_rows(view, "checks"), language)
    yield f'<p class="only-print">{_word("print_notice", language)}</p>'


def _band(view: View, language: Language, *, standing_alone: bool) -> str:
    sign = str(view["sign"])
    heading, role, named = "h3", "", ""
    if standing_alone:
        heading, role, named = "h1", ' role="status" aria-labelledby="verdict"', ' id="verdict"'
    checked = _word("checked", language, time=_text(view, "checked_at")) if view.get("checked_at") else ""
    return (
        f'<section class="verdict {_BANDS.get(sign, "na")}"{role}>'
        f'<svg class="i mark" aria-hidden="true"><use href="#i-{sign}"/></svg><div>'
        f"<{heading}{named}>{_text(view, 'heading')}</{heading}><p>{_text(view, 'sentence')}</p>"
        f'<p class="when num"><span>{checked}</span><span>{_text(view, "name")}</span></p></div></section>'
    )


def _part(part: Mapping[str, JsonValue]) -> str:
    sign = str(part["sign"])
    return (
        f'<li class="{sign}">{icon(sign)}<div><span class="k">{_text(part, "name")}</span>'
        f"<b>{_text(part, 'word')}</b><p>{_text(part, 'sentence')}</p></div></li>"
    )


def _differences(differences: Sequence[Mapping[str, JsonValue]], language: Language) -> str:
    heads = "".join(
        f'<th role="columnheader" scope="col">{_word(name, language)}</th>' for name in ("place", "printed", "signed")
    )
    rows = "".join(
        f'<tr role="row"><th role="rowheader" scope="row">{_text(each, "where")}'
        f'<span class="sub">{_text(each, "page")}</span></th>'
        f'<td role="cell" data-l="{_word("printed", language)}"><span class="said"><del>{_text(each, "printed")}</del> '
        f'<span class="tag bad">{icon("bad")}{_word("do_not_believe", language)}</span></span></td>'
        f'<td role="cell" data-l="{_word("signed", language)}"><span class="true">{_text(each, "signed")} '
        f'<span class="tag ok">{icon("ok")}{_word("as_issued", language)}</span></span></td></tr>'
        for each in differences
    )
    heading = _word("differences", language, count=len(differences))
    return (
        f'<section class="card"><h2>{heading}</h2><table role="table" class="ledger fold cmp">'
        f'<caption class="vh">{_word("differences_caption", language)}</caption>'
        f"{_table_body(heads, rows)}</section>"
    )


def _table_body(heads: str, rows: str) -> str:
    head = f'<thead role="rowgroup"><tr role="row">{heads}</tr></thead>'
    return f'{head}<tbody role="rowgroup">{rows}</tbody></table>'


def _advice(view: View, language: Language) -> str:
    problems = "".join(
        f'<li class="ln {each["sign"]}">{icon(str(each["sign"]))}'
        f"<span>{_text(each, 'text')}{_links(each, language)}</span></li>"
        for each in _rows(view, "problems")
    )
    todo = "".join(f'<li class="ln">{icon("next")}<span>{_safe(each)}</span></li>' for each in _texts(view, "todo"))
    markup = ""
    if problems:
        markup += f'<h2>{_word("why", language)}</h2><ul class="stack-s">{problems}</ul>'
    if todo:
        markup += f'<h2 class="gap">{_word("todo", language)}</h2><ol class="stack-s">{todo}</ol>'
    if view.get("notice"):
        number = view.get("report_id")
        case = f" {_word('fact_report_id', language)} {_text(view, 'report_id')}" if number else ""
        markup += f'<p class="note un gap">{icon("info")}<span><b>{_text(view, "notice")}</b>{case}</span></p>'
    return f'<section class="card advice">{markup}</section>' if markup else ""


def _links(problem: Mapping[str, JsonValue], language: Language) -> str:
    links = " ".join(f"<code>{_safe(link)}</code>" for link in _texts(problem, "links"))
    return f"<br>{_word('address_in_code', language)} {links}" if links else ""


def _holder(holder: Mapping[str, JsonValue], language: Language) -> str:
    name = (
        f'<p class="nm">{_text(holder, "name")} <span class="s muted" lang="en">{_text(holder, "name_en")}</span></p>'
    )
    if holder.get("is_withheld"):
        name = f'<p class="nm withheld">{icon("eyeoff")} {_word("name_withheld", language)}</p>'
    rows = "".join(
        f'<p class="bd"><span class="s muted">{_word(key, language)}</span> {_text(holder, key)}</p>'
        for key in ("birth_date", "applicant_no")
        if holder.get(key)
    )
    heading = _word("holder_is_proven" if holder.get("is_proven") else "compare_id", language)
    return (
        f'<section class="card who"><div><h2 class="vh">{_word("holder", language)}</h2>'
        f'<p class="s muted">{_word("name", language)}</p>{name}{rows}</div>'
        f'<div class="idr">{icon("id")}<p><b>{heading}</b><br>'
        f'<span class="s">{_text(holder, "proof")}</span></p></div></section>'
    )


def _entries(view: View, language: Language) -> str:
    names = ("entry_title", "entry_when", "entry_body", "entry_ncs", "entry_status")
    heads = "".join(f'<th role="columnheader" scope="col">{_word(name, language)}</th>' for name in names)
    rows = "".join(_entry(each, language) for each in _rows(view, "entries"))
    count = len(_rows(view, "entries"))
    return (
        f'<section class="card"><div class="hd"><h2>{_word("entries", language, count=count)}</h2>'
        f'<span class="s muted">{_word("entries_note", language)}</span></div>'
        '<table role="table" class="ledger fold">'
        f'<caption class="vh">{_word("entries", language, count=count)}</caption>'
        f"{_table_body(heads, rows)}</section>"
    )


def _entry(entry: Mapping[str, JsonValue], language: Language) -> str:
    details = " · ".join(filter(None, [_text(entry, "kind"), *(_safe(each) for each in _texts(entry, "details"))]))
    as_of = _word("as_of", language, day=_text(entry, "as_of")) if entry.get("as_of") else ""
    level = f'<span class="sub">{_text(entry, "level")}</span>' if entry.get("level") else ""
    none = f'<span class="muted">{_word("none", language)}</span>'
    sign = str(entry["status_sign"])
    return (
        f'<tr role="row"><th role="rowheader" scope="row">{_text(entry, "title")}'
        f'<span class="sub">{details}</span></th>'
        f'<td role="cell" class="num" data-l="{_word("entry_when", language)}">{_text(entry, "when") or none}</td>'
        f'<td role="cell" data-l="{_word("entry_body", language)}">{_text(entry, "body") or none}</td>'
        f'<td role="cell" class="num" data-l="{_word("entry_ncs", language)}">{_text(entry, "ncs") or none}{level}</td>'
        f'<td role="cell" data-l="{_word("entry_status", language)}"><span class="tag {sign}">{icon(sign)}'
        f'{_text(entry, "status")}</span><span class="sub">{as_of}</span></td></tr>'
    )


def _facts(name: str, pairs: Sequence[Sequence[JsonValue]], language: Language) -> str:
    rows = "".join(f"<div><dt>{_safe(str(label))}</dt><dd>{_safe(str(value))}</dd></div>" for label, value in pairs)
    return f'<section class="card"><h2>{_word(name, language)}</h2><dl class="facts">{rows}</dl></section>'


def _checks(checks: Sequence[Mapping[str, JsonValue]], language: Language) -> str:
    names = ("check_name", "check_outcome", "check_meaning")
    heads = "".join(f'<th role="columnheader" scope="col">{_word(name, language)}</th>' for name in names)
    rows = "".join(
        f'<tr role="row"><th role="rowheader" scope="row">{_text(each, "name")}</th>'
        f'<td role="cell"><span class="tag {each["sign"]}">{icon(str(each["sign"]))}{_text(each, "word")}</span></td>'
        f'<td role="cell">{_text(each, "text")} <span class="xs muted">{_text(each, "reason")}</span></td></tr>'
        for each in checks
    )
    heading = _word("all_checks", language, count=len(checks))
    return (
        f'<details class="card more"><summary>{icon("next")}{heading}</summary><table role="table" class="ledger fold">'
        f'<caption class="vh">{heading}</caption>{_table_body(heads, rows)}</details>'
    )


def _word(name: str, language: Language, **values: object) -> str:
    return result_word(name, language, **values)


def _safe(value: str) -> str:
    return escape(harmless(value))


def _text(node: Mapping[str, JsonValue], name: str) -> str:
    value = node.get(name)
    return "" if value is None else _safe(str(value))


def _texts(node: Mapping[str, JsonValue], name: str) -> list[str]:
    value = node.get(name)
    return [str(each) for each in value] if isinstance(value, list) else []


def _rows(node: Mapping[str, JsonValue], name: str) -> list[Mapping[str, JsonValue]]:
    value = node.get(name)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _pairs(node: Mapping[str, JsonValue], name: str) -> list[list[JsonValue]]:
    return cast("list[list[JsonValue]]", node.get(name) or [])
