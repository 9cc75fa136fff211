"""Reading printed codes after scanners, copiers, cameras, folds, stamps and coffee, at three resolutions."""

import hashlib
import random
from collections.abc import Callable
from dataclasses import dataclass, replace

import pypdfium2
import pytest
from PIL import Image, ImageChops

from credential_schemas.certificate_claims import to_payload
from credential_schemas.qr.payload import encode_qr_payload
from credential_schemas.qr.symbols import choose_symbols
from credential_schemas.sd_jwt.build import Disclosable, build_sd_jwt
from tests.qr_reading import qr_codes_of
from tests.verifier.evidence import distortions
from tests.verifier.evidence.distortions import DISTORTIONS, Box
from tests.verifier.world import VERIFY_URL, claims, draw, entry
from verifier.errors import UnreadableEvidence
from verifier.evidence.picture_reading import read_picture

pytestmark = pytest.mark.slow

MILLIMETRES_PER_INCH = 25.4
TITLES = (
    "가구제작",
    "나무보호",
    "다이빙",
    "라벨인쇄",
    "마을해설",
    "바다양식",
    "사진보정",
    "아동돌봄",
    "자수공예",
    "차량도색",
)
CORRECTED_AT_M = 0.15  # ISO/IEC 18004: of the codewords
UNKNOWN_TITLES = {12: 1, 22: 8}  # entries with a title that no dictionary knows, beside one it knows


@dataclass(frozen=True, slots=True)
class Printed:
    """A drawn certificate and what its code must give."""

    pdf: bytes
    credential: str
    version: int

    def page(self, dpi: int) -> Image.Image:
        """Return the last page, grey."""
        document = pypdfium2.PdfDocument(self.pdf)
        page: Image.Image = document[len(document) - 1].render(scale=dpi / 72).to_pil()
        return page.convert("L")

    def survives(self, picture: bytes) -> bool:
        """Return whether the verifier reads the credential from a picture."""
        try:
            return read_picture(picture)["credential"] == self.credential
        except UnreadableEvidence:
            return False


@dataclass(frozen=True, slots=True)
class SameEveryTime:
    """Stands in for a signer: the same modules are printed in every run, so a reading that worked works again."""

    key_id: str = "kf4Zr8NqT1mXw2Lb"
    algorithm: str = "ES256"

    def sign(self, message: bytes) -> bytes:
        return hashlib.sha512(message).digest()

    def public_jwk(self) -> dict[str, str]:
        raise AssertionError("nobody verifies what is only read")


PRINTED: dict[int, Printed] = {}


@pytest.fixture(autouse=True)
def time_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """What can be read is asked here, not how fast the machine is: the limit of 2 s has its own test."""
    monkeypatch.setattr("verifier.evidence.code_reading.CODE_READING_S", 60.0)


@pytest.fixture
def printed(version: int) -> Printed:
    """A certificate whose code has the version of the test, drawn once."""
    if version not in PRINTED:
        PRINTED[version] = certificate(version)
    assert PRINTED[version].version == version
    return PRINTED[version]


def certificate(version: int) -> Printed:
    unknown = [entry(f"{title} 명장 제{number}급", idx=20 + number) for number, title in enumerate(TITLES)]
    given = replace(claims(entry(), *unknown[: UNKNOWN_TITLES[version]]), number="CB-2026-00000001")
    if version == 12:
        given = replace(given, holder=replace(given.holder, name_en=None))
    payload, paths = to_payload(given)
    token = build_sd_jwt(
        payload, disclose=Disclosable(frozenset(paths)), signer=SameEveryTime(), random_bytes=random.Random(1).randbytes
    )
    plan = choose_symbols(VERIFY_URL, encode_qr_payload(token))
    assert (plan.level, plan.codes) == ("M", 1)
    return Printed(draw(token, given), token, plan.version)


@pytest.mark.parametrize(("dpi", "at_least"), [(300, 15), (200, 14), (150, 12)])
@pytest.mark.parametrize("version", UNKNOWN_TITLES)
def test_a_distorted_page_is_read_as_often_as_its_resolution_promises(
    printed: Printed, dpi: int, at_least: int
) -> None:
    page = printed.page(dpi)
    unread = [name for name, distort in DISTORTIONS.items() if not printed.survives(distort(page))]
    assert len(DISTORTIONS) == 15
    assert len(unread) <= 15 - at_least, unread


@pytest.mark.parametrize("damage", [distortions.creased, distortions.stamped, distortions.stained])
@pytest.mark.parametrize("version", UNKNOWN_TITLES)
def test_a_crease_a_stamp_and_a_coffee_stain_stay_within_the_correction(
    printed: Printed, damage: Callable[..., Image.Image]
) -> None:
    page = printed.page(200)
    code = place_of_code(page)
    damaged = damage(page, code, millimetre=200 / MILLIMETRES_PER_INCH)
    assert 0.001 < changed_share(page, damaged.convert("L"), code) < CORRECTED_AT_M
    assert printed.survives(distortions.png(damaged))


def place_of_code(page: Image.Image) -> Box:
    (code,) = qr_codes_of(page)
    first, last = code.position.top_left, code.position.bottom_right
    return first.x, first.y, last.x, last.y


def changed_share(page: Image.Image, damaged: Image.Image, code: Box) -> float:
    """Return the share of the code's pixels that turned from dark to light or back."""
    halves = [0] * 128 + [255] * 128
    before, after = (each.crop(code).point(halves) for each in (page, damaged))
    changed = ImageChops.difference(before, after).histogram()[255]
    return changed / (before.width * before.height)
