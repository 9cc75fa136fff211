"""Plain PDFs as issuer and sealer write them, and ways to write others of the same form."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

from credential_schemas.wording.model import Language
from issuer.certificate.drawing import draw_certificate
from keys.pdf_seal import apply_seal
from keys.plain_pdf import HEADER, PlainPdf, read_plain_pdf
from tests.issuer.certificate.samples import make_request, make_wording
from tests.keys.pdf_seal.sealing import SIGNED_AT, Authority

PROOF = b"a proof of inclusion\n"


@cache
def drawn_file(language: Language = "ko", entries: int = 3, *, codes: int = 1, proof: bool = False) -> bytes:
    """Return an unsealed certificate as the issuer draws it."""
    request = make_request(make_wording(language, entries=entries), codes=codes)
    return draw_certificate(replace(request, log_proof=PROOF if proof else None))


@cache
def sealed_file(language: Language = "ko", entries: int = 3, *, codes: int = 1, proof: bool = False) -> bytes:
    """Return the same with a seal of an authority made for this run."""
    drawn = drawn_file(language, entries, codes=codes, proof=proof)
    return apply_seal(drawn, sealer=Authority("Test root").sealer(), signed_at=SIGNED_AT)


def plain(pdf: bytes) -> PlainPdf:
    """Return the objects of a file that is plain."""
    found = read_plain_pdf(pdf)
    assert found is not None
    return found


@dataclass
class Objects:
    """The objects of a drawn file, to be changed and written again in the plain form."""

    texts: list[bytes]
    streams: dict[int, bytes]
    root: int
    information: int

    @classmethod
    def of(cls, pdf: bytes) -> "Objects":
        found = plain(pdf)
        return cls(list(found.objects), dict(found.streams), found.root, found.information)

    def number(self, kind: bytes) -> int:
        """Return the number of the first object whose text holds some bytes."""
        return next(number for number, text in enumerate(self.texts, start=1) if kind in text)

    def replace(self, kind: bytes, old: bytes, new: bytes) -> None:
        """Change the first object whose text holds some bytes."""
        at = self.number(kind) - 1
        assert old in self.texts[at]
        self.texts[at] = self.texts[at].replace(old, new, 1)

    def add(self, text: bytes, stream: bytes | None = None) -> int:
        """Append an object, which is a stream if it has data, and return its number."""
        self.texts.append(text)
        if stream is not None:
            self.streams[len(self.texts)] = stream
        return len(self.texts)

    def written(self) -> bytes:
        """Return the file, its table and trailer true."""
        file, places = HEADER, []
        for number, text in enumerate(self.texts, start=1):
            places.append(len(file))
            body = b"%b\n" % text
            if number in self.streams:
                data = self.streams[number]
                body = b"%b /Length %d >>\nstream\n%b\nendstream\n" % (text, len(data), data)
            file += b"%d 0 obj\n%bendobj\n" % (number, body)
        size, table = len(places) + 1, b"".join(b"%010d 00000 n \n" % place for place in places)
        trailer = b"/Size %d /Root %d 0 R /Info %d 0 R /ID [<%b> <%b>]" % (
            (size, self.root, self.information, *(b"0" * 32,) * 2)
        )
        end = b"trailer\n<< %b >>\nstartxref\n%d\n%%%%EOF\n" % (trailer, len(file))
        return file + b"xref\n0 %d\n0000000000 65535 f \n%b" % (size, table) + end


def rewritten(pdf: bytes, change: Callable[[Objects], object]) -> bytes:
    """Return a drawn file with changed objects, in the plain form."""
    objects = Objects.of(pdf)
    change(objects)
    return objects.written()


def outside_streams(pdf: bytes) -> list[tuple[int, int]]:
    """Return the stretches of a file that are no stream's data and no seal's digits."""
    hidden = [found.span(1) for found in re.finditer(rb"\nstream\n(.*?)\nendstream\n", pdf, re.DOTALL)]
    hidden += [found.span(1) for found in re.finditer(rb"/Contents <([0-9A-Fa-f]+)>", pdf)]
    edges = [0, *(edge for span in sorted(hidden) for edge in span), len(pdf)]
    return list(zip(edges[::2], edges[1::2], strict=True))
