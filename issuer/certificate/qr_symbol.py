"""QR symbols as rows of bits, one bit per module, ready to be painted through as a stencil."""

from dataclasses import dataclass
from typing import Protocol

import zxingcpp
from PIL import Image

from issuer.certificate.errors import CodeDoesNotFitError

QUIET_ZONE = 4  # modules on each side, ISO/IEC 18004
MODULE_MM = 0.40
MAX_CODES = 4


class SymbolPlan(Protocol):
    """How large and how redundant the codes are; `credential_schemas.qr` decides it."""

    @property
    def version(self) -> int:
        """Return the version, 1 to 40."""

    @property
    def level(self) -> str:
        """Return the error correction level, one of L, M, Q, H."""


@dataclass(frozen=True, slots=True)
class QrSymbol:
    """One symbol without its quiet zone: the side in modules, and rows padded to bytes in which 0 is a dark module."""

    modules: int
    stencil: bytes


def modules_of(version: int) -> int:
    """Return the side of a symbol in modules."""
    return 17 + 4 * version


def encode_symbol(text: str, *, plan: SymbolPlan) -> QrSymbol:
    """Encode one QR text in exactly the planned version and level, so that several codes are of one size.

    Raises:
        CodeDoesNotFitError: the text is too long for them.
    """
    try:
        barcode = zxingcpp.create_barcode(
            text, zxingcpp.BarcodeFormat.QRCode, ec_level=plan.level, version=plan.version
        )
    except ValueError as error:
        raise _too_long(text, plan) from error
    drawn = barcode.to_image(scale=1, add_quiet_zones=False)
    modules = drawn.shape[0]
    if modules != modules_of(plan.version):
        raise _too_long(text, plan)
    grey = Image.frombytes("L", (modules, modules), bytes(memoryview(drawn)))  # type: ignore[arg-type]  # its stub omits the buffer
    return QrSymbol(modules, grey.convert("1", dither=Image.Dither.NONE).tobytes())


def _too_long(text: str, plan: SymbolPlan) -> CodeDoesNotFitError:
    return CodeDoesNotFitError(
        f"A QR text of {len(text)} characters does not fit version {plan.version}, level {plan.level}."
    )
