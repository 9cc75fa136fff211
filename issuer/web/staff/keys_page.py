"""The page of keys, log, trust bundle and audit trail: facts to read, a check to start, a dry run of distrusting."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from credential_schemas.korean_time import korean_time
from credential_schemas.look.markup import NOTHING, Html, html, joined
from issuer.key_life.listing import KeyLine
from issuer.staff.oversight import LogFacts, LogPlace, RecordsCheck
from issuer.times import utc_moment
from issuer.web.parts import Field, button, error_summary, facts, field, form, link_button, note, select, tag
from issuer.web.shell import Page, Visit
from issuer.web.staff.frame import HOME, Table, staff_page, table

KEYS = f"{HOME}/keys"
_COMMANDS = ("rotate", "retire", "distrust")


@dataclass(frozen=True, slots=True)
class DryRun:
    """What distrusting a key since a time would mean: how many certificates of each outcome; no key was changed."""

    kid: str
    since: str
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class KeysShown:
    """What the page shows.

    Attributes:
        keys: every key.
        log: None for a bank without one.
        trail: how many records the audit trail has.
        check: the newest check of log and trail, None before the first.
        is_check_due: whether another should be made.
        bundle_at: when the published trust bundle was made, None without one.
        number: that was looked up in the log; empty for none.
        place: where it stands, None when it does not.
        dry_run: what distrusting would mean, where that was asked.
        error: (id of the control, word) of what is wrong with a form, None for nothing.
    """

    keys: Sequence[KeyLine]
    log: LogFacts | None
    trail: int
    check: RecordsCheck | None
    is_check_due: bool
    bundle_at: datetime | None
    number: str = ""
    place: LogPlace | None = None
    dry_run: DryRun | None = None
    error: tuple[str, str] | None = None


def keys_page(visit: Visit, shown: KeysShown) -> Page:
    """Return the page."""
    main = html(
        '<div class="stack"><h1>{heading}</h1>{errors}{keys}{dry_run}{log}{trail}{bundle}</div>',
        heading=visit.say("nav_staff_keys"),
        errors=error_summary(visit, [] if shown.error is None else [(shown.error[0], visit.say(shown.error[1]))]),
        keys=_keys(visit, shown.keys),
        dry_run=_distrusting(visit, shown),
        log=_log(visit, shown),
        trail=_trail(visit, shown),
        bundle=_bundle(visit, shown.bundle_at),
    )
    return staff_page(visit.say("nav_staff_keys"), main, current="staff_keys")


def _keys(visit: Visit, keys: Sequence[KeyLine]) -> Html:
    columns = ("use", "kid", "algorithm", "kept", "state", "valid", "signed", "next")
    shown = Table(
        visit.say("keys_table"),
        [visit.say(f"key_{column}") for column in columns],
        [_key(visit, line) for line in keys],
        "",
        numbers=frozenset({6}),
    )
    commands = joined(html("<li><code>cb-issuer keys {name}</code></li>", name=name) for name in _COMMANDS)
    return html(
        '<section class="card">{table}<p class="s mt">{text}</p><ul class="dots s">{commands}</ul></section>',
        table=table(shown),
        text=visit.say("keys_by_command"),
        commands=commands,
    )


def _key(visit: Visit, line: KeyLine) -> Sequence[Html | str]:
    validity, record = line.validity, line.record
    state: Html | str = visit.say(f"key_state_{line.state.value}")
    if record is not None and record.distrusted_since is not None:
        since = _minute(record.distrusted_since)
        state = tag(visit.say("key_distrusted", since=since), kind="bad", sign="bad")
    valid = "–" if validity is None else f"{validity.not_before:%Y-%m-%d} ~ {validity.not_after:%Y-%m-%d}"
    signed = "–" if line.use != "credential" else str(0 if line.signed is None else line.signed.certificates)
    due = line.next_rotation or line.rests_until
    return (
        visit.say(f"key_use_{line.use}"),
        html("<code>{kid}</code>", kid=line.kid),
        line.algorithm,
        visit.say(f"key_kept_{line.kept.replace(' ', '_')}"),
        state,
        valid,
        signed,
        "–" if due is None else due[:10],
    )


def _distrusting(visit: Visit, shown: KeysShown) -> Html:
    """The dry run: for keys of credentials, of which alone the certificates are counted."""
    known = [line for line in shown.keys if line.use == "credential" and line.record is not None]
    found = shown.dry_run
    fields = joined(
        (
            select(
                "kid",
                visit.say("key_kid"),
                options=[(line.kid, line.kid) for line in known],
                chosen="" if found is None else found.kid,
            ),
            field(
                Field(
                    "since",
                    visit.say("dry_since"),
                    hint=visit.say("dry_since_hint"),
                    error=visit.say(shown.error[1]) if shown.error and shown.error[0] == "f-since" else "",
                    value="" if found is None else found.since,
                    max_length=40,
                )
            ),
            button(visit.say("dry_button")),
        )
    )
    return html(
        '<section class="card" aria-labelledby="dry-h"><h2 id="dry-h" class="h3">{heading}</h2><p>{text}</p>'
        '<form method="get" action="{action}" class="stack-s">{fields}</form>{result}</section>',
        heading=visit.say("dry_heading"),
        text=visit.say("dry_text"),
        action=visit.to(KEYS),
        fields=fields,
        result=NOTHING if found is None else _dry_result(visit, found),
    )


def _dry_result(visit: Visit, found: DryRun) -> Html:
    said = Table(
        visit.say("dry_result", kid=found.kid, since=found.since),
        (visit.say("dry_outcome"), visit.say("column_number")),
        [(visit.say(f"outcome_{name}"), str(number)) for name, number in found.counts.items()],
        "",
        numbers=frozenset({1}),
    )
    command = f"cb-issuer keys distrust {found.kid} --since {found.since} --out reissue.csv"
    text = html("<p>{text}</p><p><code>{command}</code></p>", text=visit.say("dry_nothing"), command=command)
    return html('<div class="stack-s mt">{table}{note}</div>', table=table(said), note=note(text))


def _log(visit: Visit, shown: KeysShown) -> Html:
    log = shown.log
    if log is None:
        content: Html = note(visit.say("log_none"), kind="un")
    else:
        newest = "–" if log.newest_at is None else korean_time(log.newest_at)
        rows: list[tuple[str, Html | str]] = [
            (visit.say("log_origin"), log.origin),
            (visit.say("log_size"), str(log.size)),
            (visit.say("log_published"), str(log.published)),
            (visit.say("log_root"), html("<code>{root}</code>", root=log.root.hex())),
            (visit.say("log_newest"), newest),
        ]
        content = joined((facts(rows), _look_up(visit, shown)))
    return html(
        '<section class="card" aria-labelledby="log-h"><h2 id="log-h" class="h3">{heading}</h2>{content}</section>',
        heading=visit.say("log_heading"),
        content=content,
    )


def _look_up(visit: Visit, shown: KeysShown) -> Html:
    asked = Field("number", visit.say("log_number"), value=shown.number, hint="CB-2026-00000001", max_length=40)
    result: Html = NOTHING
    if shown.place is not None:
        place = shown.place
        rows: list[tuple[str, Html | str]] = [
            (visit.say("log_index"), str(place.index)),
            (visit.say("log_logged_at"), korean_time(place.logged_at)),
        ]
        proof = f"{visit.to(KEYS)}/proof?number={place.number}"
        result = joined((facts(rows), link_button(visit.say("log_proof"), proof, sign="down")))
    elif shown.number:
        result = html('<div class="mt">{note}</div>', note=note(visit.say("log_not_there"), kind="un"))
    return html(
        '<form method="get" action="{action}" class="stack-s mt">{field}{button}</form>{result}',
        action=visit.to(KEYS),
        field=field(asked),
        button=button(visit.say("log_look_up")),
        result=result,
    )


def _trail(visit: Visit, shown: KeysShown) -> Html:
    check = shown.check
    if check is None:
        said = note(visit.say("check_never"), kind="un")
    elif check.findings:
        items = joined(html("<li>{text}</li>", text=text) for text in check.findings)
        said = note(
            html("<p>{text}</p><ul>{items}</ul>", text=_checked(visit, "check_bad", check), items=items), kind="bad"
        )
    else:
        said = note(_checked(visit, "check_good", check), kind="un" if shown.is_check_due else "ok")
    return html(
        '<section class="card" aria-labelledby="trail-h"><h2 id="trail-h" class="h3">{heading}</h2><p>{size}</p>{said}'
        '<div class="mt">{form}</div><p class="s muted">{note}</p></section>',
        heading=visit.say("trail_heading"),
        size=visit.say("trail_size", n=shown.trail),
        said=said,
        form=form(visit, f"{KEYS}/check", button(visit.say("check_button"))),
        note=visit.say("check_note"),
    )


def _checked(visit: Visit, word: str, check: RecordsCheck) -> str:
    return visit.say(word, n=check.trail_size, log=check.log_size or 0, time=_minute(check.at), by=check.by)


def _bundle(visit: Visit, made_at: datetime | None) -> Html:
    text = visit.say("bundle_none") if made_at is None else visit.say("bundle_at", time=korean_time(made_at))
    return html(
        '<section class="card"><h2 class="h3">{heading}</h2><p>{text}</p></section>',
        heading=visit.say("bundle_heading"),
        text=text,
    )


def _minute(at: str) -> str:
    return korean_time(utc_moment(at))
