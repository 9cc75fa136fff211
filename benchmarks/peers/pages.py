"""The page of a certificate for the peers: a Typst source and an HTML page with the same texts, fonts, table and code.

They set the same words in the same sizes on one A4 page. They leave out what only ours has: the guilloche, the columns
measured to the fewest lines, the search for the roomiest rows, and the attached credential. So the peers do a little
less, and they get the code as a finished picture, which ours encodes while it draws.
"""

import json
from html import escape
from io import BytesIO

from PIL import Image

from credential_schemas.wording.model import CertificateWording, EntryGroup, EntryRow, Row
from issuer.certificate.assets import read_asset
from issuer.certificate.fonts import SHA256, Weight
from issuer.certificate.qr_symbol import MODULE_MM, QrSymbol

FONT_FAMILY = "Pretendard GOV"


def font_files() -> dict[str, bytes]:
    """Return the two faces of the certificate by file name."""
    return {f"{weight}.ttf": read_asset(f"fonts/{weight}.ttf", sha256=SHA256[weight]) for weight in Weight}


def picture_of(symbol: QrSymbol) -> bytes:
    """Return a code as a one-bit PNG."""
    buffer = BytesIO()
    Image.frombytes("1", (symbol.modules, symbol.modules), symbol.stencil).save(buffer, "PNG")
    return buffer.getvalue()


def typst_source(wording: CertificateWording, *, picture: str, side: int) -> bytes:
    """Return the page as a Typst source.

    Args:
        wording: every text of the page.
        picture: name of the file with the code, beside the source.
        side: of the code, in modules.
    """
    head = wording.code_row or wording.number_row
    parts = [
        f"#set document(title: {_text(wording.title)})",
        (
            '#set page(paper: "a4", margin: (x: 17mm, top: 14mm, bottom: 17mm), background: '
            f'rotate(-33deg, text(104pt, fill: rgb("eef0f6"), weight: "bold", {_text(wording.specimen or "")})))'
        ),
        f"#set text(font: {_text(FONT_FAMILY)}, size: 8.5pt, lang: {_text(wording.language)}, fallback: false)",
        f"#grid(columns: (1fr, auto), {_row(wording.number_row)}, strong({_row(head)}))",
        f"#v(6mm)#align(center)[= #text(26pt, {_text(wording.title)})\n\n#text(11pt, {_text(wording.subtitle)})]",
        _typst_holder(wording.holder_rows),
        f"#align(center, text(10.5pt, {_text(wording.attestation)}))",
        _typst_entries(wording),
        f"#align(center, text(8.5pt, {_text(wording.end_mark)}))#v(1fr)",
        _typst_closing(wording, picture=picture, width_mm=side * MODULE_MM),
    ]
    return "\n".join(parts).encode()


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _row(row: Row) -> str:
    return _text(f"{row.label} {row.value}")


def _typst_holder(rows: tuple[Row, ...]) -> str:
    cells = ", ".join(f"strong({_text(row.label)}), text(9.5pt, {_text(row.value)})" for row in rows)
    return f'#table(columns: (26mm, 1fr, 26mm, 1fr), inset: 5.4pt, stroke: 0.5pt + rgb("b9c4d8"), {cells})'


def _typst_entries(wording: CertificateWording) -> str:
    count = len(wording.columns)
    header = ", ".join(f"strong({_text(column)})" for column in wording.columns)
    cells: list[str] = []
    for group in wording.groups:
        cells.append(f"table.cell(colspan: {count}, strong({_text(group.heading)}))")
        for entry in group.rows:
            details = f"#text(7pt, {_text('  '.join(entry.details))})" if entry.details else ""
            title = f"[#strong({_text(entry.title)})\n\n{details}]" if details else f"strong({_text(entry.title)})"
            cells.append(", ".join([_text(entry.number), title, *map(_text, entry.cells)]))
    columns = ", ".join(["auto", "2fr", "1fr", *["auto"] * (count - 3)])
    return (
        f'#table(columns: ({columns}), inset: 4.2pt, stroke: (y: 0.4pt + rgb("b9c4d8")), '
        f"table.header({header}), {', '.join(cells)})"
    )


def _typst_closing(wording: CertificateWording, *, picture: str, width_mm: float) -> str:
    notes = " ".join(f"#par(text(7.2pt, {_text(note)}))" for note in wording.notes)
    legal = f"#align(center, text(7.2pt, {_text(wording.legal_line)}))" if wording.legal_line else ""
    code = f'image({_text(picture)}, width: {width_mm}mm, alt: {_text(wording.qr_alternative)}, scaling: "pixelated")'
    seal = f'rect(stroke: 1.6pt + rgb("b0231c"), radius: 3pt, strong({_text(wording.seal_text)}))'
    return (
        f"#grid(columns: (auto, 1fr), gutter: 7mm, [#{code}#text(7.5pt, {_text(wording.qr_caption)})], "
        f"[#align(center)[#text(12pt, {_text(wording.date_line)})\n\n#text(17pt, strong({_text(wording.issuer_line)})) "
        f"#{seal}] {notes}]) {legal}"
    )


_STYLE = """
@page { size: A4; margin: 14mm 17mm 17mm }
@font-face { font-family: Certificate; src: url(PretendardGOV-Regular.ttf); font-weight: 400 }
@font-face { font-family: Certificate; src: url(PretendardGOV-Bold.ttf); font-weight: 700 }
body { font: 8.5pt Certificate; margin: 0 }
h1 { font-size: 26pt; margin: 6mm 0 2mm } h1, .middle { text-align: center }
table { border-collapse: collapse; width: 100%; margin: 3mm 0 }
td, th { border: 0.5pt solid #b9c4d8; padding: 4pt }
.mark { position: fixed; top: 110mm; left: 20mm; font-size: 80pt; color: #eef0f6;
  transform: rotate(-33deg); z-index: -1 }
.small { font-size: 7.2pt } .foot { display: flex } img { image-rendering: pixelated }
.seal { border: 1.6pt solid #b0231c }
"""


def html_page(wording: CertificateWording, *, picture: str, side: int) -> str:
    """Return the page as HTML with the same arguments as the Typst source; fonts and code lie beside it."""
    head = "".join(
        f"<p>{escape(row.label)} {escape(row.value)}</p>" for row in (wording.number_row, wording.code_row) if row
    )
    holder = "".join(_html_pair(pair) for pair in zip(wording.holder_rows[::2], wording.holder_rows[1::2], strict=True))
    columns = "".join(f"<th scope=col>{escape(column)}</th>" for column in wording.columns)
    rows = "".join(_html_group(group, len(wording.columns)) for group in wording.groups)
    notes = "".join(f"<p class=small>{escape(note)}</p>" for note in wording.notes)
    return f"""<!doctype html><html lang={wording.language}><meta charset=utf-8><title>{escape(wording.title)}</title>
<style>{_STYLE}</style><div class=mark>{escape(wording.specimen or "")}</div>{head}
<h1>{escape(wording.title)}</h1><p class=middle>{escape(wording.subtitle)}</p><table>{holder}</table>
<p class=middle>{escape(wording.attestation)}</p><table><thead><tr>{columns}</tr></thead>{rows}</table>
<p class=middle>{escape(wording.end_mark)}</p><div class=foot><div>
<img src="{picture}" alt="{escape(wording.qr_alternative)}" style="width:{side * MODULE_MM}mm">
<p class=small>{escape(wording.qr_caption)}</p></div><div><p class=middle>{escape(wording.date_line)}</p>
<p class=middle><b>{escape(wording.issuer_line)}</b> <span class=seal>{escape(wording.seal_text)}</span></p>{notes}
</div></div>
<p class="small middle">{escape(wording.legal_line or "")}</p></html>"""


def _html_pair(pair: tuple[Row, Row]) -> str:
    return "<tr>" + "".join(f"<th>{escape(row.label)}</th><td>{escape(row.value)}</td>" for row in pair) + "</tr>"


def _html_group(group: EntryGroup, columns: int) -> str:
    heading = f"<tr><th colspan={columns}>{escape(group.heading)}</th></tr>"
    return heading + "".join(map(_html_entry, group.rows))


def _html_entry(entry: EntryRow) -> str:
    details = "".join(f"<span class=small> {escape(detail)}</span>" for detail in entry.details)
    cells = "".join(f"<td>{escape(cell)}</td>" for cell in entry.cells)
    return f"<tr><td>{escape(entry.number)}</td><td><b>{escape(entry.title)}</b>{details}</td>{cells}</tr>"
