"""Written test and interview on a printed score sheet: in a part of their own, apart from the points."""

from collections.abc import Iterable

from credential_schemas.criteria.later_stages import SectionMark
from credential_schemas.criteria.values import number_text
from credential_schemas.report.facts import timestamp
from credential_schemas.report.messages import Language
from verifier.scoring.later import By, Interviewed, LaterStages, Member, Written
from verifier.scoring.moments import time_with_zone
from verifier.scoring.page import shown, table
from verifier.scoring.texts import text


def later_part(later: LaterStages, language: Language) -> str:
    """Return the part as HTML."""
    return _Part(language).html(later)


class _Part:
    def __init__(self, language: Language) -> None:
        self.language: Language = language

    def html(self, later: LaterStages) -> str:
        parts = [f"<h2>{shown(self._text('later'))}</h2>", f'<p class="small">{shown(self._text("later_apart"))}</p>']
        if later.written is not None:
            parts.append(self._written(later.written))
        if later.interview is not None:
            parts.append(self._interview(later.interview))
        return "".join(parts)

    def _text(self, name: str, **values: object) -> str:
        return text(name, self.language, **values)

    def _written(self, written: Written) -> str:
        rows = []
        for name, found in written.sections.items():
            section = written.test.sections[name]
            title = section.title.in_language(self.language)
            subject = section.subjects.get(found.mark.subject, "") if found.mark is not None else ""
            about = f"{shown(title)}{_under(subject)}"
            rows.append([about, self._correct(found.mark, section.questions), self._by(found.entered)])
        whole = SectionMark(written.correct) if written.correct is not None else None
        rows.append([f"<b>{shown(self._text('all_sections'))}</b>", self._correct(whole, written.test.questions), ""])
        title = written.test.title.in_language(self.language)
        heads = [title, self._text("correct"), self._text("entered_by")]
        return table(heads, rows, numbers=(1,))

    def _correct(self, mark: SectionMark | None, questions: int) -> str:
        if mark is None:
            return shown(self._text("open"))
        return shown(self._text("correct_of", count=mark.correct, questions=questions))

    def _interview(self, found: Interviewed) -> str:
        interview = found.interview
        rows = []
        for name, slot in interview.slots.items():
            title = " / ".join(interview.tasks[each].in_language(self.language) for each in slot.one_of)
            points = found.points(name)
            given = "".join(self._given(found, name, each) for each in found.members)
            mean = number_text(points) if points is not None else self._text("open")
            rows.append([shown(title) + given, f"{shown(number_text(slot.weight))} %", shown(mean)])
        total = number_text(found.total) if found.total is not None else self._text("open")
        closed = "" if found.closed is None else _under(self._text("closed_by", by=self._one(found.closed)))
        rows.append([f"<b>{shown(self._text('weighted_mean'))}</b>{closed}", "", f"<b>{shown(total)}</b>"])
        heads = [interview.title.in_language(self.language), self._text("weight"), self._text("points")]
        return table(heads, rows, numbers=(1, 2))

    def _given(self, found: Interviewed, place: str, member: Member) -> str:
        mark = member.marks[place]
        task = found.interview.tasks[mark.task].in_language(self.language)
        return _under(f"{member.by.officer} · {task} {number_text(mark.points)}")

    def _by(self, entered: Iterable[By]) -> str:
        return "".join(f"<div>{shown(self._one(each))}</div>" for each in entered)

    def _one(self, by: By) -> str:
        return f"{by.officer} {time_with_zone(timestamp(by.at), self.language)}"


def _under(said: str) -> str:
    return f'<span class="id">{shown(said)}</span>' if said else ""
