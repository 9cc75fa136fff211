"""A Report as text for a terminal of 80 columns: verdict, three parts, reasons, who and what, and how fresh it is.

Words and shapes carry the meaning; there is no colour. Every refusal ends with the report id, whom to ask, and that it
must not lead to automatic rejection.
"""

from collections.abc import Iterator, Sequence

from credential_schemas.report.facts import CertificateFacts, Disclosed, timestamp
from credential_schemas.report.headlines import Sign, headline
from credential_schemas.report.messages import (
    Language,
    contact_sentence,
    entry_status_word,
    notice,
    part_label,
    part_sentence,
    place_words,
)
from credential_schemas.report.model import Check, Report
from credential_schemas.report.outcomes import CheckName, Outcome, Verdict
from credential_schemas.report.reasons import Reason
from credential_schemas.wording.phrases import phrase, phrases
from verifier.errors import LookupFailed, UnreadableEvidence
from verifier.rendering.entries import entry_details, entry_numbers
from verifier.rendering.plain_text import WIDTH, columns, harmless, padded, wrapped
from verifier.rendering.words import no_verdict_texts, word

_SIGNS = {Sign.TICK: "[v]", Sign.CROSS: "[x]", Sign.TRIANGLE: "[?]"}
_NO_VERDICT_SIGN = "[-]"
_LABEL_WIDTH = 14
_MAX_SHOWN_DIFFERENCES = 8
_GAP = "  "


def report_text(report: Report, language: Language) -> str:
    """Return a report for people, ending with a line break; no line is wider than 80 columns."""
    return "\n".join(_report_lines(report, language)) + "\n"


def unreadable_text(error: UnreadableEvidence | LookupFailed, *, name: str, language: Language) -> str:
    """Return what to say about something that is no certificate or cannot be read: no verdict, what to do instead."""
    heading, sentence = no_verdict_texts(error)
    lines = [f"{_NO_VERDICT_SIGN} {heading.in_language(language)}"]
    lines += _indented(sentence.in_language(language))
    lines += _labelled(word("file", language), harmless(name))
    lines += _labelled(word("ask", language), notice("ask_unreadable").in_language(language))
    lines += wrapped(notice("no_automatic_rejection").in_language(language), width=WIDTH)
    return "\n".join(lines) + "\n"


def _report_lines(report: Report, language: Language) -> Iterator[str]:
    band = headline(report)
    yield from wrapped(f"{_SIGNS[band.sign]} {band.heading.in_language(language)}", width=WIDTH)
    yield from _indented(band.sentence.in_language(language))
    yield ""
    for part, value in report.parts.to_json().items():
        text = part_sentence(part, str(value)).in_language(language)
        yield from _labelled(part_label(part).in_language(language), text)
    yield from _number_lines(report.check(CheckName.PRINT_MATCH), language)
    yield from _problem_lines(report, language)
    if report.certificate is not None and report.disclosed is not None:
        yield ""
        yield from _certificate_lines(report.certificate, language)
        yield from _holder_lines(report.disclosed, report, language)
        yield ""
        yield from _entry_lines(report.disclosed, language)
        yield from wrapped(notice("withheld").in_language(language), width=WIDTH)
    yield ""
    yield from _circumstance_lines(report, language)


def _number_lines(print_match: Check, language: Language) -> Iterator[str]:
    if print_match.reason is Reason.LOOKED_UP_BY_NUMBER:
        yield from wrapped(print_match.message.in_language(language), width=WIDTH)


def _problem_lines(report: Report, language: Language) -> Iterator[str]:
    problems = report.problems
    if problems:
        yield ""
    for check in problems:
        slug = f"({check.reason})" if check.reason is not None else ""
        yield from _labelled(word("reason", language), f"{check.message.in_language(language)} {slug}")
        yield from _difference_lines(check, language)
        yield from _link_lines(check, language)
    if report.verdict is Verdict.VALID:
        return
    for contact in report.contacts:
        yield from _labelled(word("ask", language), contact_sentence(contact).in_language(language))
    yield from _labelled(word("case_number", language), report.id)
    yield from wrapped(notice("no_automatic_rejection").in_language(language), width=WIDTH)


def _difference_lines(check: Check, language: Language) -> Iterator[str]:
    found = check.detail.get("differences")
    differences = [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []
    for item in differences[:_MAX_SHOWN_DIFFERENCES]:
        values = {name: harmless(str(item.get(name, ""))) for name in ("page", "where", "printed", "signed")}
        place = place_words(values["where"])
        values["where"] = values["where"] if place is None else place.in_language(language)
        yield from _item(word("difference", language, **values))
    if len(differences) > _MAX_SHOWN_DIFFERENCES:
        rest = len(differences) - _MAX_SHOWN_DIFFERENCES
        yield from _indented(word("more_differences", language, count=rest))


def _link_lines(check: Check, language: Language) -> Iterator[str]:
    found = check.detail.get("links")
    for link in found[:_MAX_SHOWN_DIFFERENCES] if isinstance(found, list) else []:
        yield from _item(word("link", language, link=harmless(str(link))))


def _certificate_lines(certificate: CertificateFacts, language: Language) -> Iterator[str]:
    yield from _labelled(word("issuer", language), harmless(certificate.issuer.name.in_language(language)))
    key = f"purpose.{certificate.purpose}"
    optional = (
        ("number", certificate.number),
        ("purpose", phrase(key, language) if key in phrases() else certificate.purpose),
        ("recipient", certificate.recipient),
    )
    for name, value in optional:
        if value is not None:
            yield from _labelled(word(name, language), harmless(value))
    until = certificate.valid_until.isoformat() if certificate.valid_until is not None else ""
    yield from _labelled(word("valid", language), f"{certificate.issued_on.isoformat()} ~ {until}")


def _holder_lines(disclosed: Disclosed, report: Report, language: Language) -> Iterator[str]:
    shown = " / ".join(harmless(str(value)) for value in disclosed.holder.values())
    yield from _labelled(word("holder", language), shown or word("withheld_name", language))
    certificate = report.certificate
    proven = certificate is not None and certificate.holder_binding == "verified"
    text = notice("holder_proven" if proven else "holder_unproven").in_language(language)
    yield from _labelled("", text)


def _entry_lines(disclosed: Disclosed, language: Language) -> Iterator[str]:
    """The disclosed entries as a table: number, title with kind and facts below it, status."""
    rows = []
    for number, entry in enumerate(disclosed.entries, start=1):
        title = entry.title.get(language) or entry.title.get("ko", "")
        rows.append((str(number), harmless(title), entry_status_word(entry.status).in_language(language)))
    state = word("state", language)
    last = max([columns(state), *(columns(row[2]) for row in rows)])
    middle = WIDTH - 4 - last - 2 * len(_GAP)
    yield word("entries", language, count=len(rows))
    yield from _row(("#", word("entry", language), state), middle)
    yield "-" * WIDTH
    numbers = entry_numbers(disclosed.entries)
    for row, entry in zip(rows, disclosed.entries, strict=True):
        yield from _row(row, middle)
        for text in entry_details(entry, numbers, language):
            for line in wrapped(harmless(text), width=WIDTH - 6):
                yield " " * 6 + line
    yield "-" * WIDTH


def _row(cells: Sequence[str], middle: int) -> Iterator[str]:
    number, title, state = cells
    for index, line in enumerate(wrapped(title, width=middle)):
        first = index == 0
        left = padded(number if first else "", width=4)
        yield f"{left}{_GAP}{padded(line, width=middle)}{_GAP}{state if first else ''}".rstrip()


def _circumstance_lines(report: Report, language: Language) -> Iterator[str]:
    yield from _labelled(word("file", language), f"{harmless(report.evidence.name)} ({report.evidence.kind})")
    yield from _labelled("SHA-256", report.evidence.sha256)
    profile = f"{timestamp(report.context.verified_at)}, profile {harmless(report.context.profile)}"
    yield from _labelled(word("checked_at", language), profile)
    yield from _seal_time_lines(report.check(CheckName.SEAL), language)
    fresh = report.freshness
    if fresh.status_as_of is None:
        yield from _labelled("", word("list_unknown", language, trust=fresh.trust_version))
    else:
        as_of = timestamp(fresh.status_as_of)
        text = word("list_age", language, as_of=as_of, age=fresh.status_age_s, trust=fresh.trust_version)
        yield from _labelled("", text)
    if report.check(CheckName.ISSUER_TRUST).detail.get("development") is True:
        yield from wrapped(word("development", language), width=WIDTH)
    if report.context.simulated:
        yield from wrapped(notice("simulated").in_language(language), width=WIDTH)


def _seal_time_lines(seal: Check, language: Language) -> Iterator[str]:
    """When a good seal was made, and what that time is worth."""
    at = seal.detail.get("stamped_at") or seal.detail.get("signed_at")
    if at is not None and seal.outcome is Outcome.PASSED:
        text = word(f"sealed_{seal.detail.get('time_stamp')}", language, at=harmless(str(at).replace("+00:00", "Z")))
        yield from _labelled(word("sealed_at", language), text)


def _labelled(label: str, text: str) -> Iterator[str]:
    for index, line in enumerate(wrapped(text, width=WIDTH - _LABEL_WIDTH)):
        yield padded(label if index == 0 else "", width=_LABEL_WIDTH) + line


def _item(text: str) -> Iterator[str]:
    """One line of a list; strangers' text never begins left of column 6, where only our own words stand."""
    for index, line in enumerate(wrapped(text, width=WIDTH - 6)):
        yield ("    - " if index == 0 else " " * 6) + line


def _indented(text: str) -> Iterator[str]:
    for line in wrapped(text, width=WIDTH - 4):
        yield " " * 4 + line
