"""A QR code in the terminal, for an employer who scans it from the holder's screen.

Two modules stand in one character (upper and lower half block), with the quiet zone of four modules that readers need.
Colours are set explicitly, so the code is dark on light in every terminal theme.
"""

from collections.abc import Iterator, Mapping

import qrcode
from qrcode.constants import ERROR_CORRECT_L, ERROR_CORRECT_M

from credential_schemas.qr.symbols import Mode, SymbolPlan, segments_of

_QUIET_ZONE = 4
_LEVELS = {"L": ERROR_CORRECT_L, "M": ERROR_CORRECT_M}
_MODES: Mapping[Mode, int] = {
    "alphanumeric": qrcode.util.MODE_ALPHA_NUM,
    "byte": qrcode.util.MODE_8BIT_BYTE,
    "numeric": qrcode.util.MODE_NUMBER,
}
_DARK_ON_LIGHT = "\x1b[38;5;16;48;5;231m"
_RESET = "\x1b[0m"
_HALVES = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}


def terminal_codes(plan: SymbolPlan) -> Iterator[str]:
    """Yield the lines of every planned code, an empty line between two.

    Each line is `plan.modules` + 8 characters wide: 105 for version 20, so the window must be wide enough.
    """
    for number, text in enumerate(plan.texts):
        if number:
            yield ""
        yield from _code_lines(_modules(text, plan))


def _modules(text: str, plan: SymbolPlan) -> list[list[bool]]:
    code = qrcode.QRCode(plan.version, error_correction=_LEVELS[plan.level], border=_QUIET_ZONE)
    for mode, characters in segments_of(text):  # as the plan counted them
        code.add_data(qrcode.util.QRData(characters.encode("ascii"), mode=_MODES[mode]))
    code.make(fit=False)
    return [[bool(module) for module in row] for row in code.get_matrix()]


def _code_lines(matrix: list[list[bool]]) -> Iterator[str]:
    light = [False] * len(matrix[0])
    for upper_index in range(0, len(matrix), 2):
        upper = matrix[upper_index]
        lower = matrix[upper_index + 1] if upper_index + 1 < len(matrix) else light
        halves = "".join(_HALVES[pair] for pair in zip(upper, lower, strict=True))
        yield f"{_DARK_ON_LIGHT}{halves}{_RESET}"
