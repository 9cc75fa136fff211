"""The pages of applicants: the list with the order by total, intake with its progress, matching and duplicates."""

from collections.abc import Sequence

from credential_schemas.look.markup import NOTHING, Html, html, joined
from verifier.committee.intake import Taken
from verifier.committee.notices import Notice
from verifier.committee.officers import OFFICER
from verifier.committee.review import Matched, Review
from verifier.committee.sheets import Book, Sheet, SheetState
from verifier.jobs.job import Progress
from verifier.scoring.exports import WRITERS
from verifier.web.committee_frame import NOTICES, Frame, card, labelled, table, tag
from verifier.web.committee_sheet_points import sheet_tag, status_tag, total_text

UPLOADS = f"{NOTICES}/uploads"
_ACCEPT = ".pdf,.png,.jpg,.jpeg,.zip"
_MATCH = {"no": ("bad", "bad"), "differs": ("un", "un"), "not_disclosed": ("", "na")}


def applicants_page(frame: Frame, book: Book) -> bytes:
    """Return every applicant: in the order by total once no sheet is open, else in the order in which they came."""
    notice = book.notice
    here = f"{NOTICES}/{notice.row.id}"
    is_officer = OFFICER in frame.staff.person.roles
    listed: Html = html("<p>{text}</p>", text=frame.word("no_applicants" if is_officer else "no_applicants_reviewer"))
    if book.sheets:
        listed = _ranked(frame, book) if book.ranking is not None else _unranked(frame, book)
    main = joined(
        (
            frame.kept_note(notice),
            frame.note("un", frame.word("open_sheets", n=book.open_sheets), kind="un") if book.open_sheets else NOTHING,
            listed,
            _export(frame, notice) if is_officer and book.ranked else NOTHING,
            _intake(frame, notice) if is_officer else NOTHING,
        )
    )
    trail = [(NOTICES, frame.word("notices")), (here, notice.title)]
    return frame.page(main, title=frame.word("to_applicants"), path=f"{here}/applicants", trail=trail)


def job_page(frame: Frame, notice: Notice, job_id: str, progress: Progress | Taken) -> bytes:
    """Return how far the check of uploaded files is, or what became of them."""
    here = f"{NOTICES}/{notice.row.id}"
    back = html('<div class="acts">{link}</div>', link=frame.link(f"{here}/applicants", "to_applicants", kind="p"))
    if isinstance(progress, Taken):
        inner: Html = frame.note("ok", taken_text(frame, progress), kind="ok")
    else:
        done = frame.word("job_progress", total=progress.total, done=progress.done)
        inner = html(
            '<section class="card"><p role="status">{done}</p>'
            '<progress max="{total}" value="{count}" aria-label="{done}"></progress>'
            '<p class="hint">{again}</p></section>',
            done=done,
            total=progress.total,
            count=progress.done,
            again=frame.word("job_again"),
        )
    trail = [(NOTICES, frame.word("notices")), (here, notice.title)]
    main = joined((frame.kept_note(notice), inner, back))
    return frame.page(main, title=frame.word("job"), path=f"{here}/uploads/{job_id}", trail=trail)


def taken_text(frame: Frame, taken: Taken) -> str:
    """Return what became of an upload, in one sentence."""
    return frame.word(
        "taken",
        kept=taken.kept,
        known=taken.known,
        locked=taken.locked,
        without=taken.without_verdict,
        unassigned=taken.unassigned,
    )


def review_page(frame: Frame, review: Review) -> bytes:
    """Return how certificates match applications, what turned up twice, and what belongs to nobody."""
    notice = review.notice
    here = f"{NOTICES}/{notice.row.id}"
    hint = frame.word("seen_recorded" if review.values_shown else "hidden_values")
    main = joined(
        (
            frame.kept_note(notice),
            frame.note("eyeoff" if not review.values_shown else "info", hint),
            card("matching", frame.word("matching"), _matching(frame, notice, review.matched)),
            card("twice", frame.word("twice"), _twice(frame, review)),
            card("unassigned", frame.word("unassigned"), _unassigned(frame, review)),
        )
    )
    trail = [(NOTICES, frame.word("notices")), (here, notice.title)]
    return frame.page(main, title=frame.word("review"), path=f"{here}/review", trail=trail)


def _ranked(frame: Frame, book: Book) -> Html:
    ranking = book.ranking
    by_number = {sheet.applicant.number: sheet for sheet in book.sheets}
    placed = [
        (_tied(frame, each.rank, is_tied=each.tied), by_number[each.result.applicant])
        for each in (ranking.placed if ranking is not None else ())
    ]
    exempt = [(frame.word("exempt_apart"), each) for each in book.sheets if each.result.score.status == "exempt"]
    aside = [(frame.word("aside_apart"), each) for each in book.sheets if each.state is SheetState.SET_ASIDE]
    exempt = [pair for pair in exempt if pair[1].state is not SheetState.SET_ASIDE]
    rows = [_row(frame, book.notice, sheet, first=first) for first, sheet in (*placed, *exempt, *aside)]
    heads = [frame.word(name) for name in ("applicant_no", "rank", "total", "state", "sheet")]
    return html(
        '<section class="card"><p class="s muted">{lead}</p>{table}</section>',
        lead=frame.word("no_line"),
        table=table(frame.word("ranking"), heads, rows, numbers=(2,)),
    )


def _tied(frame: Frame, rank: int, *, is_tied: bool) -> str:
    return frame.word("tied", rank=rank) if is_tied else str(rank)


def _unranked(frame: Frame, book: Book) -> Html:
    heads = [frame.word(name) for name in ("applicant_no", "total", "state", "sheet")]
    rows = [_row(frame, book.notice, sheet) for sheet in book.sheets]
    return html(
        '<section class="card">{table}</section>',
        table=table(frame.word("applicants"), heads, rows, numbers=(1,)),
    )


def _row(frame: Frame, notice: Notice, sheet: Sheet, *, first: str | None = None) -> tuple[Html | str, ...]:
    address = frame.staff.address(f"{NOTICES}/{notice.row.id}/applicants/{sheet.applicant.place}")
    left = len(sheet.open_questions)
    waiting = html('<span class="sub">{text}</span>', text=frame.word("open_questions", n=left)) if left else NOTHING
    return (
        html('<a href="{address}">{number}</a>', address=address, number=sheet.applicant.number),
        *((first,) if first is not None else ()),
        total_text(frame, sheet),
        html("{tag}{waiting}", tag=status_tag(frame, sheet), waiting=waiting),
        sheet_tag(frame, sheet.state),
    )


def _export(frame: Frame, notice: Notice) -> Html:
    options = joined(
        html('<option value="{ending}">{name}</option>', ending=each, name=each[1:].upper()) for each in WRITERS
    )
    control = html('<select id="format" name="format">{options}</select>', options=options)
    inner = joined(
        (
            labelled("format", frame.word("format"), control),
            frame.field("reason-export", "reason", hint="reason_hint", form_name="reason"),
            frame.button("export_button", kind=""),
        )
    )
    return card("export", frame.word("export"), frame.form(f"{NOTICES}/{notice.row.id}/export", inner, kind="fields"))


def _intake(frame: Frame, notice: Notice) -> Html:
    action = frame.staff.address(UPLOADS)
    number = html('<input type="hidden" name="notice" value="{id}">', id=str(notice.row.id))
    files = joined((_file(frame, "files", accept=_ACCEPT, many=True), _file(frame, "manifest", accept=".csv,text/csv")))
    results = _file(frame, "results", accept=".jsonl,.jws,.json,.pdf", many=True)
    forms = joined(
        html(
            '<form method="post" action="{action}" enctype="multipart/form-data" class="stack-s">{token}{number}'
            "{fields}{button}</form>",
            action=action,
            token=frame.staff.token_field(),
            number=number,
            fields=fields,
            button=frame.button(button, kind=""),
        )
        for fields, button in ((files, "check_files"), (results, "take"))
    )
    return card("upload", frame.word("upload"), html('<div class="two-forms">{forms}</div>', forms=forms))


def _file(frame: Frame, name: str, *, accept: str, many: bool = False) -> Html:
    word = {"files": "upload_files", "results": "upload_results"}.get(name, name)
    control = html(
        '<input type="file" id="{name}" name="{name}" accept="{accept}"{many} aria-describedby="{name}-hint">',
        name=name,
        accept=accept,
        many=Html(" multiple") if many else NOTHING,
    )
    return labelled(name, frame.word(word), control, hint=frame.word(f"{word}_hint"))


def _matching(frame: Frame, notice: Notice, matched: Sequence[Matched]) -> Html:
    if not matched:
        return html("<p>{text}</p>", text=frame.word("matching_none"))
    heads = [frame.word(name) for name in ("applicant_no", "state", "why_h", "compared_h")]
    rows = [
        (
            html(
                '<a href="{address}">{number}</a>',
                address=frame.staff.address(f"{NOTICES}/{notice.row.id}/applicants/{each.place}"),
                number=each.number,
            ),
            tag(*_MATCH.get(each.result, ("", "na")), frame.word(f"match_{each.result}")),
            frame.word(f"mw_{each.why}"),
            joined(_compared(frame, pair) for pair in each.compared),
        )
        for each in matched
    ]
    return table(frame.word("matching"), heads, rows)


def _compared(frame: Frame, compared: tuple[str, str, str | None, str | None]) -> Html:
    what, result, given, shown = compared
    values = NOTHING
    if given is not None or shown is not None:
        values = html(
            '<span class="sub">{application}: {given} · {certificate}: {shown}</span>',
            application=frame.word("in_application"),
            given=given or "–",
            certificate=frame.word("in_certificate"),
            shown=shown or "–",
        )
    return html(
        "<div>{what}: {result} {values}</div>",
        what=frame.word(f"what_{what}"),
        result=frame.word(f"res_{result}"),
        values=values,
    )


def _twice(frame: Frame, review: Review) -> Html:
    if not review.twice:
        return html("<p>{text}</p>", text=frame.word("twice_none"))
    rows = joined(
        html("<li><b>{kind}</b> {who}</li>", kind=frame.word(f"dup_{each.kind}"), who=", ".join(each.applicants))
        for each in review.twice
    )
    return html('<p>{lead}</p><ul class="plain">{rows}</ul>', lead=frame.word("twice_lead"), rows=rows)


def _unassigned(frame: Frame, review: Review) -> Html:
    if not review.unassigned:
        return html("<p>{text}</p>", text=frame.word("unassigned_none"))
    action = f"{NOTICES}/{review.notice.row.id}/assign"
    items = []
    for each in review.unassigned:
        name = each.report_id if each.verdict is not None else ""
        number = html('<input id="number-{id}" name="number" maxlength="100" required>', id=str(each.id))
        inner = joined(
            (
                html('<input type="hidden" name="evidence" value="{id}">', id=str(each.id)),
                labelled(f"number-{each.id}", frame.word("applicant_no"), number),
                frame.field(f"reason-{each.id}", "reason", hint="reason_hint", form_name="reason"),
                frame.button("assign", kind=""),
            )
        )
        items.append(
            html(
                "<li><p><b>{verdict}</b> <code>{name}</code></p>{form}</li>",
                verdict=frame.word(f"verdict_{each.verdict or 'none'}"),
                name=name,
                form=frame.form(action, inner, kind="fields"),
            )
        )
    return html('<ul class="plain">{items}</ul>', items=joined(items))
