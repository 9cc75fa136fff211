"""A QR code in the terminal, for an employer who scans it from the holder's screen.

Segments and version are those that were planned for paper, with the quiet zone of four modules that readers need.
"""

from collections.abc import Iterator, Mapping

import qrcode
from qrcode.constants import ERROR_CORRECT_L, ERROR_CORRECT_M

from credential_schemas.look.qr_codes import lines_of_modules
from credential_schemas.qr.symbols import Mode, SymbolPlan, segments_of

_QUIET_ZONE = 4
_LEVELS = {"L": ERROR_CORRECT_L, "M": ERROR_CORRECT_M}
_MODES: Mapping[Mode, int] = {
    "alphanumeric": qrcode.util.MODE_ALPHA_NUM,
    "byte": qrcode.util.MODE_8BIT_BYTE,
    "numeric": qrcode.util.MODE_NUMBER,
}


def terminal_codes(plan: SymbolPlan) -> Iterator[str]:
    """Yield the lines of every planned code, an empty line between two.

    Each line is `plan.modules` + 8 characters wide: 105 for version 20, so the window must be wide enough.
    """
    for number, text in enumerate(plan.texts):
        if number:
            yield ""
        yield from lines_of_modules(_modules(text, plan))


def _modules(text: str, plan: SymbolPlan) -> list[list[bool]]:
    code = qrcode.QRCode(plan.version, error_correction=_LEVELS[plan.level], border=_QUIET_ZONE)
    for mode, characters in segments_of(text):  # as the plan counted them
        code.add_data(qrcode.util.QRData(characters.encode("ascii"), mode=_MODES[mode]))
    code.make(fit=False)
    return [[bool(module) for module in row] for row in code.get_matrix()]
