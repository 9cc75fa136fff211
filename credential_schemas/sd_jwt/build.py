"""Build and sign an SD-JWT VC.

Rules enforced:
* Each disclosure has its own salt of 128 random bits; `_sd` is sorted, so it tells nothing of the order of the claims.
* Control claims (`iss`, `exp`, `status`, …) are never disclosable, and neither is anything inside them.
* `_sd`, `_sd_alg` and `...` are never names of claims.
* Nothing is built that our own verifier would refuse for its size (S1).
* Decoys are random digests; in an array they stand at random places among the elements.

Left to the caller: which claims a credential has, rounded times, and how many decoys hide a count.

Source: RFC 9901 sections 4 and 9; SD-JWT VC draft -19 section 2
"""

import hashlib
from collections.abc import Callable, Collection, Mapping

from credential_schemas.errors import SdJwtBuildError
from credential_schemas.limits import (
    MAX_DISCLOSURE_BYTES,
    MAX_DISCLOSURE_RECURSION,
    MAX_DISCLOSURES,
    MAX_SD_JWT_BYTES,
    SALT_BYTES,
)
from credential_schemas.sd_jwt.disclosures import CONTROL_CLAIMS, DEFAULT_DIGEST, RESERVED_NAMES, Path
from keys.encoding import JsonValue, b64url_encode, b64url_encode_all, encode_json
from keys.jws_sign import sign_compact
from keys.signer import Signer
from keys.values import dataclass, field

SD_JWT_VC_TYP = "dc+sd-jwt"
_SCALARS = frozenset({str, int, float, bool, type(None)})
_DIGEST_BYTES = hashlib.sha256().digest_size
_OWN_HEADER_MEMBERS = frozenset({"alg", "typ", "kid"})


@dataclass(frozen=True, slots=True)
class Disclosable:
    """What the holder may withhold.

    `paths` name claims and array elements, for example `("holder", "name")` or `("qualifications", 0)`; one may lie
    inside another. `decoys` says how many random digests to add to the object or array at a path; `()` is the top
    level.
    """

    paths: Collection[Path] = ()
    decoys: Mapping[Path, int] = field(default_factory=dict)


def build_sd_jwt(
    claims: Mapping[str, JsonValue],
    *,
    disclose: Disclosable,
    signer: Signer,
    random_bytes: Callable[[int], bytes],
    header: Mapping[str, JsonValue] | None = None,
) -> str:
    """Build and sign a compact SD-JWT with every disclosure and the closing `~`.

    Args:
        claims: the claims as the holder will see them, in the order they are to be written.
        disclose: which of them become disclosures.
        signer: the issuer's key; its `key_id` becomes `kid`.
        random_bytes: a cryptographic source, asked for a number of bytes.
        header: further protected header members, such as `x5c`.

    Returns:
        ASCII text; disclosures stand in the order of the claims, a parent before what lies in it.

    Raises:
        SdJwtBuildError: a path leads nowhere or to a control claim, a name is reserved, or a limit would be passed.
    """
    extra_header = header or {}
    if not _OWN_HEADER_MEMBERS.isdisjoint(extra_header):
        raise SdJwtBuildError("expected further header members only, found alg, typ or kid")
    builder = _Builder(disclose, random_bytes)
    payload = builder.object(claims, (), level=0)
    builder.check_all_paths_used()
    if builder.has_digests:
        payload["_sd_alg"] = DEFAULT_DIGEST
    full_header = {"alg": signer.algorithm, "typ": SD_JWT_VC_TYP, "kid": signer.key_id, **extra_header}
    issuer_jwt = sign_compact(full_header, encode_json(payload), signer=signer)
    sd_jwt = "~".join([issuer_jwt, *builder.disclosures, ""])
    if len(builder.disclosures) > MAX_DISCLOSURES or len(sd_jwt) > MAX_SD_JWT_BYTES:
        raise SdJwtBuildError(
            f"expected at most {MAX_DISCLOSURES} disclosures and {MAX_SD_JWT_BYTES} characters, "
            f"found {len(builder.disclosures)} and {len(sd_jwt)}"
        )
    return sd_jwt


class _Builder:
    """Turns claims into a payload with digests; collects the disclosures on the way."""

    def __init__(self, disclose: Disclosable, random_bytes: Callable[[int], bytes]) -> None:
        self.disclosures: list[str] = []
        self.has_digests = False
        self._paths = frozenset(disclose.paths)
        self._decoys = dict(disclose.decoys)
        self._random_bytes = random_bytes
        self._used: set[Path] = set()
        salts = self._random(SALT_BYTES * len(self._paths))
        self._salts = b64url_encode_all([salts[at : at + SALT_BYTES] for at in range(0, len(salts), SALT_BYTES)])
        # Nothing has to be taken out of a value whose place is not one of these.
        parents = {path[:-1] for path in (*self._paths, *((*path, "") for path in self._decoys))}
        self._on_the_way = {path[:length] for path in parents for length in range(len(path) + 1)}
        for path in (*self._paths, *self._decoys):
            if path and path[0] in CONTROL_CLAIMS:
                raise SdJwtBuildError(f"expected {path[0]} to stay in plain sight, found it disclosable")

    def object(self, source: Mapping[str, JsonValue], path: Path, *, level: int) -> dict[str, JsonValue]:
        """Return `source` with digests for what is disclosable; `level` counts the disclosures around it."""
        plain: dict[str, JsonValue] = {}
        digests: list[str] = []
        for name, value in source.items():
            if name in RESERVED_NAMES:
                raise _reserved(name)
            place = (*path, name)
            if place in self._paths:
                digests.append(self._disclose([name], value, place, level=level + 1))
            else:
                plain[name] = self._value(value, place, level=level)
        digests.extend(self._take_decoys(path))
        if digests:
            self.has_digests = True
            plain["_sd"] = [*sorted(digests)]
        return plain

    def _array(self, source: list[JsonValue], path: Path, *, level: int) -> list[JsonValue]:
        elements: list[JsonValue] = []
        for index, value in enumerate(source):
            place = (*path, index)
            if place in self._paths:
                self.has_digests = True
                elements.append({"...": self._disclose([], value, place, level=level + 1)})
            else:
                elements.append(self._value(value, place, level=level))
        for digest in self._take_decoys(path):
            self.has_digests = True
            elements.insert(self._random_below(len(elements) + 1), {"...": digest})
        return elements

    def _value(self, value: JsonValue, path: Path, *, level: int) -> JsonValue:
        if not isinstance(value, (dict, list)):
            return value
        if path not in self._on_the_way:
            _refuse_reserved_names(value)
            return value
        if isinstance(value, dict):
            return self.object(value, path, level=level)
        return self._array(value, path, level=level)

    def _disclose(self, name: list[JsonValue], value: JsonValue, path: Path, *, level: int) -> str:
        if level > MAX_DISCLOSURE_RECURSION:
            raise SdJwtBuildError(f"expected disclosures at most {MAX_DISCLOSURE_RECURSION} deep in each other")
        self._used.add(path)
        position = len(self.disclosures)
        self.disclosures.append("")  # a parent stands before what lies in it, but is known only after it
        hidden = self._value(value, path, level=level)
        text = b64url_encode(encode_json([self._salts[position], *name, hidden]))
        if len(text) > MAX_DISCLOSURE_BYTES:
            raise SdJwtBuildError(f"expected at most {MAX_DISCLOSURE_BYTES} characters a disclosure, found {len(text)}")
        self.disclosures[position] = text
        return b64url_encode(hashlib.sha256(text.encode("ascii")).digest())

    def _take_decoys(self, path: Path) -> list[str]:
        return [b64url_encode(self._random(_DIGEST_BYTES)) for _ in range(self._decoys.pop(path, 0))]

    def _random(self, size: int) -> bytes:
        data = self._random_bytes(size)
        if len(data) != size:
            raise SdJwtBuildError(f"expected {size} random bytes, found {len(data)}")
        return data

    def _random_below(self, bound: int) -> int:
        return int.from_bytes(self._random(8), "big") % bound

    def check_all_paths_used(self) -> None:
        """Refuse paths that lead to nothing, which would leave something undisclosable unnoticed."""
        for path in (*self._paths - self._used, *self._decoys):
            raise SdJwtBuildError(f"expected every path to lead to a claim, found {len(path)} steps that lead nowhere")


def _refuse_reserved_names(value: dict[str, JsonValue] | list[JsonValue]) -> None:
    """Refuse a reserved name anywhere in a value that is written as it is."""
    if isinstance(value, dict) and not RESERVED_NAMES.isdisjoint(value):
        raise _reserved(min(RESERVED_NAMES.intersection(value)))
    parts = value.values() if isinstance(value, dict) else value
    if _SCALARS.issuperset(map(type, parts)):
        return
    for part in parts:
        if isinstance(part, (dict, list)):
            _refuse_reserved_names(part)


def _reserved(name: str) -> SdJwtBuildError:
    return SdJwtBuildError(f"expected the name of a claim, found the reserved name {name}")
