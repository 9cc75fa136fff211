"""Writing the structure tree that was collected while drawing into the file.

Source: ISO 32000-1, 14.7 (logical structure) and 14.8 (tagged PDF); ISO 14289-1, 7.
"""

from collections.abc import Sequence

from issuer.certificate.pdf_file import PdfFile, array, reference, text_string
from issuer.certificate.style import PAGE_HEIGHT
from issuer.certificate.tagged_canvas import Box, Element, MarkedContent


def add_structure(file: PdfFile, root: Element, pages: Sequence[int]) -> int:
    """Add StructTreeRoot and ParentTree and return the number of the former.

    Args:
        file: the file.
        root: the Document element.
        pages: the object numbers of the pages, whose StructParents are their indexes.
    """
    tree = file.reserve()
    builder = _Builder(file, pages)
    document = builder.add(root, parent=tree)
    numbers: list[str] = []
    for index, parents in enumerate(builder.parents):
        owners = file.add(array(reference(parents[mark]) for mark in range(len(parents))))
        numbers += [str(index), reference(owners)]
    parent_tree = file.add(f"<< /Nums {array(numbers)} >>")
    file.put(
        tree,
        f"<< /Type /StructTreeRoot /K [{reference(document)}] /ParentTree {reference(parent_tree)}"
        f" /ParentTreeNextKey {len(pages)} >>",
    )
    return tree


class _Builder:
    """Adds elements to the file; `parents` has, for each page, the object number of the owner of every mark."""

    def __init__(self, file: PdfFile, pages: Sequence[int]) -> None:
        self._file = file
        self._pages = pages
        self.parents: list[dict[int, int]] = [{} for _ in pages]

    def add(self, element: Element, *, parent: int) -> int:
        """Add an element and all below it; return its number."""
        number = self._file.reserve()
        kids: list[str] = []
        page = ""
        for child in element.children:
            if isinstance(child, MarkedContent):
                self.parents[child.page][child.number] = number
                page = f" /Pg {self._pages[child.page]} 0 R"
                kids.append(str(child.number))
            else:
                kids.append(f"{self.add(child, parent=number)} 0 R")
        held = f" /K [{' '.join(kids)}]" if kids else ""
        self._file.put(
            number, f"<< /Type /StructElem /S /{element.kind} /P {parent} 0 R{page}{held}{_attributes(element)} >>"
        )
        return number


def _attributes(element: Element) -> str:
    if element.alternative is not None and element.box is not None:
        bounds = _rectangle(element.box)
        return f" /Alt {text_string(element.alternative)} /A << /O /Layout /Placement /Block /BBox {bounds} >>"
    if element.scope is None and element.span == 1:
        return ""
    scope = f" /Scope /{element.scope}" if element.scope is not None else ""
    span = f" /ColSpan {element.span}" if element.span != 1 else ""
    return f" /A << /O /Table{scope}{span} >>"


def _rectangle(box: Box) -> str:
    bottom = PAGE_HEIGHT - box.y - box.height
    corners = (box.x, bottom, box.x + box.width, bottom + box.height)
    return array([f"{value:.2f}" for value in corners])
