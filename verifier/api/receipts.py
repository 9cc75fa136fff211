"""A receipt as the answer of a check: which form the caller accepts, in which language, with or without the content.

`Accept: application/verification-receipt+jwt` or `application/pdf` asks for one; anything else gets the Report. The
query may say `content=true` (everything that was disclosed is inside) and `lang=en`.
"""

from collections.abc import Callable, Mapping
from typing import Final

from credential_schemas.report.messages import Language
from keys.gate.answers import Refusal
from keys.values import dataclass
from verifier.evidence.gathering import Submission
from verifier.receipt.token import MEDIA_TYPE

PAGE_MEDIA_TYPE: Final = "application/pdf"
_CONTENT: Final[Mapping[str, bool]] = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class ReceiptWish:
    """What kind of receipt a caller wants."""

    media_type: str
    with_content: bool
    language: Language


MakeReceipt = Callable[[Submission, ReceiptWish], bytes]
"""Checks a submission and returns its receipt in the form that was wished for."""


def receipt_wish(accept: str, query: Mapping[str, str]) -> ReceiptWish | None:
    """Return what kind of receipt a request asks for, or None when it asks for the Report.

    Args:
        accept: the header; only a form that is named counts, the first one wins.
        query: the parameters of the address.

    Raises:
        Refusal: 400, a parameter has another value than it may have.
    """
    named = [part.partition(";")[0].strip().lower() for part in accept.split(",")]
    form = next((media_type for media_type in named if media_type in (MEDIA_TYPE, PAGE_MEDIA_TYPE)), None)
    if form is None:
        return None
    content, language = query.get("content", "false"), query.get("lang", "ko")
    if content not in _CONTENT or language not in ("ko", "en"):
        raise Refusal(400, "parameter", detail="expected content=true or false, and lang=ko or en")
    return ReceiptWish(form, _CONTENT[content], "en" if language == "en" else "ko")
