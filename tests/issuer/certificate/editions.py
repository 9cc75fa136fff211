"""Every edition of a certificate as a file: what the pages and the conformance are tried on."""

from dataclasses import replace
from itertools import product

from credential_schemas.catalogue_rows import rows
from credential_schemas.certificate_claims import Edition
from credential_schemas.wording.certificate import certificate_wording
from credential_schemas.wording.model import CertificateWording, Language
from issuer.certificate.drawing import draw_certificate
from tests.issuer.certificate.claims import IMPRINT, draw_words, make_claims, put_into_words
from tests.issuer.certificate.samples import Plan, make_request, make_wording

LANGUAGES: tuple[Language, ...] = ("ko", "en")
EDITIONS: tuple[Edition, ...] = ("standard", "blind")
CASES = list(product(LANGUAGES, EDITIONS, ("competency", "education")))


def longest_names(language: Language) -> CertificateWording:
    """A certificate whose every entry has the longest title and the longest institution of the catalogue."""
    titles = [row["name_ko"] for file in ("qualification_items.csv", "ncs_units.csv") for row in rows(file)]
    names = [row["name_ko"] for row in rows("institutions.csv")] + [row["name_en"] for row in rows("institutions.csv")]
    title, body = max(titles, key=len), max(filter(None, names), key=len)
    claims = make_claims()
    entries = tuple(replace(entry, title=title, title_en=None, issuing_body=body) for entry in claims.entries)
    return put_into_words(replace(claims, entries=entries), language)


def every_edition() -> dict[str, bytes]:
    """Unsigned files: both kinds, editions and languages, several pages and codes, a link as code, previews."""
    files = {"-".join(case): draw_words(put_into_words(make_claims(case[2], case[1]), case[0])) for case in CASES}
    for language in LANGUAGES:
        link = certificate_wording(
            make_claims(), language=language, imprint=replace(IMPRINT, link_only=True), confirmation_code=None
        )
        linked = replace(make_request(link), qr_texts=("HTTPS://VERIFY.EXAMPLE/V",), symbol_plan=Plan(16, "M"))
        files |= {
            f"{language}-link": draw_certificate(linked),
            f"{language}-longest-names": draw_words(longest_names(language)),
            f"{language}-preview": draw_certificate(make_request(make_wording(language), preview=True)),
        }
    several = {"2-codes": make_request(make_wording("en", entries=35), codes=2)}
    several["4-codes"] = make_request(make_wording("ko", entries=60), codes=4)
    return files | {name: draw_certificate(request) for name, request in several.items()}
