"""Show a kept certificate in a terminal, in the very words that stand on the printed page."""

from collections.abc import Iterator

from credential_schemas.wording.model import CertificateWording

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
