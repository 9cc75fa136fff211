"""What can stand in the way of making, changing, distrusting and retiring keys, said as `issuer.errors` does."""

from issuer.errors import RefusedError, UsageError


class KeyDistrusted(RefusedError):
    """The key that should sign is one that verifiers are told not to believe."""

    code = "key_distrusted"
    sentence = (
        "The key {kid} ({use}) is distrusted and signs nothing more; `cb-issuer keys rotate {use} --hours 0` puts a "
        "new one in its place."
    )


class KeyNotFound(UsageError):
    """The bank has no key of this name."""

    code = "key_not_found"
    sentence = "This bank has no key {kid}; `cb-issuer keys list` shows the names of all."


class KeyAmbiguous(UsageError):
    """More than one key has this in its name."""

    code = "key_ambiguous"
    sentence = "{count} keys have {kid} in their names; give more of its characters."


class KeyUseFixed(UsageError):
    """Keys of this use are not changed by these commands."""

    code = "key_use_fixed"
    sentence = "The key for {use} is not changed by this command: {problem}."


class RotationUnderWay(RefusedError):
    """A new key of this use is published and waits for its time."""

    code = "rotation_under_way"
    sentence = "The new key {kid} ({use}) is published already and signs from {signs_from}; nothing was changed."


class NoticeTooShort(UsageError):
    """A key must be published for longer before it signs."""

    code = "notice_too_short"
    sentence = (
        "--hours: a new key is published at least {hours} hours before it signs, so that verifiers can know it; "
        "only a key that is distrusted or lost is replaced at once."
    )


class KeyInUse(RefusedError):
    """A key cannot be retired, because something in force rests on it."""

    code = "key_in_use"
    sentence = "The key {kid} ({use}) is not retired: {problem}."


class DistrustNotTakenBack(RefusedError):
    """A key is distrusted since an earlier time already."""

    code = "distrust_not_taken_back"
    sentence = "The key {kid} is distrusted since {since} already; a distrust is made earlier, never later or undone."


class KeyUnsound(RefusedError):
    """A new key is not what its record says, or cannot be used for what it is meant for."""

    code = "key_unsound"
    sentence = "The key {kid} ({use}) does not sign: {problem}. The former key goes on signing."


class CeremonyRefused(UsageError):
    """A key ceremony was not begun."""

    code = "ceremony_refused"
    sentence = "The ceremony was not begun, and nothing was changed: {problem}."


class MinutesRefused(RefusedError):
    """Minutes of a key ceremony are not believed."""

    code = "minutes_refused"
    sentence = "The minutes {file} are not believed: {problem}."
