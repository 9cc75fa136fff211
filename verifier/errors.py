"""The errors of `verifier`: one base class, a stable `code` each; nothing about HTTP or exit codes."""

from collections.abc import Mapping

from keys.encoding import JsonValue


class VerifierError(Exception):
    """A request to the verifier cannot be carried out."""

    code: str = "verifier"


class UnreadableEvidence(VerifierError):
    """What was handed in is not a certificate, or not one that can be read: there is no verdict about it.

    `kind` names the sentence in `credential_schemas/report/messages.json` under `unreadable`; `values` fill it.
    """

    code = "unreadable"

    def __init__(self, kind: str, **values: JsonValue) -> None:
        super().__init__(kind)
        self.kind = kind
        self.values: Mapping[str, JsonValue] = values


class TrustMissing(VerifierError):
    """No trust list was named and none is configured."""

    code = "trust_missing"


class TrustFileError(VerifierError):
    """A trust list cannot be read, or a change to it is not allowed."""

    code = "trust_file"


class ProfileError(VerifierError):
    """A verification profile cannot be read or breaks its rules."""

    code = "profile"


class StatusMapError(VerifierError):
    """A map of pre-fetched status lists cannot be read."""

    code = "status_map"


class OptionError(VerifierError):
    """Options of a command do not fit together."""

    code = "option"


class EvidenceReaderFailed(VerifierError):
    """The child process that reads hostile bytes did not start or spoke nonsense: our failure, not the file's."""

    code = "evidence_reader"


class TooBusy(VerifierError):
    """All readers are busy; the caller should try again in a moment."""

    code = "too_busy"
