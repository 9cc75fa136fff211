"""Begin a log in a bank that has none, because an earlier version made it or `init` was told so."""

from dataclasses import replace

from credential_schemas.log_entry import log_origin
from issuer.bank import Bank
from issuer.bank.key_ring import changing_keys, write_profile
from issuer.bank.new_keys import has_plain_keys, write_new_key
from issuer.errors import InvalidOption
from issuer.log.errors import LogAlreadyOpen
from issuer.outputs import storage_errors
from keys.checkpoint import Checkpoint, sign_checkpoint
from keys.errors import NoteError
from keys.merkle import EMPTY_ROOT
from keys.note_keys import NoteSigner, create_note_key


def open_log(bank: Bank, *, uri: str | None = None) -> None:
    """Make the log's key and name it in the profile; the trust list is the caller's to publish.

    Args:
        bank: without a log.
        uri: of a key that exists already, such as one in a token; None makes a file.

    Raises:
        LogAlreadyOpen: it has one.
        PassphraseMissing: the bank's keys are encrypted and there is no passphrase.
        StorageFull, StorageUnusable, KeysError: nothing changed.
    """
    if bank.has_log:
        raise LogAlreadyOpen
    bank.signer("status")  # the passphrase has to be the one of the other keys
    bank.signer("credential")
    if uri is not None:
        check_origin(bank.profile.issuer, bank.open_log_key(uri))
        _name_key(bank, uri)
        return
    path, key = bank.folder.key("log"), create_note_key()
    with storage_errors(path.name):
        path.unlink(missing_ok=True)  # of an attempt that ended early: the profile does not name it
    check_origin(bank.profile.issuer, key)
    _name_key(bank, write_new_key(bank, "log", key, name=path.name, plain=has_plain_keys(bank)))
    bank.use_log_key(key)


def _name_key(bank: Bank, uri: str) -> None:
    with changing_keys(bank):
        write_profile(bank, lambda profile: replace(profile, keys={**profile.keys, "log": uri}))


def check_origin(issuer: str, key: NoteSigner) -> None:
    """Refuse an issuer URL that cannot name a log, because notes cannot hold it.

    Raises:
        InvalidOption: it has a plus sign.
    """
    try:
        sign_checkpoint(Checkpoint(log_origin(issuer), 0, EMPTY_ROOT), key=key)
    except NoteError as error:
        problem = "the URL of a bank with a log must not have a plus sign"
        raise InvalidOption(problem, option=issuer) from error
