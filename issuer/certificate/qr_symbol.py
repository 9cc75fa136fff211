"""QR symbols as rows of bits, one bit per module, ready to be painted through as a stencil."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Protocol

import zxingcpp
from PIL import Image

from issuer.certificate.errors import CodeDoesNotFitError
from issuer.certificate.qr_mask import MASKS, Grid, penalty

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

    The mask is that of the lowest penalty, as ISO/IEC 18004 asks.

    Raises:
        CodeDoesNotFitError: the text is too long for them.
    """
    grid = Grid(modules_of(plan.version))
    stencil = _encode(text, plan.version, plan.level, mask=0)
    if stencil is None:
        raise CodeDoesNotFitError(
            f"A QR text of {len(text)} characters does not fit version {plan.version}, level {plan.level}."
        )
    dark = grid.dark(stencil)
    masked = (dark ^ change for change in _changes(plan.version, plan.level))
    return QrSymbol(grid.modules, grid.stencil(min(masked, key=lambda symbol: penalty(symbol, grid))))


@cache
def _changes(version: int, level: str) -> Sequence[int]:
    """Return, for each mask, the modules in which it differs from mask 0: the same ones whatever the text."""
    grid = Grid(modules_of(version))
    stencils = (_encode("0", version, level, mask=mask) for mask in range(MASKS))
    symbols = [grid.dark(stencil) for stencil in stencils if stencil is not None]
    return [symbol ^ symbols[0] for symbol in symbols]


def _encode(text: str, version: int, level: str, *, mask: int) -> bytes | None:
    """Return the rows of a symbol with a given mask; None when the text is too long for its version."""
    try:
        barcode = zxingcpp.create_barcode(
            text, zxingcpp.BarcodeFormat.QRCode, ec_level=level, version=version, data_mask=mask
        )
    except ValueError:
        return None
    drawn = barcode.to_image(scale=1, add_quiet_zones=False)
    modules = drawn.shape[0]
    if modules != modules_of(version):
        return None
    grey = Image.frombytes("L", (modules, modules), bytes(memoryview(drawn)))  # type: ignore[arg-type]  # its stub omits the buffer
    return grey.convert("1", dither=Image.Dither.NONE).tobytes()
