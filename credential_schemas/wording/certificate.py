"""From the claims of a certificate to everything it says in words, in Korean or English, standard or blind."""

from collections.abc import Iterator, Mapping

from credential_schemas.certificate_claims import CertificateClaims
from credential_schemas.wording.entries import column_headings, entry_groups
from credential_schemas.wording.model import CertificateWording, Language, Row
from credential_schemas.wording.phrases import spoken_day
from credential_schemas.wording.published import WordingVersion, current_wording
from credential_schemas.wording.values import number_text
from keys.values import dataclass


@dataclass(frozen=True, slots=True)
class Imprint:
    """What a certificate says about its issuer and its checking; configuration and trust list, not claims.

    `link_only`: the credential needs more codes than a page may carry, so the code is a link and the file is the proof.
    """

    issuer_name: Mapping[Language, str]
    verify_host: str
    legal_basis: str | None = None
    specimen: bool = False
    link_only: bool = False


def certificate_wording(
    claims: CertificateClaims,
    *,
    language: Language,
    imprint: Imprint,
    confirmation_code: str | None,
    version: WordingVersion | None = None,
) -> CertificateWording:
    """Say a certificate in words.

    Args:
        claims: what is disclosed.
        language: of the printed copy; values without a translation stay in Korean.
        imprint: the issuer's name, the host for checking, legal basis, specimen, link-only.
        confirmation_code: as printed; None prints no such row; `model.ANY_CODE` when it is printed but not known.
        version: of the wording, from `wording_for` for a printed certificate; today's unless given.
    """
    words = current_wording() if version is None else version
    kind, blind = words.kinds[claims.kind], claims.edition == "blind"
    title = kind.title.in_language(language)
    issuer = imprint.issuer_name[language]
    code_row = None
    if confirmation_code is not None:
        code_row = Row("code", words.phrase("code.label", language), confirmation_code)
    return CertificateWording(
        version=words.number,
        language=language,
        number_row=Row(
            "number",
            words.phrase("number.label", language),
            words.phrase("number.value", language, number=claims.number),
        ),
        code_row=code_row,
        title=words.phrase("blind.title", language, title=title) if blind else title,
        subtitle=kind.subtitle.in_language(language),
        holder_rows=tuple(_holder_rows(claims, language, words)),
        attestation=kind.attestation.in_language(language),
        columns=column_headings(language, words),
        groups=entry_groups(claims.entries, language=language, version=words),
        end_mark=words.phrase("end_mark", language),
        date_line=spoken_day(claims.issued_on, language),
        issuer_line=words.phrase("issuer.specimen", language, issuer=issuer) if imprint.specimen else issuer,
        seal_text=words.phrase("seal.specimen" if imprint.specimen else "seal", language),
        qr_caption=words.phrase("qr.caption.link" if imprint.link_only else "qr.caption", language),
        qr_alternative=words.phrase("qr.alternative", language),
        notes=tuple(_notes(claims, language, imprint, words)),
        legal_line=imprint.legal_basis or None,
        specimen=words.phrase("specimen.mark", language) if imprint.specimen else None,
    )


def _holder_rows(claims: CertificateClaims, language: Language, words: WordingVersion) -> Iterator[Row]:
    holder = claims.holder
    if claims.edition == "standard":
        if holder.name is not None:
            yield _claim_row("holder", "name", _holder_name(holder.name, holder.name_en, language), language, words)
        if holder.birth_date is not None:
            yield _claim_row("holder", "birth_date", holder.birth_date.isoformat(), language, words)
    if claims.applicant_no is not None:
        yield _claim_row("certificate", "applicant_no", claims.applicant_no, language, words)
    yield Row("issued_on", words.phrase("issued_on.label", language), claims.issued_on.isoformat())
    yield Row("valid_until", words.phrase("valid_until.label", language), claims.valid_until.isoformat())
    yield _claim_row("certificate", "purpose", _purpose(claims.purpose, language, words), language, words)
    count = words.phrase("entries.value", language, n=number_text(len(claims.entries)))
    yield Row("entry_count", words.phrase("entries.label", language), count)
    if claims.recipient is not None:
        yield _claim_row("certificate", "recipient", claims.recipient, language, words)


def _claim_row(group: str, name: str, value: str, language: Language, words: WordingVersion) -> Row:
    labels = words.labels
    field = (labels.holder if group == "holder" else labels.certificate)[name]
    return Row(f"{group}.{name}", field.label.in_language(language), value)


def _holder_name(name: str, romanised: str | None, language: Language) -> str:
    return f"{name} ({romanised})" if language == "en" and romanised else name


def _purpose(purpose: str, language: Language, words: WordingVersion) -> str:
    """A purpose chosen from the list is stored as its key; any other is the holder's own text."""
    key = f"purpose.{purpose}"
    return words.phrase(key, language) if key in words.phrases else purpose


def _notes(claims: CertificateClaims, language: Language, imprint: Imprint, words: WordingVersion) -> Iterator[str]:
    if imprint.specimen:
        yield words.phrase("specimen.note", language)
    yield words.phrase("note.chosen", language)
    day = spoken_day(claims.valid_until, language)
    check = "note.check.file" if imprint.link_only else "note.check"
    yield words.phrase(check, language, day=day, host=imprint.verify_host)
    yield words.phrase("note.bearer.blind" if claims.edition == "blind" else "note.bearer", language)
