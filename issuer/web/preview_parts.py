"""What the recipient will see, beside the choice: the page, the result of a check, how full the codes are."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from credential_schemas.entry_types import certificate_labels, entry_types
from credential_schemas.look.markup import Html, html, icon
from credential_schemas.qr.symbols import CodeUse
from credential_schemas.report.headlines import headline
from credential_schemas.report_page.markup import result_html
from credential_schemas.report_page.view import View, view_of
from credential_schemas.wording.model import Language
from issuer.accounts.selection import ChosenEntry
from issuer.issuing.previewing import Preview
from issuer.web.entry_words import row_words
from issuer.web.facsimile import facsimile
from issuer.web.parts import note
from issuer.web.shell import Visit
from keys.encoding import JsonValue, encode_json

_FULL: Final = 100


@dataclass(frozen=True, slots=True)
class Meter:
    """How full the codes are, in whole percent of one code; about so many `more` entries of that size still fit."""

    percent: int
    codes: int
    more: int


def meter_of(use: CodeUse | None, entries: int) -> Meter | None:
    """Return how full the codes are; None when even four do not do."""
    if use is None:
        return None
    percent = -(-use.needed_bytes * _FULL // use.capacity_bytes)
    room = max(0, use.capacity_bytes - use.needed_bytes)
    return Meter(percent, use.codes, room * entries // use.needed_bytes)


def meter_words(visit: Visit, meter: Meter | None) -> str:
    """Return the meter in a few words."""
    if meter is None:
        return visit.say("cert_meter_file")
    return visit.say("cert_meter", n=meter.codes, percent=meter.percent)


def preview_panel(visit: Visit, preview: Preview | None, *, tab: str) -> Html:
    """Return all about what the recipient will see; `tab` is `check` for the result of a check, else the page."""
    if preview is None:
        return html('<p class="muted">{nothing}</p>', nothing=visit.say("cert_preview_nothing"))
    entries = len(preview.selection.entries)
    meter = meter_of(preview.use, entries)
    return html(
        '<fieldset class="seg rads"><legend class="vh">{legend}</legend>{page}{check}</fieldset>'
        '<div class="as-page">{paper}</div><div class="as-check seen">{note}{result}</div>{meter}'
        '<ul class="stack-s s">{hidden}<li class="ln">{lock}<span>{others}</span></li></ul>',
        legend=visit.say("cert_tabs"),
        page=_tab(visit, "page", tab),
        check=_tab(visit, "check", tab),
        paper=facsimile(visit, preview.wording),
        note=note(visit.say("cert_check_note")),
        result=_result(visit, preview),
        meter=_meter(visit, meter, preview),
        hidden=_hidden(visit, preview),
        lock=icon("lock"),
        others=visit.say("cert_others", n=preview.others),
    )


def hidden_values(preview: Preview, language: Language) -> list[tuple[str, int]]:
    """Return the names of the values that the chosen entries and the holder do not show, and how often each."""
    counts: Counter[str] = Counter()
    labels = certificate_labels()
    if preview.claims.edition == "blind":
        counts.update(labels.holder[name].label.in_language(language) for name in ("name", "birth_date"))
    for chosen in preview.selection.entries:
        counts.update(_hidden_of(chosen, language))
    return list(counts.items())


def _hidden_of(chosen: ChosenEntry, language: Language) -> Iterator[str]:
    if chosen.issuing_body is None:
        yield certificate_labels().entry["issuing_body"].label.in_language(language)
    own = {field.name: field for field in entry_types()[chosen.entry.type].own_fields}
    for name in chosen.withheld:
        yield own[name].label.in_language(language)


def _result(visit: Visit, preview: Preview) -> Html:
    band = headline(preview.report)
    page = {"sign": band.sign.value, "heading": band.heading.to_json(), "sentence": band.sentence.to_json()}
    view = view_of(preview.report.to_json(), page, language=visit.language)
    # When, with which lists and under which number somebody will check is not known yet.
    view |= {"facts": [], "name": "", "checked_at": "", "certificate": _without_number(visit, preview, view)}
    return result_html(view, language=visit.language, standing_alone=False)


def _without_number(visit: Visit, preview: Preview, view: View) -> list[JsonValue]:
    rows = view["certificate"] if isinstance(view["certificate"], list) else []
    not_yet: JsonValue = visit.say("cert_not_yet")
    return [[row[0], not_yet] if isinstance(row, list) and row[1] == preview.claims.number else row for row in rows]


def _tab(visit: Visit, value: str, chosen: str) -> Html:
    return html(
        '<label class="rad"><input type="radio" name="tab" value="{value}"{checked}>{word}</label>',
        value=value,
        checked=Html(" checked") if (chosen == "check") == (value == "check") else Html(""),
        word=visit.say(f"cert_tab_{value}"),
    )


def _meter(visit: Visit, meter: Meter | None, preview: Preview) -> Html:
    if meter is None:
        largest = max(preview.selection.entries, key=_size)
        return note(visit.say("cert_too_much", title=row_words(largest.entry, visit.language).title), kind="un")
    words, shown = meter_words(visit, meter), min(meter.percent, _FULL)
    advice = visit.say("cert_room", n=meter.more) if meter.codes == 1 else visit.say("cert_more_codes", n=meter.codes)
    return html(
        '<div><div class="hd s"><span class="lbl">{label}</span><span class="num"><b>{words}</b></span></div>'
        '<div class="meter{full}" role="meter" aria-label="{label}" aria-valuemin="0" aria-valuemax="100" '
        'aria-valuenow="{shown}" aria-valuetext="{words}. {advice}"><svg viewBox="0 0 100 4" '
        'preserveAspectRatio="none" aria-hidden="true"><rect width="{shown}" height="4"/></svg></div>'
        '<p class="xs muted">{advice}</p></div>',
        label=visit.say("cert_meter_label"),
        words=words,
        full="" if meter.codes == 1 else " un",
        shown=shown,
        advice=advice,
    )


def _size(chosen: ChosenEntry) -> int:
    """About how much of the codes an entry takes: the bytes of what it shows."""
    return len(encode_json([chosen.entry.title, chosen.issuing_body, dict(chosen.fields)]))


def _hidden(visit: Visit, preview: Preview) -> Html:
    values = hidden_values(preview, visit.language)
    if not values:
        return html(
            '<li class="ln">{icon}<span>{none}</span></li>', icon=icon("eyeoff"), none=visit.say("cert_hides_none")
        )
    listed = ", ".join(name if count == 1 else f"{name} {count}" for name, count in values)
    total = sum(count for _, count in values)
    return html(
        '<li class="ln">{icon}<span>{text}</span></li>',
        icon=icon("eyeoff"),
        text=visit.say("cert_hides", n=total, names=listed),
    )
