"""What a certificate in PDF form may carry, and every way to carry something else."""

import io

import pytest
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NullObject, NumberObject, TextStringObject

from credential_schemas.errors import PdfContainerError
from credential_schemas.pdf_container import (
    CREDENTIAL,
    MAX_TLOG_PROOF_BYTES,
    TLOG_PROOF,
    PdfContainer,
    attachment_parameters,
    inspect_container,
    read_container,
)
from tests.credential_schemas.pdf_container.drawing import (
    CREDENTIAL_TEXT,
    PROOF,
    Attachment,
    Drawing,
    dictionary,
    draw,
    name,
    pdf_with,
)


def kind_of(pdf: bytes) -> str:
    with pytest.raises(PdfContainerError) as error:
        read_container(pdf)
    return error.value.kind


def certificate() -> Drawing:
    return Drawing().attach(Attachment())


def test_a_certificate_gives_its_credential_and_pages() -> None:
    pdf = Drawing(pages=3).attach(Attachment()).bytes()
    assert read_container(pdf) == PdfContainer(CREDENTIAL_TEXT, None, 3)


def test_a_certificate_with_a_log_proof_gives_both() -> None:
    assert read_container(pdf_with(Attachment(), PROOF)).tlog_proof == b"proof\n"


def test_an_attachment_that_is_not_compressed_is_read() -> None:
    assert read_container(pdf_with(Attachment(compressed=False))).credential == CREDENTIAL_TEXT


def test_the_parameters_name_both_attachments() -> None:
    assert attachment_parameters() == (CREDENTIAL, TLOG_PROOF)


def test_a_name_tree_with_kids_is_read() -> None:
    drawing = certificate()
    leaf = drawing.add(DictionaryObject({name("Names"): drawing.tree}))
    drawing.catalogue[name("Names")] = dictionary(EmbeddedFiles=dictionary(Kids=ArrayObject([leaf])))
    drawing.catalogue[name("AF")] = drawing.associated
    drawing.tree = ArrayObject()
    assert read_container(drawing.bytes()).credential == CREDENTIAL_TEXT


@pytest.mark.parametrize("pdf", [b"", b"GIF89a", b"\n" + draw(), b"PK\x03\x04"])
def test_something_else_is_not_a_pdf(pdf: bytes) -> None:
    assert kind_of(pdf) == "not_pdf"


@pytest.mark.parametrize("pdf", [b"%PDF-1.7", b"%PDF-1.7\n" + b"x" * 5000, b"%PDF-1.7\nstartxref\n0\n%%EOF"])
def test_garbage_behind_the_header_is_damaged(pdf: bytes) -> None:
    assert kind_of(pdf) == "damaged"


def test_an_encrypted_file_is_refused() -> None:
    drawing = certificate()
    drawing.writer.encrypt("", "owner", algorithm="RC4-128")
    assert kind_of(drawing.bytes()) == "encrypted"


def test_a_file_without_attachment_and_signature_may_be_a_scan() -> None:
    inspection = inspect_container(draw())
    assert (inspection.findings, inspection.signed, inspection.pages) == (("attachment_missing",), False, 1)


def test_a_scan_with_a_script_is_still_first_of_all_without_attachment() -> None:
    drawing = Drawing()
    drawing.catalogue[name("OpenAction")] = dictionary(S="GoTo")
    assert kind_of(drawing.bytes()) == "attachment_missing"


def test_a_signed_file_without_attachment_is_no_scan() -> None:
    drawing = Drawing()
    drawing.add(dictionary(ByteRange=ArrayObject()))
    assert kind_of(drawing.bytes()) == "attachment_missing_signed"


def test_a_signature_in_a_compressed_object_is_seen() -> None:
    drawing = certificate()
    drawing.catalogue[name("X")] = dictionary(ByteRange=ArrayObject())
    assert inspect_container(drawing.bytes().replace(b"/ByteRange", b"/Byte#52ange")).signed


def test_a_foreign_attachment_does_not_hide_that_the_credential_is_ours() -> None:
    inspection = inspect_container(pdf_with(Attachment(), Attachment("salary.xlsx")))
    assert (inspection.findings, inspection.credential) == (("attachment_unexpected",), CREDENTIAL_TEXT)


def test_two_credentials_of_one_name_are_refused_and_neither_is_given() -> None:
    inspection = inspect_container(pdf_with(Attachment(), Attachment(content=b"other")))
    assert (inspection.findings, inspection.credential) == (("attachment_repeated",), None)


def test_two_proofs_are_refused_but_the_credential_is_given() -> None:
    inspection = inspect_container(pdf_with(Attachment(), PROOF, PROOF))
    assert (inspection.findings, inspection.credential) == (("attachment_repeated",), CREDENTIAL_TEXT)


@pytest.mark.parametrize(
    "attachment",
    [
        Attachment(media_type="text/plain"),
        Attachment(relationship="Data"),
        Attachment(unicode_name="invoice.pdf"),
        Attachment(listed=False),
    ],
    ids=["media type", "relationship", "two names", "not in AF"],
)
def test_an_attachment_written_in_another_way_is_refused(attachment: Attachment) -> None:
    assert kind_of(pdf_with(attachment)) == "attachment_unexpected"


@pytest.mark.parametrize(
    "file_name", ["Credential.sdjwt", "credential.sdjwt ", "credential.sdjwt\u200b", "../credential.sdjwt"]
)
def test_a_name_that_only_looks_like_ours_is_another(file_name: str) -> None:
    inspection = inspect_container(pdf_with(Attachment(file_name)))
    assert inspection.findings == ("attachment_unexpected", "attachment_missing")


def test_an_attachment_behind_two_filters_is_refused() -> None:
    drawing = Drawing()
    specification = drawing.specification(Attachment())
    stream = specification["/EF"]["/F"].get_object()  # type: ignore[index] # a dictionary
    stream[name("Filter")] = ArrayObject([name("FlateDecode"), name("FlateDecode")])
    reference = drawing.add(specification)
    drawing.tree.extend([TextStringObject(CREDENTIAL.name), reference])
    drawing.associated.append(reference)
    assert kind_of(drawing.bytes()) == "attachment_unexpected"


@pytest.mark.parametrize(
    "change",
    [
        {"EF": NullObject()},
        {"EF": DictionaryObject()},
        {"EF": dictionary(F=dictionary(Type="EmbeddedFile"))},
        {"EF": dictionary(Unix=NumberObject(1))},
    ],
    ids=["nothing", "empty", "no stream", "other system"],
)
def test_a_specification_without_one_stream_is_refused(change: dict[str, DictionaryObject]) -> None:
    drawing = Drawing()
    specification = drawing.specification(Attachment())
    specification.update({name(key): value for key, value in change.items()})
    reference = drawing.add(specification)
    drawing.tree.extend([TextStringObject(CREDENTIAL.name), reference])
    drawing.associated.append(reference)
    assert kind_of(drawing.bytes()) == "attachment_unexpected"


def test_a_stream_with_decoding_parameters_is_refused() -> None:
    drawing = Drawing()
    specification = drawing.specification(Attachment())
    stream = specification["/EF"]["/F"].get_object()  # type: ignore[index] # a dictionary
    stream[name("DecodeParms")] = dictionary(Predictor=NumberObject(12))
    reference = drawing.add(specification)
    drawing.tree.extend([TextStringObject(CREDENTIAL.name), reference])
    drawing.associated.append(reference)
    assert kind_of(drawing.bytes()) == "attachment_unexpected"


def test_an_attachment_on_a_page_is_refused_and_the_credential_is_given() -> None:
    drawing = certificate()
    drawing.page[name("AF")] = ArrayObject([drawing.add(drawing.specification(Attachment("other.txt")))])
    inspection = inspect_container(drawing.bytes())
    assert (inspection.findings, inspection.credential) == (("attachment_unexpected",), CREDENTIAL_TEXT)


def test_a_file_attachment_annotation_is_refused() -> None:
    drawing = certificate()
    drawing.page[name("Annots")] = ArrayObject([drawing.add(dictionary(Type="Annot", Subtype="FileAttachment"))])
    assert kind_of(drawing.bytes()) == "attachment_unexpected"


def test_a_credential_that_is_not_ascii_is_damaged() -> None:
    assert kind_of(pdf_with(Attachment(content="자격".encode()))) == "damaged"


@pytest.mark.parametrize(
    "attachment",
    [
        Attachment(content=b"x" * (CREDENTIAL.max_bytes + 1)),
        Attachment(TLOG_PROOF.name, b"x" * (MAX_TLOG_PROOF_BYTES + 1), "text/plain", "Supplement"),
    ],
    ids=["credential", "proof"],
)
def test_an_attachment_that_is_too_large_is_refused(attachment: Attachment) -> None:
    assert "too_large" in inspect_container(pdf_with(attachment)).findings


ACTIVE = [
    dictionary(S="JavaScript", JS=TextStringObject("app.alert(1)")),
    dictionary(S="Launch", F=TextStringObject("cmd.exe")),
    dictionary(S="URI", URI=TextStringObject("https://evil.example")),
    dictionary(S="SubmitForm"),
    dictionary(S="GoToR"),
    dictionary(S="Rendition"),
    dictionary(AA=DictionaryObject()),
    dictionary(XFA=ArrayObject()),
    dictionary(Type="Annot", Subtype="RichMedia"),
    dictionary(Type="Annot", Subtype="Screen"),
    dictionary(OpenAction=dictionary(S="GoTo")),
    dictionary(Nested=ArrayObject([dictionary(S="Launch")])),
]


@pytest.mark.parametrize("entry", ACTIVE, ids=lambda entry: "-".join(str(each) for each in entry.values())[:30])
def test_active_content_is_refused_and_the_credential_is_given(entry: DictionaryObject) -> None:
    drawing = certificate()
    drawing.add(entry)
    inspection = inspect_container(drawing.bytes())
    assert (inspection.findings, inspection.credential) == (("active_content",), CREDENTIAL_TEXT)


def test_an_action_whose_kind_stands_in_another_object_is_seen() -> None:
    drawing = certificate()
    drawing.add(DictionaryObject({name("S"): drawing.writer._add_object(name("Launch"))}))
    assert kind_of(drawing.bytes()) == "active_content"


def test_a_script_in_the_names_of_the_catalogue_is_seen() -> None:
    drawing = Drawing()
    drawing.catalogue[name("Names")] = dictionary(JavaScript=dictionary(Names=ArrayObject()))
    assert inspect_container(drawing.bytes()).findings == ("active_content", "attachment_missing")


def test_more_pages_than_a_certificate_has_are_refused() -> None:
    assert read_container(Drawing(pages=50).attach(Attachment()).bytes()).pages == 50
    assert kind_of(Drawing(pages=51).attach(Attachment()).bytes()) == "too_large"


def test_a_page_tree_that_contains_itself_is_damaged_or_too_large() -> None:
    drawing = certificate()
    pages = drawing.catalogue["/Pages"]
    pages.get_object()[name("Kids")] = ArrayObject([drawing.catalogue.raw_get("/Pages")] * 3)  # type: ignore[index] # a dictionary
    assert {*inspect_container(drawing.bytes()).findings} & {"damaged", "too_large"}


def test_a_name_tree_that_contains_itself_is_damaged() -> None:
    drawing = Drawing()
    node = DictionaryObject()
    reference = drawing.add(node)
    node[name("Kids")] = ArrayObject([reference])
    drawing.catalogue[name("Names")] = DictionaryObject({name("EmbeddedFiles"): reference})
    assert kind_of(drawing.bytes()) == "damaged"


@pytest.mark.parametrize("kids", [NumberObject(1), ArrayObject([NumberObject(1)])], ids=["no array", "no node"])
def test_a_name_tree_of_other_things_is_damaged(kids: NumberObject | ArrayObject) -> None:
    drawing = Drawing()
    drawing.catalogue[name("Names")] = dictionary(EmbeddedFiles=dictionary(Kids=kids))
    assert kind_of(drawing.bytes()) == "damaged"


def test_a_name_tree_of_many_nodes_is_too_large() -> None:
    drawing = Drawing()
    kids = ArrayObject([drawing.add(DictionaryObject()) for _ in range(70)])
    drawing.catalogue[name("Names")] = dictionary(EmbeddedFiles=dictionary(Kids=kids))
    assert kind_of(drawing.bytes()) == "too_large"


def test_fifty_thousand_attachments_are_refused_unread() -> None:
    drawing = certificate()
    drawing.tree.extend(each for at in range(50_000) for each in (TextStringObject(f"n{at}"), drawing.tree[1]))
    pdf = drawing.bytes()
    assert inspect_container(pdf).findings == ("too_large",)


def test_more_attachments_than_are_worth_naming_are_refused() -> None:
    drawing = certificate()
    for at in range(40):
        drawing.attach(Attachment(f"n{at}"))
    inspection = inspect_container(drawing.bytes())
    assert (inspection.findings, inspection.credential) == (("attachment_unexpected",), CREDENTIAL_TEXT)


@pytest.mark.parametrize("cut", [0.2, 0.5, 0.9])
def test_a_truncated_file_never_passes(cut: float) -> None:
    pdf = certificate().bytes()
    assert inspect_container(pdf[: int(len(pdf) * cut)]).findings != ()


def test_replaced_content_in_an_update_is_what_is_read() -> None:
    """Which revision counts is one thing, whether there may be two another: the seal answers that."""
    writer = PdfWriter(io.BytesIO(certificate().bytes()), incremental=True)
    stream = writer.root_object["/Names"]["/EmbeddedFiles"]["/Names"][1].get_object()["/EF"]["/F"].get_object()  # type: ignore[index] # dictionaries
    stream.set_data(b"other")
    output = io.BytesIO()
    writer.write(output)
    assert read_container(output.getvalue()).credential == "other"


def hand_written(entries: int) -> bytes:
    """A file whose cross-reference table is longer than its objects; every further entry points to the pages."""
    body = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
    second = len(body)
    body += b"2 0 obj\n<< /Type /Pages /Kids [] /Count 0 >>\nendobj\n"
    table = b"xref\n0 %d\n0000000000 65535 f \n%010d 00000 n \n%010d 00000 n \n" % (entries, 9, second)
    table += b"%010d 00000 n \n" % second * (entries - 3)
    return body + table + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (entries, len(body))


def test_a_file_without_pages_is_refused() -> None:
    assert inspect_container(hand_written(3)).findings == ("attachment_missing", "damaged")


def test_a_cross_reference_table_of_too_many_objects_is_refused() -> None:
    assert "too_large" in inspect_container(hand_written(20_010)).findings


def test_more_values_than_can_be_looked_at_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("credential_schemas._pdf_container.parsing._MAX_NODES", 1_000)  # of 500,000
    drawing = certificate()
    drawing.add(dictionary(Many=ArrayObject([NumberObject(0)] * 600)))
    assert inspect_container(drawing.bytes()).findings == ()
    drawing.add(dictionary(Many=ArrayObject([NumberObject(0)] * 600)))
    inspection = inspect_container(drawing.bytes())
    assert (inspection.findings, inspection.credential) == (("too_large",), CREDENTIAL_TEXT)
