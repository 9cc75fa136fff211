"""Why a job is not taken or not found; a stable `code` each."""

from verifier.errors import TooBusy, VerifierError


class UploadRefused(VerifierError):
    """An upload is not what a job can be made of: `upload_empty`, `upload_malformed`, `too_many_files`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class KeyReused(VerifierError):
    """An idempotency key came again with another upload."""

    code = "idempotency_key_reused"


class QueueFull(TooBusy):
    """As many jobs wait as may; or there is no room on the disk for another."""

    code = "queue_full"


class JobUnknown(VerifierError):
    """There is no such job, or it belongs to somebody else: the caller cannot tell which."""

    code = "job_unknown"


class JobUnfinished(VerifierError):
    """The results of a job were asked for whole, and it is not finished yet."""

    code = "job_unfinished"


class NoReceipts(VerifierError):
    """Receipts were wished for and are not given here, or a job was handed in without the wish for them."""

    code = "no_receipts"
