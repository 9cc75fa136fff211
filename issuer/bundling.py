"""The bank's signed trust bundle: everything a verifier needs to work without a network, at one moment.

The service publishes a new one each hour; `cb-issuer trust-bundle` writes one to a file. A change of status is in the
status list at once and in the next bundle.

Source: docs/formats/trust-bundle.md
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from credential_schemas.trust_bundle_issue import BundleContent, build_trust_bundle
from issuer.bank import Bank
from issuer.bank.folder import CERTIFICATE_VCT_PATH
from issuer.bank.key_ring import changing_keys, write_profile
from issuer.bank.new_keys import has_plain_keys, write_new_key
from issuer.errors import FileUnreadable, InvalidOption
from issuer.outputs import storage_errors, write_whole
from issuer.publishing import publish_all, publish_due
from keys.encoding import decode_json_object
from keys.errors import DecodingError
from keys.key_files import create_key
from keys.limits import MAX_TRUST_LIST_BYTES
from keys.trust_list import TrustList

TRUST_BUNDLE: Final = "trust-bundle.jwt"
BUNDLE_REFRESH_S: Final = 3600
DEFAULT_VALID_DAYS: Final = 7
MAX_VALID_DAYS: Final = 31


def make_trust_bundle(bank: Bank, *, now: datetime, valid_days: int = DEFAULT_VALID_DAYS) -> str:
    """Sign a bundle of the published trust list, type metadata and status lists, after publishing lists that are due.

    Args:
        bank: with a bundle key.
        now: when the bundle is made.
        valid_days: for how long verifiers may use it, 1 to 31.

    Raises:
        BundleKeyMissing: the bank has no bundle key yet.
        PassphraseMissing, KeysError: a key cannot be opened.
        FileUnreadable: a published file is missing or damaged.
        TrustBundleError: the published files do not make a bundle that verifiers would accept.
    """
    signer = bank.signer("bundle")
    publish_due(bank, now=now)
    with bank.store.read() as transaction:
        numbers = transaction.status_lists.numbers()
    folder = bank.folder
    try:
        trust = decode_json_object(folder.trust_list.read_bytes(), max_bytes=MAX_TRUST_LIST_BYTES)
        tokens = {bank.profile.status_uri(number): folder.status_list(number).read_text("ascii") for number in numbers}
        metadata = (folder.public / CERTIFICATE_VCT_PATH).read_bytes()
    except OSError as error:
        raise FileUnreadable(error.strerror or "unknown reason", file=str(error.filename)) from error
    except (DecodingError, UnicodeDecodeError) as error:
        raise FileUnreadable("a published file is damaged", file=folder.path.name) from error
    content = BundleContent(
        issuer_id=bank.profile.issuer,
        trust_document=trust,
        status_tokens=tokens,
        type_metadata={bank.profile.vct: metadata},
        made_at=int(now.timestamp()),
        valid_until=int((now + timedelta(days=valid_days)).timestamp()),
    )
    return build_trust_bundle(content, signer=signer)


def publish_lists_and_bundle(bank: Bank, *, now: datetime) -> None:
    """Publish the status lists that are due, and a new bundle if the bank has a key for it; errors as above."""
    publish_due(bank, now=now)
    if bank.has_bundle_key:
        write_whole(bank.folder.public / TRUST_BUNDLE, make_trust_bundle(bank, now=now).encode("ascii"))


def create_bundle_key(bank: Bank, *, now: datetime) -> None:
    """Give a bank of an earlier version its bundle key, in a file, and publish the trust list that names it.

    Raises:
        InvalidOption: the bank has one already.
        PassphraseMissing: the bank's keys are encrypted and there is no passphrase.
        StorageFull, StorageUnusable, KeysError: nothing changed.
    """
    if bank.has_bundle_key:
        if _bundle_key_is_published(bank):
            raise InvalidOption("the bank has a bundle key already", option="--create-key")
        publish_all(bank, now=now)  # an earlier attempt ended before this step
        return
    bank.signer("status")  # the passphrase has to be the one of the other keys
    bank.signer("credential")
    path = bank.folder.key("bundle")
    with storage_errors(path.name):
        path.unlink(missing_ok=True)  # of an attempt that ended early: the profile does not name it, nobody has seen it
    uri = write_new_key(bank, "bundle", create_key(), name=path.name, plain=has_plain_keys(bank))
    with changing_keys(bank):
        write_profile(bank, lambda profile: replace(profile, keys={**profile.keys, "bundle": uri}))
        publish_all(bank, now=now)


def _bundle_key_is_published(bank: Bank) -> bool:
    with storage_errors(bank.folder.trust_list.name):
        published = TrustList.parse(bank.folder.trust_list.read_bytes()).issuer(bank.profile.issuer)
    return published is not None and bank.signer("bundle").key_id in published.bundle_keys
