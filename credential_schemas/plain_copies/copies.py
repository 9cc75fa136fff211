"""Who reads copies in one pass, and from when on.

Compiling the expressions takes as long as reading hundreds of copies the general way, so it begins only for a process
that reads many.
"""

import itertools
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from credential_schemas.plain_copies.reading import PlainCopy  # loaded when the first copy is read

WORTH_IT: Final = 300
"""How many copies are left to the general readers before the expressions are compiled."""


class PlainCopies:
    """Reads plain copies for a caller that reads many; for any threads.

    Args:
        after: how many copies are left to the general readers at first.
    """

    def __init__(self, *, after: int = WORTH_IT) -> None:
        self._after = after
        self._asked = itertools.count()

    def read(self, unverified_token: str) -> "PlainCopy | None":
        """Read a paper copy that is plainly right but for its signature; None for everything else, and at first."""
        if next(self._asked) < self._after:
            return None
        from credential_schemas.plain_copies.reading import read_plain_copy

        return read_plain_copy(unverified_token)
