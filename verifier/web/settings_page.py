"""The settings page: whom this verifier believes, what it keeps, and every change with who and why."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote

from credential_schemas.entry_types import entry_types
from credential_schemas.korean_time import korean_time
from credential_schemas.look.markup import NOTHING, Html, html, icon, joined
from credential_schemas.report.messages import Language
from keys.encoding import JsonValue
from keys.trust_list import TrustedType
from keys.values import dataclass
from verifier.people.administration import ON_THE_MACHINE
from verifier.store.changes import Change
from verifier.trust_files import Offered
from verifier.trust_listing import ListedIssuer, Listing
from verifier.web.people_words import people_word, people_words
from verifier.web.settings_facts import ServiceFacts, facts_html
from verifier.web.staff import Staff, staff_page

SETTINGS: Final = "/settings"
CHANGES_SHOWN: Final = 50
_HISTORY_SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class SettingsState:
    """What the page shows.

    Args:
        listing: the trust list; None where it cannot be read, then `.trouble` says why.
        changes: the newest, with their numbers.
        facts: what else is set.
        trouble: a sentence.
    """

    listing: Listing | None
    changes: Sequence[tuple[int, Change]]
    facts: ServiceFacts
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class SettingsNews:
    """What has just happened: a sentence, whether it is a refusal, more lines, and what was typed and is kept."""

    text: str = ""
    refused: bool = False
    lines: Sequence[str] = ()
    url: str = ""
    reason: str = ""


def settings_page(staff: Staff, state: SettingsState, news: SettingsNews) -> bytes:
    """Return the page."""
    main = html(
        '<div class="stack settings"><h1>{title}</h1>{news}{trust}{add}{facts}{changes}</div>',
        title=_word(staff, "settings"),
        news=news_html(news),
        trust=_trust(staff, state),
        add=_add(staff, news),
        facts=facts_html(staff, state.facts),
        changes=_changes(staff, state.changes),
    )
    return staff_page(staff, main, title=_word(staff, "settings"), path=SETTINGS)


def offer_page(staff: Staff, url: str, offer: Offered, *, reason: str) -> bytes:
    """Return the page that shows what stands at a URL and asks for its fingerprint, which it does not show."""
    issuers = joined(
        html(
            '<li><strong>{name}</strong>{mark}<br><code>{id}</code><ul class="types">{types}</ul></li>',
            name=issuer.name[staff.language],
            mark=_test_mark(staff) if issuer.development else NOTHING,
            id=issuer.id,
            types=joined(_type(staff, each) for each in issuer.types),
        )
        for issuer in offer.trust.issuers.values()
    )
    kind = "offer_bundle" if offer.bundle is not None else "offer_list"
    main = html(
        '<div class="stack settings narrow"><h1>{title}</h1><section class="card stack-s"><p>{found}</p>'
        '<p><code>{url}</code></p><ul class="stack-s">{issuers}</ul></section>'
        '<section class="card"><h2>{confirm}</h2><p class="note un">{sign}<span>{why}</span></p>'
        '<form method="post" action="{action}">{token}<input type="hidden" name="url" value="{url}">'
        '<div class="field"><label for="fingerprint">{label}</label><input id="fingerprint" name="fingerprint" '
        'required maxlength="200" autocomplete="off" spellcheck="false" autocapitalize="none"></div>{reason}'
        '<p class="row"><button class="btn p">{button}</button><a class="btn t" href="{back}">{cancel}</a></p>'
        "</form></section></div>",
        title=_word(staff, "trust_add"),
        found=_word(staff, kind, version=offer.trust.version),
        url=url,
        issuers=issuers,
        confirm=_word(staff, "offer_confirm"),
        sign=icon("un"),
        why=_word(staff, f"{kind}_why"),
        action=staff.address(f"{SETTINGS}/trust/add"),
        token=staff.token_field(),
        label=_word(staff, "fingerprint"),
        reason=_reason(staff, "reason-add", reason),
        button=_word(staff, "trust_add_button"),
        back=staff.address(SETTINGS),
        cancel=_word(staff, "cancel"),
    )
    return staff_page(staff, main, title=_word(staff, "trust_add"), path=SETTINGS)


def remove_page(staff: Staff, issuer: ListedIssuer) -> bytes:
    """Return the page that asks once more before an issuer is believed no longer."""
    main = html(
        '<div class="stack settings narrow"><h1>{title}</h1><section class="card"><p><strong>{name}</strong><br>'
        '<code>{id}</code></p><p class="note un">{sign}<span>{why}</span></p><form method="post" action="{action}">'
        '{token}<input type="hidden" name="issuer" value="{id}">{reason}<p class="row">'
        '<button class="btn danger">{button}</button><a class="btn t" href="{back}">{cancel}</a></p></form></section>'
        "</div>",
        title=_word(staff, "trust_remove"),
        name=issuer.issuer.name[staff.language],
        id=issuer.issuer.id,
        sign=icon("un"),
        why=_word(staff, "trust_remove_why"),
        action=staff.address(f"{SETTINGS}/trust/remove"),
        token=staff.token_field(),
        reason=_reason(staff, "reason-remove", ""),
        button=_word(staff, "trust_remove_button"),
        back=staff.address(SETTINGS),
        cancel=_word(staff, "cancel"),
    )
    return staff_page(staff, main, title=_word(staff, "trust_remove"), path=SETTINGS)


def news_html(news: SettingsNews) -> Html:
    """Return what has just happened as a note, nothing where nothing has."""
    if not news.text:
        return NOTHING
    return html(
        '<div class="note {kind}" role="{role}">{sign}<div><p>{text}</p><ul>{lines}</ul></div></div>',
        kind="bad" if news.refused else "ok",
        role="alert" if news.refused else "status",
        sign=icon("bad" if news.refused else "ok"),
        text=news.text,
        lines=joined(html("<li>{line}</li>", line=line) for line in news.lines),
    )


def _trust(staff: Staff, state: SettingsState) -> Html:
    if state.listing is None:
        inner = html('<p class="note un">{sign}<span>{text}</span></p>', sign=icon("un"), text=state.trouble)
    else:
        issuers = [_issuer(staff, issuer) for issuer in state.listing.issuers]
        inner = html(
            '<p class="hint">{version}</p>{issuers}{refresh}{history}',
            version=_word(staff, "trust_version", version=state.listing.version),
            issuers=joined(issuers) or html("<p>{none}</p>", none=_word(staff, "trust_none")),
            refresh=_refresh(staff) if issuers else NOTHING,
            history=_history(staff, state.listing.history),
        )
    return html(
        '<section class="card" aria-labelledby="trust-h"><h2 id="trust-h">{title}</h2>{inner}</section>',
        title=_word(staff, "trust"),
        inner=inner,
    )


def _issuer(staff: Staff, listed: ListedIssuer) -> Html:
    issuer, entry = listed.issuer, listed.entry
    rows = [
        ("trust_id", html("<code>{id}</code>", id=issuer.id)),
        ("trust_types", _types(staff, listed)),
        ("trust_keys", html("<code>{keys}</code>", keys=", ".join(sorted(issuer.keys)))),
        ("trust_list_version", html("{version}", version=entry.version)),
        ("trust_added", _time(staff.language, entry.added_at)),
        ("trust_source", html("{source}", source=entry.source or _word(staff, "trust_by_file"))),
        ("trust_freshness", _freshness(staff, listed)),
    ]
    query = html("?issuer={id}", id=Html(_quoted(issuer.id)))
    download = NOTHING
    if listed.bundle is not None:
        download = html(
            '<a class="btn sm" href="{path}{query}" download="trust-bundle.jwt">{sign}{text}</a>',
            path=f"{SETTINGS}/trust/bundle",
            query=query,
            sign=icon("down"),
            text=_word(staff, "trust_bundle_download"),
        )
    return html(
        '<article class="issuer stack-s"><h3>{name}{mark}</h3><dl class="facts">{rows}</dl><p class="row">{download}'
        '<a class="btn sm danger" href="{path}{query}">{remove}</a></p></article>',
        name=issuer.name[staff.language],
        mark=_test_mark(staff) if issuer.development else NOTHING,
        rows=joined(
            html("<div><dt>{name}</dt><dd>{value}</dd></div>", name=_word(staff, word), value=value)
            for word, value in rows
        ),
        download=download,
        path=staff.address(f"{SETTINGS}/trust/remove"),
        query=query,
        remove=_word(staff, "trust_remove"),
    )


def _types(staff: Staff, listed: ListedIssuer) -> Html:
    return html(
        '<ul class="types">{types}</ul>',
        types=joined(_type(staff, each) for each in listed.issuer.types),
    )


def _type(staff: Staff, trusted: TrustedType) -> Html:
    """Say for which entries somebody is trusted, in words; the type of credential stands below, as it is signed."""
    return html("<li>{what}<br><code>{vct}</code></li>", vct=trusted.vct, what=_scope(staff, trusted.entry_types))


def _scope(staff: Staff, trusted_for: frozenset[str] | None) -> str:
    if trusted_for is None:
        return _word(staff, "trust_every_type")
    names = {name: entry_types()[name].names.in_language(staff.language) for name in entry_types()}
    return ", ".join(sorted(names.get(name, name) for name in trusted_for))


def _freshness(staff: Staff, listed: ListedIssuer) -> Html:
    bundle = listed.bundle
    if bundle is None:
        return html("{text}", text=_word(staff, "trust_no_bundle"))
    return html(
        '<span class="tag {kind}">{sign}{state}</span> {made}: {made_at} · {until}: {until_at}',
        kind="bad" if listed.expired else "ok",
        sign=icon("bad" if listed.expired else "ok"),
        state=_word(staff, "trust_expired" if listed.expired else "trust_fresh"),
        made=_word(staff, "trust_made"),
        made_at=_time(staff.language, bundle.made_at),
        until=_word(staff, "trust_until"),
        until_at=_time(staff.language, bundle.valid_until),
    )


def _refresh(staff: Staff) -> Html:
    return html(
        '<form class="row" method="post" action="{action}">{token}{reason}<button class="btn">{sign}{button}</button>'
        "</form>",
        action=staff.address(f"{SETTINGS}/trust/refresh"),
        token=staff.token_field(),
        reason=_reason(staff, "reason-refresh", ""),
        sign=icon("redo"),
        button=_word(staff, "trust_refresh"),
    )


def _history(staff: Staff, history: Sequence[Mapping[str, JsonValue]]) -> Html:
    if not history:
        return NOTHING
    names = ("at", "action", "issuer", "version")
    shown = [{**line, "action": _log_action(staff, str(line.get("action")))} for line in history[-_HISTORY_SHOWN:]]
    rows = [[str(line.get(name, "")) for name in names] for line in reversed(shown)]
    return html(
        "<details><summary>{title}</summary>{table}</details>",
        title=_word(staff, "trust_history"),
        table=_table(staff, [f"history_{name}" for name in names], rows),
    )


def _add(staff: Staff, news: SettingsNews) -> Html:
    return html(
        '<section class="card" aria-labelledby="add-h"><h2 id="add-h">{title}</h2><p>{how}</p>'
        '<form method="post" action="{action}">{token}<div class="field"><label for="url">{label}</label>'
        '<input id="url" name="url" type="url" required maxlength="2048" autocomplete="off" '
        'placeholder="https://bank.example/trust-bundle.jwt" value="{url}"></div>{reason}'
        '<button class="btn">{button}</button>'
        "</form></section>",
        title=_word(staff, "trust_add"),
        how=_word(staff, "trust_add_how"),
        action=staff.address(f"{SETTINGS}/trust/look"),
        token=staff.token_field(),
        label=_word(staff, "trust_url"),
        url=news.url,
        reason=_reason(staff, "reason-look", news.reason),
        button=_word(staff, "trust_look"),
    )


def _changes(staff: Staff, changes: Sequence[tuple[int, Change]]) -> Html:
    names = ("change_at", "change_who", "change_action", "change_subject", "change_reason")
    rows = [
        [_time(staff.language, each.at), _who(staff, each), _action(staff, each.action), each.subject, each.reason]
        for _, each in changes
    ]
    older = NOTHING
    if len(changes) == CHANGES_SHOWN:
        address = staff.address(f"{SETTINGS}?before={changes[-1][0]}")
        older = html('<p><a class="btn sm" href="{to}">{text}</a></p>', to=address, text=_word(staff, "changes_older"))
    return html(
        '<section class="card" aria-labelledby="changes-h"><h2 id="changes-h">{title}</h2><p class="hint">{how}</p>'
        "{table}{older}</section>",
        title=_word(staff, "changes"),
        how=_word(staff, "changes_how"),
        table=_table(staff, names, rows) if rows else html("<p>{none}</p>", none=_word(staff, "changes_none")),
        older=older,
    )


def _table(staff: Staff, names: Sequence[str], rows: Sequence[Sequence[str]]) -> Html:
    labels = [_word(staff, name) for name in names]
    head = joined(html('<th scope="col">{label}</th>', label=label) for label in labels)
    body = joined(
        html(
            "<tr>{cells}</tr>",
            cells=joined(
                html('<td data-label="{label}">{value}</td>', label=label, value=value)
                for label, value in zip(labels, row, strict=True)
            ),
        )
        for row in rows
    )
    return html("<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>", head=head, body=body)


def _reason(staff: Staff, place: str, value: str) -> Html:
    return html(
        '<div class="field"><label for="{place}">{label}</label><input id="{place}" name="reason" required '
        'minlength="2" maxlength="500" autocomplete="off" value="{value}"></div>',
        place=place,
        label=_word(staff, "reason"),
        value=value,
    )


def _test_mark(staff: Staff) -> Html:
    return html(' <span class="tag un">{sign}{text}</span>', sign=icon("un"), text=_word(staff, "trust_test"))


def _action(staff: Staff, action: str) -> str:
    """Return what a change was in words; one of another part of the verifier that has none here, by its slug."""
    name = f"action_{action}"
    return _word(staff, name) if name in people_words() else action


def _who(staff: Staff, change: Change) -> str:
    return _word(staff, "on_the_machine") if change.person_id == ON_THE_MACHINE else change.person_name


def _log_action(staff: Staff, action: str) -> str:
    name = f"log_{action}"
    return _word(staff, name) if name in people_words() else action


def _time(language: Language, seconds: int | None) -> str:
    if seconds is None:
        return people_word("never", language)
    return f"{korean_time(datetime.fromtimestamp(seconds, UTC))} KST"


def _quoted(text: str) -> str:
    return quote(text, safe="")


def _word(staff: Staff, name: str, **values: object) -> str:
    return people_word(name, staff.language, **values)
