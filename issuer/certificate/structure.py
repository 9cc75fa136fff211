"""Writing the structure tree that was collected while drawing into the file.

Source: ISO 32000-1, 14.7 (logical structure) and 14.8 (tagged PDF); ISO 14289-1, 7.
"""

from collections.abc import Sequence
from typing import IO

from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NumberObject,
    PdfObject,
)

from issuer.certificate.style import PAGE_HEIGHT
from issuer.certificate.tagged_canvas import Box, Element, MarkedContent


class _Written(PdfObject):
    """An object whose text is ready: pypdf's dictionaries took a third of the time for the hundreds of elements."""

    def __init__(self, text: str = "") -> None:
        self.text = text

    def write_to_stream(self, stream: IO[bytes], encryption_key: str | bytes | None = None) -> None:  # noqa: ARG002 — pypdf's signature
        """Write the text, which is ASCII."""
        stream.write(self.text.encode("ascii"))


def add_object(writer: PdfWriter, value: PdfObject) -> IndirectObject:
    """Give a value its own object number in the file."""
    return writer._add_object(value)  # noqa: SLF001 — pypdf has no public way to add an object


def add_structure(writer: PdfWriter, root: Element) -> None:
    """Add StructTreeRoot, ParentTree and the pages' links to them.

    Args:
        writer: the file, its pages as drawn.
        root: the Document element.
    """
    tree = DictionaryObject({NameObject("/Type"): NameObject("/StructTreeRoot")})
    tree_reference = add_object(writer, tree)
    pages = list(writer.pages)
    builder = _Builder(writer, [_number(page.indirect_reference) for page in pages])
    document = builder.add(root, parent=tree_reference.idnum)
    numbers = ArrayObject()
    for index, (page, parents) in enumerate(zip(pages, builder.parents, strict=True)):
        numbers.append(NumberObject(index))
        numbers.append(add_object(writer, _Written(_array([f"{parents[mark]} 0 R" for mark in range(len(parents))]))))
        page[NameObject("/StructParents")] = NumberObject(index)
        page[NameObject("/Tabs")] = NameObject("/S")
    tree[NameObject("/K")] = ArrayObject([document])
    tree[NameObject("/ParentTree")] = add_object(writer, DictionaryObject({NameObject("/Nums"): numbers}))
    tree[NameObject("/ParentTreeNextKey")] = NumberObject(len(pages))
    marked = DictionaryObject({NameObject("/Marked"): BooleanObject(True)})  # noqa: FBT003 — pypdf's constructor
    writer.root_object[NameObject("/StructTreeRoot")] = tree_reference
    writer.root_object[NameObject("/MarkInfo")] = marked


class _Builder:
    """Adds elements to the file; `parents` has, for each page, the object number of the owner of every mark."""

    def __init__(self, writer: PdfWriter, pages: Sequence[int]) -> None:
        self._writer = writer
        self._pages = pages
        self.parents: list[dict[int, int]] = [{} for _ in pages]

    def add(self, element: Element, *, parent: int) -> IndirectObject:
        """Add an element and all below it; return the reference to it."""
        written = _Written()
        reference = add_object(self._writer, written)
        kids: list[str] = []
        page: int | None = None
        for child in element.children:
            if isinstance(child, MarkedContent):
                self.parents[child.page][child.number] = reference.idnum
                page = self._pages[child.page]
                kids.append(str(child.number))
            else:
                kids.append(f"{self.add(child, parent=reference.idnum).idnum} 0 R")
        parts = [f"/Type /StructElem /S /{element.kind} /P {parent} 0 R"]
        if page is not None:
            parts.append(f"/Pg {page} 0 R")
        if kids:
            parts.append(f"/K {_array(kids)}")
        if element.alternative is not None:
            parts.append(f"/Alt <{_utf16(element.alternative)}>")
        written.text = f"<< {' '.join([*parts, *_attributes(element)])} >>"
        return reference


def _number(reference: IndirectObject | None) -> int:
    if reference is None:
        raise AssertionError("a page of a writer always has an object number")
    return reference.idnum


def _array(items: Sequence[str]) -> str:
    return f"[{' '.join(items)}]"


def _utf16(text: str) -> str:
    return "FEFF" + text.encode("utf-16-be").hex().upper()


def _attributes(element: Element) -> list[str]:
    if element.box is not None:
        return [f"/A << /O /Layout /Placement /Block /BBox {_rectangle(element.box)} >>"]
    if element.scope is None and element.span == 1:
        return []
    scope = [f"/Scope /{element.scope}"] if element.scope is not None else []
    span = [f"/ColSpan {element.span}"] if element.span != 1 else []
    return [f"/A << {' '.join(['/O /Table', *scope, *span])} >>"]


def _rectangle(box: Box) -> str:
    bottom = PAGE_HEIGHT - box.y - box.height
    corners = (box.x, bottom, box.x + box.width, bottom + box.height)
    return _array([f"{value:.2f}" for value in corners])
