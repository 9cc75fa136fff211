"""Colour in a terminal, for the heading alone: it repeats what sign and words say, and is left out where unwanted.

Source: no-color.org for NO_COLOR; ECMA-48 for the sequences, which are ours and never come from a text that is shown
"""

from collections.abc import Mapping

from credential_schemas.report.headlines import Sign

_BOLD = {Sign.TICK: "\x1b[1;32m", Sign.CROSS: "\x1b[1;31m", Sign.TRIANGLE: "\x1b[1;33m"}
_PLAIN = "\x1b[0m"


def wants_colour(environment: Mapping[str, str], *, is_terminal: bool) -> bool:
    """Return whether to use colour: only on a terminal that can, and never with a NO_COLOR that is not empty."""
    return is_terminal and not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"


def with_coloured_heading(text: str, sign: Sign) -> str:
    """Return a report's text with its first line in the colour of its sign."""
    heading, line_end, rest = text.partition("\n")
    return f"{_BOLD[sign]}{heading}{_PLAIN}{line_end}{rest}"
