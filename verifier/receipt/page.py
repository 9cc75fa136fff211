"""The pages of a receipt: the verdict first, then what was checked, what it rests on, and what it does not say.

Everything on the page is also in the signed record or is one of our own sentences. Text of strangers is written out
where it would act, and is never read as markup.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.pagesizes import A4
from reportlab.platypus import CondPageBreak, KeepTogether, Paragraph, Spacer, Table

from credential_schemas.korean_time import KOREAN_TIME
from credential_schemas.report.headlines import Sign, headline
from credential_schemas.report.messages import (
    Language,
    check_label,
    contact_sentence,
    entry_status_word,
    notice,
    part_label,
    part_sentence,
)
from credential_schemas.report.model import Report
from credential_schemas.report.outcomes import DocumentPart, StatusPart, Verdict
from credential_schemas.wording.phrases import phrase, phrases
from keys.jwk import PublicKey
from verifier.receipt import marks
from verifier.receipt.record import PROGRAM, SPECIFICATIONS, Circumstances, ListUsed, Recorded
from verifier.receipt.sheet import MARGIN, Sheets, printable
from verifier.receipt.texts import text
from verifier.rendering.entries import entry_details, entry_numbers

_WIDTH = A4[0] - 2 * MARGIN
_LABEL_WIDTH = 92.0
_MARK_WIDTH = 18.0
_ROOM_FOR_ROWS = 110.0  # points: a heading never stands alone at the end of a page
_SIGN_OF_PART = {
    Verdict.VALID.value: Sign.TICK,
    Verdict.INVALID.value: Sign.CROSS,
    Verdict.INDETERMINATE.value: Sign.TRIANGLE,
    DocumentPart.NOT_CHECKED.value: None,
    StatusPart.UNKNOWN.value: Sign.TRIANGLE,
    StatusPart.SUPERSEDED.value: Sign.TRIANGLE,
}


class ReceiptPage:
    """Makes the flowables of one receipt in one language."""

    def __init__(self, recorded: Recorded, circumstances: Circumstances, *, key: PublicKey, language: Language) -> None:
        self._recorded = recorded
        self._circumstances = circumstances
        self._key = key
        self._language = language

    @property
    def sheets(self) -> Sheets:
        """What stands on every sheet."""
        return Sheets(
            title=f"{self._say('title')} {self._report.id}",
            author=self._circumstances.verifier or PROGRAM,
            language=self._language,
            created_at=self._report.context.verified_at,
            footer=f"{self._say('report_id')} {self._report.id} · {self._say('footer')}",
            page_words=lambda page, pages: self._say("page", page=page, pages=pages),
        )

    def story(self) -> Sequence[Any]:
        """Return the flowables, made anew: ReportLab uses each of them once."""
        return [
            *self._head(),
            *self._band(),
            *self._parts(),
            *self._reasons(),
            *self._facts("section_circumstances", self._circumstance_rows()),
            *self._content(),
            *self._checks(),
            *self._facts("section_basis", self._basis_rows()),
            *self._limits(),
        ]

    @property
    def _report(self) -> Report:
        return self._recorded.report

    @property
    def _personal(self) -> bool:
        return self._recorded.record["contains_personal_data"] is True

    def _say(self, name: str, **values: object) -> str:
        return text(name, self._language, **values)

    def _head(self) -> Iterator[Any]:
        yield Paragraph(self._say("title"), marks.TITLE)
        yield Spacer(1, 3)
        yield Paragraph(self._say("subtitle"), marks.SUBTITLE)
        yield Spacer(1, 10)

    def _band(self) -> Iterator[Any]:
        band = headline(self._report)
        heading = marks.style(15, bold=True, colour=marks.COLOURS[band.sign], leading=1.3)
        words = [
            _paragraph(band.heading.in_language(self._language), heading),
            _paragraph(band.sentence.in_language(self._language), marks.BODY),
        ]
        yield Table(
            [["", marks.Mark(band.sign, size=30), words]],
            colWidths=[5, 50, _WIDTH - 55],
            style=[
                ("BACKGROUND", (0, 0), (-1, -1), marks.GROUNDS[band.sign]),
                ("BACKGROUND", (0, 0), (0, -1), marks.COLOURS[band.sign]),
                ("BOX", (0, 0), (-1, -1), 0.5, marks.RULE),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("TOPPADDING", (0, 0), (-1, -1), 9),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 10),
                ("LEFTPADDING", (1, 0), (1, -1), 11),
            ],
        )
        if self._report.context.simulated:
            yield Spacer(1, 6)
            yield _paragraph(self._say("limit_simulated"), marks.LABEL)

    def _parts(self) -> Iterator[Any]:
        rows = []
        for part, value in self._report.parts.to_json().items():
            sign = _SIGN_OF_PART.get(str(value), Sign.CROSS)
            sentence = part_sentence(part, str(value)).in_language(self._language)
            label = part_label(part).in_language(self._language)
            rows.append([marks.Mark(sign, size=11), _paragraph(label, marks.LABEL), _paragraph(sentence, marks.BODY)])
        widths = [_MARK_WIDTH, _LABEL_WIDTH - _MARK_WIDTH, _WIDTH - _LABEL_WIDTH]
        yield from self._section("section_parts", Table(rows, colWidths=widths, style=_ROWS))

    def _reasons(self) -> Iterator[Any]:
        problems = self._report.problems
        if not problems:
            return
        rows = [
            (self._say("reason"), f"{check.message.in_language(self._language)} ({check.reason})") for check in problems
        ]
        if self._report.verdict is not Verdict.VALID:
            contacts = (contact_sentence(contact).in_language(self._language) for contact in self._report.contacts)
            rows += [(self._say("ask"), sentence) for sentence in contacts]
            rows.append(("", notice("no_automatic_rejection").in_language(self._language)))
        yield from self._facts("section_reasons", rows)

    def _circumstance_rows(self) -> list["_Row"]:
        report, verifier = self._report, self._circumstances.verifier
        rows = [
            ("verified_at", self._moment(report.context.verified_at)),
            ("made_at", self._moment(self._circumstances.made_at)),
            ("verifier", verifier or self._say("verifier_unnamed", kid=self._key.kid)),
            ("report_id", report.id),
            ("evidence", self._say(f"kind_{report.evidence.kind.value}")),
            ("sha256", report.evidence.sha256),
        ]
        facts = report.certificate
        if facts is not None:
            until = facts.valid_until.isoformat() if facts.valid_until is not None else ""
            rows.append(("issuer", f"{facts.issuer.name.in_language(self._language)} ({facts.issuer.id})"))
            rows.append(("valid", f"{facts.issued_on.isoformat()} ~ {until}"))
        return [(self._say(name), value) for name, value in rows]

    def _content(self) -> Iterator[Any]:
        facts, disclosed = self._report.certificate, self._report.disclosed
        if not self._personal or facts is None or disclosed is None:
            return
        purpose = f"purpose.{facts.purpose}"
        values = (
            ("holder", " / ".join(str(value) for value in disclosed.holder.values()) or self._say("withheld")),
            ("number", facts.number),
            ("purpose", phrase(purpose, self._language) if purpose in phrases() else facts.purpose),
            ("recipient", facts.recipient),
            ("file", self._report.evidence.name),
        )
        rows = [(self._say(name), value) for name, value in values if value is not None]
        yield from self._facts("section_content", rows)
        yield Spacer(1, 4)
        yield self._entries()

    def _entries(self) -> Table:
        disclosed = self._report.disclosed
        entries = disclosed.entries if disclosed is not None else ()
        numbers = entry_numbers(entries)
        rows = [[_paragraph(head, marks.SMALL_LABEL) for head in ("#", self._say("entry"), self._say("state"))]]
        for number, entry in enumerate(entries, start=1):
            title = _paragraph(entry.title.get(self._language) or entry.title.get("ko", ""), marks.LABEL)
            details = [_paragraph(line, marks.SMALL) for line in entry_details(entry, numbers, self._language)]
            state = _paragraph(entry_status_word(entry.status).in_language(self._language), marks.SMALL_LABEL)
            rows.append([_paragraph(str(number), marks.SMALL), [title, *details], state])
        return Table(rows, colWidths=[22, _WIDTH - 22 - 70, 70], style=_GRID, repeatRows=1)

    def _checks(self) -> Iterator[Any]:
        heads = ("", self._say("check"), self._say("outcome"), self._say("meaning"))
        rows: list[list[Any]] = [[_paragraph(head, marks.SMALL_LABEL) for head in heads]]
        for check in self._report.checks:
            reason = f" ({check.reason})" if check.reason is not None else ""
            rows.append(
                [
                    marks.Mark(marks.SIGN_OF_OUTCOME[check.outcome], size=8.5),
                    _paragraph(check_label(check.name).in_language(self._language), marks.SMALL_LABEL),
                    _paragraph(self._say(f"outcome_{check.outcome.value}"), marks.SMALL),
                    _paragraph(check.message.in_language(self._language) + reason, marks.SMALL),
                ]
            )
        widths = [_MARK_WIDTH, 82, 56, _WIDTH - _MARK_WIDTH - 138]
        yield from self._section("section_checks", Table(rows, colWidths=widths, style=_GRID, repeatRows=1))

    def _basis_rows(self) -> list["_Row"]:
        rules, profile = self._circumstances.rules, self._circumstances.rules.profile
        name = profile.name if profile.sha256 is not None else self._say("profile_builtin", profile=profile.name)
        return [
            (self._say("profile"), _lines(name, self._digest(profile.sha256))),
            (
                self._say("trust"),
                _lines(self._say("trust_version", version=rules.trust.version), self._digest(rules.trust_sha256)),
            ),
            *self._list_rows(self._recorded.lists),
            (self._say("program"), f"{PROGRAM} {self._circumstances.program_version}"),
            (self._say("specifications"), "; ".join(SPECIFICATIONS)),
        ]

    def _list_rows(self, lists: Sequence[ListUsed]) -> Iterator["_Row"]:
        if not lists:
            yield self._say("status_list"), self._say("status_none")
        for used in lists:
            signed = self._say(
                "status_signed", as_of=self._moment(datetime.fromtimestamp(used.iat, KOREAN_TIME)), age=used.age_s
            )
            yield self._say("status_list"), _lines(used.uri, signed, self._digest(used.sha256))

    def _limits(self) -> Iterator[Any]:
        moment = self._moment(self._report.context.verified_at)
        facts = self._report.certificate
        sentences = [
            self._say("limit_not_certificate"),
            self._say("limit_time", moment=moment),
            notice("no_automatic_rejection").in_language(self._language),
            self._say("limit_personal" if self._personal else "limit_private"),
        ]
        if facts is not None and facts.holder_binding != "verified":
            sentences.insert(2, notice("holder_unproven").in_language(self._language))
        if self._report.context.simulated:
            sentences.insert(0, self._say("limit_simulated"))
        points = [[_paragraph("·", marks.BODY), _paragraph(sentence, marks.BODY)] for sentence in sentences]
        box = [*_ROWS, ("BACKGROUND", (0, 0), (-1, -1), marks.TINT)]
        yield from self._section("section_limits", Table(points, colWidths=[14, _WIDTH - 14], style=box))
        key = self._say("verify_key", kid=self._key.kid, thumbprint=self._key.thumbprint())
        how = self._say("verify_how", command="cb-verifier receipt verify FILE --key receipt-keys.json")
        yield from self._section("section_verify", _paragraph(_lines(how, key), marks.SMALL))

    def _facts(self, name: str, rows: "Sequence[_Row]") -> Iterator[Any]:
        cells = [[_paragraph(label, marks.LABEL), _paragraph(value, marks.BODY)] for label, value in rows]
        yield from self._section(name, Table(cells, colWidths=[_LABEL_WIDTH, _WIDTH - _LABEL_WIDTH], style=_ROWS))

    def _section(self, name: str, content: Any) -> Iterator[Any]:  # noqa: ANN401 - a flowable of ReportLab
        heading = [Spacer(1, 11), Paragraph(self._say(name), marks.HEADING), Spacer(1, 3)]
        if name == "section_checks":  # longer than a page can keep together
            yield from (CondPageBreak(_ROOM_FOR_ROWS), *heading, content)
        else:
            yield KeepTogether([*heading, content])

    def _digest(self, sha256: str | None) -> str:
        return self._say("digest", sha256=sha256) if sha256 is not None else ""

    def _moment(self, moment: datetime) -> str:
        local = moment.astimezone(KOREAN_TIME)
        time = local.strftime("%H:%M:%S")
        return self._say("moment", year=local.year, month=local.month, day=local.day, time=time)


_ROWS = [
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LINEBELOW", (0, 0), (-1, -1), 0.4, marks.RULE),
    ("LEFTPADDING", (0, 0), (0, -1), 4),
    ("TOPPADDING", (0, 0), (-1, -1), 2.5),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 3.5),
]
_GRID = [*_ROWS, ("BACKGROUND", (0, 0), (-1, 0), marks.TINT), ("LINEABOVE", (0, 0), (-1, 0), 0.8, marks.COVER)]


_Words = str | tuple[str, ...]
"""One line, or several; a break within one is a stranger's and is written out."""
_Row = tuple[str, _Words]


def _paragraph(words: _Words, style: Any) -> Paragraph:  # noqa: ANN401 - a style of ReportLab
    lines = (words,) if isinstance(words, str) else words
    return Paragraph("<br/>".join(escape(printable(line)) for line in lines), style)


def _lines(*lines: str) -> tuple[str, ...]:
    return tuple(line for line in lines if line)
