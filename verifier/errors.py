"""The errors of `verifier`: one base class, a stable `code` each; nothing about HTTP or exit codes."""

from collections.abc import Iterable, Mapping

from keys.encoding import JsonValue


class VerifierError(Exception):
    """A request to the verifier cannot be carried out.

    `code`, and `kind` behind a dot where there is one, name the sentence in `verifier/rendering/refusals.json`; the
    message is its detail.
    """

    code: str = "verifier"

    def __init__(self, message: str = "", *, kind: str | None = None) -> None:
        super().__init__(message)
        self.kind = kind


class UnreadableEvidence(VerifierError):
    """What was handed in is not a certificate, or not one that can be read: there is no verdict about it.

    `kind` names the sentence in `credential_schemas/report/messages.json` under `unreadable`; `values` fill it.
    """

    code = "unreadable"

    def __init__(self, kind: str, **values: JsonValue) -> None:
        super().__init__(kind)
        self.kind: str = kind
        self.values: Mapping[str, JsonValue] = values


class TrustMissing(VerifierError):
    """No trust list was named and none is configured."""

    code = "trust_missing"


class TrustFileError(VerifierError):
    """A trust list cannot be read, or a change to it is not allowed."""

    code = "trust_file"


class BundleRefused(VerifierError):
    """A signed trust bundle is not believed; nothing was changed."""

    code = "bundle_refused"

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(f"expected a trust bundle that can be believed: {detail}")
        self.kind: str = kind


class ProfileError(VerifierError):
    """A verification profile cannot be read or breaks its rules."""

    code = "profile"


class StatusMapError(VerifierError):
    """A map of pre-fetched status lists cannot be read."""

    code = "status_map"


class OptionError(VerifierError):
    """Options of a command do not fit together, or a setting has a value that cannot be used."""

    code = "option"


class EvidenceReaderFailed(VerifierError):
    """The child process that reads hostile bytes did not start, failed or spoke nonsense: our failure, not the file's.

    `place` is kind and place of the exception that ended it, where it could say so; nothing of the file is in it.
    """

    code = "evidence_reader"

    def __init__(self, message: str, *, place: str = "") -> None:
        super().__init__(message)
        self.place = place


class TooBusy(VerifierError):
    """All readers are busy; the caller should try again in a moment."""

    code = "too_busy"


class ReceiptRefused(VerifierError):
    """What should be a receipt is none, or not one that can be believed.

    `kind` names the sentence in `verifier/receipt/texts.json` under `refused`.
    """

    code = "receipt_refused"

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind: str = kind


class ReceiptKeyError(VerifierError):
    """The key that signs receipts, or the file of published keys, is missing, damaged or cannot be opened."""

    code = "receipt_key"


class ReceiptPassphraseMissing(ReceiptKeyError):
    """Receipts are signed with a key file, and nothing opens it."""

    code = "receipt_passphrase"


class ReceiptWriteError(VerifierError):
    """A receipt cannot be written where it was asked for; nothing is ever overwritten."""

    code = "receipt_write"


class BatchRefused(VerifierError):
    """A batch cannot be carried out as it was asked for; nothing was checked.

    `kind` says what stands in its way: `inputs`, `manifest`, `output`, `resume`, `extra`, `workers`,
    `cluster`.
    """

    code = "batch"

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind: str = kind


class IssuerChoice(VerifierError):
    """Which issuer to ask about a confirmation number is not clear; `issuers` are those that can be asked."""

    code = "issuer_choice"

    def __init__(self, message: str, issuers: Iterable[str]) -> None:
        super().__init__(message)
        self.issuers = tuple(issuers)


class LookupFailed(VerifierError):
    """A confirmation number led to no credential; the sentence is in messages.json under `lookups`, by code."""

    code = "lookup"


class NumberUnknown(LookupFailed):
    """The issuer has no certificate of this number."""

    code = "number_unknown"


class TooManyLookups(LookupFailed):
    """The issuer was asked too often and answers again in a minute."""

    code = "too_many_lookups"


class IssuerUnreachable(LookupFailed):
    """The issuer did not answer, or not with a credential: nothing was learnt."""

    code = "issuer_unreachable"


class ScoringFileError(VerifierError):
    """A file that scoring reads is not what it should be; the message begins with file and place."""

    code = "scoring_file"


class ScoringEvidenceRefused(VerifierError):
    """A report or receipt for scoring is not one that can be believed; nothing was scored."""

    code = "scoring_evidence"


class PolicyRefused(VerifierError):
    """A policy is not signed as was asked for, or it or its notice asks for what must not be asked."""

    code = "policy_refused"


class StoreUnusable(VerifierError):
    """The verifier's database cannot be used; `kind`: `place`, `locked`, `full`, `newer` or `unusable`."""

    code = "store"


class PeopleRefused(VerifierError):
    """A change to the people who may sign in is not carried out.

    `kind` says why: `name` (of another form), `taken` (there is one of this name or identity), `unknown` (there is
    none), `role`, `password` (how one is given), or, of a new password, a kind of `keys.sign_in.errors`.
    """

    code = "people"


class ProvidersFileError(VerifierError):
    """The file of OpenID providers cannot be read or used."""

    code = "providers_file"


class WouldWait(VerifierError):
    """An answer was asked for without waiting, and there is something to wait for."""

    code = "would_wait"
