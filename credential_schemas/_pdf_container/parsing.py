"""A PDF read by a general parser: whatever it says, wherever it says it. The one door to pypdf.

Looks at every object, reachable or not, follows no reference twice and keeps to the limits, so that it finds all that
is wrong. For hostile bytes: it belongs into a child process with a CPU limit.
"""

import logging
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Final

from pypdf import Configuration, PdfReader, apply_configuration
from pypdf.errors import LimitReachedError, PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, PdfObject, StreamObject

from credential_schemas._pdf_container.facts import (
    CREDENTIAL,
    TLOG_PROOF,
    AttachmentParameters,
    PdfInspection,
    attachment_parameters,
)
from credential_schemas.creator_tool import wording_of
from credential_schemas.pdf_bounds import MAX_OBJECTS, MAX_PAGES, MAX_STREAM_BYTES, find_excess

# pypdf reports each oddity of a file; what matters is in the findings, and a hostile file must not write our log.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)

MAX_NAME_TREE_NODES: Final = 64
MAX_ATTACHMENTS: Final = 16  # two are allowed; a few more are worth naming, thousands are not


def parse_container(pdf: bytes) -> PdfInspection:
    """Find out all that can be learnt about a PDF; never raises for hostile bytes.

    Args:
        pdf: a whole file, hostile.
    """
    if not pdf.startswith(b"%PDF-"):
        return PdfInspection(("not_pdf",), ("expected a file that begins with %PDF-",))
    excess = find_excess(pdf)
    if excess is not None:
        return PdfInspection(("too_large",), (excess.detail,))
    examination = _Examination()
    try:
        with apply_configuration(_CONFIGURATION):
            examination.examine(pdf)
    except _LimitExceeded as error:
        examination.add("too_large", str(error))
    except LimitReachedError:
        examination.add("too_large", "expected a file within the limits of the PDF reader")
    except _PARSER_FAILURES:
        examination.add("damaged", "expected a well-formed PDF")
    return examination.inspection()


_CONFIGURATION: Final = Configuration(
    maximum_declared_stream_length=MAX_STREAM_BYTES,
    array_maximum_element_count=MAX_OBJECTS,
    dictionary_maximum_element_count=MAX_OBJECTS,
    zlib_maximum_output_length=MAX_STREAM_BYTES,
    zlib_maximum_recovery_input_length=64 * 1024,
    lzw_maximum_output_length=MAX_STREAM_BYTES,
    run_length_maximum_output_length=MAX_STREAM_BYTES,
    stream_filters_maximum_length=2,
    page_tree_maximum_entries=4 * MAX_PAGES,
    page_tree_maximum_depth=16,
    jbig2dec_binary=None,  # no other program is started for a hostile file
)
# What a parser of a foreign format may answer to a file it cannot make sense of.
_PARSER_FAILURES: Final = (
    PyPdfError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    AssertionError,
    ArithmeticError,
    RecursionError,
    NotImplementedError,
    zlib.error,
)
_ACTIVE_KEYS: Final = frozenset(
    {"/JS", "/JavaScript", "/OpenAction", "/AA", "/XFA", "/URI", "/RichMediaContent", "/RichMediaSettings"},
)
_ACTIVE_VALUES: Final = {
    "/S": frozenset(  # the kinds of actions (ISO 32000-2, 12.6.4.1), all but a jump inside the document
        {"/JavaScript", "/Launch", "/URI", "/SubmitForm", "/ResetForm", "/ImportData", "/GoToR", "/GoToE", "/GoToDp"}
        | {"/Movie", "/Sound", "/Rendition", "/Hide", "/Named", "/Thread", "/SetOCGState", "/Trans", "/GoTo3DView"}
        | {"/RichMediaExecute"},
    ),
    "/Subtype": frozenset({"/RichMedia", "/Movie", "/Sound", "/Screen", "/3D"}),
}
_PLAIN_FILTERS: Final = (None, "/FlateDecode", ["/FlateDecode"])
_MAX_NODES: Final = 500_000  # values of one file, nested ones included


class _LimitExceeded(Exception):
    """A hostile file asks for more work than it may."""


@dataclass(slots=True)
class _Examination:
    """One file under examination; collects findings as it goes, so that an exception leaves what was learnt before."""

    found: dict[str, str] = field(default_factory=dict)
    credential: str | None = None
    tlog_proof: bytes | None = None
    pages: int | None = None
    signed: bool = False
    wording: int | None = None

    def add(self, kind: str, detail: str) -> None:
        """Note a finding; the first sentence of a kind stays."""
        self.found.setdefault(kind, detail)

    def inspection(self) -> PdfInspection:
        """Return what was found."""
        return PdfInspection(
            findings=tuple(self.found),
            details=tuple(self.found.values()),
            credential=self.credential,
            tlog_proof=self.tlog_proof,
            pages=self.pages,
            signed=self.signed,
            wording=self.wording,
        )

    def examine(self, pdf: bytes) -> None:
        """Go through the file: what it is, what it carries, what else is in it, how many pages."""
        self.signed = b"/ByteRange" in pdf
        reader = PdfReader(BytesIO(pdf))
        if reader.is_encrypted:
            self.add("encrypted", "expected a PDF without encryption")
            return
        creator = reader.trailer.get("/Info", DictionaryObject()).get_object()
        self.wording = wording_of(str(_value(creator, "/Creator"))) if isinstance(creator, DictionaryObject) else None
        catalogue = reader.root_object
        attached = list(_attached(catalogue))
        self._read_attachments(attached, associated=_associated(catalogue))
        self._examine_objects(reader, known=[specification for _, specification in attached])
        if not any(name == CREDENTIAL.name for name, _ in attached):
            self._add_missing()
        self.pages = len(reader.pages)
        if not self.pages:
            self.add("damaged", "expected at least one page")
        if self.pages > MAX_PAGES:
            self.add("too_large", f"expected at most {MAX_PAGES} pages, found {self.pages}")

    def _add_missing(self) -> None:
        if self.signed:
            self.add("attachment_missing_signed", f"expected the attachment {CREDENTIAL.name} in a signed PDF")
        else:
            self.add("attachment_missing", f"expected the attachment {CREDENTIAL.name}, found none and no signature")

    def _read_attachments(
        self, attached: list[tuple[str, DictionaryObject]], *, associated: list[PdfObject | None]
    ) -> None:
        names = [name for name, _ in attached]
        if len(names) > MAX_ATTACHMENTS:
            self.add("attachment_unexpected", f"expected at most 2 attachments, found more than {MAX_ATTACHMENTS}")
        for name, specification in attached[:MAX_ATTACHMENTS]:
            parameters = next((each for each in attachment_parameters() if each.name == name), None)
            if parameters is None:
                self.add("attachment_unexpected", "expected only attachments of a certificate, found another")
            elif names.count(name) > 1:
                self.add("attachment_repeated", f"expected one attachment {name}, found {names.count(name)}")
            else:
                listed = any(each is specification for each in associated)
                self._read_attachment(parameters, specification, listed=listed)

    def _read_attachment(self, parameters: AttachmentParameters, spec: DictionaryObject, *, listed: bool) -> None:
        if not listed or _value(spec, "/AFRelationship") != f"/{parameters.relationship}":
            self.add("attachment_unexpected", f"expected {parameters.name} as /{parameters.relationship} in /AF")
        if not _value(spec, "/F") == _value(spec, "/UF") == parameters.name:
            self.add("attachment_unexpected", f"expected {parameters.name} to have one name everywhere")
        stream = _embedded(spec)
        if stream is None or _value(stream, "/Subtype") != f"/{parameters.media_type}":
            self.add("attachment_unexpected", f"expected {parameters.name} as one stream of {parameters.media_type}")
            return
        content = _stored(stream, parameters.max_bytes)
        if content is None:
            self.add("damaged", f"expected {parameters.name} to be one whole stream")
        elif len(content) > parameters.max_bytes:
            self.add("too_large", f"expected {parameters.name} of at most {parameters.max_bytes} bytes")
        elif parameters is TLOG_PROOF:
            self.tlog_proof = bytes(content)
        elif content.isascii():
            self.credential = content.decode("ascii")
        else:
            self.add("damaged", f"expected {parameters.name} to be ASCII")

    def _examine_objects(self, reader: PdfReader, *, known: list[DictionaryObject]) -> None:
        """Look at every object, reachable or not, for actions, foreign attachments and signatures."""
        nodes = 0
        for value in _values(reader):
            nodes += 1
            if nodes > _MAX_NODES:
                self.add("too_large", f"expected at most {_MAX_NODES} values")
                return
            if not isinstance(value, DictionaryObject):
                continue
            if _ACTIVE_KEYS & value.keys() or any(_value(value, key) in names for key, names in _ACTIVE_VALUES.items()):
                self.add("active_content", "expected a PDF without scripts, actions and multimedia")
            embeds = "/EF" in value and not any(value is each for each in known)
            if embeds or _value(value, "/Subtype") == "/FileAttachment":
                self.add("attachment_unexpected", "expected attachments in the catalogue only, found another")
            if "/ByteRange" in value:
                self.signed = True


def _values(reader: PdfReader) -> Iterator[PdfObject]:
    """Yield every value of every object, following no reference: each object is visited once, loops or not."""
    numbers = {(number, generation) for generation, offsets in reader.xref.items() for number in offsets}
    numbers |= {(number, 0) for number in reader.xref_objStm}
    if len(numbers) > MAX_OBJECTS:
        raise _LimitExceeded(f"expected at most {MAX_OBJECTS} objects, found {len(numbers)}")
    for number, generation in sorted(numbers):
        found = IndirectObject(number, generation, reader).get_object()
        todo = [] if found is None else [found]
        while todo:
            value = todo.pop()
            yield value
            if isinstance(value, DictionaryObject):
                todo.extend(value.values())
            elif isinstance(value, ArrayObject):
                todo.extend(value)


def _value(dictionary: DictionaryObject, key: str) -> object:
    """Return what stands under a key, wherever it is stored, or None; a name or text compares equal to a `str`."""
    found = dictionary.get(key)
    value = None if found is None else found.get_object()
    return value if isinstance(value, str) else None


def _associated(catalogue: DictionaryObject) -> list[PdfObject | None]:
    return [each.get_object() for each in _array(catalogue, "/AF")]


def _array(dictionary: DictionaryObject, key: str) -> ArrayObject:
    found = dictionary.get(key, ArrayObject()).get_object()
    if not isinstance(found, ArrayObject):
        raise ValueError(f"expected an array under {key}")
    return found


def _attached(catalogue: DictionaryObject) -> Iterator[tuple[str, DictionaryObject]]:
    """Walk the name tree of attachments: at most so many nodes and names, each node once."""
    names = _dictionary(catalogue.get("/Names", DictionaryObject()))
    todo = [_dictionary(names["/EmbeddedFiles"])] if "/EmbeddedFiles" in names else []
    seen: list[PdfObject] = []
    count = 0
    while todo and count <= MAX_ATTACHMENTS:
        node = todo.pop()
        if any(node is each for each in seen):
            raise ValueError("expected a name tree, found a loop")
        seen.append(node)
        if len(seen) > MAX_NAME_TREE_NODES:
            raise _LimitExceeded(f"expected at most {MAX_NAME_TREE_NODES} nodes of attachment names")
        pairs = _array(node, "/Names")
        for at in range(0, min(len(pairs), 2 * MAX_ATTACHMENTS + 2), 2):
            count += 1
            yield str(pairs[at].get_object()), _dictionary(pairs[at + 1])
        todo.extend(_dictionary(kid) for kid in _array(node, "/Kids")[:MAX_NAME_TREE_NODES])


def _dictionary(value: PdfObject) -> DictionaryObject:
    found = value.get_object()
    if not isinstance(found, DictionaryObject):
        raise ValueError("expected a dictionary")
    return found


def _embedded(specification: DictionaryObject) -> StreamObject | None:
    """Return the one stream of a file specification, if it is stored plainly or with one Flate filter."""
    files = specification.get("/EF")
    files = None if files is None else files.get_object()
    if not isinstance(files, DictionaryObject):
        return None
    streams = [files[key] for key in files]
    if not set(files) <= {"/F", "/UF"} or not streams or any(each is not streams[0] for each in streams):
        return None
    stream = streams[0]
    if not isinstance(stream, StreamObject) or "/DecodeParms" in stream:
        return None
    return stream if stream.get("/Filter") in _PLAIN_FILTERS else None


def _stored(stream: StreamObject, max_bytes: int) -> bytes | None:
    """Return what a stream holds, up to one byte more than permitted; None when its compression is not whole.

    pypdf would mend such a stream as well as it can, and give what no other reader finds there.
    """
    stored = bytes(stream._data)  # noqa: SLF001 - pypdf has no public way to the bytes as they are stored
    if "/Filter" not in stream:
        return stored
    inflater = zlib.decompressobj()
    try:
        content = inflater.decompress(stored, max_bytes + 1)
    except zlib.error:
        return None
    is_whole = inflater.eof and not inflater.unused_data.strip(b"\r\n")
    return content if is_whole or len(content) > max_bytes else None
