"""Notices as everybody reads them: the newest on the first page, all that are shown on a page of their own."""

from collections.abc import Sequence

from credential_schemas.look.markup import Html, html, joined
from credential_schemas.wording.model import Language
from issuer.store.notices import StoredNotice
from issuer.web.shell import Page, Visit

PATH = "/notices"


def notices_page(visit: Visit, notices: Sequence[StoredNotice]) -> Page:
    """Return the page of all notices of today, the newest first."""
    none = html('<p class="empty">{text}</p>', text=visit.say("notices_none"))
    main = html(
        '<div class="stack narrow"><h1>{heading}</h1>{notices}</div>',
        heading=visit.say("notices_heading"),
        notices=joined(notice_card(each, visit.language) for each in notices) if notices else none,
    )
    return Page(visit.say("notices_heading"), main)


def notice_card(notice: StoredNotice, language: Language) -> Html:
    """Return one notice in a language; it can be led to by `#notice-ID`, `-en` behind it in English."""
    title, text = (notice.title_en, notice.text_en) if language == "en" else (notice.title_ko, notice.text_ko)
    name = f"notice-{notice.id}-en" if language == "en" else f"notice-{notice.id}"
    return html(
        '<article class="card notice" id="{id}" lang="{language}" aria-labelledby="{id}-h"><h2 id="{id}-h">{title}</h2>'
        '<p class="s muted num"><time datetime="{day}">{day}</time></p>{text}</article>',
        id=name,
        language=language,
        title=title,
        day=notice.first_day,
        text=joined(html("<p>{line}</p>", line=line) for line in text.splitlines() if line),
    )


def newest_notices(visit: Visit, notices: Sequence[StoredNotice]) -> Html:
    """Return the newest notices by title and day, with the way to all of them."""
    mark = "-en" if visit.language == "en" else ""
    rows = joined(
        html(
            '<li><a href="{page}#notice-{id}{mark}">{title}</a><time class="num s muted" datetime="{day}">{day}</time>'
            "</li>",
            page=visit.to(PATH),
            id=each.id,
            mark=mark,
            title=each.title_en if visit.language == "en" else each.title_ko,
            day=each.first_day,
        )
        for each in notices
    )
    return html(
        '<section class="card" aria-labelledby="notices-h"><div class="hd"><h2 id="notices-h">{heading}</h2>'
        '<a href="{page}">{all}</a></div><ul class="list dated">{rows}</ul></section>',
        heading=visit.say("notices_heading"),
        page=visit.to(PATH),
        all=visit.say("notices_all"),
        rows=rows,
    )
