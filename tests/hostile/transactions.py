"""Cases around a right signature: disclosures, holders mixed, key binding, status lists, trust."""

import random
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from credential_schemas.certificate_claims import Holder
from credential_schemas.sd_jwt.bind import bind_to_verifier
from keys.encoding import JsonValue, b64url_encode, encode_json
from keys.errors import FetchError
from keys.key_files import FileSigner
from tests.hostile.cases import (
    OFFLINE_PROFILE,
    Case,
    Make,
    any_of,
    digest,
    disclosure,
    good,
    named,
    payload_of,
    with_claims,
)
from tests.verifier.world import AUDIENCE, ISSUER, NONCE, NOW, STATUS_URI, JsonObject, World, claims, entry

SECONDS = int(NOW.timestamp())


def _disclosing(*texts: str, more: JsonObject | None = None, sent: tuple[str, ...] | None = None) -> Make:
    """A token whose `_sd` names some disclosures, and which sends them (or others)."""

    def make(world: World) -> str:
        payload = payload_of() | {"_sd": [digest(text) for text in texts]} | (more or {})
        return world.signed(payload, tail="".join(f"~{text}" for text in (texts if sent is None else sent)) + "~")

    return make


def _hidden(name: str) -> Make:
    text = disclosure("salt-salt-salt-salt", name, payload_of()[name])

    def make(world: World) -> str:
        payload = {key: value for key, value in payload_of().items() if key != name} | {"_sd": [digest(text)]}
        return world.signed(payload, tail=f"~{text}~")

    return make


def _deep(levels: int) -> Make:
    def make(world: World) -> str:
        texts = [disclosure("s", "x", 1)]
        for _ in range(levels):
            texts.append(disclosure("s", "x", {"_sd": [digest(texts[-1])]}))
        return world.signed(payload_of() | {"_sd": [digest(texts[-1])]}, tail="~" + "~".join(texts) + "~")

    return make


def _of_other_person(world: World) -> str:
    other = replace(claims(), number="2026-0001-0002", holder=Holder("성춘향", "SEONG CHUNHYANG", date(1990, 1, 1)))
    payload_text = world.token(other)
    mine, theirs = good(world).split("~"), payload_text.split("~")
    return "~".join([*mine[:-1], _changed_salt(theirs[1]), ""])


def _changed_salt(text: str) -> str:
    return disclosure("another-salt-another", "name", "성춘향") if text else text


def _name_replaced(world: World) -> str:
    parts = good(world).split("~")
    return "~".join([parts[0], disclosure("another-salt-another", "name", "성춘향"), *parts[2:]])


_ONE = disclosure("salt-salt-salt-salt", "nickname", "x")
_RESERVED = ("_sd", "...", "_sd_alg")
_TAKEN: dict[str, JsonValue] = {"iss": "https://x", "exp": 9, "status": {}, "certificate": {}, "holder": {}, "vct": "x"}
_NOT_DISCLOSURES = {
    "no JSON": b64url_encode(b"["),
    "an object": b64url_encode(b'{"a":1}'),
    "one element": disclosure("s"),
    "four elements": disclosure("s", "a", 1, 2),
    "salt is a number": disclosure(1, "a", 1),
    "name is a number": disclosure("s", 1, 1),
    "no base64": "%%%%",
    "padded": b64url_encode(b'["s","a",1]') + "==",
    "empty array": disclosure(),
    "a member twice inside": b64url_encode(b'["s","a",{"b":1,"b":2}]'),
}
_DIGEST_FORMS: dict[str, JsonValue] = {
    "a text": "abc",
    "a number": 1,
    "an object": {},
    "numbers": [1],
    "null": None,
    "nested arrays": [["x"]],
}
DISCLOSURES = [
    *named("disclosure", {n: _disclosing(text) for n, text in _NOT_DISCLOSURES.items()}, "digests_invalid"),
    *named("_sd is", {n: _disclosing(more={"_sd": form}) for n, form in _DIGEST_FORMS.items()}, "digests_invalid"),
    *named(
        "_sd_alg",
        {
            str(v): with_claims(_sd_alg=v)
            for v in any_of("md5", "sha-1", "SHA-256", "sha-512", "sha-384", "", 1, True, [])
        },
        "digests_invalid",
    ),
    *named(
        "disclosure",
        {
            "of an array element in _sd": _disclosing(disclosure("s", "x")),
            "'...' beside another member": with_claims(trainings=[{"...": "abc", "x": 1}]),
            "'...' with a number": with_claims(trainings=[{"...": 1}]),
            "'...' at the top": with_claims(**{"...": "abc"}),
            "_sd_alg deeper": with_claims(certificate={"_sd_alg": "sha-256"}),
        },
        "digests_invalid",
    ),
    *named(
        "disclosure",
        {
            "sent twice": lambda w: good(w) + str(good(w)).split("~")[1] + "~",
            "digest twice": _disclosing(_ONE, _ONE, sent=(_ONE,)),
            "digest in two places": _disclosing(_ONE, more={"certificate": {"_sd": [digest(_ONE)]}}),
        },
        "disclosure_repeated",
    ),
    *named(
        "disclosure",
        {
            "of nobody": lambda w: good(w) + _ONE + "~",
            "of another person": _of_other_person,
            "of another certificate": lambda w: good(w) + w.token(claims(entry("기술사"))).split("~")[4][::-1] + "~",
            "name replaced": _name_replaced,
        },
        "disclosure_foreign",
    ),
    *named("reserved name", {n: _disclosing(disclosure("s", n, "x")) for n in _RESERVED}, "claim_overridden"),
    *named("override", {n: _disclosing(disclosure("s", n, v)) for n, v in _TAKEN.items()}, "claim_overridden"),
    *named("hidden", {n: _hidden(n) for n in ("exp", "status", "vct")}, "claim_overridden"),
    *named("too deep", {str(n): _deep(n) for n in (9, 15, 30)}, "limit_exceeded"),
]
# A whole foreign disclosure turned round is no JSON at all: the form is refused before the place.
DISCLOSURES = [
    replace(case, reason="digests_invalid") if case.name == "disclosure: of another certificate" else case
    for case in DISCLOSURES
]


def _bound(world: World) -> str:
    public = {name: value for name, value in world.keys.holder.public_jwk().items() if name in ("kty", "crv", "x", "y")}
    return world.token(cnf={"jwk": {**public}})


def _presented(*, audience: str = AUDIENCE, nonce: str = NONCE, age_s: int = 0, holder: str = "holder") -> Make:
    def make(world: World) -> str:
        key: FileSigner = getattr(world.keys, holder)
        return bind_to_verifier(_bound(world), audience=audience, nonce=nonce, issued_at=SECONDS - age_s, holder=key)

    return make


def _binding(change: Callable[[JsonObject, JsonObject], None]) -> Make:
    """A presentation with a key-binding JWT of any header and claims, signed by the holder."""

    def make(world: World) -> str:
        bound, holder = _bound(world), world.keys.holder
        header: JsonObject = {"typ": "kb+jwt", "alg": "ES256"}
        body: JsonObject = {"aud": AUDIENCE, "nonce": NONCE, "iat": SECONDS, "sd_hash": digest(bound)}
        change(header, body)
        text = f"{b64url_encode(encode_json(header))}.{b64url_encode(encode_json(body))}"
        return f"{bound}{text}.{b64url_encode(holder.sign(text.encode()))}"

    return make


def _with_claim(name: str, value: JsonValue) -> Make:
    return _binding(lambda _, body: body.update({name: value}))


def _with_header(name: str, value: JsonValue) -> Make:
    return _binding(lambda header, _: header.update({name: value}))


def _rebound(change: Callable[[list[str]], list[str]]) -> Make:
    def make(world: World) -> str:
        return "~".join(change(str(_presented()(world)).split("~")))

    return make


_WRONG: dict[str, tuple[str, list[JsonValue]]] = {
    "aud": ("holder_binding_other_request", [None, "", [AUDIENCE], AUDIENCE + "/", AUDIENCE.upper(), {}, 1]),
    "nonce": ("holder_binding_other_request", [None, "", [NONCE], NONCE + " ", NONCE.lower(), 1, True]),
    "iat": ("holder_binding_time", [None, "x", True, 0, -1, SECONDS - 301, SECONDS + 61, SECONDS * 1000, [SECONDS]]),
    "sd_hash": ("holder_binding_invalid", [None, "", digest("x"), [digest("x")], 1]),
    "exp": ("holder_binding_invalid", [0, "x", SECONDS - 61, True]),
    "nbf": ("holder_binding_invalid", [0, "x", SECONDS + 61, True]),
}
_BINDING_HEADERS: dict[str, list[JsonValue]] = {
    "typ": [None, "JWT", "dc+sd-jwt", "KB", 1],
    "alg": [None, "none", "HS256", "ES384", "", 1],
    "crit": [[], ["exp"]],
    "jwk": [{}, {"kty": "EC"}],
    "x5c": [[], ["AAAA"]],
}
BINDING = [
    *[
        Case(f"kb {name}: {value!r}", _with_claim(name, value), reason, asked=True)
        for name, (reason, values) in _WRONG.items()
        for value in values
    ],
    *[
        Case(
            f"kb header {n}: {v!r}",
            _with_header(n, v),
            "holder_binding_invalid",
            asked=True,
        )
        for n, values in _BINDING_HEADERS.items()
        for v in values
    ],
    Case("kb: by a stranger", _presented(holder="stranger"), "holder_binding_invalid", asked=True),
    Case("kb: by the issuer", _presented(holder="credential"), "holder_binding_invalid", asked=True),
    Case("kb: absent though asked", _bound, "holder_binding_missing", asked=True),
    Case("kb: paper copy though asked", good, "holder_binding_missing", asked=True),
    Case("kb: not asked for", _presented(), "holder_binding_not_asked"),
    Case("kb: an entry taken out", _rebound(lambda p: [*p[:-2], p[-1]]), "holder_binding_invalid", asked=True),
    Case(
        "kb: disclosures exchanged",
        _rebound(lambda p: [p[0], p[2], p[1], *p[3:]]),
        "holder_binding_invalid",
        asked=True,
    ),
    Case(
        "kb: on a paper copy",
        lambda w: good(w) + str(_presented()(w)).split("~")[-1],
        "holder_binding_invalid",
        asked=True,
    ),
    Case("kb: another request", _presented(nonce="n-other-other-other"), "holder_binding_other_request", asked=True),
    Case(
        "kb: another verifier", _presented(audience="https://evil.example"), "holder_binding_other_request", asked=True
    ),
    Case("kb: ten minutes old", _presented(age_s=600), "holder_binding_time", asked=True),
    *named(
        "cnf",
        {
            str(v)[:30]: with_claims(cnf=v)
            for v in any_of("x", [], {"jwk": "x"}, {"jwk": {"kty": "EC", "d": "x"}}, {"jwk": None})
        },
        "holder_binding_invalid",
    ),
]


def _answers(make: Callable[[World], str | bytes]) -> Callable[[World], None]:
    """The network answers with this in place of the status list."""

    def prepare(world: World) -> None:
        answer = make(world)
        world.network = lambda _: answer if isinstance(answer, bytes) else answer.encode()

    return prepare


def _list_with(header: JsonObject | None = None, **members: JsonValue) -> Callable[[World], str]:
    def make(world: World) -> str:
        key = world.keys.status
        head = {"typ": "statuslist+jwt", "alg": "ES256", "kid": key.key_id} | (header or {})
        lst = b64url_encode(zlib.compress(bytes(256), 9))
        body: JsonObject = {"sub": STATUS_URI, "iat": SECONDS - 60, "exp": SECONDS + 9999, "ttl": 3600}
        body["status_list"] = {"bits": 2, "lst": lst}
        body |= members
        text = f"{b64url_encode(encode_json(head))}.{b64url_encode(encode_json(body))}"
        return f"{text}.{b64url_encode(key.sign(text.encode()))}"

    return make


def _packed(data: bytes, bits: JsonValue = 2) -> Callable[[World], str]:
    return _list_with(status_list={"bits": bits, "lst": b64url_encode(data)})


def _distrusted_status_key(world: World) -> None:
    world.issuer["distrusted"] = [{"kid": world.keys.status.key_id, "since": "2026-11-01T00:00:00Z"}]


def _certificate_has(value: int) -> Callable[[World], None]:
    return lambda world: world.statuses.update({7: value})


def _unreachable(world: World) -> None:
    def refuse(_: str) -> bytes:
        raise FetchError("expected an answer", kind="connect")

    world.network = refuse


_ZEROS = zlib.compress(bytes(256))
_BAD_LISTS: dict[str, Callable[[World], str | bytes]] = {
    "signed by the credential key": lambda w: w.status_token(signer=w.keys.credential),
    "signed by the holder": lambda w: w.status_token(signer=w.keys.holder),
    "signed by a stranger": lambda w: w.status_token(signer=w.keys.stranger),
    "of another URI": lambda w: w.status_token(uri=f"{ISSUER}/status/2"),
    "of the same URI with a slash": lambda w: w.status_token(uri=STATUS_URI + "/"),
    "too short": lambda w: w.status_token(size=4),
    "empty": lambda _: b"",
    "a web page": lambda _: b"<html>not found</html>",
    "binary": lambda _: b"\xff\x00" * 100,
    "above 2 MiB": lambda _: b"A" * (2 * 1024 * 1024 + 1),
    "a credential": good,
    **{f"alg {v}": _list_with({"alg": v}) for v in ("none", "HS256", "ES384", "")},
    **{f"typ {v}": _list_with({"typ": v}) for v in ("JWT", "dc+sd-jwt", "statuslist+cwt", "")},
    "kid of the credential key": lambda w: _list_with({"kid": w.keys.credential.key_id})(w),
    "crit": _list_with({"crit": ["exp"]}),
    "its own key": lambda w: _list_with({"jwk": {**w.keys.status.public_jwk()}})(w),
    "x5c": _list_with({"x5c": []}),
    **{f"bits {v}": _packed(_ZEROS, v) for v in (0, 3, 16, -1, True, "2", None)},
    "bytes behind the stream": _packed(_ZEROS + b"x"),
    "two streams": _packed(_ZEROS + _ZEROS),
    "stream cut off": _packed(_ZEROS[:-4]),
    "no zlib": _packed(b"hello"),
    "bomb": _packed(zlib.compress(bytes(64 * 1024 * 1024))),
    "no list": _list_with(status_list=None),
    "lst is a number": _list_with(status_list={"bits": 2, "lst": 1}),
    **{f"iat {v!r}": _list_with(iat=v) for v in (None, "x", True, 0, SECONDS + 3600)},
    **{f"exp {v!r}": _list_with(exp=v) for v in ("x", True, 0)},
    **{f"ttl {v!r}": _list_with(ttl=v) for v in ("x", -1, 0)},
}
_STATUS_CLAIMS: dict[str, JsonValue] = {
    "no list": {},
    "a text": "x",
    "null": None,
    "no uri": {"status_list": {"idx": 7}},
    "no idx": {"status_list": {"uri": STATUS_URI}},
    "unknown kind": {"status_list": {"idx": 7, "uri": STATUS_URI}, "x": 1},
    **{f"idx {v!r}": {"status_list": {"idx": v, "uri": STATUS_URI}} for v in (-1, True, "7", 1.5, 2**40, None, 11)},
}
_FOREIGN_LISTS = (
    "https://evil.example/status/1",
    "http://169.254.169.254/latest",
    "file:///etc/passwd",
    f"{ISSUER}.evil.example/s",
    f"{ISSUER}@evil.example/s",
    "https://localhost/s",
    "//bank.example/status/1",
    "status/1",
    f"{STATUS_URI}#x",
)
STATUS = [
    *[Case(f"list: {name}", good, "status_invalid", _answers(make)) for name, make in _BAD_LISTS.items()],
    Case("list: expired", good, "status_stale", _answers(_list_with(exp=SECONDS - 61))),
    Case("list: signed by a distrusted key", good, "status_invalid", _distrusted_status_key),
    Case("list: unreachable", good, "status_unavailable", _unreachable),
    *named("status claim", {n: with_claims(status=v) for n, v in _STATUS_CLAIMS.items()}, "claims_invalid"),
    *named(
        "status list at",
        {u: with_claims(status={"status_list": {"idx": 7, "uri": u}}) for u in _FOREIGN_LISTS},
        "status_unavailable",
    ),
    *[
        Case(f"value {value}", good, reason, _certificate_has(value))
        for value, reason in ((1, "revoked"), (2, "suspended"), (3, "corrected"))
    ],
    Case("every entry cancelled", good, "no_entry_in_force", lambda w: w.statuses.update({11: 1, 12: 3})),
    Case("every entry withheld", lambda w: "~".join(good(w).split("~")[:4]) + "~", "no_entry_disclosed"),
    Case("entry of last year", lambda w: w.token(claims(entry(valid_until="2025-11-20"))), "no_entry_in_force"),
]


def _second_issuer(world: World) -> None:
    """Another listed issuer with a key of its own, under the first one's key name."""
    key: JsonObject = {**world.keys.stranger.public_jwk(), "kid": world.keys.credential.key_id}
    other = world.issuer_document() | {"id": "https://other.example", "jwks": {"keys": [key]}}
    issuers = world.trust["issuers"]
    assert isinstance(issuers, list)
    issuers.append(other)


def _as(issuer: str) -> Make:
    """A credential that names one issuer, signed with the stranger's key under the first issuer's key name."""

    def make(world: World) -> str:
        header: JsonObject = {"typ": "dc+sd-jwt", "alg": "ES256", "kid": world.keys.credential.key_id}
        body = payload_of() | {"iss": issuer}
        text = f"{b64url_encode(encode_json(header))}.{b64url_encode(encode_json(body))}"
        return f"{text}.{b64url_encode(world.keys.stranger.sign(text.encode()))}~"

    return make


TRUST = [
    Case("another issuer's key under the same name", _as(ISSUER), "signature_invalid", _second_issuer),
    Case("another issuer's list", _as("https://other.example"), "status_unavailable", _second_issuer),
    Case("issuer taken off the list", good, "issuer_not_trusted", lambda w: w.trust.update({"issuers": []})),
    Case("key taken off the list", good, "key_unknown", lambda w: w.issuer.update({"jwks": {"keys": []}})),
    Case("type not trusted", good, "type_not_trusted", lambda w: w.issuer.update({"types": []})),
    Case(
        "entry type not trusted",
        good,
        "entry_type_not_trusted",
        lambda w: w.issuer.update({"types": [{"vct": f"{ISSUER}/vct/competency-certificate/1", "entry_types": []}]}),
    ),
    Case(
        "signing key distrusted",
        good,
        "log_proof_missing",
        lambda w: w.issuer.update({"distrusted": [{"kid": w.keys.credential.key_id, "since": "2026-11-01T00:00:00Z"}]}),
    ),
]


def _offline(change: Callable[[World], None]) -> Callable[[World], None]:
    def prepare(world: World) -> None:
        world.profile = OFFLINE_PROFILE
        change(world)

    return prepare


OFFLINE = [
    Case(
        "offline profile: list of a stranger",
        good,
        "status_invalid",
        _offline(_answers(_BAD_LISTS["signed by a stranger"])),
    ),
    Case(
        "offline profile: list without the entry",
        good,
        "entry_status_undefined",
        _offline(_answers(lambda w: w.status_token(size=8))),
    ),
    Case("offline profile: distrusted status key", good, "status_invalid", _offline(_distrusted_status_key)),
]


def mutated(genuine: str, *, seed: int) -> str:
    """Return a credential with a few characters changed, left out, doubled or exchanged."""
    chance = random.Random(seed)
    text = list(genuine)
    for _ in range(chance.choice((1, 1, 2, 5))):
        at, other = chance.randrange(len(text)), chance.randrange(len(text))
        match chance.randrange(4):
            case 0:
                text[at] = chance.choice('~.-_AZaz09={}"')
            case 1:
                del text[at]
            case 2:
                text.insert(at, text[other])
            case _:
                text[at], text[other] = text[other], text[at]
    return "".join(text)


CASES = [*DISCLOSURES, *BINDING, *STATUS, *TRUST, *OFFLINE]
