"""The score sheet of one applicant: total, gauges, every point with its reason, what did not count, and its basis."""

from credential_schemas.criteria.wording import flag_text, reason_text
from credential_schemas.look.markup import NOTHING, Html, html, icon, joined
from credential_schemas.report.messages import Language
from verifier.committee.notices import Notice
from verifier.committee.officers import OFFICER, REVIEWER
from verifier.committee.sheets import Sheet, SheetState
from verifier.committee.stages import Stages
from verifier.scoring.evidence import Evidence
from verifier.scoring.moments import time_with_zone
from verifier.web.committee_frame import NOTICES, Frame, card, pairs
from verifier.web.committee_panel_pages import questions_card
from verifier.web.committee_sheet_points import Points
from verifier.web.committee_stage_pages import stages_card


def sheet_page(frame: Frame, notice: Notice, sheet: Sheet, *, applicants: int, stages: Stages | None) -> bytes:
    """Return the sheet of one applicant; later stages stand on it apart from the points."""
    here = f"{NOTICES}/{notice.row.id}"
    trail = [
        (NOTICES, frame.word("notices")),
        (here, notice.title),
        (f"{here}/applicants", frame.word("to_applicants")),
    ]
    title = frame.word("sheet_of", number=sheet.applicant.number)
    parts = Parts(frame, notice, sheet)
    main = html(
        "{around}{kept}{state}{summary}"
        '<div class="cols c-2-1"><div class="stack">{details}{questions}</div>'
        '<div class="stack">{basis}{excluded}{flags}{stages}{blind}</div></div>'
        "{human}{acts}",
        around=_around(frame, f"{here}/applicants", sheet.applicant.place, applicants),
        kept=frame.kept_note(notice),
        state=_state_note(frame, sheet),
        summary=parts.summary(),
        details=parts.details(),
        questions=questions_card(frame, notice, sheet),
        stages=stages_card(frame, notice, stages) if stages is not None else NOTHING,
        basis=parts.basis(),
        excluded=parts.excluded(),
        flags=parts.flags(),
        blind=parts.who(),
        human=frame.note("info", frame.word("human")),
        acts=_acts(frame, notice, sheet),
    )
    return frame.page(main, title=title, path=f"{here}/applicants/{sheet.applicant.place}", trail=trail)


class Parts(Points):
    """The other parts of one sheet."""

    def basis(self) -> Html:
        """Return what the score rests on."""
        criteria, frame = self.notice.criteria, self.frame
        evidence = self.sheet.result.evidence
        signed = self.sheet.result.signed_evidence
        facts: list[tuple[str, Html | str]] = [
            (frame.word("criteria"), f"{criteria.policy_id} {criteria.version}"),
            (frame.word("sha"), html('<code class="digest">{sha}</code>', sha=criteria.sha256)),
        ]
        days = [name for name in ("notice_date", "evaluation_date") if name in self.values.values]
        facts += [(frame.word(name), str(self.values.values[name])) for name in days]
        facts.append(
            (frame.word("checks_n"), joined(self._check(each) for each in evidence) or frame.word("no_checks"))
        )
        if evidence:
            facts.append(
                (frame.word("signed_evidence"), frame.word("evidence_signed" if signed else "evidence_unsigned"))
            )
        if self.sheet.without_verdict:
            facts.append((frame.word("verdict_none"), str(self.sheet.without_verdict)))
        return card("basis", frame.word("basis"), pairs(facts))

    def _check(self, evidence: Evidence) -> Html:
        report, language = evidence.report, self.frame.language
        refusal = evidence.not_counted(self.sheet.applicant.number)
        entries = len(report.disclosed.entries) if report.disclosed is not None else 0
        verdict = self.frame.word(f"verdict_{report.verdict.value}")
        return html(
            '<span class="check">{verdict} · {entries} <span class="sub">{at}</span>{why}</span>',
            verdict=verdict,
            entries=str(entries),
            at=self.frame.word("checked_at", at=_moment(evidence, language)),
            why=html(
                '<span class="sub">{why}</span>',
                why=self.frame.word("not_counted", why=self.frame.both(reason_text(refusal))),
            )
            if refusal
            else NOTHING,
        )

    def excluded(self) -> Html:
        """Return the entries that did not count, with the reason."""
        rows = joined(
            html(
                "<li><b>{title}</b> {why}</li>", title=self.title_of(entry_id), why=self.frame.both(reason_text(reason))
            )
            for entry_id, reason in self.score.excluded_entries.items()
        )
        inner = (
            html('<ul class="plain">{rows}</ul>', rows=rows)
            if rows
            else html('<p class="s">{text}</p>', text=self.frame.word("excluded_none"))
        )
        return card("excluded", self.frame.word("excluded"), inner)

    def flags(self) -> Html:
        """Return what a person should look at."""
        rows = joined(
            html("<li>{icon}<span>{text}</span></li>", icon=icon("un"), text=self._flag(flag))
            for flag in self.score.flags
        )
        return (
            card("flags", self.frame.word("flags"), html('<ul class="plain flags">{rows}</ul>', rows=rows))
            if rows
            else NOTHING
        )

    def _flag(self, flag: str) -> str:
        """Return a flag in words, with the titles of entries in the place of their ids."""
        said = self.frame.both(flag_text(flag))
        for entry_id in sorted(self.entries, key=len, reverse=True):
            said = said.replace(entry_id, self.title_of(entry_id))
        return said

    def who(self) -> Html:
        """Return whose sheet it is, once that may be seen."""
        if not names_shown(self.notice, self.sheet):
            return self.frame.note(
                "lock",
                html("<b>{name}</b> {text}", name=self.frame.word("blind_short"), text=self.frame.word("blind_note")),
            )
        holders = [
            each.report.disclosed.holder for each in self.sheet.result.evidence if each.report.disclosed is not None
        ]
        names = dict.fromkeys(str(each["name"]) for each in holders if each.get("name"))
        days = dict.fromkeys(str(each["birth_date"]) for each in holders if each.get("birth_date"))
        absent = self.frame.word("not_shown")
        facts = [
            (self.frame.word("holder"), ", ".join(names) or absent),
            (self.frame.word("birth_date"), ", ".join(days) or absent),
        ]
        return card("who", self.frame.word("holder"), pairs(facts))


def names_shown(notice: Notice, sheet: Sheet) -> bool:
    """Return whether a name may be seen: in a blind notice only on a confirmed sheet."""
    return not notice.row.is_blind or sheet.state is SheetState.CONFIRMED


def _moment(evidence: Evidence, language: Language) -> str:
    return time_with_zone(evidence.report.context.verified_at.isoformat(), language)


def _around(frame: Frame, path: str, place: int, applicants: int) -> Html:
    before = frame.link(f"{path}/{place - 1}", "previous", kind="sm") if place > 1 else NOTHING
    after = frame.link(f"{path}/{place + 1}", "next", kind="sm") if place < applicants else NOTHING
    where = frame.word("of", place=place, all=applicants)
    return html(
        '<nav class="row around" aria-label="{label}">{before}<span class="s num muted">{where}</span>{after}</nav>',
        label=frame.word("applicants"),
        before=before,
        where=where,
        after=after,
    )


def _state_note(frame: Frame, sheet: Sheet) -> Html:
    row = sheet.confirmed
    if sheet.state is SheetState.SET_ASIDE:
        return frame.note("na", frame.word("aside_note"))
    if row is None:
        return NOTHING
    if sheet.state is SheetState.OUTDATED:
        return frame.note("un", frame.word("outdated_note", total=sheet.confirmed_total), kind="un")
    return frame.note(
        "lock", frame.word("confirmed_by", at=frame.time(row.confirmed_at), name=row.person_name), kind="ok"
    )


def _acts(frame: Frame, notice: Notice, sheet: Sheet) -> Html:
    here = f"{NOTICES}/{notice.row.id}/applicants/{sheet.applicant.place}"
    roles, acts = frame.staff.person.roles, []
    if REVIEWER in roles and sheet.state is SheetState.OPEN and sheet.open_questions:
        acts.append(frame.link(f"{NOTICES}/{notice.row.id}/queue/{sheet.applicant.place}", "decide", kind="p"))
    if OFFICER not in roles:
        return html('<div class="acts">{acts}</div>', acts=joined(acts))
    if sheet.state is SheetState.OPEN and sheet.result.score.status == "incomplete":
        acts.append(html("<p>{text}</p>", text=frame.word("confirm_later")))
    elif sheet.state is SheetState.OPEN:
        why = NOTHING
        if sheet.needs_reason:
            why = html(
                "{lead}{field}",
                lead=frame.note("un", frame.word("confirm_reason"), kind="un"),
                field=frame.field("reason-confirm", "reason", hint="reason_hint", form_name="reason"),
            )
        acts.append(frame.form(f"{here}/confirm", joined((why, frame.button("confirm")))))
    if sheet.confirmed is not None:
        acts.append(
            card(
                "reopen", frame.word("reopen"), frame.reason(f"{here}/reopen", "reopen", lead=frame.word("reopen_lead"))
            )
        )
    else:
        button = "take_back" if sheet.state is SheetState.SET_ASIDE else "set_aside"
        acts.append(
            html(
                '<details class="more"><summary>{sign}{name}</summary>{form}</details>',
                sign=icon("next"),
                name=frame.word(button),
                form=frame.reason(f"{here}/set-aside", button, lead=frame.word("set_aside_lead")),
            )
        )
    return html('<div class="stack-s">{acts}</div>', acts=joined(acts))
