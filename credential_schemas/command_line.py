"""The parser of command lines of all programs: it leaves it to them to say, in the reader's language, what is wrong."""

import argparse
from typing import NoReturn

from credential_schemas.program import UsageMistake


class Parser(argparse.ArgumentParser):
    """Raises where `argparse` would print and end the process."""

    def error(self, message: str) -> NoReturn:
        """Raise `UsageMistake`."""
        raise UsageMistake(message, self.prog)
