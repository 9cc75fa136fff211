"""Verification profiles: a small JSON file that says what this employer demands and what it accepts offline.

Rules: every member is known and of its type; a profile may ask for more than the built-in one, and may accept an
unknown status or an older list only by saying so; nothing can switch off a proof of the credential itself.

Source: docs/formats/report.md, section "Profiles".
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from keys.cosignature import WitnessKey, check_different
from keys.encoding import JsonValue, decode_json_object
from keys.errors import DecodingError, NoteError
from keys.values import dataclass, field, replace
from verifier.errors import ProfileError

MAX_PROFILE_BYTES = 64 * 1024
MAX_WITNESSES = 32
MAX_GRACE_S = 72 * 3600  # S9 of docs/security.md


@dataclass(frozen=True, slots=True)
class Profile:
    """What must hold for a verdict of `valid`.

    Args:
        name: shown in every Report made under it.
        accept_unknown_status: a status that could not be learnt does not lower the verdict (offline acceptance).
        status_grace_s: seconds a status list may be older than its normal freshness.
        require_holder_binding: the presenter must prove to be the holder.
        require_log: the certificate must be proved to be in the issuing log.
        witnesses: whose word counts that the log only grows; the verifier's choice, never the issuer's.
        require_witnesses: how many of them must have cosigned the proof; more than 0 demands a proof, too.
        sha256: of the file it was read from, in hex; None for the built-in one.
    """

    name: str = "default"
    accept_unknown_status: bool = False
    status_grace_s: int = 0
    require_holder_binding: bool = False
    require_log: bool = False
    witnesses: tuple[WitnessKey, ...] = ()
    require_witnesses: int = 0
    sha256: str | None = field(default=None, compare=False)


DEFAULT_PROFILE = Profile()
_MEMBERS = {
    "profile": str,
    "accept_unknown_status": bool,
    "status_grace_s": int,
    "require_holder_binding": bool,
    "require_log": bool,
    "witnesses": list,
    "require_witnesses": int,
}


def read_profile(path: Path) -> Profile:
    """Read a profile file.

    Raises:
        ProfileError: the file is missing, not JSON, has an unknown member or a value out of range.
    """
    try:
        with path.open("rb") as opened:
            data = opened.read(MAX_PROFILE_BYTES + 1)
        members = decode_json_object(data, max_bytes=MAX_PROFILE_BYTES)
    except OSError as error:
        raise ProfileError(f"expected a readable profile file, found: {error.strerror}", kind="unreadable") from error
    except DecodingError as error:
        raise ProfileError(f"expected a JSON object in the profile file, found: {error}") from error
    return replace(_profile_of(members), sha256=hashlib.sha256(data).hexdigest())


def _profile_of(members: Mapping[str, JsonValue]) -> Profile:
    for member, value in members.items():
        wanted = _MEMBERS.get(member)
        if wanted is None:
            raise ProfileError(f"expected only the members {', '.join(_MEMBERS)}, found {member!r}")
        if type(value) is not wanted:
            raise ProfileError(f"expected {member} to be of type {wanted.__name__}, found {type(value).__name__}")
    name = members.get("profile")
    if not isinstance(name, str) or not name.strip() or len(name) > 60:
        raise ProfileError("expected the member profile to be a name of 1 to 60 characters")
    grace = members.get("status_grace_s", 0)
    if not isinstance(grace, int) or not 0 <= grace <= MAX_GRACE_S:
        raise ProfileError(f"expected status_grace_s between 0 and {MAX_GRACE_S}, found {grace}")
    witnesses = _witnesses(members.get("witnesses", []))
    needed = members.get("require_witnesses", 0)
    if not isinstance(needed, int) or not 0 <= needed <= len(witnesses):
        raise ProfileError(f"expected require_witnesses between 0 and the {len(witnesses)} witnesses, found {needed}")
    return Profile(
        name=name,
        accept_unknown_status=members.get("accept_unknown_status") is True,
        status_grace_s=grace,
        require_holder_binding=members.get("require_holder_binding") is True,
        require_log=members.get("require_log") is True or needed > 0,
        witnesses=witnesses,
        require_witnesses=needed,
    )


def _witnesses(keys: JsonValue) -> tuple[WitnessKey, ...]:
    try:
        if not isinstance(keys, list) or len(keys) > MAX_WITNESSES:
            raise ProfileError(f"expected witnesses to be a list of at most {MAX_WITNESSES} keys")
        witnesses = tuple(WitnessKey.from_text(each if isinstance(each, str) else "") for each in keys)
        check_different(witnesses)
    except NoteError as error:
        raise ProfileError(f"witnesses: {error.message}") from None
    return witnesses
