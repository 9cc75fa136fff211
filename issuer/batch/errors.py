"""Why a batch of certificates is refused or stopped, or a row of it, in words for people and with stable codes."""

from issuer.errors import RefusedError, UnreadableError


class BatchFileInvalid(UnreadableError):
    """A file is not one of a batch; nothing was issued."""

    code = "batch_file_invalid"
    sentence = "{file}, line {line}, column {column}: {problem}. Nothing was issued."


class RowInvalid(UnreadableError):
    """A cell of one row cannot be used; the other rows are issued."""

    code = "row_invalid"
    sentence = "line {line}, column {column}: {problem}. Nothing was issued for this row."


class BatchOfAnother(RefusedError):
    """The folder holds the run of other rows, or what it holds was changed."""

    code = "batch_of_another"
    sentence = "{folder} does not hold a run of this file: {problem}. Take a new folder."


class BatchRunning(RefusedError):
    """Another program is at work on the same run."""

    code = "batch_running"
    sentence = "Another program is working in {folder}; wait until it ends."


class OutcomeUnknown(RefusedError):
    """A row was begun so long ago that the bank no longer has the answer."""

    code = "outcome_unknown"
    sentence = (
        "This row was begun at {begun} and interrupted; what was answered is kept for a day only. Look into the "
        "account (`cb-issuer accounts history`) before you issue it again."
    )
