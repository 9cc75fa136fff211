"""What a page shows of one result, as words in one language: made here once, for the server's HTML and for scripts.

Everything is text, never markup; texts of the certificate are passed through `harmless`, so that nothing in them can
act or hide, wherever they are shown.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from credential_schemas.entry_types import EntryType, entry_types
from credential_schemas.korean_time import korean_time
from credential_schemas.look.harmless import harmless
from credential_schemas.report.facts import COMMON_MEMBERS
from credential_schemas.report.messages import (
    Language,
    check_label,
    entry_status_word,
    notice,
    part_label,
    part_sentence,
    place_words,
)
from credential_schemas.report.outcomes import CheckName, EntryStatus
from credential_schemas.report_page.words import result_word
from credential_schemas.wording.phrases import phrase, phrases
from credential_schemas.wording.values import value_text
from keys.encoding import JsonValue

View = dict[str, JsonValue]
JsonObject = Mapping[str, JsonValue]

_PART_SIGNS: Final[Mapping[str, str]] = {
    "valid": "ok",
    "superseded": "un",
    "indeterminate": "un",
    "unknown": "un",
    "not_checked": "na",
}
_SIGNS: Final[Mapping[str, str]] = {"tick": "ok", "cross": "bad", "triangle": "un", "dash": "na"}
_OUTCOME_SIGNS: Final[Mapping[str, str]] = {"passed": "ok", "failed": "bad", "unknown": "un", "skipped": "na"}
_WHAT_TO_DO: Final[Mapping[str, str]] = {
    "applicant": "todo_applicant",
    "issuer": "todo_issuer",
    "operator": "todo_operator",
}


def view_of(result: JsonObject, page: JsonObject, *, language: Language) -> View:
    """Return what a page shows of one line of results.

    Args:
        result: a Report, or an object with `error`, as JSON.
        page: sign, heading and sentence of the verdict band, as the job keeps them.
        language: of the words.
    """
    error = result.get("error")
    view: View = {
        "sign": _SIGNS.get(str(page.get("sign")), "na"),
        "heading": _said(page.get("heading"), language),
        "sentence": _said(page.get("sentence"), language),
        "language": language,
    }
    if isinstance(error, dict):
        return view | _error_view(error, language)
    return view | _report_view(result, language)


def _error_view(error: JsonObject, language: Language) -> View:
    return {
        "verdict": "error",
        "verdict_word": result_word("verdict_error", language),
        "name": _safe(error.get("name")),
        "sentence": _said(error.get("message"), language),
        "todo": [_said(error.get("ask"), language)],
        "notice": _said(error.get("notice"), language),
    }


def _report_view(report: JsonObject, language: Language) -> View:
    certificate, disclosed = _object(report.get("certificate")), _object(report.get("disclosed"))
    evidence, verdict = _object(report.get("evidence")), str(report.get("verdict"))
    view: View = {
        "verdict": verdict,
        "verdict_word": result_word(f"verdict_{verdict}", language),
        "name": _safe(evidence.get("name")),
        "kind": result_word(f"kind_{evidence.get('kind')}", language),
        "checked_at": _korean_time(report.get("verified_at")),
        "parts": [*_parts(_object(report.get("parts")), language)],
        "problems": [*_problems(report, language)],
        "differences": [*_differences(report, language)],
        "todo": [*_todo(report, language)],
        "checks": [*_checks(report, language)],
        "facts": [*_facts(report, language)],
        "report_id": str(report.get("id")),
        "simulated": notice("simulated").in_language(language) if report.get("simulated") is True else "",
        "development": _development(report, language),
    }
    if report.get("verdict") != "valid":
        view["notice"] = notice("no_automatic_rejection").in_language(language)
    if certificate and disclosed:
        view |= _content(certificate, disclosed, language)
    return view


def _content(certificate: JsonObject, disclosed: JsonObject, language: Language) -> View:
    holder = _object(disclosed.get("holder"))
    entries = [_object(entry) for entry in _list(disclosed.get("entries"))]
    numbers = {idx: str(n) for n, entry in enumerate(entries, 1) if isinstance(idx := entry.get("idx"), int)}
    bound = certificate.get("holder_binding") == "verified"
    return {
        "number": _safe(certificate.get("number")),
        "holder": {
            "name": _safe(holder.get("name")),
            "name_en": _safe(holder.get("name_en")),
            "birth_date": _safe(holder.get("birth_date")),
            "is_withheld": not holder,
            "applicant_no": _safe(certificate.get("applicant_no")),
            "proof": notice("holder_proven" if bound else "holder_unproven").in_language(language),
            "is_proven": bound,
        },
        "certificate": [*_certificate(certificate, language)],
        "entries": [_entry(entry, numbers, language) for entry in entries],
        "withheld": notice("withheld").in_language(language),
    }


def _parts(parts: JsonObject, language: Language) -> Iterator[JsonValue]:
    for part, value in parts.items():
        word, _, sentence = part_sentence(part, str(value)).in_language(language).partition(": ")
        yield {
            "name": part_label(part).in_language(language),
            "sign": _PART_SIGNS.get(str(value), "bad"),
            "word": word[:1].upper() + word[1:],
            "sentence": sentence[:1].upper() + sentence[1:],
        }


def _problems(report: JsonObject, language: Language) -> Iterator[JsonValue]:
    """Yield the sentences of what failed, then of what stayed unknown, as far as the verdict suffers from it."""
    checks = [_object(check) for check in _list(report.get("checks"))]
    if report.get("verdict") == "valid":
        return
    for outcome in ("failed", "unknown"):
        for check in checks:
            if check.get("outcome") == outcome:
                links = [_safe(link) for link in _list(_object(check.get("detail")).get("links"))]
                text = _said(check.get("message"), language)
                yield {"sign": _OUTCOME_SIGNS[outcome], "text": text, "links": [*links]}


def _differences(report: JsonObject, language: Language) -> Iterator[JsonValue]:
    for check in _list(report.get("checks")):
        for item in _list(_object(_object(check).get("detail")).get("differences")):
            found = _object(item)
            page = result_word("on_page", language, page=_safe(found.get("page")))
            place = _place(_safe(found.get("where")), language)
            printed, signed = _safe(found.get("printed")), _safe(found.get("signed"))
            nothing = result_word("nothing", language)
            yield {"where": place, "page": page, "printed": printed or nothing, "signed": signed or nothing}


def _place(where: str, language: Language) -> str:
    """Return a place of the printed page in words, as far as there are any for it."""
    found = place_words(where)
    return where if found is None else found.in_language(language)


def _todo(report: JsonObject, language: Language) -> Iterator[JsonValue]:
    if _list(_object(_print_match(report).get("detail")).get("differences")):
        yield result_word("todo_signed_only", language)
    asked = [_object(one) for one in _list(_object(report.get("advice")).get("ask"))]
    for one in asked:
        name = _WHAT_TO_DO.get(str(one.get("contact")))
        yield result_word(name, language) if name else _said(one, language)
    if report.get("verdict") == "valid" and _object(report.get("parts")).get("document") == "not_checked":
        yield result_word("todo_compare", language)


def _print_match(report: JsonObject) -> JsonObject:
    checks = (_object(check) for check in _list(report.get("checks")))
    return next((check for check in checks if check.get("name") == CheckName.PRINT_MATCH.value), {})


def _checks(report: JsonObject, language: Language) -> Iterator[JsonValue]:
    for each in _list(report.get("checks")):
        check = _object(each)
        outcome = str(check.get("outcome"))
        yield {
            "name": check_label(CheckName(str(check.get("name")))).in_language(language),
            "sign": _OUTCOME_SIGNS[outcome],
            "word": result_word(f"outcome_{outcome}", language),
            "text": _said(check.get("message"), language),
            "reason": _safe(check.get("reason")),
        }


def _facts(report: JsonObject, language: Language) -> Iterator[JsonValue]:
    """Yield how fresh the answer is and what it is about, as (label, value)."""
    fresh, evidence = _object(report.get("freshness")), _object(report.get("evidence"))
    as_of = fresh.get("status_as_of")
    listed = _korean_time(as_of) if as_of is not None else result_word("no_list", language)
    version = fresh.get("trust_version")
    trusted = result_word("version", language, version=_safe(version)) if version else result_word("no_list", language)
    for name, value in (
        ("checked_at", f"{_korean_time(report.get('verified_at'))} (KST)"),
        ("status_list", listed),
        ("trust_list", trusted),
        ("profile", _safe(report.get("profile"))),
        ("report_id", str(report.get("id"))),
        ("sha256", _safe(evidence.get("sha256"))),
    ):
        yield [result_word(f"fact_{name}", language), value]


def _certificate(certificate: JsonObject, language: Language) -> Iterator[JsonValue]:
    issuer = _object(certificate.get("issuer"))
    purpose = certificate.get("purpose")
    key = f"purpose.{purpose}"
    until = _safe(certificate.get("valid_until"))
    rows = (
        ("issuer", _named(issuer.get("name"), language)),
        ("number", _safe(certificate.get("number"))),
        ("valid", f"{_safe(certificate.get('issued_on'))} ~ {until}"),
        ("purpose", phrase(key, language) if key in phrases() else _safe(purpose)),
        ("recipient", _safe(certificate.get("recipient"))),
    )
    for name, value in rows:
        if value:
            yield [result_word(f"fact_{name}", language), value]


def _entry(entry: JsonObject, numbers: Mapping[int, str], language: Language) -> View:
    status = EntryStatus(str(entry.get("status")))
    entry_type = entry_types().in_credentials(str(entry.get("type")))
    view: View = {
        "title": _named(entry.get("title"), language),
        "body": _named(entry.get("issuing_body"), language),
        "status_sign": {"valid": "ok", "unknown": "un"}.get(status.value, "bad"),
        "status": entry_status_word(status).in_language(language),
        "as_of": _safe(entry.get("as_of")),
    }
    return view if entry_type is None else view | _own_fields(entry, entry_type, numbers=numbers, language=language)


def _own_fields(entry: JsonObject, entry_type: EntryType, *, numbers: Mapping[int, str], language: Language) -> View:
    """Put an entry's own fields into the columns of the table, and the rest below its title."""
    table = entry_type.table
    texts: dict[str, str] = {}
    labels: dict[str, str] = {}
    for field in entry_type.own_fields:
        if field.name in entry and field.name not in COMMON_MEMBERS:
            value = value_text(field, entry[field.name], language=language, numbers=numbers)
            texts[field.name] = harmless(value)
            labels[field.name] = "" if field.values else f"{field.label.in_language(language)} "
    when = [texts[name] for name in table.when if name in texts]
    columns = {*table.when, table.ncs, table.level}
    details = [f"{labels[name]}{text}" for name, text in texts.items() if name not in columns]
    return {
        "kind": entry_type.names.in_language(language),
        "when": " ~ ".join(when),
        "ncs": texts.get(table.ncs or "", ""),
        "level": texts.get(table.level or "", ""),
        "details": [*details],
    }


def _development(report: JsonObject, language: Language) -> str:
    for check in _list(report.get("checks")):
        if _object(_object(check).get("detail")).get("development") is True:
            return result_word("development", language)
    return ""


def _korean_time(value: JsonValue) -> str:
    """Return an RFC 3339 time as people in Korea read it, minutes are enough."""
    return korean_time(datetime.fromisoformat(str(value)))


def _said(value: JsonValue, language: Language) -> str:
    """Return one of our own sentences from its JSON form."""
    return str(_object(value).get(language, ""))


def _named(value: JsonValue, language: Language) -> str:
    """Return a name in the language, or the Korean original."""
    texts = _object(value)
    return _safe(texts.get(language) or texts.get("ko"))


def _safe(value: JsonValue) -> str:
    return "" if value is None else harmless(str(value))


def _object(value: JsonValue) -> View:
    return value if isinstance(value, dict) else {}


def _list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []
