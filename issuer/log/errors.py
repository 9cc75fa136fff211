"""What can be wrong with the log of certificates and the audit trail, said as `issuer.errors` does."""

from issuer.errors import RefusedError, UsageError


class LogBehind(RefusedError):
    """The published log is longer than the database's: an old copy of the database came back."""

    code = "log_behind"
    sentence = (
        "The published log has {published} entries, that of the database {size}: the database is an older copy. "
        "Nothing was issued; restore the newest one, for what was published cannot be taken back."
    )


class LogMissing(UsageError):
    """The bank has no log."""

    code = "log_missing"
    sentence = "This bank has no log of its certificates; `cb-issuer log open` begins one."


class LogAlreadyOpen(UsageError):
    """The bank has a log already."""

    code = "log_already_open"
    sentence = "This bank has a log of its certificates already."


class NotLogged(UsageError):
    """A certificate is not in the log."""

    code = "not_logged"
    sentence = "Certificate {number} is not in the log; it was issued before the log was opened, or by another bank."


class WitnessRefused(RefusedError):
    """What a witness answered, or what was handed in as cosigned, is not taken."""

    code = "witness_refused"
    sentence = "No cosignature was taken: {problem}."


class TrailUnsound(RefusedError):
    """A log or an audit trail is not what it was; the findings are printed."""

    code = "trail_unsound"
    sentence = "{count} findings: {what} is not what it should be. Keep everything as it is and find out why."
