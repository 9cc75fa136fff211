"""Why a backup is not made, or not restored, in words for people and with stable codes."""

from issuer.errors import RefusedError, UnreadableError, UsageError


class BackupUnreadable(UnreadableError):
    """A file is no backup, was changed, is not whole, or needs another program."""

    code = "backup_unreadable"
    sentence = "The backup {file} cannot be used: {problem}. Nothing was restored."


class SinceUnreadable(UnreadableError):
    """What was published or taken back after a backup cannot be read, or does not fit to it."""

    code = "since_unreadable"
    sentence = "What happened after the backup cannot be taken from {file}: {problem}. Nothing was restored."


class RestoreInTheWay(UsageError):
    """A restore was asked to overwrite something."""

    code = "restore_in_the_way"
    sentence = (
        "{path} is there already and is not an empty folder; a restore overwrites nothing. Name another with --data."
    )


class BackupDisturbed(RefusedError):
    """Keys or settings of the bank were changed while they were copied."""

    code = "backup_disturbed"
    sentence = "{file} was changed while the backup was made; there is none. Make it again."


class RestoreUnsound(RefusedError):
    """What was restored is not in order."""

    code = "restore_unsound"
    sentence = "What the backup holds is not in order ({problem}). Nothing was restored; take another backup."
