"""The XMP packet of the file: title, dates, and the claims to PDF/A-3a and PDF/UA-1.

Source: ISO 16684-1 (XMP); ISO 19005-3, 6.6 (metadata, extension schemas); ISO 14289-1, 5 (identification).
"""

from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape

from credential_schemas.creator_tool import TOOL, creator_tool

_PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/"
 xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"
 xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaid:part>3</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance><pdfuaid:part>1</pdfuaid:part>
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
<xmp:CreateDate>{date}</xmp:CreateDate><xmp:ModifyDate>{date}</xmp:ModifyDate><xmp:MetadataDate>{date}</xmp:MetadataDate>
<xmp:CreatorTool>{creator}</xmp:CreatorTool><pdf:Producer>{tool}</pdf:Producer>
<xmpMM:DocumentID>{identifier}</xmpMM:DocumentID>
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 to which the file conforms</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What the file says about itself, alike in its information dictionary and its XMP packet."""

    title: str
    language: str
    created_at: datetime
    document_id: str
    wording: int

    @property
    def creator(self) -> str:
        """Return the tool that wrote the page, which names the version of its wording."""
        return creator_tool(self.wording)

    @property
    def pdf_date(self) -> str:
        """Return the date as a PDF date string (ISO 32000-1, 7.9.4)."""
        offset = self.created_at.strftime("%z")
        return f"D:{self.created_at:%Y%m%d%H%M%S}{offset[:3]}'{offset[3:5]}'"

    @property
    def xmp_date(self) -> str:
        """Return the same date, to the second, as XMP wants it."""
        return self.created_at.isoformat(timespec="seconds")

    def xmp(self) -> bytes:
        """Return the packet, UTF-8."""
        return _PACKET.format(
            title=escape(self.title),
            language=escape(self.language),
            date=self.xmp_date,
            creator=escape(self.creator),
            tool=TOOL,
            identifier=escape(self.document_id),
        ).encode()
