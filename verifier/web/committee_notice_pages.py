"""The pages of notices: their list, one of them, its form, retention and destruction, and what was done about it."""

from collections.abc import Sequence

from credential_schemas.criteria.terms import ChoiceParameter, DateParameter
from credential_schemas.look.markup import NOTHING, Html, html, joined
from verifier.committee.notices import Notice
from verifier.committee.officers import ADMINISTRATOR, OFFICER, REVIEWER
from verifier.committee.stages import has_later_stages
from verifier.store.committee_notices import CriteriaRow, Event
from verifier.web.committee_frame import (
    CRITERIA,
    NOTICES,
    Frame,
    card,
    labelled,
    pairs,
    table,
    tag,
)
from verifier.web.committee_notice_form import day_field, days_field, parameter_name

_SIGN_OF_STATE = {"draft": ("line", "doc"), "open": ("ok", "ok"), "destroyed": ("", "na"), "over": ("un", "un")}


def notices_page(frame: Frame, notices: Sequence[tuple[Notice, int]]) -> bytes:
    """Return the list."""
    may_create = OFFICER in frame.staff.person.roles
    acts = joined(
        (
            frame.link(f"{NOTICES}/new", "new_notice", kind="p") if may_create else NOTHING,
            frame.link(CRITERIA, "criteria"),
        )
    )
    listed: Html = html("<p>{text}</p>", text=frame.word("no_notices"))
    if notices:
        heads = [frame.word(name) for name in ("notice", "criteria", "applicants", "destroyed_on", "state")]
        rows = [
            (
                html(
                    '<a href="{address}">{name}</a><span class="sub">{number}</span>',
                    address=frame.staff.address(f"{NOTICES}/{each.row.id}"),
                    name=each.title,
                    number=each.row.name,
                ),
                f"{each.criteria.policy_id} {each.criteria.version}",
                str(count) if each.row.state != "destroyed" else "–",
                html('<span class="nb">{day}</span>', day=each.last_day.isoformat()),
                state_tag(frame, each),
            )
            for each, count in notices
        ]
        listed = html(
            '<section class="card">{table}</section>', table=table(frame.word("notices"), heads, rows, numbers=(2,))
        )
    main = html(
        '<p class="lead">{lead}</p>{listed}<div class="acts">{acts}</div>',
        lead=frame.word("notices_lead"),
        listed=listed,
        acts=acts,
    )
    return frame.page(main, title=frame.word("notices"), path=NOTICES)


def state_tag(frame: Frame, notice: Notice) -> Html:
    """Return how far a notice is."""
    state = "over" if notice.is_over else notice.row.state
    kind, sign = _SIGN_OF_STATE[state]
    return tag(kind, sign, frame.word(f"state_{state}"))


def choose_criteria_page(frame: Frame, criteria: Sequence[CriteriaRow]) -> bytes:
    """Return the first step of a new notice."""
    trail = [(NOTICES, frame.word("notices"))]
    inner: Html = html(
        "<p>{text}</p>{link}", text=frame.word("no_criteria"), link=frame.link(CRITERIA, "criteria", kind="p")
    )
    if criteria:
        options = joined(
            html('<option value="{id}">{name}</option>', id=str(each.id), name=f"{each.policy_id} {each.version}")
            for each in criteria
        )
        control = html('<select id="criteria" name="criteria">{options}</select>', options=options)
        inner = html(
            '<form method="get" action="{action}" class="stack-s">{field}{button}</form>',
            action=frame.staff.address(f"{NOTICES}/new"),
            field=labelled("criteria", frame.word("choose_criteria"), control),
            button=frame.button("continue"),
        )
    main = html('<section class="card narrow">{inner}</section>', inner=inner)
    return frame.page(main, title=frame.word("new_notice"), path=f"{NOTICES}/new", trail=trail)


def notice_page(frame: Frame, notice: Notice, applicants: int) -> bytes:
    """Return the overview of one notice."""
    roles = frame.staff.person.roles
    here = f"{NOTICES}/{notice.row.id}"
    judges, links = bool(roles & {OFFICER, REVIEWER}), []
    if notice.row.state == "open" and not notice.is_over:
        links = [
            frame.link(f"{here}/applicants", "to_applicants", kind="p") if judges else NOTHING,
            frame.link(f"{here}/queue", "to_queue", kind="p" if OFFICER not in roles else "")
            if REVIEWER in roles
            else NOTHING,
            frame.link(f"{here}/stages", "to_stages") if judges and has_later_stages(notice) else NOTHING,
            frame.link(f"{here}/review", "to_review") if OFFICER in roles else NOTHING,
        ]
    if notice.row.state == "draft" and OFFICER in roles:
        links = [frame.link(f"{here}/edit", "edit")]
    if roles & {OFFICER, ADMINISTRATOR}:
        links.append(frame.link(f"{here}/record", "to_record"))
    if ADMINISTRATOR in roles and notice.row.state != "destroyed":
        links.append(frame.link(f"{here}/retention", "to_settings"))
    use = NOTHING
    if notice.row.state == "draft" and OFFICER in roles:
        asked = frame.form(
            f"{here}/use", joined((html("<p>{lead}</p>", lead=frame.word("use_lead")), frame.button("use")))
        )
        use = card("use", frame.word("use"), asked)
    main = joined(
        (
            frame.kept_note(notice),
            _certificate(frame, notice),
            card("overview", frame.word("overview"), _overview(frame, notice, applicants)),
            use,
            html('<div class="acts">{links}</div>', links=joined(links)),
        )
    )
    return frame.page(main, title=notice.title, path=here, trail=[(NOTICES, frame.word("notices"))])


def retention_page(frame: Frame, notice: Notice, applicants: int) -> bytes:
    """Return the page on which an administrator moves the days, or destroys everything now."""
    here = f"{NOTICES}/{notice.row.id}"
    typed = {"decision_on": notice.row.decision_on, "retention_days": str(notice.row.retention_days)}
    days = joined(
        (
            day_field(frame, typed),
            days_field(frame, typed),
            frame.field("reason-move", "reason", hint="reason_forever", form_name="reason"),
            frame.button("move"),
        )
    )
    lead = frame.word("destroy_lead", n=applicants, name=notice.row.name)
    destroy = joined(
        (
            html("<p>{lead}</p>", lead=lead),
            frame.field("typed", "typed"),
            frame.field("reason-destroy", "reason", hint="reason_forever", form_name="reason"),
            frame.button("destroy_button", kind="danger"),
        )
    )
    main = joined(
        (
            frame.kept_note(notice),
            card("move", frame.word("move"), frame.form(f"{here}/retention", days)),
            card("destroy", frame.word("destroy_now"), frame.form(f"{here}/destroy", destroy)),
        )
    )
    trail = [(NOTICES, frame.word("notices")), (here, notice.title)]
    return frame.page(main, title=frame.word("to_settings"), path=f"{here}/retention", trail=trail)


def record_page(frame: Frame, notice: Notice, events: Sequence[Event]) -> bytes:
    """Return what was done about a notice."""
    here = f"{NOTICES}/{notice.row.id}"
    heads = [frame.word(name) for name in ("when", "who", "what", "about", "reason")]
    rows = [
        (
            frame.time(each.at),
            each.person_name,
            frame.word(f"act_{each.action}") + (f" ({each.detail})" if each.detail else ""),
            "" if each.place is None else f"#{each.place}",
            each.reason,
        )
        for each in events
    ]
    listed = table(frame.word("record"), heads, rows) if rows else html("<p>{text}</p>", text=frame.word("record_none"))
    main = html(
        '{kept}<p class="lead">{lead}</p><section class="card">{listed}</section>',
        kept=frame.kept_note(notice),
        lead=frame.word("record_lead"),
        listed=listed,
    )
    trail = [(NOTICES, frame.word("notices")), (here, notice.title)]
    return frame.page(main, title=frame.word("record"), path=f"{here}/record", trail=trail)


def _overview(frame: Frame, notice: Notice, applicants: int) -> Html:
    row, posting = notice.row, notice.posting
    criteria = html(
        '<a href="{address}">{name}</a>',
        address=frame.staff.address(f"{CRITERIA}/{notice.criteria.id}"),
        name=f"{notice.criteria.policy_id} {notice.criteria.version}",
    )
    facts: list[tuple[str, Html | str]] = [
        (frame.word("state"), state_tag(frame, notice)),
        (frame.word("name"), row.name),
        (frame.word("criteria"), criteria),
        (frame.word("sha"), html('<code class="digest">{sha}</code>', sha=notice.criteria.sha256)),
    ]
    for name, parameter in posting.policy.parameters.items():
        value = posting.notice.values.get(name)
        if isinstance(parameter, ChoiceParameter) and isinstance(value, str):
            facts.append((parameter_name(frame, name), frame.both(parameter.values[value])))
        elif isinstance(parameter, DateParameter):
            facts.append((parameter_name(frame, name), str(value)))
    facts += [
        (frame.word("four_short"), frame.word("reviewers_two" if row.four_eyes else "reviewers_one")),
        (frame.word("blind_short"), frame.word("yes" if row.is_blind else "no")),
        (frame.word("decision_on"), row.decision_on),
        (frame.word("retention_days"), str(row.retention_days)),
        (frame.word("applicants"), str(applicants) if row.state != "destroyed" else "–"),
        (frame.word("by_whom"), row.created_by),
    ]
    return pairs(facts)


def _certificate(frame: Frame, notice: Notice) -> Html:
    gone = notice.destroyed
    if gone is None:
        return NOTHING
    line = frame.word("certificate_line", day=frame.time(gone.destroyed_at), due=gone.due_on, **gone.counts)
    written = frame.word("overwritten" if gone.is_overwritten else "not_overwritten")
    return card(
        "certificate", frame.word("certificate"), html("<p>{line}</p><p>{written}</p>", line=line, written=written)
    )
