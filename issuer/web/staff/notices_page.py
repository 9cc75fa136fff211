"""Notices for operators: what is shown, what is to come and what is over; writing one, and withdrawing one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from credential_schemas.korean_time import korean_time
from credential_schemas.look.markup import NOTHING, Html, html, joined
from issuer.notices import MOST_TEXT, MOST_TITLE, notice_state
from issuer.store.notices import StoredNotice
from issuer.times import utc_moment
from issuer.web.notices_page import notice_card
from issuer.web.parts import Field, button, error_summary, facts, field, form, lines_of, note, tag
from issuer.web.shell import Page, Visit
from issuer.web.staff.frame import HOME, Table, reason_field, staff_page, table

NOTICES_PATH: Final = f"{HOME}/notices"
_WAY: Final = "staff_notices"
_NOTHING: Final = "–"
_STATE_TAGS: Final = {
    "shown": ("ok", "ok"),
    "waiting": ("", "clock"),
    "over": ("line", "clock"),
    "withdrawn": ("line", "no"),
}


@dataclass(frozen=True, slots=True)
class NoticesShown:
    """What the page shows.

    `values` are those of the form as they were typed; `error` is (id of the control, sentence), None for nothing;
    `said` the word of what was just done, empty for nothing. `may_change`: whoever looks is an operator.
    """

    notices: Sequence[StoredNotice]
    today: date
    may_change: bool
    values: Mapping[str, str]
    error: tuple[str, str] | None = None
    said: str = ""


def notices_page(visit: Visit, shown: NoticesShown) -> Page:
    """Return the page of all notices."""
    columns = ("number", "title", "first_day", "last_day", "state")
    listed = Table(
        visit.say("notice_table"),
        [visit.say(f"notice_{column}") for column in columns],
        [_row(visit, each, today=shown.today) for each in shown.notices],
        visit.say("notice_never"),
    )
    main = html(
        '<div class="stack"><h1>{heading}</h1>{errors}{said}<section class="card">{table}</section>{write}</div>',
        heading=visit.say("nav_staff_notices"),
        errors=error_summary(visit, [] if shown.error is None else [shown.error]),
        said=note(visit.say(shown.said), kind="ok") if shown.said else NOTHING,
        table=table(listed),
        write=_write(visit, shown) if shown.may_change else NOTHING,
    )
    return staff_page(visit.say("nav_staff_notices"), main, current=_WAY)


def one_notice_page(visit: Visit, notice: StoredNotice, *, today: date, may_withdraw: bool, error: str = "") -> Page:
    """Return one notice as everybody sees it, in both languages, with the way to withdraw it; `error` is a sentence."""
    state = notice_state(notice, today=today)
    rows: list[tuple[str, Html | str]] = [
        (visit.say("notice_state"), _state_tag(visit, state)),
        (visit.say("notice_first_day"), notice.first_day),
        (visit.say("notice_last_day"), notice.last_day or visit.say("notice_no_end")),
        (visit.say("notice_published_at"), korean_time(utc_moment(notice.published_at))),
    ]
    title = visit.say("notice_one", n=notice.id)
    main = html(
        '<div class="stack"><p><a href="{back}">{back_word}</a></p><h1>{title}</h1>{errors}'
        '<section class="card">{facts}</section>{ko}{en}{withdraw}</div>',
        back=visit.to(NOTICES_PATH),
        back_word=visit.say("nav_staff_notices"),
        title=title,
        errors=error_summary(visit, [("f-reason", error)] if error else []),
        facts=facts(rows),
        ko=notice_card(notice, "ko"),
        en=notice_card(notice, "en"),
        withdraw=_withdraw(visit, notice, error) if may_withdraw and state in ("shown", "waiting") else NOTHING,
    )
    return staff_page(title, main, current=_WAY)


def _row(visit: Visit, notice: StoredNotice, *, today: date) -> Sequence[Html | str]:
    title = html(
        '<a href="{address}">{title}</a>',
        address=visit.to(f"{NOTICES_PATH}/{notice.id}"),
        title=notice.title_en if visit.language == "en" else notice.title_ko,
    )
    state = _state_tag(visit, notice_state(notice, today=today))
    return (str(notice.id), title, notice.first_day, notice.last_day or _NOTHING, state)


def _state_tag(visit: Visit, state: str) -> Html:
    kind, sign = _STATE_TAGS[state]
    return tag(visit.say(f"notice_state_{state}"), kind=kind, sign=sign)


def _write(visit: Visit, shown: NoticesShown) -> Html:
    wrong_at, sentence = shown.error or ("", "")

    def typed(name: str, *, hint: str = "", kind: str = "text", most: int = 10, required: bool = True) -> Html:
        error = sentence if wrong_at == f"f-{name}" else ""
        value = shown.values.get(name, "")
        label = visit.say(f"notice_{name}")
        return field(Field(name, label, hint, error, value, kind, required=required, max_length=most))

    parts = (
        typed("title_ko", most=MOST_TITLE),
        _text_area(visit, "text_ko", shown),
        typed("title_en", most=MOST_TITLE),
        _text_area(visit, "text_en", shown),
        typed("first_day", hint=visit.say("notice_first_day_hint"), kind="date", required=False),
        typed("last_day", hint=visit.say("notice_last_day_hint"), kind="date", required=False),
        reason_field(
            visit,
            value=shown.values.get("reason", ""),
            error=sentence if wrong_at == "f-reason" else "",
            hint="notice_reason_hint",
        ),
        html("<p>{press}</p>", press=button(visit.say("notice_publish"), kind="p")),
    )
    return html(
        '<section class="card" aria-labelledby="write-h"><h2 id="write-h">{heading}</h2><p>{text}</p>{form}</section>',
        heading=visit.say("notice_write"),
        text=visit.say("notice_write_text"),
        form=form(visit, NOTICES_PATH, html('<div class="stack-s">{parts}</div>', parts=joined(parts))),
    )


def _text_area(visit: Visit, name: str, shown: NoticesShown) -> Html:
    wrong = shown.error is not None and shown.error[0] == f"f-{name}"
    return html(
        '<div class="field{wrong}"><label for="f-{name}">{label}</label><p class="hint" id="f-{name}-hint">{hint}</p>'
        '<textarea id="f-{name}" name="{name}" rows="5" maxlength="{most}" autocomplete="off" required '
        'aria-describedby="f-{name}-hint"{invalid}>{value}</textarea></div>',
        wrong=" wrong" if wrong else "",
        name=name,
        label=visit.say(f"notice_{name}"),
        hint=visit.say("notice_text_hint", n=MOST_TEXT),
        most=MOST_TEXT,
        invalid=Html(' aria-invalid="true"') if wrong else NOTHING,
        value=lines_of(shown.values.get(name, "")),
    )


def _withdraw(visit: Visit, notice: StoredNotice, error: str) -> Html:
    body = html(
        '<div class="stack-s"><p>{text}</p>{reason}<p>{press}</p></div>',
        text=visit.say("notice_withdraw_text"),
        reason=reason_field(visit, error=error, hint="notice_reason_hint"),
        press=button(visit.say("notice_withdraw"), kind="danger"),
    )
    return html(
        '<section class="card">{form}</section>', form=form(visit, f"{NOTICES_PATH}/{notice.id}/withdraw", body)
    )
