"""The errors of `credential_schemas`: one base class, stable codes, typed fields, nothing of HTTP or exit codes."""

from typing import ClassVar


class CredentialError(Exception):
    """Something that claims to be a credential, or a part of one, cannot be accepted.

    `code` is a stable slug; `detail` says what was expected and what was found, never a person's data.
    """

    code: str = "credential"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail

    def __str__(self) -> str:
        return self.detail


class _ErrorOfKind(CredentialError):
    """Base of errors whose `kind` says what is wrong."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(detail)
        self.args = (kind, detail)  # what pickle calls the class with, on the way back from a child process
        self.kind = kind

    def __str__(self) -> str:
        return f"{self.kind}: {self.detail}"


class _ErrorAtPlace(CredentialError):
    """Base of errors whose `field` says where something is wrong, and whose `kind` says what."""

    usual_kind: ClassVar[str]

    def __init__(self, field: str, detail: str, *, kind: str | None = None) -> None:
        super().__init__(detail)
        self.args = (field, detail)
        self.field = field
        self.kind = self.usual_kind if kind is None else kind

    def __str__(self) -> str:
        return f"{self.field}: {self.detail}"


class SdJwtRefused(CredentialError):
    """An SD-JWT VC failed one step of the verification algorithm.

    `code` is one of the `E_…` codes, `step` the number of the step (0 to 28) that failed.
    """

    def __init__(self, code: str, step: int, detail: str) -> None:
        super().__init__(detail)
        self.args = (code, step, detail)
        self.code = code
        self.step = step

    def __str__(self) -> str:
        return f"{self.code} (step {self.step}): {self.detail}"


class IssuerNotTrusted(SdJwtRefused):
    """The issuer is not on the trust list (`E_KEY`), or not for this type of credential (`E_VCT`)."""

    def __init__(self, detail: str, *, code: str = "E_KEY") -> None:
        super().__init__(code, 6, detail)
        self.args = (detail,)


class KeyUnknown(SdJwtRefused):
    """The issuer is trusted, but the trust list knows no such key (`E_KEY`), or no root of its chain (`E_CERT`)."""

    def __init__(self, detail: str, *, code: str = "E_KEY") -> None:
        super().__init__(code, 6 if code == "E_KEY" else 7, detail)
        self.args = (detail,)


class SdJwtBuildError(CredentialError):
    """What was to be built or selected is not a permitted SD-JWT."""

    code = "sd_jwt_build"


class StatusListError(_ErrorOfKind):
    """A status list or status list token cannot be used.

    `kind` is one of `format`, `bits`, `too_large`, `compression`, `out_of_range`, `value`, `typ`, `algorithm`, `key`,
    `signature`, `claims`, `subject`, `not_yet_valid`, `expired`, `older_than_seen`.
    """

    code = "status_list"


class TrustBundleError(_ErrorOfKind):
    """A signed trust bundle cannot be used.

    `kind` is one of `too_large`, `format`, `typ`, `algorithm`, `key`, `signature`, `claims`, `not_yet_valid`,
    `expired`, `trust_list`, `issuer`.
    """

    code = "trust_bundle"


class QrPayloadError(_ErrorOfKind):
    """The text of a QR code is not a payload of ours, or not a whole one.

    `kind` says what is wrong; for `codes_missing`, `missing` lists the numbers (from 1) of the codes that are absent.
    """

    code = "qr_payload"

    def __init__(self, kind: str, detail: str, *, missing: tuple[int, ...] = ()) -> None:
        super().__init__(kind, detail)
        self.missing = missing


class QrPayloadTooLarge(QrPayloadError):
    """The payload does not fit the permitted symbols; `needed_modules` is the side that would do, if any size does."""

    def __init__(self, needed_modules: int | None, detail: str) -> None:
        super().__init__("too_large", detail)
        self.args = (needed_modules, detail)
        self.needed_modules = needed_modules


class PdfContainerError(_ErrorOfKind):
    """A PDF is not a container that can be read.

    `kind` is one of `not_pdf`, `encrypted`, `damaged`, `too_large`, `active_content`, `attachment_missing`,
    `attachment_unexpected`, `attachment_repeated`.
    """

    code = "pdf_container"


class DcqlError(_ErrorAtPlace):
    """A DCQL query, or an answer to one, is not what the standard demands.

    `field` is the place, for example `credentials[0].claims[1].path`. `kind` is one of `format`, `limit`, `answer`.
    """

    code = "dcql"
    usual_kind = "format"


class TransactionDataError(CredentialError):
    """Transaction data is not of a kind that a holder can consent to here."""

    code = "transaction_data"


class EntryTypeError(_ErrorAtPlace):
    """An entry, or a claim of a certificate, does not have the shape its type demands.

    `field` is the path of the claim, for example `qualifications[0].series`. `kind` is one of `missing_field`,
    `unknown_field`, `forbidden_field`, `blind_field`, `wrong_kind`, `control_character`, `not_nfc`, `too_long`,
    `unknown_type`, `wrong_category`, `unknown_claim`, `unknown_value`, `not_a_day`, `repeated`, `type_file`.
    """

    code = "entry_type"
    usual_kind = "wrong_kind"


class WordingUnknown(CredentialError):
    """A version of the wording is not published here, or has no words for something in a certificate."""

    code = "wording_unknown"


class LookDamaged(CredentialError):
    """A data file of the shared look is not the published one: this installation is damaged."""

    code = "look_damaged"


class ReportUnreadable(CredentialError):
    """What should be a Report of ours is none, or contradicts itself."""

    code = "report_unreadable"
