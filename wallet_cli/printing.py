"""Show what is kept in a terminal: a certificate in the words of the printed page, one entry as labels and values."""

from collections.abc import Iterator

from credential_schemas.entry_types import certificate_labels, entry_types
from credential_schemas.presented_claims import PresentedClaims
from credential_schemas.wording.model import CertificateWording, Language
from credential_schemas.wording.values import value_text

_WIDTH = 78


def wording_lines(wording: CertificateWording) -> Iterator[str]:
    """Yield the lines of a certificate: title, holder, entries by kind, notes."""
    yield wording.title
    yield "=" * _WIDTH
    for row in (wording.number_row, *wording.holder_rows):
        yield f"{row.label}: {row.value}"
    for group in wording.groups:
        yield ""
        yield group.heading
        yield "-" * _WIDTH
        for entry in group.rows:
            yield f"{entry.number:>3}. {entry.title}"
            for heading, cell in zip(wording.columns[2:], entry.cells, strict=True):
                if cell:
                    yield f"     {heading}: {cell}"
            for detail in entry.details:
                yield f"     {detail}"
    yield ""
    for note in wording.notes:
        yield f"* {note}"


def entry_rows(claims: PresentedClaims, language: Language) -> Iterator[tuple[str, str]]:
    """Yield label and value of everything that a flat credential says."""
    (entry,) = claims.entries
    entry_type, labels = entry_types()[entry.type], certificate_labels()
    yield labels.entry["type"].label.in_language(language), entry_type.names.in_language(language)
    for name in ("title", "title_en", "issuing_body"):
        value = getattr(entry, name)
        if value is not None:
            field = labels.entry[name]
            yield field.label.in_language(language), value_text(field, value, language=language, numbers={})
    for field in entry_type.own_fields:
        if field.name in entry.fields:
            shown = value_text(field, entry.fields[field.name], language=language, numbers={})
            yield field.label.in_language(language), shown
    for name, field in labels.holder.items():
        value = getattr(claims.holder, name)
        if value is not None:
            yield field.label.in_language(language), str(value)
    yield labels.entry["as_of"].label.in_language(language), entry.as_of.isoformat()
