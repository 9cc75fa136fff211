"""PDFs: changed, added to, sealed by others, carrying other things, showing other things, asking for too much."""

import io
from collections.abc import Callable
from dataclasses import replace
from functools import cache

from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

from keys.pdf_seal import apply_seal
from tests.hostile.cases import Case, Make, named
from tests.verifier.world import NOW, World, claims, entry, make_sealer, training

Change = Callable[[PdfWriter], object]
_DRAWN: dict[int, tuple[bytes, bytes]] = {}
_stranger = cache(make_sealer)


def drawn(world: World) -> bytes:
    """Return the genuine page without seal, drawn once for these keys."""
    return _pair(world)[0]


def sealed(world: World) -> bytes:
    """Return the genuine sealed original, made once for these keys."""
    return _pair(world)[1]


def _pair(world: World) -> tuple[bytes, bytes]:
    if id(world.keys) not in _DRAWN:
        page = world.pdf()
        _DRAWN[id(world.keys)] = page, world.seal(page)
    return _DRAWN[id(world.keys)]


def _bytes(change: Callable[[bytes], bytes]) -> Make:
    return lambda world: change(sealed(world))


def _followed_by(more: bytes) -> Make:
    return _bytes(lambda pdf: pdf + more)


def _saved_again(change: Change) -> Make:
    def make(world: World) -> bytes:
        return _rewritten(sealed(world), change)

    return make


def _updated(change: Change) -> Make:
    """The sealed file with one more revision behind it, which is how editors save."""

    def make(world: World) -> bytes:
        writer = PdfWriter(io.BytesIO(sealed(world)), incremental=True)
        change(writer)
        output = io.BytesIO()
        writer.write(output)
        return output.getvalue()

    return make


def _rewritten(pdf: bytes, change: Change) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
    change(writer)
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def _action(kind: str, **members: str) -> DictionaryObject:
    action = DictionaryObject({NameObject("/S"): NameObject(f"/{kind}")})
    action.update({NameObject(f"/{name}"): TextStringObject(text) for name, text in members.items()})
    return action


def _opening(kind: str, **members: str) -> Change:
    return lambda writer: writer.root_object.update({NameObject("/OpenAction"): _action(kind, **members)})


def _rectangle() -> ArrayObject:
    return ArrayObject([FloatObject(each) for each in (50, 50, 400, 400)])


def _annotated(subtype: str) -> Change:
    """Cover the page with an annotation that has an appearance of its own."""

    def change(writer: PdfWriter) -> None:
        shown = DecodedStreamObject()
        shown.set_data(b"1 g 0 0 400 400 re f")
        shown.update(
            {
                NameObject("/Type"): NameObject("/XObject"),
                NameObject("/Subtype"): NameObject("/Form"),
                NameObject("/BBox"): _rectangle(),
            }
        )
        annotation = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Annot"),
                NameObject("/Subtype"): NameObject(subtype),
                NameObject("/Rect"): _rectangle(),
                NameObject("/Contents"): TextStringObject("기술사"),
                NameObject("/AP"): DictionaryObject({NameObject("/N"): writer._add_object(shown)}),
            }
        )
        writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(annotation)])

    return change


def _painted_over(content: bytes) -> Change:
    def change(writer: PdfWriter) -> None:
        more = DecodedStreamObject()
        more.set_data(content)
        page = writer.pages[0]
        before = page.raw_get("/Contents")
        streams = list(before) if isinstance(before, ArrayObject) else [before]
        page[NameObject("/Contents")] = ArrayObject([*streams, writer._add_object(more)])

    return change


def _attachment(change: Callable[[StreamObject], object]) -> Change:
    def apply(writer: PdfWriter) -> None:
        for each in writer._objects:
            if isinstance(each, StreamObject) and each.get("/Subtype") == "/application/dc+sd-jwt":
                change(each)

    return apply


def _page_set(name: str, value: object) -> Change:
    return lambda writer: writer.pages[0].update({NameObject(name): value})


def _printed(**how: object) -> Make:
    """A page of the issuer's own making that says something else than its credential; sealed by a mistake."""

    def make(world: World) -> bytes:
        return world.seal(world.pdf(world.token(), replace(claims(), **how)))  # type: ignore[arg-type]  # the names and types of the claims

    return make


_APPENDED = {
    "a line end": b"\n",
    "a comment": b"\n% more",
    "an end": b"\n%%EOF\n",
    "zeros": bytes(64),
    "a PDF": b"%PDF-1.7\n",
}
SEAL = [
    *named("document: behind the seal", {n: _followed_by(t) for n, t in _APPENDED.items()}, "seal_not_whole_file"),
    *named(
        "document: byte changed",
        {
            "in the header comment": _bytes(lambda p: p[:12] + bytes([p[12] ^ 1]) + p[13:]),
            "in the producer": _bytes(
                lambda p: (
                    p.replace(b"/Producer (", b"/Producer [", 1) if b"/Producer (" in p else p[:-30] + b"x" + p[-29:]
                )
            ),
        },
        "seal_broken",
    ),
    Case("document: without seal", drawn, "seal_missing"),
    Case(
        "document: sealed by a stranger",
        lambda w: apply_seal(drawn(w), sealer=_stranger()[1], signed_at=NOW),
        "seal_untrusted",
    ),
    Case(
        "document: seal of a stranger behind ours",
        _updated(lambda w: w.add_metadata({"/Title": "x"})),
        "seal_not_whole_file",
    ),
    *named(
        "document: one more revision",
        {
            "annotation": _updated(_annotated("/Stamp")),
            "free text": _updated(_annotated("/FreeText")),
            "painted over": _updated(_painted_over(b"1 g 0 0 600 850 re f")),
            "turned": _updated(_page_set("/Rotate", NumberObject(180))),
            "cropped": _updated(_page_set("/CropBox", _rectangle())),
        },
        "seal_not_whole_file",
    ),
]
SAVED_AGAIN = named(
    "document: saved again",
    {
        "unchanged": _saved_again(lambda _: None),
        "with a stamp": _saved_again(_annotated("/Stamp")),
        "painted over": _saved_again(_painted_over(b"1 g 0 0 600 850 re f")),
        "with text off the page": _saved_again(_painted_over(b"BT 9000 9000 Td ET")),
        "turned": _saved_again(_page_set("/Rotate", NumberObject(90))),
        "cropped": _saved_again(_page_set("/CropBox", _rectangle())),
        "huge": _saved_again(_page_set("/UserUnit", FloatObject(1000))),
        "with a blank page": _saved_again(lambda w: w.add_blank_page(595, 842)),
        "with its page twice": _saved_again(lambda w: w.add_page(w.pages[0])),
        "with optional content": _saved_again(
            lambda w: w.root_object.update({NameObject("/OCProperties"): DictionaryObject()})
        ),
    },
    "seal_not_whole_file",
)
CONTAINER = [
    *named(
        "document: acts",
        {
            "script": _saved_again(_opening("JavaScript", JS="app.alert(1)")),
            "launch": _saved_again(_opening("Launch", F="/bin/sh")),
            "link": _saved_again(_opening("URI", URI="https://evil.example")),
            "form": _saved_again(_opening("SubmitForm", F="https://evil.example")),
            "other file": _saved_again(_opening("GoToR", F="x.pdf")),
            "layers": _saved_again(_opening("SetOCGState")),
            "on a page": _saved_again(
                _page_set("/AA", DictionaryObject({NameObject("/O"): _action("JavaScript", JS="1")}))
            ),
            "movie": _saved_again(_annotated("/Movie")),
            "3D": _saved_again(_annotated("/3D")),
            "XFA": _saved_again(lambda w: w.root_object.update({NameObject("/XFA"): TextStringObject("x")})),
        },
        "active_content",
    ),
    *named(
        "document: attachment",
        {
            "other": _saved_again(lambda w: w.add_attachment("other.txt", b"x")),
            "name with a space": _saved_again(lambda w: w.add_attachment("credential.sdjwt ", b"x")),
            "on the page": _saved_again(_annotated("/FileAttachment")),
            "of another media type": _saved_again(
                _attachment(lambda s: s.update({NameObject("/Subtype"): NameObject("/text/plain")}))
            ),
            "of another type, never sealed": lambda w: _rewritten(
                drawn(w), _attachment(lambda s: s.update({NameObject("/Subtype"): NameObject("/text/plain")}))
            ),
        },
        "attachment_unexpected",
    ),
    Case(
        "document: attachment twice",
        _saved_again(lambda w: w.add_attachment("credential.sdjwt", b"a.b.c~")),
        "attachment_repeated",
    ),
]
PAGE = [
    *named(
        "document: page says another",
        {
            "number": _printed(number="2026-0001-9999"),
            "holder": _printed(holder=replace(claims().holder, name="성춘향")),
            "recipient": _printed(recipient="한국전력공사"),
            "title": _printed(entries=(entry("정보관리기술사"), training())),
            "entry more": _printed(entries=(entry(), entry("건축기사", idx=13), training())),
            "entry less": _printed(entries=(entry(),)),
        },
        "document_mismatch",
    ),
    Case(
        "document: code of another certificate",
        lambda w: w.sealed(code_of=w.token(replace(claims(), number="2026-0001-0002"))),
        "qr_differs",
    ),
    Case(
        "document: code leads elsewhere",
        sealed,
        "document_mismatch",
        lambda w: w.issuer.update({"verify_urls": ["https://other.example/v"]}),
    ),
]


def minimal(
    content: bytes, *, media: str = "[0 0 595 842]", resources: str = "", more: tuple[bytes, ...] = ()
) -> bytes:
    """Return a PDF of one page with any content, written by hand."""
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox {media} /Contents 4 0 R /Resources << {resources} >> >>".encode(),
        b"<< /Length %d >>\nstream\n" % len(content) + content + b"\nendstream",
        *more,
    )
    pdf, places = b"%PDF-1.7\n", []
    for number, each in enumerate(objects, start=1):
        places.append(len(pdf))
        pdf += b"%d 0 obj\n" % number + each + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(pdf))
    return pdf + head + table + tail


_NO_CERTIFICATE = "pdf_without_certificate"
PARSER = [
    *[
        Case(f"document: page of {media}", lambda _, m=media: minimal(b"", media=m), _NO_CERTIFICATE)  # type: ignore[misc]  # defaults bind the loop's values
        for media in ("[0 0 0 0]", "[0 0 1e38 1e38]", "[0 0 -1 -1]", "[a b c d]", "[0 0 1e999 5]")
    ],
    *named("document: cut", {str(n): _bytes(lambda p, n=n: p[:n]) for n in (6, 20, 200, 2000, 20_000)}, "pdf_damaged"),  # type: ignore[misc]  # defaults bind the loop's values
    Case(
        "document: page tree in a loop",
        lambda _: minimal(b"").replace(b"/Kids [3 0 R]", b"/Kids [2 0 R]"),
        "pdf_damaged",
    ),
    Case("document: locked", _saved_again(lambda w: w.encrypt("secret", algorithm="AES-256")), "pdf_locked"),
    Case("document: 20,001 objects", lambda _: minimal(b"") + b"1 0 obj\n" * 20_001, "pdf_too_large"),
    Case("document: above 4 MiB of syntax", lambda _: minimal(b"") + b"%" * (5 * 1024 * 1024), "pdf_too_large"),
]
CASES = [*SEAL, *SAVED_AGAIN, *CONTAINER, *PAGE, *PARSER]
