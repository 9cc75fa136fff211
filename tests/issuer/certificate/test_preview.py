"""What a person sees before issuing: `--preview` draws the page, marked, with nothing that could pass for a proof."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from issuer.certificate.drawing import PREVIEW_MARKS
from keys.pdf_seal import check_seal
from tests.issuer.certificate.claims import text_of_pages
from tests.issuer.certificate.pdf_structure import broken_rules
from tests.issuer.certificate.test_qr_symbol import rendered
from tests.issuer.conftest import START, World
from tests.qr_reading import qr_codes_of


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("edition", [(), ("--blind", "--applicant-no", "2026-0042")], ids=["standard", "blind"])
def test_a_preview_is_the_marked_page_without_seal_attachment_and_code(
    world: World, account: str, language: str, edition: tuple[str, ...]
) -> None:
    file = world.files / "preview.pdf"
    chosen = ("--all", "--lang", language, *edition)
    world.json("issue", "--account", account, *chosen, "--preview", "--out", file)
    pdf = file.read_bytes()
    reader = PdfReader(BytesIO(pdf))
    mark = PREVIEW_MARKS["ko" if language == "ko" else "en"]
    assert all("".join(page.split()).startswith(mark) for page in text_of_pages(pdf))
    assert check_seal(pdf, roots=(), now=START).outcome == "missing"
    assert (dict(reader.attachments), "/AF" in reader.root_object, "/AcroForm" in reader.root_object) == (
        {},
        False,
        False,
    )
    assert qr_codes_of(rendered(pdf, 200)) == []
    assert broken_rules(pdf) == {}
