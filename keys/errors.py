"""Every error of floor 1, with a stable `code`; what they mean to a web client or a shell is decided at the edges."""

from typing import ClassVar, Literal

DecodingKind = Literal["base64url", "utf8", "json", "duplicate_member", "number", "depth", "size"]
JwsFormatKind = Literal["size", "parts", "base64url", "header", "duplicate_member", "typ", "crit", "key_in_header"]
RevocationKind = Literal["unreachable", "form", "refused", "other", "nonce", "signer", "time", "unknown"]
TimeStampKind = Literal["unreachable", "refused", "answer", "imprint", "nonce"]
JweKind = Literal["size", "format", "algorithm", "key", "decryption"]
ChainKind = Literal["limit", "format", "untrusted"]
NoteKind = Literal["format", "unknown_key", "signature"]
SharesKind = Literal["count", "damaged", "format", "duplicate", "mixed"]
FetchKind = Literal["origin", "address", "connect", "timeout", "redirect", "status", "media_type", "size", "protocol"]


class KeysError(Exception):
    """Base of all errors of `keys`; `code` is a stable slug, the message a plain sentence without secrets."""

    code: ClassVar[str] = "keys"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class DecodingError(KeysError):
    """Bytes are not in the one strict form we accept; `kind` says which rule was broken."""

    code = "decoding"

    def __init__(self, message: str, *, kind: DecodingKind) -> None:
        super().__init__(message)
        self.kind: DecodingKind = kind


class AlgorithmNotAllowed(KeysError):
    """The `alg` of a token is not on the caller's list, or does not fit the key."""

    code = "algorithm_not_allowed"


class SignatureInvalid(KeysError):
    """The signature does not belong to these bytes and this key."""

    code = "signature_invalid"


class JwsFormatError(KeysError):
    """A compact JWS is malformed or its header asks for something we refuse; `kind` says what.

    Kinds: `size` (a limit), `parts` (not three parts), `base64url`, `header` (not a JSON object in strict form),
    `duplicate_member` (in the header), `typ`, `crit` (`crit`, `b64` or `zip` present),
    `key_in_header` (`jwk`, `jku` or `x5u` present).
    """

    code = "jws_format"

    def __init__(self, message: str, *, kind: JwsFormatKind) -> None:
        super().__init__(message)
        self.kind: JwsFormatKind = kind


class JweError(KeysError):
    """An encrypted token cannot be read or written; `kind` says why.

    Kinds: `size` (a limit), `format` (not five parts in strict form), `algorithm` (not ECDH-ES with AES-GCM, or
    something we refuse), `key` (not the key it was to be encrypted to, or none that can be used), `decryption`.
    """

    code = "jwe"

    def __init__(self, message: str, *, kind: JweKind) -> None:
        super().__init__(message)
        self.kind: JweKind = kind


class JwkError(KeysError):
    """A JSON Web Key is not a public P-256 signature key in strict form."""

    code = "jwk"


class KeyFileError(KeysError):
    """A private key file cannot be read or written safely."""

    code = "key_file"


class WrongPassphrase(KeyFileError):
    """The passphrase does not open this key file, or the PIN this token."""

    code = "wrong_passphrase"


class WebhookSecretError(KeysError):
    """The secret of a webhook is not in its written form."""

    code = "webhook_secret"


class KeyDeviceError(KeysError):
    """A key in a PKCS#11 token cannot be named, found, opened or used."""

    code = "key_device"


class UnknownKeyScheme(KeysError):
    """A key URI names a kind of key store that this installation does not know."""

    code = "unknown_key_scheme"


class CertificateError(KeysError):
    """An X.509 certificate cannot be made or read as asked."""

    code = "certificate"


class CertificateChainRefused(KeysError):
    """The certificates of a token do not prove its key; `kind` says what is wrong.

    Kinds: `limit` (too many or too large), `format` (no certificates), `untrusted` (they lead to no listed root, or are
    not for this issuer, purpose or time).
    """

    code = "certificate_chain"

    def __init__(self, message: str, *, kind: ChainKind) -> None:
        super().__init__(message)
        self.kind: ChainKind = kind


class TrustListError(KeysError):
    """A trust list is malformed; the message names the place as a JSON path."""

    code = "trust_list"


class IssuerUnknown(TrustListError):
    """The trust list does not name this issuer."""

    code = "issuer_unknown"


class KeyUnknown(TrustListError):
    """The trust list names the issuer, but no such key of it."""

    code = "key_unknown"


class UrlError(KeysError):
    """A URL is not of the plain form that trust decisions and the network door accept."""

    code = "url"


class FetchError(KeysError):
    """A document could not be fetched within the rules of the network door; `kind` says which rule or failure.

    Kinds: `origin` (not configured), `address` (resolves to a forbidden address), `connect`, `timeout`, `redirect`,
    `status` (not 200; `.status` is what was found), `media_type`, `size`, `protocol` (TLS or HTTP broken).
    """

    code = "fetch"

    def __init__(self, message: str, *, kind: FetchKind, status: int | None = None) -> None:
        super().__init__(message)
        self.kind: FetchKind = kind
        self.status = status


class TimeStampError(KeysError):
    """A time-stamping authority gave no time stamp; `kind` says why.

    Kinds: `unreachable` (the network door failed), `refused` (by the authority), `answer` (not a response in DER),
    `imprint` and `nonce` (a response to another question).
    """

    code = "time_stamp"

    def __init__(self, message: str, *, kind: TimeStampKind) -> None:
        super().__init__(message)
        self.kind: TimeStampKind = kind


class NoteError(KeysError):
    """A signed note or checkpoint is refused; `kind` says why.

    Kinds: `format` (not in its one form), `unknown_key` (no signature of the known key), `signature` (a wrong one).
    """

    code = "note"

    def __init__(self, message: str, *, kind: NoteKind) -> None:
        super().__init__(message)
        self.kind: NoteKind = kind


class LogProofError(KeysError):
    """A proof of inclusion in a log is malformed, or does not prove this entry."""

    code = "log_proof"


class SealError(KeysError):
    """A PDF cannot be sealed; a broken seal on a PDF that is being checked is an outcome, not this error."""

    code = "seal"


class CertificateRevoked(SealError):
    """A certificate of the seal's chain is revoked; `subject` is its name (RFC 4514)."""

    code = "certificate_revoked"

    def __init__(self, message: str, *, subject: str) -> None:
        super().__init__(message)
        self.subject = subject


class RevocationUnproven(SealError):
    """Nothing shows that a certificate of the seal's chain is not revoked."""

    code = "revocation_unproven"


class RevocationError(KeysError):
    """A revocation list or an OCSP answer does not count, or could not be fetched; `kind` says why.

    Kinds: `unreachable` (the network door failed), `form` (not what it should be, or not understood), `refused` (the
    responder gave no answer), `other` (about another certificate), `nonce` (to another question), `signer` (not by
    whom the issuer named), `time` (over, or of the future), `unknown` (the responder does not know the certificate).
    """

    code = "revocation"

    def __init__(self, message: str, *, kind: RevocationKind) -> None:
        super().__init__(message)
        self.kind: RevocationKind = kind


class ConfirmationCodeError(KeysError):
    """A confirmation code is mistyped, or does not open what it should open."""

    code = "confirmation_code"


class SealedAnswerError(KeysError):
    """A kept answer does not open: another key, or changed data."""

    code = "sealed_answer"


class SealedFileError(KeysError):
    """A file under a passphrase is refused; `kind` says why.

    Kinds: `format` (no such file), `passphrase` (too short for a new one, not that of this file, or changed data),
    `changed` (a part of a long one is not what was sealed, or its end is missing).
    """

    code = "sealed_file"

    def __init__(self, message: str, *, kind: Literal["format", "passphrase", "changed"]) -> None:
        super().__init__(message)
        self.kind = kind


class SharesError(KeysError):
    """Shares of a secret do not give it back; `kind` says why.

    Kinds: `count` (not two), `damaged` (not the words of a share, or mistyped), `format` (a share of another scheme),
    `duplicate` (the same share twice), `mixed` (shares of two secrets).
    """

    code = "shares"

    def __init__(self, message: str, *, kind: SharesKind) -> None:
        super().__init__(message)
        self.kind: SharesKind = kind


class GateError(KeysError):
    """A service cannot open: its address, its place for rate limits or its list of tokens cannot be used."""

    code = "gate"
