"""Make a receipt: the record signed, and on request a page with the signed record attached, which pins that page."""

from credential_schemas.report.messages import Language
from keys.jwk import PublicKey
from keys.signer import Signer
from keys.values import dataclass
from verifier.checks.assembling import Verification
from verifier.receipt.record import Circumstances, Recorded, record_of
from verifier.receipt.token import sign_record

_NO_DIGEST = "0" * 64


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt as text, and as a page when one was asked for; both carry the same signature."""

    token: str
    pdf: bytes | None = None


@dataclass(frozen=True, slots=True)
class ReceiptDesk:
    """Who gives receipts in a service: the key, and the name that stands on them."""

    signer: Signer
    verifier: str


@dataclass(frozen=True, slots=True)
class ReceiptMaker:
    """Makes receipts with one key, under one set of rules.

    Args:
        signer: the verifier's key for receipts.
        circumstances: rules, name and program.
        language: of the page.
    """

    signer: Signer
    circumstances: Circumstances
    language: Language = "ko"

    def record(self, verification: Verification, *, with_content: bool) -> Recorded:
        """Return the record of a check, not signed yet."""
        return record_of(verification, self.circumstances, with_content=with_content)

    def as_token(self, recorded: Recorded) -> Receipt:
        """Sign a record."""
        return Receipt(sign_record(recorded.record, signer=self.signer))

    def as_page(self, recorded: Recorded) -> Receipt:
        """Draw a record as a PDF, then sign record and page together."""
        from verifier.receipt.page import ReceiptPage  # drawing is loaded only for pages
        from verifier.receipt.sheet import attach, draw_sheets, pinned_digest

        length = len(sign_record(recorded.record, signer=self.signer, page_sha256=_NO_DIGEST))
        key = PublicKey.from_jwk(dict(self.signer.public_jwk()))
        page = ReceiptPage(recorded, self.circumstances, key=key, language=self.language)
        drawn = draw_sheets(page.sheets, page.story, record_length=length)
        token = sign_record(recorded.record, signer=self.signer, page_sha256=pinned_digest(drawn))
        return Receipt(token, attach(drawn, token))
