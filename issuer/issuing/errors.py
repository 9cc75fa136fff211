"""Why issuing refuses a retry or a clock, in words for people and with stable codes."""

from issuer.errors import RefusedError, UsageError


class ClockBehind(RefusedError):
    """The clock of the machine is behind a certificate that was issued already."""

    code = "clock_behind"
    sentence = (
        "The clock says {now}, but a certificate in force was issued at {newest}; nothing was issued. Set the clock, "
        "or revoke what was issued while it ran ahead."
    )


class RetryKeyInvalid(UsageError):
    """A retry key is too short to keep an answer under it, or has other characters."""

    code = "retry_key_invalid"
    sentence = (
        "The retry key (Idempotency-Key) must be {shortest} to {longest} visible ASCII characters, such as a UUID."
    )


class RetryKeyReused(UsageError):
    """A retry key came again with another request."""

    code = "retry_key_reused"
    sentence = "This retry key (Idempotency-Key) was used for another request in the last 24 hours; take a new one."
