"""Read what an application is judged by: a policy (by path or published id), its signature, and the notice."""

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Final

from credential_schemas.criteria.asking import blind_problems
from credential_schemas.criteria.documents import MAX_BYTES
from credential_schemas.criteria.errors import NoticeError, PolicyError, PolicySignatureRefused
from credential_schemas.criteria.language import Policy
from credential_schemas.criteria.loading import load_policy
from credential_schemas.criteria.notice import Notice, chosen_readings, read_notice
from credential_schemas.criteria.rule_kinds import AnyRule, QualificationsRule
from credential_schemas.criteria.signature import MAX_SIGNATURE_CHARACTERS, check_policy_signature
from keys.encoding import JsonValue, decode_json_object
from keys.errors import DecodingError
from keys.jwk import PublicKey
from keys.values import dataclass
from verifier.errors import PolicyRefused, ScoringFileError
from verifier.receipt.signing_key import read_published_keys
from verifier.scoring.limits import MAX_NOTICE_BYTES

_PUBLISHED = "published"
_SUFFIX = ".yaml"
_MADE_FROM: Final[Mapping[str, str]] = MappingProxyType(
    {"4272d74297470fd17998646c76b96999159bb9e52583d84c4f12968ed1bd25db": "ts-hiring-criteria-1.0.0"}
)
"""SHA-256 of the descriptions of criteria, in words of their own, that published policies were made from."""


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """The bytes of a policy file, and who signed them if that was asked for and found to be so."""

    name: str
    data: bytes
    signed_by: PublicKey | None = None

    @property
    def sha256(self) -> str:
        """SHA-256 of the file, in hex."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class Posting:
    """One posting: policy and notice, read and free of contradictions, and which files they were."""

    file: PolicyFile
    policy: Policy
    notice: Notice
    notice_title: str
    notice_sha256: str

    def to_json(self) -> dict[str, JsonValue]:
        """Return what every result says of the criteria it was made by."""
        signer = self.file.signed_by
        return {
            "policy": {
                "id": self.policy.policy.id,
                "version": self.policy.policy.version,
                "sha256": self.file.sha256,
                "signed_by": (signer.kid or signer.short_name()) if signer is not None else None,
            },
            "notice": {"id": self.notice.id, "sha256": self.notice_sha256},
        }

    def rule_of(self, line_rule: str) -> AnyRule:
        """Return the rule of a trace line, which names the rule, an item of it, or the rule of a qualification."""
        name = line_rule.partition("/")[0]
        return next(rule for rule in self.policy.rules if rule.id == name or name in self._rules_of_families(rule))

    def _rules_of_families(self, rule: AnyRule) -> set[str | None]:
        if not isinstance(rule, QualificationsRule):
            return set()
        listed = (family for families in rule.lists.values.values() for family in families)
        return {family.rule for family in (*rule.common, *listed, *self.notice.families(rule.added_by))}


def published_policies() -> tuple[str, ...]:
    """Return the ids, with versions, of the policies that come with the program."""
    folder = files("verifier.policies").joinpath(_PUBLISHED)
    return tuple(sorted(file.name.removesuffix(_SUFFIX) for file in folder.iterdir() if file.name.endswith(_SUFFIX)))


def read_policy_file(wanted: str) -> PolicyFile:
    """Read a policy by path, or by the id of a published one, with or without its version (then the newest).

    For the very file that a published policy was made from, that policy is read; a file that differs from it in
    anything is read as what it is.

    Raises:
        ScoringFileError: there is no such file, or it cannot be read.
    """
    path = Path(wanted)
    try:
        is_file, is_there = path.is_file(), path.exists()
    except OSError:  # a name of no file: too long, or in a folder that may not be looked into
        is_file = is_there = False
    if not is_file and path.name == wanted:
        named = [each for each in published_policies() if each == wanted or each.rpartition("-")[0] == wanted]
        if named:
            return _published(max(named, key=_version))
    if not is_there:
        known = ", ".join(published_policies())
        raise ScoringFileError(f"{path.name}: expected a policy file, or the id of a published policy ({known})")
    found = PolicyFile(path.name, read_limited(path, MAX_BYTES))
    made = _MADE_FROM.get(found.sha256)
    return _published(made) if made is not None else found


def _published(name: str) -> PolicyFile:
    return PolicyFile(name, files("verifier.policies").joinpath(_PUBLISHED, name + _SUFFIX).read_bytes())


def signed_policy(file: PolicyFile, *, signature: Path | None, keys: Path | None) -> PolicyFile:
    """Return the policy with its signer, if a signature was given; one that is given must hold.

    Raises:
        PolicyRefused: the signature does not hold.
        ScoringFileError: a signature without pinned keys, keys without a signature, or a file that cannot be read.
        ReceiptKeyError: the file of the pinned keys holds none.
    """
    if signature is None and keys is None:
        return file
    if signature is None or keys is None:
        raise ScoringFileError("expected a signature of the policy together with the keys that are believed")
    text = read_limited(signature, MAX_SIGNATURE_CHARACTERS).decode("ascii", "replace").strip()
    try:
        signer = check_policy_signature(file.data, text, keys=read_published_keys(keys))
    except PolicySignatureRefused as error:
        raise PolicyRefused(f"{signature.name}: {error.detail}") from error
    return PolicyFile(file.name, file.data, signer)


def read_policy(file: PolicyFile, readings: Mapping[str, str] | None = None) -> Policy:
    """Read the policy of a file; the same bytes are read once.

    Raises:
        ScoringFileError: with file, line and rule.
    """
    try:
        return _loaded(file.data, file.name, tuple(sorted((readings or {}).items())))
    except PolicyError as error:
        raise ScoringFileError(error.detail) from error


@lru_cache(maxsize=16)
def _loaded(data: bytes, name: str, readings: tuple[tuple[str, str], ...]) -> Policy:
    return load_policy(data, name=name, readings=dict(readings))


def read_posting(file: PolicyFile, notice: Path) -> Posting:
    """Read policy and notice.

    Raises:
        ScoringFileError: one of them is not what it should be; with file and place.
        PolicyRefused: they ask for what blind hiring hides or nobody may collect.
    """
    return posting_of(file, read_limited(notice, MAX_NOTICE_BYTES), name=notice.name)


def posting_of(file: PolicyFile, data: bytes, *, name: str) -> Posting:
    """Read a policy with the bytes of a notice; `name` is what messages call the notice.

    Raises:
        ScoringFileError, PolicyRefused: as `read_posting`.
    """
    try:
        document = decode_json_object(data, max_bytes=MAX_NOTICE_BYTES)
        policy = read_policy(file, chosen_readings(document))
        read = read_notice(document, policy)
    except (DecodingError, NoticeError) as error:
        raise ScoringFileError(f"{name}: {error}") from error
    refuse_forbidden(policy, read)
    title = document.get("title")
    return Posting(file, policy, read, title if isinstance(title, str) else read.id, hashlib.sha256(data).hexdigest())


def refuse_forbidden(policy: Policy, notice: Notice | None) -> None:
    """Refuse criteria that ask for more than they may.

    Raises:
        PolicyRefused: with the first place.
    """
    for problem in blind_problems(policy, notice):
        raise PolicyRefused(f"{policy.policy.id}: {problem}")


def read_limited(path: Path, limit: int) -> bytes:
    """Return the bytes of a file.

    Raises:
        ScoringFileError: it cannot be read, or is larger than it may be.
    """
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise ScoringFileError(f"{path.name}: expected a readable file, found: {error.strerror}") from error
    if len(data) > limit:
        raise ScoringFileError(f"{path.name}: expected at most {limit} bytes, found more")
    return data


def _version(name: str) -> tuple[int, ...]:
    return tuple(int(part) for part in name.rpartition("-")[2].split("."))
