"""Check `print_match`: the text of the pages and the code on them say what was signed, and nothing else.

The page is compared with the version of the wording that the file names, which is sealed with it. A version that is not
published here, or that has no words for these claims, leaves the matter open: the page was not compared.

Language, specimen mark, legal-basis line, confirmation code and host are not signed. So the wording is made in every
form the issuer may have printed, and the page must equal one of them exactly; if none fits, the differences to the
nearest one are named.

The address in front of a code's payload is not signed either, and it is where a telephone goes. It must lead to a host
the trust list names for the issuer: a page of the bank with another address was not made by the bank, and for a code
without its page the matter is left open, with the address in `detail.links`.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import product
from urllib.parse import urlsplit

from credential_schemas.certificate_claims import CertificateClaims
from credential_schemas.errors import WordingUnknown
from credential_schemas.report.model import Check, passed, skipped
from credential_schemas.report.outcomes import CheckName, Outcome
from credential_schemas.report.reasons import Reason
from credential_schemas.wording.certificate import Imprint, certificate_wording
from credential_schemas.wording.compare import Difference, compare_print, prints_exactly
from credential_schemas.wording.model import ANY_CODE, CertificateWording, Language, PrintedLine
from credential_schemas.wording.published import WordingVersion, wording_for
from keys.encoding import JsonValue
from keys.trust_list import TrustedIssuer
from keys.values import dataclass
from verifier.evidence.reader import PdfFacts

_LANGUAGES: tuple[Language, ...] = ("ko", "en")
_MAX_SHOWN_LINK = 200


def check_links(addresses: Sequence[str], *, issuer: TrustedIssuer) -> Check:
    """Judge where the codes lead when there is no page to compare, as for a picture or the text of a code."""
    foreign = foreign_links(addresses, issuer)
    if foreign:
        return Check(CheckName.PRINT_MATCH, Outcome.UNKNOWN, Reason.QR_LINK_FOREIGN, _shown(foreign))
    return skipped(CheckName.PRINT_MATCH)


def foreign_links(addresses: Sequence[str], issuer: TrustedIssuer) -> tuple[str, ...]:
    """Return the addresses that lead to no host of the issuer; none when the trust list names no pages for it."""
    if not issuer.verify_urls:
        return ()
    known = {_origin(url) for url in (*issuer.verify_urls, issuer.id)}
    return tuple(address for address in addresses if _origin(address) not in known)


def _origin(address: str) -> tuple[str, str] | None:
    try:
        parts = urlsplit(address.lower())
    except ValueError:
        return None
    return parts.scheme, parts.netloc


def _shown(addresses: Sequence[str]) -> dict[str, JsonValue]:
    return {"links": [address[:_MAX_SHOWN_LINK] for address in addresses]}


def check_print_match(pdf: PdfFacts, token: str, *, claims: CertificateClaims | None, issuer: TrustedIssuer) -> Check:
    """Compare pages and codes of a PDF with its proved credential.

    Args:
        pdf: what the pages say and show.
        token: the attached credential, exactly.
        claims: its claims; None when it is no paper copy, so that no page can say the same.
        issuer: its issuer; name and verify hosts come from the trust list.
    """
    name = CheckName.PRINT_MATCH
    if claims is None:
        whole = Difference("certificate", 1, "", "")
        return Check(name, Outcome.FAILED, Reason.DOCUMENT_MISMATCH, {"count": 1, "differences": [_to_json(whole)]})
    nearest = _nearest(pdf, claims, issuer)
    if nearest is not None and nearest.differences:
        shown: list[JsonValue] = [_to_json(difference) for difference in nearest.differences]
        detail: dict[str, JsonValue] = {"count": len(shown), "differences": shown}
        return Check(name, Outcome.FAILED, Reason.DOCUMENT_MISMATCH, detail)
    if any(code != token for code in pdf.codes):
        return Check(name, Outcome.FAILED, Reason.QR_DIFFERS)
    foreign = foreign_links(pdf.addresses, issuer)
    if foreign:
        return Check(name, Outcome.FAILED, Reason.QR_LINK_FOREIGN, _shown(foreign))
    if nearest is None:
        return Check(name, Outcome.UNKNOWN, Reason.WORDING_UNKNOWN, {"wording": pdf.wording})
    if not pdf.codes and not nearest.imprint.link_only:
        return Check(name, Outcome.UNKNOWN, Reason.QR_MISSING, {"note": pdf.code_problem})
    return passed(name)


@dataclass(frozen=True, slots=True)
class ComparedPages:
    """The pages as the credential says them beside the pages as they were handed in, and where the two differ."""

    signed: tuple[PrintedLine, ...]
    printed: tuple[str, ...]
    differences: tuple[Difference, ...]


def compare_pages(pdf: PdfFacts, claims: CertificateClaims, *, issuer: TrustedIssuer) -> ComparedPages | None:
    """Return both forms of the pages, or None when the wording that the file names is not published here."""
    nearest = _nearest(pdf, claims, issuer)
    if nearest is None:
        return None
    lines = tuple(line for line in nearest.wording.lines() if not line.where.startswith("code"))  # it is not signed
    return ComparedPages(lines, pdf.texts, nearest.differences)


@dataclass(frozen=True, slots=True)
class _Nearest:
    """The imprint and wording that are nearest to the pages, and the differences that remain."""

    imprint: Imprint
    wording: CertificateWording
    differences: tuple[Difference, ...]


def _nearest(pdf: PdfFacts, claims: CertificateClaims, issuer: TrustedIssuer) -> _Nearest | None:
    """Compare the pages in the version that the file names; None when there is no such version to compare with.

    A form that the pages equal is taken before one that they only resemble: a line may also stand inside another one.
    """
    try:
        version = None if pdf.wording is None else wording_for(claims, pdf.wording)
    except WordingUnknown:
        version = None
    if version is None:
        return None
    candidates = []
    for imprint, wording in _candidates(claims, issuer, version):
        if prints_exactly(wording, pdf.texts):
            return _Nearest(imprint, wording, ())
        candidates.append((imprint, wording))
    printed = _compact("".join(pdf.texts))
    imprint, wording = max(candidates, key=lambda candidate: _likeness(candidate[1], printed))
    return _Nearest(imprint, wording, compare_print(wording, pdf.texts))


def _candidates(
    claims: CertificateClaims, issuer: TrustedIssuer, version: WordingVersion
) -> Iterator[tuple[Imprint, CertificateWording]]:
    names: dict[Language, str] = {language: issuer.name[language] for language in _LANGUAGES}
    places = product(_verify_hosts(issuer), (None, *issuer.legal_lines), (False, True), (False, True))
    imprints = [Imprint(names, host, legal, specimen, link_only) for host, legal, specimen, link_only in places]
    for imprint, language, code in product(imprints, _LANGUAGES, (None, ANY_CODE)):
        wording = certificate_wording(
            claims, language=language, imprint=imprint, confirmation_code=code, version=version
        )
        yield imprint, wording


def _verify_hosts(issuer: TrustedIssuer) -> tuple[str, ...]:
    """The hosts a certificate of this issuer may name as the place to check it."""
    hosts = dict.fromkeys(urlsplit(url).netloc for url in (*issuer.verify_urls, issuer.id))
    return tuple(host for host in hosts if host)


def _likeness(wording: CertificateWording, printed: str) -> int:
    """Lines of the wording that the page has, less those it lacks.

    The row of a code that is not known counts by its label, where the page has it beside what the other lines say.
    """
    lines = [_compact(line.text) for line in wording.lines() if not line.where.startswith("code")]
    if wording.specimen is not None:
        lines.append(_compact(wording.specimen))
    likeness = sum(1 if line in printed else -1 for line in lines)
    if wording.code_row is None:
        return likeness
    label = _compact(wording.code_row.label)
    return likeness + (1 if printed.count(label) > sum(line.count(label) for line in lines) else -1)


def _compact(text: str) -> str:
    return "".join(unicodedata.normalize("NFC", text).split())


def _to_json(difference: Difference) -> JsonValue:
    return {
        "where": difference.where,
        "page": difference.page,
        "printed": difference.printed,
        "signed": difference.signed,
    }
