"""A new key: made, certified, published everywhere that verifiers look, and put to work when its notice is over.

Each step is one file that appears whole, and a step that was cut off is found and finished by the next run:

1. the key file and its certificate, which nothing names yet;
2. `bank.json` names the key as made;
3. trust list (with a higher version), JWKS and bundle name it;
4. `bank.json` says since when it is published, and from when on it signs.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from issuer.audit.trail import Act, record_acts
from issuer.bank import Bank
from issuer.bank.folder import KeyUse
from issuer.bank.key_errors import KeyDistrusted, KeyUnsound, KeyUseFixed, NoticeTooShort, RotationUnderWay
from issuer.bank.key_records import KeyRecord, KeyState, with_record
from issuer.bank.key_ring import changing_keys, own_keys, records, write_profile
from issuer.bank.new_keys import is_plain, write_new_key
from issuer.bundling import MAX_VALID_DAYS, publish_lists_and_bundle
from issuer.errors import BundleKeyMissing
from issuer.founding import LEAF_KINDS, certify_leaf
from issuer.key_life.switching import due_keys, names_key, switch, use_of
from issuer.outputs import write_whole
from issuer.publishing import publish_documents
from issuer.times import utc_text
from keys.certificates import CertificateAuthority
from keys.errors import KeyDeviceError, KeyFileError, WrongPassphrase
from keys.jwk import PublicKey
from keys.key_files import FileSigner, create_key

LEAST_NOTICE: Final = timedelta(hours=24)
"""How long verifiers have to learn of a new key before it signs (S23)."""
_NOTICES: Final[dict[KeyUse, timedelta]] = {
    "credential": LEAST_NOTICE,
    "status": LEAST_NOTICE,
    "seal": timedelta(0),  # verifiers know the root, and a seal brings its certificate
    "bundle": timedelta(days=MAX_VALID_DAYS),  # a verifier that was not refreshed in time has to be given it by hand
}
ROTATED: Final[tuple[KeyUse, ...]] = tuple(_NOTICES)
WHY_FIXED: Final[dict[KeyUse, str]] = {
    "root": "certificates and verifiers rest on it for ten years; a new root is a new trust list, given by hand",
    "log": "a log keeps its key, because every proof in a certificate is signed with it",
    "badges": "badges name their key by an address of its own and end after 30 days",
}


@dataclass(frozen=True, slots=True)
class RotationPlan:
    """Which key is to be replaced.

    `notice` is for how long the new one is published before it signs, None for the usual time of its use. `uri` names a
    key that exists already, such as one in a token; None makes a file.
    """

    use: KeyUse
    notice: timedelta | None = None
    uri: str | None = None


@dataclass(frozen=True, slots=True)
class Rotation:
    """The new key, the one it follows, and whether a bundle that names it is published."""

    record: KeyRecord
    follows: KeyRecord
    bundled: bool


def rotate_key(bank: Bank, plan: RotationPlan, *, now: datetime) -> Rotation:
    """Make and publish a new key, or finish what an earlier run began; one without notice is put to work.

    Raises:
        KeyUseFixed, BundleKeyMissing, NoticeTooShort, RotationUnderWay, KeyUnsound: nothing was changed.
        PassphraseMissing, PinMissing, KeysError: a key that is needed does not open; nothing was changed.
        StorageFull, StorageUnusable: the step that was reached holds; the next run goes on from it.
    """
    if plan.use not in ROTATED:
        raise KeyUseFixed(WHY_FIXED[plan.use], use=plan.use)
    if plan.use not in bank.profile.keys:
        raise BundleKeyMissing
    with changing_keys(bank):
        known = records(bank, plan.use)
        states = {each.state(bank.profile.keys): each for each in known}
        current = states[KeyState.SIGNING]
        waiting = states.get(KeyState.MADE) or states.get(KeyState.PUBLISHED)
        if waiting is not None and waiting in due_keys(bank, now=now):
            return Rotation(switch(bank, waiting, now=now), current, renew_bundle(bank, now=now))
        notice = _notice(plan, at_once=current.distrusted_since is not None or _is_lost(bank, current))
        signs_from = utc_text(now + notice)
        if waiting is not None and (_is_no_earlier(waiting, signs_from) or plan.uri not in (None, waiting.uri)):
            raise RotationUnderWay(kid=waiting.kid, use=plan.use, signs_from=waiting.signs_from or "—")
        if waiting is None:
            waiting = _make(bank, plan, current, now=now)
        waiting, bundled = _publish(bank, waiting, signs_from=signs_from, now=now)
        if not notice:
            waiting = switch(bank, waiting, now=now)
            bundled = renew_bundle(bank, now=now)
        return Rotation(waiting, current, bundled)


def renew_bundle(bank: Bank, *, now: datetime) -> bool:
    """Publish status lists that are due and a new bundle; answer whether there is one now.

    A key that is distrusted or gone signs neither; the bundle of before stays until that key is rotated.
    """
    if not all(_opens(bank, use) for use in ("status", "bundle")):
        return False
    publish_lists_and_bundle(bank, now=now)
    return True


def _opens(bank: Bank, use: KeyUse) -> bool:
    """Open a key that signs; answer whether it is there and believed, with the errors of `_is_lost` for one that is."""
    try:
        bank.signer(use)
    except (KeyDistrusted, BundleKeyMissing, KeyFileError, KeyDeviceError) as error:
        if isinstance(error, WrongPassphrase):
            raise
        return False
    return True


def _is_no_earlier(waiting: KeyRecord, signs_from: str) -> bool:
    return waiting.signs_from is not None and waiting.signs_from <= signs_from


def _is_lost(bank: Bank, current: KeyRecord) -> bool:
    """Return whether the key that should sign is gone; one whose passphrase is wrong is not.

    Raises:
        KeyUnsound: another key signs than the one that verifiers know.
        PassphraseMissing, PinMissing, WrongPassphrase: the key is there.
    """
    try:
        signer = bank.open_key(use_of(current), current.uri)
    except (KeyFileError, KeyDeviceError) as error:
        if isinstance(error, WrongPassphrase):
            raise
        return True
    if signer.key_id != current.kid:
        raise KeyUnsound("another key lies in its place", use=current.use, kid=current.kid)
    return False


def _notice(plan: RotationPlan, *, at_once: bool) -> timedelta:
    usual = _NOTICES[plan.use]
    notice = plan.notice if plan.notice is not None else timedelta(0) if at_once else usual
    least = timedelta(0) if at_once else min(usual, LEAST_NOTICE)
    if notice < least:
        raise NoticeTooShort(hours=int(least.total_seconds()) // 3600)
    return notice


def _make(bank: Bank, plan: RotationPlan, current: KeyRecord, *, now: datetime) -> KeyRecord:
    use, root = plan.use, _root(bank, plan.use)
    open_for_publishing(bank, but=use)
    uri, public = _new_key(bank, plan, current) if plan.uri is None else _named_key(bank, plan, current)
    kid = public.short_name()
    certificate = None
    if root is not None:
        certificate, begin = f"{use}-{kid}.pem", now.astimezone(UTC).replace(microsecond=0)
        pem = certify_leaf(bank.profile, use, root=root, public_key=public, begin=begin)
        write_whole(bank.folder.certificates / certificate, pem.encode("ascii"))
    record = KeyRecord(use, uri, public.jwk(), certificate, made_at=utc_text(now))
    with bank.store.write() as transaction:
        act = Act("key_made", subject=kid, detail=f"{use} to follow {current.kid}")
        record_acts(transaction, act, actor=bank.actor, at=utc_text(now))
    _remember(bank, current, record)
    return record


def _root(bank: Bank, use: KeyUse) -> CertificateAuthority | None:
    """The authority that certifies keys of a use, None for keys without certificates."""
    if use not in LEAF_KINDS:
        return None
    signer = bank.signer("root")
    if not isinstance(signer, FileSigner):
        raise KeyUseFixed("its certificate needs the key of the root in a file", use=use)
    return CertificateAuthority(bank.certificate("root"), signer.key)


def open_for_publishing(bank: Bank, *, but: str) -> None:
    """Open what publishing needs, before anything is written; keys with a record are published from that.

    Args:
        bank: the bank.
        but: the use whose key is about to get a record.

    Raises:
        PassphraseMissing, PinMissing, KeysError: a key does not open.
    """
    for use in ROTATED:
        if use not in ("seal", but) and use in bank.profile.keys:
            own_keys(bank, use)
    _opens(bank, "bundle")


def _new_key(bank: Bank, plan: RotationPlan, current: KeyRecord) -> tuple[str, PublicKey]:
    """Make a key in a file, protected as the one before."""
    key = create_key()
    name = f"{plan.use}-{key.public_key().short_name()}.pem"
    return write_new_key(bank, plan.use, key, name=name, plain=is_plain(current.uri)), key.public_key()


def _named_key(bank: Bank, plan: RotationPlan, current: KeyRecord) -> tuple[str, PublicKey]:
    """Open a key that exists already, and see that it is a new one."""
    uri = plan.uri or ""
    public = PublicKey.from_jwk({**bank.open_key(plan.use, uri).public_jwk()})
    known = {each.kid for each in (*bank.profile.key_records, current)}
    if public.short_name() in known:
        raise KeyUnsound("it is or was a key of this bank", use=plan.use, kid=public.short_name())
    return uri, public


def _publish(bank: Bank, record: KeyRecord, *, signs_from: str, now: datetime) -> tuple[KeyRecord, bool]:
    publish_documents(bank)
    bundled = renew_bundle(bank, now=now)
    if not names_key(bank, record):
        raise KeyUnsound("the published trust list does not name it", use=record.use, kid=record.kid)
    published = replace(record, published_at=record.published_at or utc_text(now), signs_from=signs_from)
    _remember(bank, published)
    return published, bundled


def _remember(bank: Bank, *changed: KeyRecord) -> None:
    known = bank.profile.key_records
    for each in changed:
        known = with_record(known, each)
    write_profile(bank, lambda profile: replace(profile, key_records=known))
