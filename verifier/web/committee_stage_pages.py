"""The pages of written test and interview: everybody's at a glance, and the marks of one applicant."""

from credential_schemas.criteria.language import Interview, Section
from credential_schemas.criteria.later_stages import SectionMark, SlotMark
from credential_schemas.criteria.values import number_text
from credential_schemas.look.markup import NOTHING, Html, html, joined
from verifier.committee.notices import Notice
from verifier.committee.officers import OFFICER, REVIEWER
from verifier.committee.questions import Standing, State
from verifier.committee.stages import Interviewed, Member, StageBook, Stages
from verifier.store.committee_files import OpinionRow
from verifier.web.committee_frame import NOTICES, Frame, card, labelled, pairs, table, tag

_STATE = {
    State.OPEN: ("un", "un"),
    State.WAITING: ("line", "clock"),
    State.DISAGREED: ("bad", "bad"),
    State.SETTLED: ("ok", "ok"),
}


def stages_page(frame: Frame, book: StageBook) -> bytes:
    """Return the later stages of everybody, in the order in which applicants came; there is no order by result."""
    notice = book.notice
    here = f"{NOTICES}/{notice.row.id}"
    policy = notice.posting.policy
    sections = policy.written_test.sections if policy.written_test is not None else {}
    heads = [frame.word("applicant_no"), *(frame.both(each.title) for each in sections.values())]
    heads += [frame.word("correct_all")] if sections else []
    heads += [frame.both(policy.interview.title)] if policy.interview is not None else []
    rows = [
        (
            html(
                '<a href="{address}">{number}</a>',
                address=frame.staff.address(f"{here}/stages/{each.applicant.place}"),
                number=each.applicant.number,
            ),
            *(_short_section(frame, section, each.sections[name]) for name, section in sections.items()),
            *([_sum_text(frame, notice, each)] if sections else []),
            *([_short_interview(frame, each.interview)] if each.interview is not None else []),
        )
        for each in book.rows
    ]
    listed = (
        table(frame.word("stages"), heads, rows, numbers=range(1, len(heads)))
        if rows
        else html("<p>{text}</p>", text=frame.word("no_applicants_reviewer"))
    )
    main = joined(
        (
            frame.kept_note(notice),
            html('<p class="lead">{lead}</p>', lead=frame.word("stages_lead")),
            html('<section class="card">{listed}</section>', listed=listed),
            _unknown(frame, notice),
        )
    )
    trail = [(NOTICES, frame.word("notices")), (here, notice.title)]
    return frame.page(main, title=frame.word("stages"), path=f"{here}/stages", trail=trail)


def stage_page(frame: Frame, notice: Notice, stages: Stages) -> bytes:
    """Return the later stages of one applicant with the forms of whoever looks."""
    here = f"{NOTICES}/{notice.row.id}"
    path = f"{here}/stages/{stages.applicant.place}"
    policy = notice.posting.policy
    four = frame.note("eyeoff", frame.word("stages_four")) if notice.row.four_eyes else NOTHING
    lead = html('<p class="lead">{lead}</p>', lead=frame.word("stages_lead"))
    parts = [frame.kept_note(notice), lead, four]
    if policy.written_test is not None:
        inner = joined(
            _section(frame, policy.written_test.sections[name], name, standing=standing, path=path)
            for name, standing in stages.sections.items()
        )
        total = html(
            '<p class="s"><b>{name}</b> {sum}</p>', name=frame.word("correct_all"), sum=_sum_text(frame, notice, stages)
        )
        parts.append(card("written", frame.both(policy.written_test.title), joined((inner, total))))
    if policy.interview is not None and stages.interview is not None:
        inner = _interview(frame, policy.interview, stages.interview, path=path)
        parts.append(card("interview", frame.both(policy.interview.title), inner))
    parts.append(_unknown(frame, notice))
    back = frame.link(f"{here}/applicants/{stages.applicant.place}", "sheet")
    parts.append(html('<div class="acts">{back}</div>', back=back))
    trail = [(NOTICES, frame.word("notices")), (here, notice.title), (f"{here}/stages", frame.word("stages"))]
    title = frame.word("stages_of", number=stages.applicant.number)
    return frame.page(joined(parts), title=title, path=path, trail=trail)


def stages_card(frame: Frame, notice: Notice, stages: Stages) -> Html:
    """Return what stands on a score sheet about later stages, with the way to them."""
    policy = notice.posting.policy
    facts: list[tuple[str, Html | str]] = []
    if policy.written_test is not None:
        facts += [
            (frame.both(section.title), _short_section(frame, section, stages.sections[name]))
            for name, section in policy.written_test.sections.items()
        ]
        facts.append((frame.word("correct_all"), _sum_text(frame, notice, stages)))
    if policy.interview is not None and stages.interview is not None:
        facts.append((frame.both(policy.interview.title), _short_interview(frame, stages.interview)))
    link = frame.link(f"{NOTICES}/{notice.row.id}/stages/{stages.applicant.place}", "to_stages", kind="sm")
    lead = html('<p class="s muted">{text}</p>', text=frame.word("stages_apart"))
    return card("stages", frame.word("stages"), joined((pairs(facts), lead, link)))


def _short_section(frame: Frame, section: Section, standing: Standing) -> Html | str:
    if standing.answer is None:
        return _state_tag(frame, standing.state)
    return _mark_text(frame, section, SectionMark.of_text(str(standing.answer)))


def _state_tag(frame: Frame, state: State) -> Html:
    word = "stage_disagreed" if state is State.DISAGREED else f"q_{state.value}"
    return tag(*_STATE[state], frame.word(word))


def _mark_text(frame: Frame, section: Section, mark: SectionMark) -> str:
    said = frame.word("correct_of", n=mark.correct, all=section.questions)
    return f"{said} · {section.subjects[mark.subject]}" if mark.subject else said


def _sum_text(frame: Frame, notice: Notice, stages: Stages) -> str:
    test = notice.posting.policy.written_test
    if stages.correct is None or test is None:
        return frame.word("input_needed")
    return frame.word("correct_of", n=stages.correct, all=test.questions)


def _short_interview(frame: Frame, interviewed: Interviewed) -> Html | str:
    total = interviewed.result.total
    if interviewed.closed is None or total is None:
        sign = ("line", "clock") if interviewed.members else ("un", "un")
        return tag(*sign, frame.word("interview_members", n=len(interviewed.members)))
    return frame.word("of_hundred", points=number_text(total))


def _unknown(frame: Frame, notice: Notice) -> Html:
    """Return what the published criteria leave out, so that nobody looks for it here."""
    policy = notice.posting.policy
    stages = [each for each in (policy.written_test, policy.interview) if each is not None]
    rows = [(frame.both(each.title), ", ".join(map(frame.both, each.unknown))) for each in stages if each.unknown]
    if not rows:
        return NOTHING
    said = joined(html("<li><b>{stage}</b> {what}</li>", stage=stage, what=what) for stage, what in rows)
    return card("unsaid", frame.word("unsaid"), html('<ul class="plain">{said}</ul>', said=said))


def _section(frame: Frame, section: Section, name: str, *, standing: Standing, path: str) -> Html:
    me, roles = frame.staff.person.user_id, frame.staff.person.roles
    acts = []
    if standing.state is not State.SETTLED and not standing.has_answered(me):
        acts.append(_section_form(frame, section, name, path=path))
    if standing.state is State.DISAGREED and standing.has_answered(me):
        acts.append(_small_form(frame, f"{path}/accept", name, label="accept_entry_note", button="accept_entry"))
    if standing.state is State.SETTLED and OFFICER in roles:
        acts.append(_again(frame, path, name))
    return html(
        '<div class="stage-part"><div class="row"><h3>{title}</h3>{tag}</div>{said}{acts}</div>',
        title=frame.both(section.title),
        tag=_state_tag(frame, standing.state),
        said=_said_of_section(frame, section, standing),
        acts=joined(acts),
    )


def _said_of_section(frame: Frame, section: Section, standing: Standing) -> Html:
    def line(opinion: OpinionRow, lead: str = "") -> Html:
        mark = _mark_text(frame, section, SectionMark.of_text(str(opinion.answer)))
        return _said(frame, f"{lead}{mark}", opinion.person_name, at=opinion.at, note=opinion.note)

    seen = standing.seen_by(frame.staff.person.user_id)
    rows = [line(each) for each in seen]
    if standing.answers and not seen:
        rows.append(html('<li class="muted">{text}</li>', text=frame.word("withheld_answer")))
    rows += [line(each, f"{frame.word('earlier')} ") for each in standing.earlier]
    return html('<ul class="said">{rows}</ul>', rows=joined(rows)) if rows else NOTHING


def _said(frame: Frame, text: str, name: str, *, at: int, note: str) -> Html:
    return html(
        '<li><span class="num">{text}</span> <span class="sub">{by}</span>{note}</li>',
        text=text,
        by=frame.word("by", name=name, at=frame.time(at)),
        note=html('<span class="sub note-text">{note}</span>', note=note) if note else NOTHING,
    )


def _section_form(frame: Frame, section: Section, name: str, *, path: str) -> Html:
    field_id = f"correct-{name}"
    control = html(
        '<input id="{id}" name="correct" type="number" min="0" max="{most}" step="1" inputmode="numeric" required'
        ' aria-describedby="{id}-hint">',
        id=field_id,
        most=str(section.questions),
    )
    hint = frame.word("correct_hint", all=section.questions)
    fields = [
        html('<input type="hidden" name="section" value="{name}">', name=name),
        labelled(field_id, frame.word("correct"), control, hint=hint),
    ]
    if section.subjects:
        options = joined(
            html('<option value="{value}">{name}</option>', value=value, name=subject)
            for value, subject in section.subjects.items()
        )
        choose = html(
            '<select id="subject-{name}" name="subject" required><option value="">{ask}</option>{options}</select>',
            name=name,
            ask=frame.word("choose"),
            options=options,
        )
        fields.append(labelled(f"subject-{name}", frame.word("subject"), choose))
    fields += [_note_field(frame, f"note-{name}"), frame.button("save_mark", kind="")]
    return frame.form(f"{path}/test", joined(fields), kind="fields")


def _interview(frame: Frame, interview: Interview, found: Interviewed, *, path: str) -> Html:
    me, roles = frame.staff.person.user_id, frame.staff.person.roles
    parts = [_result(frame, interview, found)]
    shown = joined(_member(frame, interview, each) for each in found.shown_to(me))
    if shown:
        parts.append(html('<ul class="plain answers said">{rows}</ul>', rows=shown))
    if found.earlier:
        parts.append(html('<p class="s muted">{text}</p>', text=frame.word("earlier_marks", n=found.earlier)))
    if found.closed is not None:
        by = frame.word("by", name=found.closed.person_name, at=frame.time(found.closed.at))
        parts.append(frame.note("lock", frame.word("interview_closed_note", by=by), kind="ok"))
        parts.append(_again(frame, path, "") if OFFICER in roles else NOTHING)
        return joined(parts)
    parts.append(frame.note("eyeoff", frame.word("interview_open_note", n=len(found.members), needed=found.needed)))
    if REVIEWER in roles:
        parts.append(_interview_form(frame, interview, found.member(me), path=path))
    if OFFICER in roles:
        closing = joined(
            (html("<p>{lead}</p>", lead=frame.word("close_lead")), frame.button("close_interview", kind=""))
        )
        parts.append(frame.form(f"{path}/close", closing))
    return joined(parts)


def _result(frame: Frame, interview: Interview, found: Interviewed) -> Html:
    """Return the places with their weights; what they came to only once the interview is closed."""
    closed, result = found.closed is not None, found.result
    heads = [frame.word(name) for name in ("interview_place", "weight", "mean")]
    rows: list[tuple[Html | str, ...]] = []
    for name, slot in interview.slots.items():
        points = result.slots[name]
        mean = number_text(points) if closed and points is not None else "–"
        rows.append((_tasks(frame, interview, slot.one_of), f"{number_text(slot.weight)} %", mean))
    total = number_text(result.total) if closed and result.total is not None else "–"
    rows.append((html("<b>{name}</b>", name=frame.word("weighted")), "100 %", html("<b>{total}</b>", total=total)))
    return table(frame.both(interview.title), heads, rows, numbers=(1, 2))


def _tasks(frame: Frame, interview: Interview, names: tuple[str, ...]) -> str:
    return " / ".join(frame.both(interview.tasks[each]) for each in names)


def _member(frame: Frame, interview: Interview, member: Member) -> Html:
    def one(mark: SlotMark) -> str:
        return f"{frame.both(interview.tasks[mark.task])} {number_text(mark.points)}"

    text = " · ".join(one(member.marks[name]) for name in interview.slots)
    corrected = f" ({frame.word('corrected', n=member.corrections)})" if member.corrections else ""
    return _said(frame, text + corrected, member.person_name, at=member.at, note=member.note)


def _interview_form(frame: Frame, interview: Interview, mine: Member | None, *, path: str) -> Html:
    fields = []
    for name, slot in interview.slots.items():
        before = mine.marks[name] if mine is not None else None
        control = html(
            '<input id="points-{name}" name="points:{name}" type="number" min="0" max="100" step="0.01"'
            ' inputmode="decimal" value="{value}" required aria-describedby="points-{name}-hint">',
            name=name,
            value=number_text(before.points) if before is not None else "",
        )
        fields.append(
            html(
                '<fieldset><legend>{title}</legend><div class="tiles">{tasks}</div>{points}</fieldset>',
                title=_tasks(frame, interview, slot.one_of),
                tasks=_task_choice(frame, interview, name, chosen=before.task if before is not None else None),
                points=labelled(f"points-{name}", frame.word("points"), control, hint=frame.word("points_hint")),
            )
        )
    note = _note_field(
        frame, "note-interview", label="note" if mine is None else "correct_note", required=mine is not None
    )
    button = frame.button("save_marks" if mine is None else "correct_marks", kind="p" if mine is None else "")
    form = frame.form(f"{path}/interview", joined((*fields, note, button)))
    if mine is None:
        return form
    return html(
        '<details class="more"><summary>{name}</summary>{form}</details>', name=frame.word("correct_marks"), form=form
    )


def _task_choice(frame: Frame, interview: Interview, name: str, *, chosen: str | None) -> Html:
    """Return the tasks of a place; one that has no other is chosen already."""
    tasks = interview.slots[name].one_of
    ticked = chosen if chosen is not None else tasks[0] if len(tasks) == 1 else None
    return joined(
        html(
            '<label class="radio"><input type="radio" name="task:{name}" value="{task}" required{ticked}>'
            "<span>{title}</span></label>",
            name=name,
            task=task,
            ticked=Html(" checked") if task == ticked else NOTHING,
            title=frame.both(interview.tasks[task]),
        )
        for task in tasks
    )


def _note_field(frame: Frame, field_id: str, *, label: str = "note", required: bool = False) -> Html:
    control = html(
        '<input id="{id}" name="note" maxlength="500"{required}>',
        id=field_id,
        required=Html(" required") if required else NOTHING,
    )
    return labelled(field_id, frame.word(label), control)


def _small_form(frame: Frame, action: str, section: str, *, label: str, button: str) -> Html:
    field_id = f"{button}-{section or 'interview'}"
    control = html('<input id="{id}" name="reason" maxlength="500" required>', id=field_id)
    inner = joined(
        (
            html('<input type="hidden" name="section" value="{section}">', section=section),
            labelled(field_id, frame.word(label), control),
            frame.button(button, kind=""),
        )
    )
    return frame.form(action, inner, kind="fields")


def _again(frame: Frame, path: str, section: str) -> Html:
    return html(
        '<details class="more"><summary>{name}</summary><p>{lead}</p>{form}</details>',
        name=frame.word("stage_again"),
        lead=frame.word("stage_anew_lead"),
        form=_small_form(frame, f"{path}/ask-anew", section, label="reason", button="stage_again"),
    )
