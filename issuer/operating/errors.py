"""What is said when an operator's order cannot be carried out."""

from issuer.errors import RefusedError, UsageError


class NothingToChange(RefusedError):
    """No certificate would change; a revoked one stays revoked."""

    code = "nothing_to_change"
    sentence = "No certificate would change: {final} are revoked, which is final, {unchanged} have the status already."


class RehearsalDiffers(RefusedError):
    """The certificates or their states are not those of the dry run, or the number is not that of the changes."""

    code = "rehearsal_differs"
    sentence = (
        "{count} certificates would change now, the order says {given}. Nothing was changed; do the dry run again."
    )


class HeldFileGone(RefusedError):
    """A file that was held back is not kept any more."""

    code = "held_file_gone"
    sentence = "The file of {source} is not kept any more; import it again with `cb-issuer import --complete`."


class JobNotFound(UsageError):
    """No job has this number."""

    code = "job_not_found"
    sentence = "No job has the number {job}."
