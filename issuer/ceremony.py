"""A key ceremony: two named persons are there with keys of their own, and sign the minutes of what was done.

Both keys are open before anything is changed. Then new keys are made and published, and a backup is written whose
passphrase nobody knows: three shares open it, two at a time. What was done is in the minutes also when a step was
refused and the ceremony ended with it.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from credential_schemas.errors import EntryTypeError
from credential_schemas.field_kinds import check_text
from issuer.audit.trail import Act, record_acts
from issuer.backup.making import make_backup
from issuer.bank import Bank
from issuer.bank.folder import KeyUse, read_certificate
from issuer.bank.key_errors import CeremonyRefused
from issuer.errors import IssuerError
from issuer.key_life.listing import KeyLine, list_keys
from issuer.key_life.minutes import PERSONS, sign_minutes
from issuer.key_life.rotating import RotationPlan, rotate_key
from issuer.outputs import check_target, write_whole
from issuer.share_files import new_shared_passphrase, share_paths, shares_beside
from issuer.times import utc_text
from keys.encoding import JsonValue
from keys.errors import KeysError
from keys.jwk import PublicKey
from keys.secret_shares import NEEDED, SHARES
from keys.signer import Signer

_MAX_NAME: Final = 60
_PIECE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is there: a name, and the open key of this person alone."""

    name: str
    signer: Signer = field(repr=False)

    def public_key(self) -> PublicKey:
        """Return the public half of the key."""
        return PublicKey.from_jwk({**self.signer.public_jwk()})


@dataclass(frozen=True, slots=True)
class CeremonyPlan:
    """What is to be done.

    `uses` get new keys, with this `notice` or the usual one. `backup` and `shares` are a new file and an existing
    folder, both or neither. `minutes` is a new file.
    """

    minutes: Path
    uses: tuple[KeyUse, ...] = ()
    notice: timedelta | None = None
    backup: Path | None = None
    shares: Path | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A ceremony that has ended: its minutes as signed, their SHA-256, and what refused a step, if one was."""

    content: dict[str, JsonValue]
    sha256: str
    refused: IssuerError | KeysError | None


def hold_ceremony(bank: Bank, plan: CeremonyPlan, persons: Sequence[Person], *, clock: Callable[[], datetime]) -> Held:
    """Do what is planned and write the minutes.

    Raises:
        CeremonyRefused, InvalidOption: nothing was changed.
        BundleKeyMissing, KeyDistrusted, PassphraseMissing, KeysError: the key that signs for the bank cannot; nothing
            was changed, unless it was distrusted or lost meanwhile.
        StorageFull, StorageUnusable: there are no minutes; the audit trail says which keys were made.
    """
    held_at = clock()
    paths = _check(bank, plan, persons)
    steps: list[JsonValue] = []
    backup: dict[str, JsonValue] | None = None
    refused: IssuerError | KeysError | None = None
    try:
        for use in plan.uses:
            steps.append(_step(f"keys rotate {use}"))
            steps[-1] = _rotated(bank, RotationPlan(use, plan.notice), now=clock())
        if plan.backup is not None:
            steps.append(_step("backup"))
            backup = _backed_up(bank, plan.backup, paths, now=clock())
            steps[-1] = _step("backup", done=True)
    except (IssuerError, KeysError) as error:
        refused = error
        steps[-1] = _step(str(_command(steps[-1])), refused=error.code)
    content: dict[str, JsonValue] = {
        "issuer": bank.profile.issuer,
        "held_at": utc_text(held_at),
        "ended_at": utc_text(clock()),
        "operator": bank.actor,
        "persons": [{"name": each.name, "jwk": {**each.public_key().jwk()}} for each in persons],
        "steps": steps,
        "keys": [_key(each) for each in list_keys(bank)],
        "backup": backup,
    }
    signed = sign_minutes(content, persons=[each.signer for each in persons], bank=bank.signer("bundle"))
    digest = hashlib.sha256(signed).hexdigest()
    write_whole(plan.minutes, signed)
    with bank.store.write() as transaction:
        present = " and ".join(each.signer.key_id for each in persons)
        act = Act("ceremony_held", subject=digest, detail=f"with the keys {present}")
        record_acts(transaction, act, actor=bank.actor, at=utc_text(clock()))
    return Held(content, digest, refused)


def _check(bank: Bank, plan: CeremonyPlan, persons: Sequence[Person]) -> list[Path]:
    """Refuse what cannot end well, before anything is changed; answer where the shares go."""
    if len(persons) != PERSONS:
        raise CeremonyRefused(f"expected {PERSONS} persons, found {len(persons)}")
    for each in persons:
        if not is_name(each.name):
            raise CeremonyRefused(f"expected names of 1 to {_MAX_NAME} visible characters")
    if len({each.name.casefold() for each in persons}) != PERSONS:
        raise CeremonyRefused("both persons have the same name")
    names = {each.signer.key_id for each in persons}
    if len(names) != PERSONS:
        raise CeremonyRefused("both persons have the same key")
    if names & {each.kid for each in list_keys(bank)}:
        raise CeremonyRefused("a person brings a key of the bank; each needs one of their own")
    if len(set(plan.uses)) != len(plan.uses):
        raise CeremonyRefused("a use is named twice")
    if (plan.backup is None) != (plan.shares is None):
        raise CeremonyRefused("a backup of a ceremony needs a folder for its shares, and shares need a backup")
    for target in (plan.minutes, plan.backup):
        if target is not None:
            check_target(target)
            if target.exists():
                raise CeremonyRefused(f"{target.name} is there already")
    bank.signer("bundle")
    return [] if plan.shares is None else share_paths(plan.shares)


def is_name(text: str) -> bool:
    """Return whether a person can be named so."""
    try:
        return len(check_text(text, path="name")) <= _MAX_NAME
    except EntryTypeError:
        return False


def _step(command: str, *, done: bool = False, refused: str | None = None) -> dict[str, JsonValue]:
    return {"command": command, "done": done, "refused": refused}


def _command(step: JsonValue) -> JsonValue:
    return step["command"] if isinstance(step, dict) else None


def _rotated(bank: Bank, plan: RotationPlan, *, now: datetime) -> JsonValue:
    rotation = rotate_key(bank, plan, now=now)
    record = rotation.record
    made: dict[str, JsonValue] = {"kid": record.kid, "sha256": record.public_key().fingerprint()}
    made |= {"follows": rotation.follows.kid, "signs_from": record.signs_from}
    if record.certificate is not None:
        pem = read_certificate(bank.folder.certificates / record.certificate)
        made["certificate_pem_sha256"] = hashlib.sha256(pem.encode()).hexdigest()
    return {**_step(f"keys rotate {plan.use}", done=True), "made": made}


def _backed_up(bank: Bank, target: Path, paths: Sequence[Path], *, now: datetime) -> dict[str, JsonValue]:
    passphrase, shares = new_shared_passphrase()
    with shares_beside(paths, shares, of=f"{target.name} of {bank.profile.issuer}, {now:%Y-%m-%d}"):
        made = make_backup(bank, target, passphrase=passphrase, now=now)
    digest = hashlib.sha256()
    with target.open("rb") as opened:
        while piece := opened.read(_PIECE):
            digest.update(piece)
    return {
        "file": target.name,
        "bytes": made.size,
        "sha256": digest.hexdigest(),
        "made_at": made.heading.made_at,
        "shares": SHARES,
        "needed": NEEDED,
        "keys_elsewhere": [*made.elsewhere],
    }


def _key(line: KeyLine) -> JsonValue:
    return {"use": line.use, "kid": line.kid, "algorithm": line.algorithm, "kept": line.kept, "state": line.state.value}
