"""The parser of command lines of all programs: it leaves it to them to say, in the reader's language, what is wrong."""

import argparse
from typing import Final, NoReturn

from credential_schemas.program import UsageMistake

_HELP_COLUMNS: Final = 78  # for a terminal of 80, as `argparse` counts them


class Parser(argparse.ArgumentParser):
    """Raises where `argparse` would print and end the process; its help is the same in every terminal."""

    def _get_formatter(self) -> argparse.HelpFormatter:
        return self.formatter_class(prog=self.prog, width=_HELP_COLUMNS)  # type: ignore[call-arg]  # every formatter has it

    def error(self, message: str) -> NoReturn:
        """Raise `UsageMistake`."""
        raise UsageMistake(message, self.prog)
