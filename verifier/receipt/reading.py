"""Read a receipt back, from its text or from its page; nothing of it is used before its signature was checked."""

from collections.abc import Mapping

from keys.jwk import PublicKey
from keys.values import dataclass
from verifier.errors import ReceiptRefused
from verifier.receipt.contents import ReceiptContents, contents_of
from verifier.receipt.token import SignedRecord, read_record


@dataclass(frozen=True, slots=True)
class ProvedReceipt:
    """A receipt whose signature was checked; `page_checked` when it came on its page and the page is the signed one."""

    contents: ReceiptContents
    signed: SignedRecord
    page_checked: bool


def read_receipt(data: bytes, *, keys: Mapping[str, PublicKey]) -> ProvedReceipt:
    """Read a receipt.

    Args:
        data: a JWS as text, or the PDF that carries one; hostile.
        keys: the pinned keys of the verifier that is believed, by `kid`.

    Raises:
        ReceiptRefused: why it cannot be believed; see `verifier.receipt.token.read_record`, and `page_differs`,
            `page_unsigned` for pages.
    """
    is_page = data.startswith(b"%PDF-")
    token = _attached(data) if is_page else data.decode("ascii", "replace").strip()
    signed = read_record(token, keys=keys)
    if is_page:
        _check_page(data, signed)
    return ProvedReceipt(contents_of(signed.record), signed, is_page)


def _attached(data: bytes) -> str:
    from verifier.receipt.sheet import attached_record  # ReportLab is loaded only for pages

    return attached_record(data)


def _check_page(data: bytes, signed: SignedRecord) -> None:
    from verifier.receipt.sheet import pinned_digest

    if signed.page_sha256 is None:
        raise ReceiptRefused("page_unsigned")
    if pinned_digest(data) != signed.page_sha256:
        raise ReceiptRefused("page_differs")
