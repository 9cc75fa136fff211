"""Put received disclosures into the claims of a verified payload: steps 9 to 19 of the verification algorithm.

Rules enforced:
* 9: `_sd_alg` stands only at the top, absent means `sha-256`, and the caller permits it.
* 10: `_sd` is an array of strings; `{"...": digest}` stands in arrays only and has this one member.
* 11, 12: each disclosure is a JSON array of two or three elements, hashed as received, and is sent once.
* 13: no digest appears twice, neither in the payload nor in a disclosure.
* 14 to 16: a digest finds a disclosure of its own kind, with a name that is not reserved and not taken.
* 17: disclosures are put in place recursively; digests without disclosure are dropped and counted.
* 18: every disclosure was used.
* 19: no control claim (`iss`, `exp`, `status`, …), and nothing inside one, can be withheld or delivered by a
  disclosure.

One walk over the claims checks all of it. Faults are collected, and the one of the lowest step is reported, so the
answer does not depend on where in the document a fault stands. The signature is left to `verify`, which must have
checked it before.

Source: RFC 9901 sections 4.1.1, 4.2 and 7.1; SD-JWT VC draft -19 section 2.2.2.3
"""

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeGuard

from credential_schemas.errors import SdJwtRefused
from credential_schemas.limits import MAX_DISCLOSURE_BYTES, MAX_DISCLOSURE_RECURSION
from credential_schemas.sd_jwt.parse import LIMIT_KINDS
from keys.encoding import JsonValue, b64url_decode, b64url_encode, decode_json, decode_json_texts
from keys.errors import DecodingError
from keys.values import dataclass

Path = tuple[str | int, ...]

RESERVED_NAMES = frozenset({"_sd", "...", "_sd_alg"})
CONTROL_CLAIMS = frozenset({"iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "aka_vcts", "status"})
DEFAULT_DIGEST = "sha-256"
DEFAULT_DIGEST_ONLY = frozenset({DEFAULT_DIGEST})

_CONTAINERS = frozenset({dict, list})
_ONLY_TEXT = frozenset({str})
_HASHES = {"sha-256": hashlib.sha256, "sha-384": hashlib.sha384, "sha-512": hashlib.sha512}


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One disclosure that belongs to its credential.

    `text` is the base64url text as received; `name` is `None` for an array element; `value` is what it discloses,
    digests inside it included; `path` leads to it in the signed claims, where an array counts every element, disclosed
    or not; `parent` is the `text` of the disclosure it lies in, if it lies in one.
    """

    text: str
    name: str | None
    value: JsonValue
    path: Path
    parent: str | None


@dataclass(frozen=True, slots=True)
class ProcessedClaims:
    """Claims with every disclosure in its place and no digest left.

    `faults` are sorted by step; with a fault below step 19 the claims mean nothing. The two counts are of digests
    without a disclosure: withheld values or decoys, nobody but the issuer can tell.
    """

    claims: dict[str, JsonValue]
    disclosures: tuple[Disclosure, ...]
    undisclosed_members: int
    undisclosed_elements: int
    faults: tuple[SdJwtRefused, ...]


def process_disclosures(
    payload: Mapping[str, JsonValue], disclosures: Sequence[str], *, digest_algorithms: Collection[str]
) -> ProcessedClaims:
    """Put `disclosures` (base64url texts in received order) into the claims of `payload`.

    Returns:
        The processed claims; a fault of steps 9 to 19 is in `.faults`, not raised.

    Raises:
        SdJwtRefused: `E_LIMIT`, disclosures lie too deep inside each other or are too large.

    Source: RFC 9901 section 7.1
    """
    try:
        digest = digest_function(payload, permitted=digest_algorithms)
    except SdJwtRefused as fault:
        return ProcessedClaims({}, (), 0, 0, (fault,))
    walk = _Walk(disclosures, digest)
    claims = walk.object(dict(payload), (), chain=())
    walk.check_all_used()
    walk.faults.sort(key=lambda fault: fault.step)
    return ProcessedClaims(
        claims=claims,
        disclosures=tuple(walk.found),
        undisclosed_members=walk.undisclosed_members,
        undisclosed_elements=walk.undisclosed_elements,
        faults=tuple(walk.faults),
    )


def digest_function(payload: Mapping[str, JsonValue], *, permitted: Collection[str]) -> Callable[[str], str]:
    """The digest the payload names in `_sd_alg`: from a text (ASCII) to the base64url text of its hash.

    Raises:
        SdJwtRefused: `E_SD_ALG`, the algorithm is unknown or not permitted.
    """
    name = payload.get("_sd_alg", DEFAULT_DIGEST)
    new_hash = _HASHES.get(name) if isinstance(name, str) and name in permitted else None
    if new_hash is None:
        raise SdJwtRefused("E_SD_ALG", 9, f"expected _sd_alg to be one of {sorted(permitted)}, found another")

    def digest(text: str) -> str:
        return b64url_encode(new_hash(text.encode("ascii")).digest())

    return digest


def _is_disclosure(value: JsonValue) -> TypeGuard[list[JsonValue]]:
    """Return whether a value is [salt, name, value] or [salt, value]."""
    if type(value) is not list or type(value[0] if value else None) is not str:
        return False
    return len(value) == 2 or (len(value) == 3 and type(value[1]) is str)


class _Walk:
    """One walk over the claims of one credential; the state that all levels share."""

    __slots__ = ("_received", "_seen", "_used", "faults", "found", "undisclosed_elements", "undisclosed_members")

    def __init__(self, disclosures: Sequence[str], digest: Callable[[str], str]) -> None:
        self.faults: list[SdJwtRefused] = []
        self.found: list[Disclosure] = []
        self.undisclosed_members = 0
        self.undisclosed_elements = 0
        self._received: dict[str, tuple[str, list[JsonValue]]] = {}
        self._seen: set[str] = set()
        self._used = 0
        digests = [*map(digest, disclosures)]
        if not self._receive_all(disclosures, digests):
            for text, each in zip(disclosures, digests, strict=True):
                self._receive(text, each)

    def _fault(self, code: str, step: int, detail: str) -> None:
        self.faults.append(SdJwtRefused(code, step, detail))

    def _receive_all(self, texts: Sequence[str], digests: Sequence[str]) -> bool:
        """Receive all disclosures at once, if that is possible without a fault; otherwise none."""
        decoded = decode_json_texts(texts, max_bytes=MAX_DISCLOSURE_BYTES)
        if decoded is None or not all(map(_is_disclosure, decoded)):
            return False
        self._received = dict(zip(digests, zip(texts, decoded, strict=True), strict=True))  # type: ignore[arg-type]  # lists, as just seen
        return len(self._received) == len(texts)

    def _receive(self, text: str, digest: str) -> None:
        if digest in self._received:
            self._fault("E_DISCLOSURE_DUPLICATE", 12, "expected each disclosure once, found one twice")
            return
        elements = self._decode(text)
        if elements is None:
            self._fault("E_DISCLOSURE_FORMAT", 11, "expected [salt, name, value] or [salt, value], found neither")
        else:
            self._received[digest] = (text, elements)

    @staticmethod
    def _decode(text: str) -> list[JsonValue] | None:
        try:
            elements = decode_json(b64url_decode(text), max_bytes=MAX_DISCLOSURE_BYTES)
        except DecodingError as error:
            if error.kind in LIMIT_KINDS:
                raise SdJwtRefused("E_LIMIT", 0, "a disclosure is larger or deeper than permitted") from error
            return None
        return elements if _is_disclosure(elements) else None

    def object(self, source: dict[str, JsonValue], path: Path, *, chain: tuple[str, ...]) -> dict[str, JsonValue]:
        """Return `source` with its disclosed members; `chain` holds the disclosures that lead here, outermost first."""
        plain = RESERVED_NAMES.isdisjoint(source)
        if plain and _CONTAINERS.isdisjoint(map(type, source.values())):
            return source
        revealed = dict(source)
        for name, value in source.items():
            if type(value) is dict:
                revealed[name] = self.object(value, (*path, name), chain=chain)
            elif type(value) is list and name != "_sd":
                revealed[name] = self._array(value, (*path, name), chain=chain)
        if not plain:
            self._reserved_members(source, revealed, (path, chain))
        return revealed

    def _reserved_members(
        self, source: Mapping[str, JsonValue], revealed: dict[str, JsonValue], place: tuple[Path, tuple[str, ...]]
    ) -> None:
        path = place[0]
        for name in RESERVED_NAMES:
            revealed.pop(name, None)
        if "_sd_alg" in source and path:
            self._fault("E_SD_ALG", 9, "expected _sd_alg at the top level only, found it deeper")
        if "..." in source:
            self._fault("E_SD_FORMAT", 10, "expected '...' as the only member of an array element, found it elsewhere")
        if "_sd" in source:
            digests = source["_sd"]
            if type(digests) is list and _ONLY_TEXT.issuperset(map(type, digests)):
                for digest in digests:
                    self._member(digest, revealed, place)  # type: ignore[arg-type]  # all are str, checked above
            else:
                self._fault("E_SD_FORMAT", 10, "expected _sd to be an array of strings, found something else")

    def _member(self, digest: str, revealed: dict[str, JsonValue], place: tuple[Path, tuple[str, ...]]) -> None:
        path, chain = place
        if path:
            self._check_not_control(path)
        received = self._take(digest)
        if received is None:
            self.undisclosed_members += 1
            return
        elements = received[1]
        if len(elements) == 2:
            self._fault("E_DISCLOSURE_ARITY", 14, "expected name and value for a digest in _sd, found an array element")
            self._disclosed(received, path, chain)
            return
        name = str(elements[1])
        value = self._disclosed(received, (*path, name), chain)
        if name in RESERVED_NAMES:
            self._fault("E_RESERVED_NAME", 15, "expected the name of a claim, found a reserved name")
        elif name in revealed:
            self._fault("E_NAME_COLLISION", 16, "expected a new name, found a claim that is already there")
        else:
            revealed[name] = value
            if not path:
                self._check_not_control((name,))

    def _array(self, source: list[JsonValue], path: Path, *, chain: tuple[str, ...]) -> list[JsonValue]:
        revealed: list[JsonValue] = []
        for index, element in enumerate(source):
            if type(element) is dict:
                if "..." in element:
                    received = self._find_element(element, path)
                    if received is not None:
                        revealed.append(self._disclosed(received, (*path, index), chain))
                else:
                    revealed.append(self.object(element, (*path, index), chain=chain))
            elif type(element) is list:
                revealed.append(self._array(element, (*path, index), chain=chain))
            else:
                revealed.append(element)
        return revealed

    def _find_element(self, placeholder: dict[str, JsonValue], path: Path) -> tuple[str, list[JsonValue]] | None:
        """Return the disclosure for one element of the array at `path`, if one was sent."""
        digest = placeholder["..."]
        if len(placeholder) != 1 or type(digest) is not str:
            self._fault("E_SD_FORMAT", 10, "expected '...' with a string as the only member, found something else")
            return None
        self._check_not_control(path)
        received = self._take(digest)
        if received is None:
            self.undisclosed_elements += 1
        elif len(received[1]) == 3:
            self._fault("E_DISCLOSURE_ARITY", 14, "expected an array element for a digest in an array, found a claim")
        return received

    def _check_not_control(self, path: Path) -> None:
        if path[0] in CONTROL_CLAIMS:
            self._fault("E_NOT_SELECTIVELY_DISCLOSABLE", 19, f"expected {path[0]} in plain sight, found a digest")

    def _take(self, digest: str) -> tuple[str, list[JsonValue]] | None:
        if digest in self._seen:
            self._fault("E_DIGEST_DUPLICATE", 13, "expected each digest once, found one twice")
            return None
        self._seen.add(digest)
        return self._received.get(digest)

    def _disclosed(self, received: tuple[str, list[JsonValue]], path: Path, chain: tuple[str, ...]) -> JsonValue:
        if len(chain) == MAX_DISCLOSURE_RECURSION:
            raise SdJwtRefused("E_LIMIT", 0, f"disclosures lie more than {MAX_DISCLOSURE_RECURSION} deep in each other")
        self._used += 1
        text, elements = received
        value = elements[-1]
        name = str(elements[1]) if len(elements) == 3 else None
        self.found.append(Disclosure(text, name, value, path, chain[-1] if chain else None))
        if type(value) is dict:
            return self.object(value, path, chain=(*chain, text))
        if type(value) is list:
            return self._array(value, path, chain=(*chain, text))
        return value

    def check_all_used(self) -> None:
        """Step 18: a disclosure that no digest asked for is refused."""
        if self._used != len(self._received):
            self._fault("E_DISCLOSURE_UNREFERENCED", 18, "expected every disclosure to be used, found one that is not")
