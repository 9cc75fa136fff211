"""What a hostile case is, and the small tools that make one: tokens of any shape, signed by the issuer's own key."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

from credential_schemas.certificate_claims import to_payload
from keys.encoding import JsonValue, b64url_encode, encode_json
from keys.key_files import FileSigner
from tests.verifier.world import JsonObject, World, claims
from verifier.policies.profile import Profile

Make = Callable[[World], bytes | str]
MakeText = Callable[[World], str]
OFFLINE_PROFILE = Profile("accepts offline answers", accept_unknown_status=True)


def unchanged(_: World) -> None:
    """Leave the world as it is."""


@dataclass(frozen=True, slots=True)
class Case:
    """One thing a stranger may hand in, and the reason that must be given for not believing it.

    `reason` is a slug of a Report, or the kind of `UnreadableEvidence`. `prepare` changes the world first.
    """

    name: str
    make: Make
    reason: str
    prepare: Callable[[World], None] = unchanged
    asked: bool = False
    is_code_text: bool = False


def good(world: World) -> str:
    """Return the genuine credential."""
    return world.token()


def payload_of() -> JsonObject:
    """Return the claims of the genuine certificate in plain sight."""
    return dict(to_payload(claims())[0])


def raw(world: World, header: bytes, payload: bytes, *, signer: FileSigner | None = None) -> str:
    """Return a token of any header and payload bytes, with a right signature."""
    signing_input = f"{b64url_encode(header)}.{b64url_encode(payload)}"
    signature = (signer or world.keys.credential).sign(signing_input.encode())
    return f"{signing_input}.{b64url_encode(signature)}~"


def header_of(world: World) -> JsonObject:
    """Return the header of the genuine credential."""
    return {"typ": "dc+sd-jwt", "alg": "ES256", "kid": world.keys.credential.key_id}


def with_header(**members: object) -> MakeText:
    """Return a token whose header has these members besides or instead of its own; None removes one."""

    def make(world: World) -> str:
        header = {name: value for name, value in {**header_of(world), **members}.items() if value is not None}
        return raw(world, json.dumps(header).encode(), encode_json(payload_of()))

    return make


def with_claims(**members: object) -> MakeText:
    """Return a token whose claims have these members besides or instead of their own."""
    return lambda world: world.signed({**payload_of(), **cast("JsonObject", members)})


def without_claim(name: str) -> MakeText:
    """Return a token that lacks one claim."""
    return lambda world: world.signed({key: value for key, value in payload_of().items() if key != name})


def disclosure(*elements: JsonValue) -> str:
    """Return a disclosure of these elements."""
    return b64url_encode(encode_json([*elements]))


def digest(text: str) -> str:
    """Return the digest of a disclosure."""
    return b64url_encode(hashlib.sha256(text.encode()).digest())


def named(prefix: str, values: Mapping[str, Make], reason: str) -> list[Case]:
    """Return a case for each of some makers that must all be refused for one reason."""
    return [Case(f"{prefix}: {name}", make, reason) for name, make in values.items()]


def any_of(*values: object) -> tuple[object, ...]:
    """Return values of different types as one tuple."""
    return values
