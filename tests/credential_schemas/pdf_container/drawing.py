"""Drawn PDF files with attachments, sound and unsound, made with ReportLab and pypdf."""

import io
from dataclasses import dataclass

from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    StreamObject,
    TextStringObject,
)
from reportlab.pdfgen import canvas

CREDENTIAL_TEXT = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJodHRwczovL2JhbmsuZXhhbXBsZSJ9.c2ln~WyJzYWx0Il0~"


def name(text: str) -> NameObject:
    return NameObject(f"/{text}")


def draw(*, pages: int = 1) -> bytes:
    buffer = io.BytesIO()
    drawing = canvas.Canvas(buffer, pagesize=(595, 842), invariant=True)
    for page in range(pages):
        drawing.drawString(50, 800, f"Certificate, page {page + 1}")
        drawing.showPage()
    drawing.save()
    return buffer.getvalue()


@dataclass(frozen=True)
class Attachment:
    """One attachment to write; a field set otherwise is a defect."""

    file_name: str = "credential.sdjwt"
    content: bytes = CREDENTIAL_TEXT.encode()
    media_type: str = "application/dc+sd-jwt"
    relationship: str = "Source"
    unicode_name: str | None = None
    listed: bool = True
    compressed: bool = True


PROOF = Attachment("credential.tlog-proof", b"proof\n", "text/plain", "Supplement")


class Drawing:
    """A PDF under construction: pypdf's writer with the catalogue entries at hand."""

    def __init__(self, *, pages: int = 1) -> None:
        self.writer = PdfWriter(clone_from=io.BytesIO(draw(pages=pages)))
        self.tree = ArrayObject()
        self.associated = ArrayObject()

    @property
    def catalogue(self) -> DictionaryObject:
        return self.writer.root_object

    @property
    def page(self) -> DictionaryObject:
        return self.writer.pages[0]

    def add(self, value: DictionaryObject) -> IndirectObject:
        return self.writer._add_object(value)

    def specification(self, attachment: Attachment) -> DictionaryObject:
        stream: StreamObject = DecodedStreamObject()
        stream.set_data(attachment.content)
        if attachment.compressed:
            stream = stream.flate_encode()
        stream[name("Type")] = name("EmbeddedFile")
        stream[name("Subtype")] = name(attachment.media_type)
        embedded = self.add(stream)
        unicode_name = attachment.file_name if attachment.unicode_name is None else attachment.unicode_name
        return DictionaryObject(
            {
                name("Type"): name("Filespec"),
                name("F"): TextStringObject(attachment.file_name),
                name("UF"): TextStringObject(unicode_name),
                name("AFRelationship"): name(attachment.relationship),
                name("EF"): DictionaryObject({name("F"): embedded, name("UF"): embedded}),
            },
        )

    def attach(self, attachment: Attachment) -> "Drawing":
        reference = self.add(self.specification(attachment))
        self.tree.extend([TextStringObject(attachment.file_name), reference])
        if attachment.listed:
            self.associated.append(reference)
        return self

    def bytes(self) -> bytes:
        if self.tree:
            files = self.add(DictionaryObject({name("Names"): self.tree}))
            self.catalogue[name("Names")] = DictionaryObject({name("EmbeddedFiles"): files})
            self.catalogue[name("AF")] = self.associated
        output = io.BytesIO()
        self.writer.write(output)
        return output.getvalue()


def dictionary(**entries: object) -> DictionaryObject:
    """Make a PDF dictionary; a `str` becomes a name."""
    return DictionaryObject(
        {name(key): name(value) if isinstance(value, str) else value for key, value in entries.items()}
    )


def pdf_with(*attachments: Attachment) -> bytes:
    drawing = Drawing()
    for attachment in attachments:
        drawing.attach(attachment)
    return drawing.bytes()
