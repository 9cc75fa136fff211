"""Begin a log in a bank that has none, because an earlier version made it or `init` was told so."""

from dataclasses import replace

from credential_schemas.log_entry import log_origin
from issuer.bank import Bank
from issuer.errors import InvalidOption
from issuer.outputs import PRIVATE, storage_errors, write_whole
from issuer.trail_errors import LogAlreadyOpen
from keys.checkpoint import Checkpoint, sign_checkpoint
from keys.errors import NoteError
from keys.key_files import write_encrypted, write_plain_for_development
from keys.merkle import EMPTY_ROOT
from keys.note_keys import NotePrivateKey, create_note_key


def open_log(bank: Bank) -> None:
    """Make the log's key and name it in the profile; the trust list is the caller's to publish.

    Raises:
        LogAlreadyOpen: it has one.
        PassphraseMissing: the bank's keys are encrypted and there is no passphrase.
        StorageFull, StorageUnusable, KeysError: nothing changed.
    """
    if bank.has_log:
        raise LogAlreadyOpen
    is_plain = bank.profile.keys["status"].startswith("dev-file:")
    bank.signer("status")  # the passphrase has to be the one of the other keys
    bank.signer("credential")
    path, key = bank.folder.key("log"), create_note_key()
    with storage_errors(path.name):
        path.unlink(missing_ok=True)  # of an attempt that ended early: the profile does not name it
    check_origin(bank.profile.issuer, key)
    if is_plain:
        write_plain_for_development(path, key)
    else:
        write_encrypted(path, key, passphrase=bank.secret_for_new_key("log"))
    scheme = "dev-file" if is_plain else "file"
    bank.profile = replace(bank.profile, keys={**bank.profile.keys, "log": f"{scheme}:keys/{path.name}"})
    bank.use_log_key(key)
    write_whole(bank.folder.profile, bank.profile.encode(), mode=PRIVATE)


def check_origin(issuer: str, key: NotePrivateKey) -> None:
    """Refuse an issuer URL that cannot name a log, because notes cannot hold it.

    Raises:
        InvalidOption: it has a plus sign.
    """
    try:
        sign_checkpoint(Checkpoint(log_origin(issuer), 0, EMPTY_ROOT), key=key)
    except NoteError as error:
        problem = "the URL of a bank with a log must not have a plus sign"
        raise InvalidOption(problem, option=issuer) from error
