"""Check `recipient`: the certificate is made out to the name the caller gave.

Names are free text, so another text is no proof of misuse: the matter is left open for a person to look at.
"""

import unicodedata

from credential_schemas.report.model import Check, passed, skipped
from credential_schemas.report.outcomes import CheckName, Outcome
from credential_schemas.report.reasons import Reason


def check_recipient(named: str | None, *, asked: str | None, may_be_withheld: bool) -> Check:
    """Compare the recipient on the certificate with the one asked for; case, width and spaces do not count.

    Args:
        named: the recipient that is shown.
        asked: the one the caller gave.
        may_be_withheld: none is shown, but the credential may name one.
    """
    if asked is None:
        return skipped(CheckName.RECIPIENT)
    if named is None and may_be_withheld:
        return Check(CheckName.RECIPIENT, Outcome.UNKNOWN, Reason.RECIPIENT_WITHHELD)
    if named is None:
        return Check(CheckName.RECIPIENT, Outcome.PASSED, Reason.RECIPIENT_OPEN)
    if _plain(named) == _plain(asked):
        return passed(CheckName.RECIPIENT)
    return Check(CheckName.RECIPIENT, Outcome.UNKNOWN, Reason.RECIPIENT_MISMATCH)


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())
