"""A small world for the certificate: a function that draws one."""

from collections.abc import Callable

import pytest

from credential_schemas.wording.model import Language
from issuer.certificate.drawing import draw_certificate
from tests.issuer.certificate.samples import make_request, make_wording


@pytest.fixture(scope="session")
def draw() -> Callable[..., bytes]:
    drawn: dict[tuple[object, ...], bytes] = {}

    def draw(language: Language = "ko", *, entries: int = 10, codes: int = 1, preview: bool = False) -> bytes:
        key = language, entries, codes, preview
        if key not in drawn:
            wording = make_wording(language, entries=entries)
            drawn[key] = draw_certificate(make_request(wording, codes=codes, preview=preview))
        return drawn[key]

    return draw
