"""What both sides of course recognition see of an application: stage, courses, what happened; and text areas."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from credential_schemas.catalogue import ncs_unit
from credential_schemas.korean_time import korean_time
from credential_schemas.look.markup import NOTHING, Html, html, icon, joined
from issuer.recognition.cases import CaseView, reviewer_of
from issuer.recognition.texts import Target, targets_of
from issuer.store.recognition import Recognised, StoredCourse, StoredEvent
from issuer.times import utc_moment
from issuer.web.parts import facts, lines_of, note, size_words, tag
from issuer.web.problem_pages import hidden
from issuer.web.shell import Visit
from issuer.web.staff.frame import HOME, Table, table

QUEUE_PATH: Final = f"{HOME}/recognition"
UNIVERSITY_PATH: Final = f"{HOME}/university"
UPLOAD_PATH: Final = f"{UNIVERSITY_PATH}/syllabus"
_STAGE_TAGS: Final = {
    "recognised": ("ok", "ok"),
    "questions": ("un", "un"),
    "refused": ("bad", "bad"),
}


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed on a page that is shown again, and what is wrong: the word of a sentence, the id of a control."""

    fields: Sequence[tuple[str, str]] = ()
    error: str = ""
    control: str = ""
    done: str = ""
    values: dict[str, str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", dict(self.fields))

    def value(self, name: str, default: str = "") -> str:
        """Return what was typed in a field."""
        return self.values.get(name, default)


def notices(visit: Visit, typed: Typed) -> Html:
    """Return what came of the last press: a sentence of success or of what is wrong, nothing for neither."""
    if typed.error:
        way = html(' <a href="#{id}">{word}</a>', id=typed.control, word=visit.say("rec_to_field"))
        return html(
            '<section class="note bad" role="alert">{icon}<div><p>{text}{way}</p></div></section>',
            icon=icon("bad"),
            text=visit.say(typed.error),
            way=way if typed.control else NOTHING,
        )
    return note(visit.say("rec_done"), kind="ok") if typed.done else NOTHING


def stage_tag(visit: Visit, stage: str) -> Html:
    """Return the mark of a stage."""
    kind, sign = _STAGE_TAGS.get(stage, ("", "info"))
    return tag(visit.say(f"rec_stage_{stage}"), kind=kind, sign=sign)


def version_of(view: CaseView) -> Html:
    """Return the hidden field by which a stale form is told."""
    return hidden([("version", str(view.case.version))])


def area(name: str, label: str, *, value: str = "", hint: str = "", most: int = 2000) -> Html:
    """Return a field for a text with several lines."""
    return html(
        '<div class="field"><label for="f-{name}">{label}</label>{hint}<textarea id="f-{name}" name="{name}" '
        'rows="4" maxlength="{most}" autocomplete="off"{described}>{value}</textarea></div>',
        name=name,
        label=label,
        hint=html('<p class="hint" id="f-{name}-hint">{hint}</p>', name=name, hint=hint) if hint else NOTHING,
        most=most,
        described=html(' aria-describedby="f-{name}-hint"', name=name) if hint else NOTHING,
        value=lines_of(value),
    )


def target_name(target: Target) -> str:
    """Return a unit with its name, and the element of it."""
    unit = ncs_unit(target.code)
    name = "" if unit is None else unit.name_ko
    return " ".join(part for part in (target.code, name, target.element and f"· {target.element}") if part)


def course_part(visit: Visit, course: StoredCourse, *, file_path: str, more: Html = NOTHING) -> Html:
    """Return one course; `file_path` is where its syllabus is downloaded, `more` what can be done with it."""
    units = html(
        '<ul class="plain">{units}</ul>',
        units=joined(html("<li>{unit}</li>", unit=target_name(each)) for each in targets_of(course.targets)),
    )
    rows: list[tuple[str, Html | str]] = [
        (visit.say("rec_hours"), visit.say("rec_hours_level", n=course.hours, level=course.level)),
        (visit.say("rec_units"), units),
        (visit.say("rec_outcome"), paragraphs(course.outcome)),
        (visit.say("rec_evaluation"), paragraphs(course.evaluation)),
        (visit.say("rec_syllabus"), syllabus_link(visit, course, file_path)),
    ]
    if course.recognition_id is not None:
        rows.append((visit.say("rec_number"), course.recognition_id))
        rows.append((visit.say("rec_days"), f"{course.valid_from} – {course.ended_on or course.valid_until}"))
    return html(
        '<section class="card" id="course-{position}"><h3>{code} {title}</h3>{facts}{more}</section>',
        position=course.position,
        code=course.code,
        title=course.title,
        facts=facts(rows),
        more=more,
    )


def syllabus_link(visit: Visit, course: StoredCourse, path: str) -> Html | str:
    """Return the way to the syllabus of a course with its size, or that there is none."""
    if course.file_sha256 is None:
        return visit.say("rec_no_file")
    word = visit.say("rec_get_file", size=size_words(course.file_bytes or 0))
    return html('<a href="{path}">{word}</a>', path=visit.to(path), word=word)


def paragraphs(text: str) -> Html:
    """Return a text with its line breaks."""
    return joined(html("{line}<br>", line=each) for each in text.splitlines())


def events_part(visit: Visit, events: Sequence[StoredEvent], *, who: Callable[[StoredEvent], str]) -> Html:
    """Return what happened, newest first; `who` names whoever did it."""
    rows = [
        (
            korean_time(utc_moment(each.at)),
            html(
                "<p>{what} · {who}{internal}</p><p>{words}</p>",
                what=visit.say(f"rec_event_{each.kind}"),
                who=who(each),
                internal=html(" {mark}", mark=tag(visit.say("rec_internal"), sign="lock"))
                if each.internal
                else NOTHING,
                words=paragraphs(each.words),
            ),
        )
        for each in reversed(events)
    ]
    return facts(rows)


def who_by_side(visit: Visit, university: frozenset[str]) -> Callable[[StoredEvent], str]:
    """Return what names the side of an event: `university` are the kinds that the university makes."""
    return lambda each: visit.say("rec_side_university" if each.kind in university else "rec_side_bank")


def who_by_name(event: StoredEvent) -> str:
    """Return the name of the person of an event."""
    return reviewer_of(event.actor)


UNIVERSITY_EVENTS: Final = frozenset({"submitted", "answered", "attached", "withdrawn"})


def recognised_table(visit: Visit, courses: Sequence[Recognised], *, today: str) -> Html:
    """Return the list of recognised courses with their days."""
    rows = [
        (
            str(each.course.recognition_id),
            f"{each.course.code} {each.course.title}",
            each.department,
            str(each.course.valid_from),
            str(each.course.ended_on or each.course.valid_until),
            visit.say("rec_in_force" if str(each.course.ended_on or each.course.valid_until) >= today else "rec_over"),
        )
        for each in courses
    ]
    names = ("number", "course", "department", "from", "until", "state")
    return table(
        Table(visit.say("rec_list"), [visit.say(f"rec_{name}") for name in names], rows, visit.say("rec_list_empty"))
    )
