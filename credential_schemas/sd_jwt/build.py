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
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TypeAlias

from credential_schemas.errors import SdJwtBuildError
from credential_schemas.limits import (
    MAX_DISCLOSURE_BYTES,
    MAX_DISCLOSURE_RECURSION,
    MAX_DISCLOSURES,
    MAX_SD_JWT_BYTES,
    SALT_BYTES,
)
from credential_schemas.sd_jwt.disclosures import CONTROL_CLAIMS, DEFAULT_DIGEST, RESERVED_NAMES, Path
from keys.encoding import JsonValue, b64url_encode, b64url_encode_all, b64url_encode_each, encode_json
from keys.jws_sign import sign_compact
from keys.plain_json import encode_plain_json
from keys.signer import Signer
from keys.values import dataclass, field

SD_JWT_VC_TYP = "dc+sd-jwt"
_PLAIN_SCALARS = frozenset({str, int, bool, type(None)})  # not float: see `keys.plain_json`
_DIGEST_BYTES = hashlib.sha256().digest_size
_OWN_HEADER_MEMBERS = frozenset({"alg", "typ", "kid"})

_Container: TypeAlias = dict[str, JsonValue] | list[JsonValue]


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
        DecodingError: kinds `number` and `utf8`: a claim that no JSON of ours may hold.
    """
    extra_header = header or {}
    if not _OWN_HEADER_MEMBERS.isdisjoint(extra_header):
        raise SdJwtBuildError("expected further header members only, found alg, typ or kid")
    builder = _Builder(disclose, random_bytes)
    payload = builder.build(claims)
    full_header = {"alg": signer.algorithm, "typ": SD_JWT_VC_TYP, "kid": signer.key_id, **extra_header}
    issuer_jwt = sign_compact(full_header, payload, signer=signer)
    sd_jwt = "~".join([issuer_jwt, *builder.disclosures, ""])
    if len(builder.disclosures) > MAX_DISCLOSURES or len(sd_jwt) > MAX_SD_JWT_BYTES:
        raise SdJwtBuildError(
            f"expected at most {MAX_DISCLOSURES} disclosures and {MAX_SD_JWT_BYTES} characters, "
            f"found {len(builder.disclosures)} and {len(sd_jwt)}"
        )
    return sd_jwt


class _Place:
    """What is asked for at one place of the claims, and at the places inside it."""

    __slots__ = ("decoys", "inside", "is_disclosed")

    def __init__(self) -> None:
        self.is_disclosed = False
        self.decoys: int | None = None
        self.inside: dict[str | int, _Place] = {}

    @property
    def has_more(self) -> bool:
        """Whether something is asked for inside of it, or decoys."""
        return bool(self.inside) or self.decoys is not None

    def at(self, path: Path) -> "_Place":
        """Return the place to which a path leads from here."""
        place = self
        for step in path:
            inner = place.inside.get(step)
            if inner is None:
                inner = place.inside[step] = _Place()
            place = inner
        return place


class _Level:
    """The disclosures that lie inside equally many others, before they are written.

    `hidden` has, for each, its number, its elements but for the salt, and the container and key where its digest
    belongs; `to_sort` has the `_sd` arrays among these containers.
    """

    __slots__ = ("hidden", "to_sort")

    def __init__(self) -> None:
        self.hidden: list[tuple[int, list[JsonValue], _Container, str | int]] = []
        self.to_sort: list[list[JsonValue]] = []


class _Builder:
    """Turns claims into a payload with digests; collects the disclosures on the way.

    One walk finds what is hidden. Then the disclosures are written level by level, the innermost first, because the
    others hold their digests.
    """

    def __init__(self, disclose: Disclosable, random_bytes: Callable[[int], bytes]) -> None:
        self.disclosures: list[str] = []
        self._random_bytes = random_bytes
        self._levels = [_Level()]
        self._has_decoys = False
        self._encode = encode_plain_json
        self._wanted = _Place()
        paths = frozenset(disclose.paths)
        for path in paths:
            self._wanted.at(path).is_disclosed = True
        for path, count in disclose.decoys.items():
            self._wanted.at(path).decoys = count
        self._unused = len(paths) + len(disclose.decoys)
        for name in CONTROL_CLAIMS.intersection(self._wanted.inside):
            raise SdJwtBuildError(f"expected {name} to stay in plain sight, found it disclosable")
        salts = self._random(SALT_BYTES * len(paths))
        self._salts = b64url_encode_all([salts[at : at + SALT_BYTES] for at in range(0, len(salts), SALT_BYTES)])

    def build(self, claims: Mapping[str, JsonValue]) -> bytes:
        """Return the payload as JSON; fill `disclosures`."""
        payload = self._object(claims, self._wanted, level=0)
        if self._unused:
            # What leads to nothing would leave something undisclosable unnoticed.
            raise SdJwtBuildError(f"expected every path to lead to a claim, found {self._unused} that lead nowhere")
        for level in reversed(self._levels[1:]):
            self._write(level)
        if self.disclosures or self._has_decoys:
            payload["_sd_alg"] = DEFAULT_DIGEST
        return self._encode(payload)

    def _object(self, source: Mapping[str, JsonValue], place: _Place, *, level: int) -> dict[str, JsonValue]:
        """Return `source` with room for the digests; `level` counts the disclosures around it."""
        if not RESERVED_NAMES.isdisjoint(source):
            raise _reserved(source)
        plain: dict[str, JsonValue] = {}
        digests: list[JsonValue] = []
        for name, value in source.items():
            inner = place.inside.get(name)
            if inner is not None and inner.is_disclosed:
                digests.append(None)
                self._hide([name], value, inner, into=(digests, len(digests) - 1), level=level + 1)
            else:
                plain[name] = self._value(value, inner, level=level)
        if digests:
            self._levels[level + 1].to_sort.append(digests)
        digests += sorted(self._decoys(place))
        if digests:
            plain["_sd"] = digests
        return plain

    def _array(self, source: list[JsonValue], place: _Place, *, level: int) -> list[JsonValue]:
        elements: list[JsonValue] = []
        for index, value in enumerate(source):
            inner = place.inside.get(index)
            if inner is not None and inner.is_disclosed:
                element: dict[str, JsonValue] = {}
                elements.append(element)
                self._hide([], value, inner, into=(element, "..."), level=level + 1)
            else:
                elements.append(self._value(value, inner, level=level))
        for digest in self._decoys(place):
            elements.insert(self._random_below(len(elements) + 1), {"...": digest})
        return elements

    def _value(self, value: JsonValue, place: _Place | None, *, level: int) -> JsonValue:
        if type(value) in _PLAIN_SCALARS:
            return value
        if place is not None and isinstance(value, dict):
            return self._object(value, place, level=level)
        if place is not None and isinstance(value, list):
            return self._array(value, place, level=level)
        self._look_through(value)
        return value

    def _look_through(self, value: JsonValue) -> None:
        """Refuse a reserved name anywhere in a value that is written as it is, and notice numbers with a fraction."""
        if isinstance(value, dict):
            if not RESERVED_NAMES.isdisjoint(value):
                raise _reserved(value)
            parts: Iterable[JsonValue] = value.values()
        elif isinstance(value, list):
            parts = value
        else:
            self._encode = encode_json
            return
        if not _PLAIN_SCALARS.issuperset(map(type, parts)):
            for part in parts:
                if type(part) not in _PLAIN_SCALARS:
                    self._look_through(part)

    def _hide(
        self, name: list[JsonValue], value: JsonValue, place: _Place, *, into: tuple[_Container, str | int], level: int
    ) -> None:
        if level > MAX_DISCLOSURE_RECURSION:
            raise SdJwtBuildError(f"expected disclosures at most {MAX_DISCLOSURE_RECURSION} deep in each other")
        self._unused -= 1
        if level == len(self._levels):
            self._levels.append(_Level())
        position = len(self.disclosures)
        self.disclosures.append("")  # a parent stands before what lies in it, but is known only after it
        hidden = self._value(value, place if place.has_more else None, level=level)
        self._levels[level].hidden.append((position, [self._salts[position], *name, hidden], *into))

    def _write(self, level: _Level) -> None:
        """Write the disclosures of a level, and their digests where they belong."""
        texts = b64url_encode_each([self._encode(elements) for _, elements, _, _ in level.hidden])
        longest = max(map(len, texts))
        if longest > MAX_DISCLOSURE_BYTES:
            raise SdJwtBuildError(f"expected at most {MAX_DISCLOSURE_BYTES} characters a disclosure, found {longest}")
        digests = b64url_encode_all([hashlib.sha256(text.encode("ascii")).digest() for text in texts])
        for (position, _, container, key), text, digest in zip(level.hidden, texts, digests, strict=True):
            self.disclosures[position] = text
            container[key] = digest  # type: ignore[index]  # the key belongs to the container
        for each in level.to_sort:
            each.sort()  # digests by now

    def _decoys(self, place: _Place) -> list[str]:
        if place.decoys is None:
            return []
        self._unused -= 1
        self._has_decoys |= place.decoys > 0
        return [b64url_encode(self._random(_DIGEST_BYTES)) for _ in range(place.decoys)]

    def _random(self, size: int) -> bytes:
        data = self._random_bytes(size)
        if len(data) != size:
            raise SdJwtBuildError(f"expected {size} random bytes, found {len(data)}")
        return data

    def _random_below(self, bound: int) -> int:
        return int.from_bytes(self._random(8), "big") % bound


def _reserved(names: Iterable[str]) -> SdJwtBuildError:
    return SdJwtBuildError(
        f"expected the name of a claim, found the reserved name {min(RESERVED_NAMES.intersection(names))}"
    )
