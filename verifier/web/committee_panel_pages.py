"""The pages of the panel: who waits for a decision, the questions about one applicant, and what was answered."""

from collections.abc import Sequence

from credential_schemas.criteria.rule_kinds import RubricRule
from credential_schemas.entry_types import entry_types
from credential_schemas.look.markup import NOTHING, Html, html, icon, joined
from verifier.committee.notices import Notice
from verifier.committee.officers import OFFICER
from verifier.committee.panel import Waiting
from verifier.committee.questions import Question, Standing, State
from verifier.committee.sheets import Sheet, SheetState
from verifier.store.committee_files import OpinionRow
from verifier.web.committee_frame import NOTICES, Frame, card, labelled, table, tag

_STATE = {
    State.OPEN: ("un", "un"),
    State.WAITING: ("line", "clock"),
    State.DISAGREED: ("bad", "bad"),
    State.SETTLED: ("ok", "ok"),
}


def queue_page(frame: Frame, notice: Notice, waiting: Sequence[Waiting]) -> bytes:
    """Return whom a reviewer must look at."""
    here = f"{NOTICES}/{notice.row.id}"
    heads = [frame.word(name) for name in ("applicant_no", "for_me", "waiting_others", "disputed")]
    rows = [
        (
            html(
                '<a href="{address}">{number}</a>',
                address=frame.staff.address(f"{here}/queue/{each.applicant.place}"),
                number=each.applicant.number,
            ),
            str(each.for_me),
            str(each.waiting),
            str(each.disagreed),
        )
        for each in waiting
    ]
    listed = (
        table(frame.word("queue"), heads, rows, numbers=(1, 2, 3))
        if rows
        else html("<p>{text}</p>", text=frame.word("queue_empty"))
    )
    four = frame.note("eyeoff", frame.word("four_lead")) if notice.row.four_eyes else NOTHING
    main = joined((frame.kept_note(notice), four, html('<section class="card">{listed}</section>', listed=listed)))
    trail = [(NOTICES, frame.word("notices")), (here, notice.title)]
    return frame.page(main, title=frame.word("queue"), path=f"{here}/queue", trail=trail)


def answers_page(frame: Frame, notice: Notice, sheet: Sheet) -> bytes:
    """Return the questions about one applicant that a reviewer may answer, and what she has answered."""
    here = f"{NOTICES}/{notice.row.id}"
    me = frame.staff.person.user_id
    mine = [each for each in sheet.open_questions if not each.has_answered(me)]
    others = [each for each in sheet.questions if each.has_answered(me)]
    asked: Html = html("<p>{text}</p>", text=frame.word("queue_empty"))
    if mine and sheet.state is SheetState.OPEN:
        entries = joined(_yes_no(frame, sheet, each) for each in mine if each.question.kind == "adjudications")
        ratings = joined(_levels(frame, notice, each) for each in mine if each.question.kind == "ratings")
        parts = [
            html('<h2>{title}</h2><div class="questions">{asked}</div>', title=frame.word(title), asked=group)
            for title, group in (("entries_h", entries), ("ratings_h", ratings))
            if group
        ]
        inner = joined(
            (
                html("<p>{lead}</p>", lead=frame.word("answers_lead")),
                *parts,
                html('<div class="acts">{save}</div>', save=frame.button("save_answers")),
            )
        )
        asked = frame.form(f"{here}/queue/{sheet.applicant.place}", inner, kind="stack")
    four = frame.note("eyeoff", frame.word("four_lead")) if notice.row.four_eyes else NOTHING
    done = joined(_answered(frame, notice, sheet, each) for each in others)
    main = joined(
        (
            frame.kept_note(notice),
            four,
            html('<section class="card">{asked}</section>', asked=asked),
            card("mine", frame.word("mine_done"), html('<ul class="plain answers">{done}</ul>', done=done))
            if done
            else NOTHING,
            html(
                '<div class="acts">{back}</div>', back=frame.link(f"{here}/applicants/{sheet.applicant.place}", "sheet")
            ),
        )
    )
    trail = [(NOTICES, frame.word("notices")), (here, notice.title), (f"{here}/queue", frame.word("queue"))]
    title = frame.word("answers_of", number=sheet.applicant.number)
    return frame.page(main, title=title, path=f"{here}/queue/{sheet.applicant.place}", trail=trail)


def questions_card(frame: Frame, notice: Notice, sheet: Sheet) -> Html:
    """Return every question about an applicant with its state, and for an officer the way to ask one anew."""
    if not sheet.questions:
        return card("questions", frame.word("questions"), html("<p>{text}</p>", text=frame.word("no_questions")))
    rows = joined(_answered(frame, notice, sheet, each, with_accept=False) for each in sheet.questions)
    listed = html('<ul class="plain answers">{rows}</ul>', rows=rows)
    settled = [each for each in sheet.questions if each.state is State.SETTLED]
    again = NOTHING
    if settled and OFFICER in frame.staff.person.roles and sheet.state is SheetState.OPEN:
        options = joined(
            html(
                '<option value="{value}">{name}</option>',
                value=question_value(each.question),
                name=question_name(frame, notice, sheet, each.question),
            )
            for each in settled
        )
        control = html('<select id="question" name="question">{options}</select>', options=options)
        inner = joined(
            (
                html("<p>{lead}</p>", lead=frame.word("ask_anew_lead")),
                labelled("question", frame.word("ask_which"), control),
                frame.field("reason-anew", "reason", hint="reason_hint", form_name="reason"),
                frame.button("ask_anew", kind=""),
            )
        )
        action = f"{NOTICES}/{notice.row.id}/applicants/{sheet.applicant.place}/ask-anew"
        again = html(
            '<details class="more"><summary>{sign}{name}</summary>{form}</details>',
            sign=icon("next"),
            name=frame.word("ask_anew"),
            form=frame.form(action, inner),
        )
    return card("questions", frame.word("questions"), joined((listed, again)))


def question_value(question: Question) -> str:
    """Return a question as the value of a field."""
    return f"{question.kind}|{question.about}|{question.name}"


def question_of(value: str) -> Question | None:
    """Return the question that a field names, None if it names none."""
    kind, _, rest = value.partition("|")
    about, _, name = rest.rpartition("|")
    if kind == "ratings":
        return Question("ratings", about, name)
    return Question("adjudications", about, name) if kind == "adjudications" and about else None


def question_name(frame: Frame, notice: Notice, sheet: Sheet, question: Question) -> str:
    """Return what a question is about, in words."""
    if question.kind == "ratings":
        return _item_title(frame, notice, question)
    entry = next((each for each in sheet.result.entries if each.id == question.about), None)
    if entry is None:
        return question.about
    kind = entry_types()[entry.type].names.in_language(frame.language)
    return f"{entry.claims.get('title') or kind} ({kind})"


def _item_title(frame: Frame, notice: Notice, question: Question) -> str:
    stage = notice.posting.policy.document_screening
    part = {**stage.components, **stage.bonuses}.get(question.about)
    if part is None:
        return question.name
    for rule_id in part.rules:
        rule = notice.posting.policy.rule(rule_id)
        if isinstance(rule, RubricRule) and question.name in rule.items:
            return f"{frame.both(rule.items[question.name].title)} ({frame.both(part.title)})"
    return question.name


def answer_name(frame: Frame, notice: Notice, opinion: OpinionRow) -> str:
    """Return an answer in words."""
    answer = opinion.answer
    if isinstance(answer, bool):
        if opinion.name == "related":
            return frame.word("related" if answer else "not_related")
        return frame.word("q_need" if answer else "q_need_no", need=opinion.name)
    level = notice.posting.policy.levels.get(answer)
    return frame.both(level) if level is not None else answer


def _yes_no(frame: Frame, sheet: Sheet, standing: Standing) -> Html:
    question = standing.question
    entry = next((each for each in sheet.result.entries if each.id == question.about), None)
    title = question.about if entry is None else str(entry.claims.get("title") or entry.type)
    kind = "" if entry is None else entry_types()[entry.type].names.in_language(frame.language)
    named = {True: "related", False: "not_related"} if question.name == "related" else {True: "yes", False: "no"}
    choices = [("yes", frame.word(named[True])), ("no", frame.word(named[False]))]
    return _fieldset(frame, question, html('{title} <span class="sub">{kind}</span>', title=title, kind=kind), choices)


def _levels(frame: Frame, notice: Notice, standing: Standing) -> Html:
    policy = notice.posting.policy
    choices = [(name, frame.both(level)) for name, level in policy.levels.items()]
    return _fieldset(
        frame, standing.question, html("{title}", title=_item_title(frame, notice, standing.question)), choices
    )


def _fieldset(frame: Frame, question: Question, legend: Html, choices: Sequence[tuple[str, str]]) -> Html:
    value = question_value(question)
    radios = joined(
        html(
            '<label class="radio"><input type="radio" name="a:{question}" value="{value}"><span>{name}</span></label>',
            question=value,
            value=answer,
            name=name,
        )
        for answer, name in choices
    )
    note = html(
        '<label class="note-field"><span>{label}</span><input name="n:{question}" maxlength="1000"></label>',
        question=value,
        label=frame.word("note"),
    )
    return html(
        '<fieldset><legend>{legend}</legend><div class="tiles">{radios}</div>{note}</fieldset>',
        legend=legend,
        radios=radios,
        note=note,
    )


def _answered(frame: Frame, notice: Notice, sheet: Sheet, standing: Standing, *, with_accept: bool = True) -> Html:
    me, question = frame.staff.person.user_id, standing.question
    kind, sign = _STATE[standing.state]
    seen = standing.seen_by(me)
    said = joined(_said(frame, notice, each) for each in seen)
    if not seen and standing.answers:
        said = html('<li class="muted">{text}</li>', text=frame.word("withheld_answer"))
    said = joined((said, *(_withdrawn(frame, notice, each) for each in standing.earlier)))
    accept = NOTHING
    if with_accept and standing.state is State.DISAGREED and standing.has_answered(me):
        inner = joined(
            (
                html('<input type="hidden" name="question" value="{value}">', value=question_value(question)),
                labelled(
                    f"note-{question.about}-{question.name}",
                    frame.word("accept_note"),
                    html(
                        '<input id="note-{a}-{n}" name="reason" maxlength="500" required>',
                        a=question.about,
                        n=question.name,
                    ),
                ),
                frame.button("accept", kind=""),
            )
        )
        accept = frame.form(f"{NOTICES}/{notice.row.id}/queue/{sheet.applicant.place}/accept", inner)
    return html(
        '<li><div class="row"><b>{name}</b>{tag}</div><ul class="said">{said}</ul>{accept}</li>',
        name=question_name(frame, notice, sheet, question),
        tag=tag(kind, sign, frame.word(f"q_{standing.state.value}")),
        said=said,
        accept=accept,
    )


def _said(frame: Frame, notice: Notice, opinion: OpinionRow) -> Html:
    note = html('<span class="sub note-text">{note}</span>', note=opinion.note) if opinion.note else NOTHING
    return html(
        '<li>{answer} <span class="sub">{by}</span>{note}</li>',
        answer=answer_name(frame, notice, opinion),
        by=frame.word("by", name=opinion.person_name, at=frame.time(opinion.at)),
        note=note,
    )


def _withdrawn(frame: Frame, notice: Notice, opinion: OpinionRow) -> Html:
    return html(
        '<li class="muted">{word} {said}</li>',
        word=frame.word("earlier"),
        said=answer_name(frame, notice, opinion) + f" · {opinion.person_name} · {frame.time(opinion.at)}",
    )
