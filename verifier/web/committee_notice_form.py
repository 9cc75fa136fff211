"""The form of a notice: one field for each parameter that its policy declares, with what is wrong beside it."""

from collections.abc import Mapping, Sequence
from typing import Final

from credential_schemas.criteria.language import Policy
from credential_schemas.criteria.terms import ChoiceParameter, DateParameter, PointsParameter, RequirementsParameter
from credential_schemas.criteria.values import number_text
from credential_schemas.look.markup import NOTHING, Html, html, icon, joined
from keys.values import dataclass, field
from verifier.committee.parameters import PREFIX, READING
from verifier.store.committee_notices import CriteriaRow
from verifier.web.committee_frame import NOTICES, Frame, card, described, known, labelled, lines_of

_FIELDS: Final = {"id": "name", "name": "name", "title": "title"}
"""The field of a problem that is about none of the parameters: a notice's id is typed as its name."""


@dataclass(frozen=True, slots=True)
class NoticeForm:
    """The form of a notice: its criteria, what was typed, and what is wrong by parameter (`""` for the whole)."""

    criteria: CriteriaRow
    policy: Policy
    typed: Mapping[str, str]
    problems: Mapping[str, str] = field(default_factory=dict)
    notice_id: int | None = None


def notice_form_page(frame: Frame, form: NoticeForm) -> bytes:
    """Return the form of a new notice, or of a draft."""
    trail = [(NOTICES, frame.word("notices"))]
    action = NOTICES if form.notice_id is None else f"{NOTICES}/{form.notice_id}"
    title = frame.word("new_notice" if form.notice_id is None else "edit")
    own = joined(
        (
            _typed(frame, form, "name", hint="name_hint", is_required=True),
            _typed(frame, form, "title"),
        )
    )
    parameters = joined(_parameter(frame, form, name) for name in form.policy.parameters)
    readings = joined(_reading(frame, form, each.id) for each in form.policy.ambiguities if len(each.options) > 1)
    inner = joined(
        (
            html('<input type="hidden" name="criteria" value="{id}">', id=str(form.criteria.id)),
            _problems(frame, form),
            card("own", frame.word("notice"), own),
            card("parameters", frame.word("parameters"), parameters),
            card(
                "readings",
                frame.word("readings"),
                html(
                    '<details class="more"><summary>{sign}{lead}</summary>{readings}</details>',
                    sign=icon("next"),
                    lead=frame.word("readings_lead"),
                    readings=readings,
                ),
            )
            if readings
            else NOTHING,
            card("terms", frame.word("terms"), _terms(frame, form)),
            html(
                '<div class="acts">{save}{cancel}</div>',
                save=frame.button("save_draft"),
                cancel=frame.link(action, "cancel"),
            ),
        )
    )
    main = html(
        "{lead}{form}",
        lead=html('<p class="s muted">{c}</p>', c=f"{form.criteria.policy_id} {form.criteria.version}"),
        form=frame.form(action, inner, kind="stack narrow"),
    )
    path = f"{NOTICES}/new" if form.notice_id is None else f"{NOTICES}/{form.notice_id}/edit"
    return frame.page(main, title=title, path=path, trail=trail)


def _problems(frame: Frame, form: NoticeForm) -> Html:
    if not form.problems:
        return NOTHING
    rows = joined(
        html('<li>{place}: <span lang="en">{text}</span></li>', place=_place(frame, form, name), text=problem)
        for name, problem in form.problems.items()
    )
    return html(
        '<div class="note bad" role="alert" tabindex="-1" id="news">{icon}<div><b>{title}</b>'
        "<ul>{rows}</ul></div></div>",
        icon=icon("bad"),
        title=frame.word("problems"),
        rows=rows,
    )


def _place(frame: Frame, form: NoticeForm, name: str) -> Html:
    if name in form.policy.parameters:
        return html('<a href="#{id}">{name}</a>', id=PREFIX + name, name=parameter_name(frame, name))
    own = _FIELDS.get(name)
    return (
        html("{name}", name=frame.word("whole"))
        if own is None
        else html('<a href="#{id}">{name}</a>', id=own, name=frame.word(own))
    )


def _typed(frame: Frame, form: NoticeForm, name: str, *, hint: str = "", is_required: bool = False) -> Html:
    control = html(
        '<input id="{id}" name="{id}" value="{value}" maxlength="100"{required}{described}>',
        id=name,
        value=form.typed.get(name, ""),
        required=Html(" required") if is_required else NOTHING,
        described=described(name, hint),
    )
    problem = next((said for place, said in form.problems.items() if _FIELDS.get(place) == name), "")
    return labelled(name, frame.word(name), control, hint=frame.word(hint) if hint else "", problem=problem)


def _parameter(frame: Frame, form: NoticeForm, name: str) -> Html:
    parameter, field_id = form.policy.parameters[name], PREFIX + name
    value = form.typed.get(field_id, "")
    hint = ""
    if isinstance(parameter, DateParameter):
        hint = frame.word("p_date", default=parameter_name(frame, parameter.default)) if parameter.default else ""
        control = html(
            '<input id="{id}" name="{id}" type="date" value="{value}"{d}>',
            id=field_id,
            value=value,
            d=described(field_id, hint),
        )
    elif isinstance(parameter, ChoiceParameter):
        choices = [
            ("", frame.word("empty_choice")),
            *((each, frame.both(both)) for each, both in parameter.values.items()),
        ]
        control = _select(field_id, choices, value)
    else:
        if isinstance(parameter, PointsParameter):
            allowed = ", ".join(number_text(points) for points in parameter.allowed_points)
            hint = frame.word(f"p_{parameter.type}", allowed=allowed)
        else:
            hint = frame.word("p_requirements" if isinstance(parameter, RequirementsParameter) else "p_rows")
        control = html(
            '<textarea id="{id}" name="{id}" rows="3"{d}>{value}</textarea>',
            id=field_id,
            value=lines_of(value),
            d=described(field_id, hint),
        )
    return labelled(field_id, parameter_name(frame, name), control, hint=hint, problem=form.problems.get(name, ""))


def parameter_name(frame: Frame, parameter: str) -> str:
    """Return what a parameter is called; those of other policies by their own name."""
    return frame.word(f"param_{parameter}") if known(f"param_{parameter}") else parameter


def _reading(frame: Frame, form: NoticeForm, ambiguity_id: str) -> Html:
    ambiguity = next(each for each in form.policy.ambiguities if each.id == ambiguity_id)
    own = frame.word("own_reading", option=frame.both(ambiguity.options[ambiguity.chosen].text))
    others = ((name, frame.both(option.text)) for name, option in ambiguity.options.items() if name != ambiguity.chosen)
    field_id = READING + ambiguity_id
    control = _select(field_id, [("", own), *others], form.typed.get(field_id, ""))
    return labelled(field_id, f"{ambiguity_id}: {frame.both(ambiguity.text)}", control)


def _select(field_id: str, choices: Sequence[tuple[str, str]], chosen: str) -> Html:
    options = joined(
        html(
            '<option value="{value}"{chosen}>{name}</option>',
            value=value,
            name=name,
            chosen=Html(" selected") if value == chosen else NOTHING,
        )
        for value, name in choices
    )
    return html('<select id="{id}" name="{id}">{options}</select>', id=field_id, options=options)


def _terms(frame: Frame, form: NoticeForm) -> Html:
    boxes = joined(
        html(
            '<label class="box"><input type="checkbox" name="{name}" value="yes"{checked}><span>{text}</span></label>',
            name=name,
            checked=Html(" checked") if form.typed.get(name) == "yes" else NOTHING,
            text=frame.word(name),
        )
        for name in ("is_blind", "four_eyes")
    )
    return joined((boxes, day_field(frame, form.typed), days_field(frame, form.typed)))


def day_field(frame: Frame, typed: Mapping[str, str]) -> Html:
    """Return the field of the day of the decision."""
    control = html(
        '<input id="decision_on" name="decision_on" type="date" required value="{value}" '
        'aria-describedby="decision_on-hint">',
        value=typed.get("decision_on", ""),
    )
    return labelled("decision_on", frame.word("decision_on"), control, hint=frame.word("decision_hint"))


def days_field(frame: Frame, typed: Mapping[str, str]) -> Html:
    """Return the field of the days of retention."""
    control = html(
        '<input id="retention_days" name="retention_days" type="number" min="14" max="180" required '
        'value="{value}" aria-describedby="retention_days-hint">',
        value=typed.get("retention_days", ""),
    )
    return labelled("retention_days", frame.word("retention_days"), control, hint=frame.word("retention_hint"))
