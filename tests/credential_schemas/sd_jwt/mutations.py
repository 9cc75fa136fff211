"""Credentials with one thing changed, a family for each kind of change, drawn from a seed.

Most families are signed after the change by the issuer's own key: what is refused then is refused for the change.
"""

import copy
import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from keys.encoding import b64url_encode
from tests.credential_schemas.sd_jwt.conftest import DAY, NOW, VCT, World, digest

AUDIENCE, NONCE = "x509_hash:abc", "n-0S6_WzA2Mj-4kk"
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@dataclass
class Draft:
    """A credential before it is signed: header, payload, disclosures as elements, key binding, and the chance.

    `disclosures` are lists of elements, or text that is taken as it is; `replaced` is a piece of the JSON text of the
    header or payload, and what is written instead; `token` changes the finished text.
    """

    world: World
    chance: random.Random
    header: dict[str, Any] = field(default_factory=dict)
    payload: dict[str, Any] = field(default_factory=dict)
    disclosures: list[Any] = field(default_factory=list)
    binding: dict[str, Any] | None = None
    binding_header: dict[str, Any] = field(default_factory=lambda: {"typ": "kb+jwt", "alg": "ES256"})
    replaced: tuple[str, str] = ("", "")
    token: Callable[[str], str] = str

    def salt(self) -> str:
        """Return a salt."""
        return b64url_encode(self.chance.randbytes(16))

    def hide(self, *elements: Any) -> str:  # noqa: ANN401 - any JSON
        """Add a disclosure and return its digest."""
        self.disclosures.append([self.salt(), *elements])
        return digest(encoded(self.disclosures[-1]))

    def compact(self) -> str:
        """Sign and write the credential."""
        texts = [each if isinstance(each, str) else encoded(each) for each in self.disclosures]
        header, payload = json.dumps(self.header), json.dumps(self.payload, ensure_ascii=False)
        if self.replaced[0]:
            assert self.replaced[0] in header + payload
            header, payload = header.replace(*self.replaced), payload.replace(*self.replaced)
        presented = "~".join([signed(self.world.issuer.sign, header, payload), *texts, ""])
        if self.binding is not None:
            claims = {"sd_hash": digest(presented), **self.binding}
            claims = {name: value for name, value in claims.items() if value is not None}
            presented += signed(self.world.holder.sign, json.dumps(self.binding_header), json.dumps(claims))
        return self.token(presented)


def encoded(elements: Any) -> str:  # noqa: ANN401 - any JSON
    """Return the text of a disclosure with these elements, or of anything else in its place."""
    return b64url_encode(json.dumps(elements, ensure_ascii=False).encode("utf-8", "surrogatepass"))


def signed(sign: Callable[[bytes], bytes], header: str, payload: str) -> str:
    """Return a compact JWS over any text."""
    signing_input = f"{b64url_encode(header.encode())}.{b64url_encode(payload.encode('utf-8', 'surrogatepass'))}"
    return f"{signing_input}.{b64url_encode(sign(signing_input.encode()))}"


def genuine(world: World, chance: random.Random) -> Draft:
    """Return a credential of random size: holder members, entries with hidden fields, decoys, some withheld."""
    draft = Draft(world, chance)
    draft.header = {"alg": "ES256", "typ": "dc+sd-jwt", "kid": world.issuer.key_id}
    draft.payload = {**world.bound_claims(note="plain"), "_sd_alg": "sha-256"}
    names = [draft.hide(name, f"값 {chance.randrange(99)}") for name in ("name", "birth_date")]
    draft.payload["holder"] = {"_sd": sorted([*names, digest("decoy")]), "shown": True}
    entries: list[Any] = []
    for number in range(chance.randint(1, 5)):
        entry: dict[str, Any] = {"title": f"자격 {number}", "idx": number}
        if chance.random() < 0.5:
            entry["_sd"] = [draft.hide("grade", number)]
        entries.append({"...": draft.hide(entry)} if chance.random() < 0.8 else entry)
    draft.payload["qualifications"] = [*entries, {"...": digest("withheld")}]
    return draft


Change = Callable[[Draft], None]


def _pick(*values: Any) -> Callable[[Draft], Any]:  # noqa: ANN401 - any JSON
    return lambda draft: copy.deepcopy(draft.chance.choice(values))


def _header(name: str, choose: Callable[[Draft], Any]) -> Change:
    return lambda draft: draft.header.update({name: choose(draft)})


def _claim(name: str, choose: Callable[[Draft], Any]) -> Change:
    return lambda draft: draft.payload.update({name: choose(draft)})


def _lacks(*names: str) -> Change:
    def change(draft: Draft) -> None:
        del draft.payload[draft.chance.choice(names)]

    return change


def _text(old: str, choose: Callable[[Draft], str]) -> Change:
    return lambda draft: setattr(draft, "replaced", (old, choose(draft)))


def _token(change: Callable[[random.Random, str], str]) -> Change:
    return lambda draft: setattr(draft, "token", lambda text: change(draft.chance, text))


def _binding(**members: Callable[[Draft], Any]) -> Change:
    def change(draft: Draft) -> None:
        draft.binding = {"iat": NOW - 5, "aud": AUDIENCE, "nonce": NONCE}
        draft.binding |= {name: choose(draft) for name, choose in members.items()}

    return change


def _any_disclosure(change: Callable[[Draft, list[Any]], Any]) -> Change:
    """Change one disclosure and the digest that stands for it."""

    def apply(draft: Draft) -> None:
        place = draft.chance.randrange(len(draft.disclosures))
        before = encoded(draft.disclosures[place])
        after = change(draft, draft.disclosures[place])
        draft.disclosures[place] = after
        _redirect(draft, digest(before), digest(after if isinstance(after, str) else encoded(after)))

    return apply


def _redirect(draft: Draft, old: str, new: str) -> None:
    """Let a digest point elsewhere, and what changes by that, outwards."""
    draft.payload = json.loads(json.dumps(draft.payload).replace(old, new))
    for place, other in enumerate(draft.disclosures):
        if isinstance(other, list) and old in json.dumps(other):
            before = digest(encoded(other))
            draft.disclosures[place] = json.loads(json.dumps(other).replace(old, new))
            _redirect(draft, before, digest(encoded(draft.disclosures[place])))


def _hidden_member(name: Callable[[Draft], Any], value: Any = "x") -> Change:  # noqa: ANN401 - any JSON
    def change(draft: Draft) -> None:
        draft.payload["_sd"] = [draft.hide(name(draft), value)]

    return change


def _hidden_control(draft: Draft) -> None:
    name = draft.chance.choice(["exp", "cnf", "vct", "nbf", "status", "aka_vcts", "vct#integrity"])
    value = draft.payload.pop(name, {"status": {"status_list": {"idx": 1}}, "nbf": NOW, "aka_vcts": []}.get(name, "x"))
    draft.payload["_sd"] = [draft.hide(name, value)]


def _same_digest(draft: Draft) -> None:
    holder = draft.payload["holder"]["_sd"]
    draft.chance.choice([holder, draft.payload.setdefault("_sd", [])]).append(draft.chance.choice(holder))


def _same_element(draft: Draft) -> None:
    entries = draft.payload["qualifications"]
    entries.append(draft.chance.choice([each for each in entries if "..." in each]))


def _nested(levels: int) -> Change:
    def change(draft: Draft) -> None:
        value: Any = "deep"
        for _ in range(levels + draft.chance.randrange(4)):
            value = {"_sd": [draft.hide("level", value)]}
        draft.payload["deep"] = value

    return change


def _flipped(chance: random.Random, text: str) -> str:
    """Change one character of a disclosure."""
    at = chance.randrange(text.index("~") + 1, len(text) - 1)
    return text[:at] + chance.choice(_ALPHABET.replace(text[at], "") + "~.=+/ \n") + text[at + 1 :]


def _forged(chance: random.Random, text: str) -> str:
    """Change one character of what the issuer signed, or of the signature, but never bits that mean nothing."""
    jwt = text.partition("~")[0]
    last = {len(jwt) - 1, *(index + step for index, each in enumerate(jwt) if each == "." for step in (-1, 0))}
    at = chance.choice([index for index in range(len(jwt)) if index not in last])
    return text[:at] + chance.choice(_ALPHABET.replace(text[at], "")) + text[at + 1 :]


def _loosened(chance: random.Random, text: str) -> str:
    """Write one part of the token in a form that lenient base64 decoders take for the same bytes."""
    parts = text.split("~")
    place = chance.randrange(1, len(parts) - 1)
    parts[place] += chance.choice(["=", "==", "\n", " ", "=" * 4])
    return "~".join(parts)


def _many_tildes(chance: random.Random, text: str) -> str:
    at = chance.choice([index for index, character in enumerate(text) if character == "~"])
    return text[:at] + "~" + text[at:]


def _reordered(chance: random.Random, text: str) -> str:
    jwt, *disclosures, end = text.split("~")
    chance.shuffle(disclosures)
    return "~".join([jwt, *disclosures, end])


def _top_level_only(chance: random.Random, text: str) -> str:
    return text.partition("~")[0] + "~"


def _repeated(chance: random.Random, text: str) -> str:
    jwt, *disclosures, end = text.split("~")
    return "~".join([jwt, *disclosures, chance.choice(disclosures), end])


def _unreferenced(draft: Draft) -> None:
    draft.hide(*draft.chance.choice([("extra", 1), ("an element",)]))


def _unused_kind(draft: Draft) -> None:
    if draft.chance.random() < 0.5:
        draft.payload["_sd"] = [draft.hide("an element without a name")]
    else:
        draft.payload["qualifications"].append({"...": draft.hide("name", "in an array")})


def _unbound(draft: Draft) -> None:
    _binding()(draft)
    draft.chance.choice([draft.payload.pop, lambda name: draft.payload.update({name: {}})])("cnf")


BOTH_ACCEPT: Mapping[str, Change] = {
    "unchanged": lambda _draft: None,
    "disclosures in another order": _token(_reordered),
    "nothing disclosed": _token(_top_level_only),
    "bound to its verifier": _binding(),
    "bound for one more second": _binding(iat=_pick(NOW - 300, NOW, NOW + 60)),
    "seven disclosures inside each other": _nested(4),
    "unknown header member": _header("iss", _pick("x", 1, None)),
}

CHANGES: Mapping[str, Change] = {
    "a character of a disclosure changed": _token(_flipped),
    "a character of the signed part changed": _token(_forged),
    "base64url written loosely": _token(_loosened),
    "one tilde more": _token(_many_tildes),
    "last tilde missing": _token(lambda _chance, text: text[:-1]),
    "disclosure repeated": _token(_repeated),
    "disclosure of nothing": _unreferenced,
    "disclosure of the other kind": _unused_kind,
    "salt that is no text": _any_disclosure(lambda d, e: [d.chance.choice([1, None, True, [], {}]), *e[1:]]),
    "disclosure with one element more": _any_disclosure(lambda _d, e: [*e, 1]),
    "disclosure of one element": _any_disclosure(lambda _d, e: e[:1]),
    "disclosure that is no array": _any_disclosure(lambda d, _e: encoded(d.chance.choice([{}, "text", 1, None]))),
    "disclosure with a repeated member": _any_disclosure(
        lambda d, e: b64url_encode(json.dumps([*e[:-1], "@"]).replace('"@"', '{"a":1,"a":2}').encode())
    ),
    "disclosure with a number nobody agrees on": _any_disclosure(
        lambda d, e: b64url_encode(
            json.dumps([*e[:-1], "@"])
            .replace('"@"', d.chance.choice(["NaN", "Infinity", "-0", "1e999", str(2**53)]))
            .encode()
        )
    ),
    "disclosure behind a byte order mark": _any_disclosure(
        lambda _d, e: b64url_encode(b"\xef\xbb\xbf" + json.dumps(e).encode())
    ),
    "name that is no text": _hidden_member(_pick(1, None, True)),
    "name that is reserved": _hidden_member(_pick("_sd", "...", "_sd_alg")),
    "name that is there already": _hidden_member(_pick("note", "holder", "iss")),
    "digest twice in _sd": _same_digest,
    "digest twice in an array": _same_element,
    "_sd that is no array": _claim("_sd", _pick("x", {}, 1, None, True)),
    "_sd with something else": _claim("_sd", lambda d: [digest("decoy"), d.chance.choice([1, None, {}, []])]),
    "placeholder with another member": _claim("more", lambda d: [{"...": digest("x"), "a": d.chance.randrange(9)}]),
    "placeholder without text": _claim("more", lambda d: [{"...": d.chance.choice([1, None, [], {}])}]),
    "placeholder outside of an array": _claim("more", lambda d: {"...": d.chance.choice([digest("x"), 1])}),
    "_sd_alg deeper": _claim("more", lambda d: {"_sd_alg": d.chance.choice(["sha-256", "sha-512", 1])}),
    "_sd_alg that is another": _claim("_sd_alg", _pick("sha-512", "SHA-256", "md5", "", 1, None, ["sha-256"])),
    "control claim hidden": _hidden_control,
    "member of a control claim hidden": _claim("status", lambda d: {"_sd": [d.hide("status_list", {})]}),
    "too deep in each other": _nested(9),
    "payload with a repeated member": _text(
        '"note": "plain"', _pick('"note": 1, "note": 2', '"\\u006eote": 1, "note": 2')
    ),
    "payload with a number nobody agrees on": _text(
        '"plain"', _pick("NaN", "-Infinity", "1e999", "-0", str(2**53), "-0.0")
    ),
    "payload too deep": _text('"plain"', lambda d: "[" * 25 + "]" * 25),
    "payload with half a character": _text('"plain"', _pick('"\\ud800"', '"\\udfff"')),
    "header with a repeated member": _text('"typ": "dc+sd-jwt"', _pick('"typ": "dc+sd-jwt", "typ": "dc+sd-jwt"')),
    "typ that is another": _header("typ", _pick("JWT", "kb+jwt", "vc+sd-jwt", "", None, 1, "statuslist+jwt")),
    "alg that is another": _header("alg", _pick("none", "HS256", "ES384", "es256", "", None)),
    "extension in the header": _header("crit", _pick([], ["b64"], ["exp"], "exp")),
    "compressed": _header("zip", _pick("DEF", "")),
    "unencoded payload": _header("b64", _pick(True, False)),
    "key in the header": _header("jwk", lambda d: d.world.holder.public_jwk()),
    "address of a key in the header": lambda d: d.header.update({d.chance.choice(["jku", "x5u"]): "https://a.example"}),
    "chain in the header": _header("x5c", _pick(["MIIB"], [])),
    "type that is another": _claim("vct", _pick("https://bank.example/vct/other/1", VCT + "/", "", None, 1, [VCT])),
    "type repeated in its other names": _claim("aka_vcts", _pick([VCT], VCT, [1])),
    "end that has passed": _claim("exp", lambda d: NOW - 61 - d.chance.randrange(DAY)),
    "begin to come": _claim("nbf", lambda d: NOW + 61 + d.chance.randrange(DAY)),
    "issued in the future": _claim("iat", lambda d: NOW + 61 + d.chance.randrange(DAY)),
    "time that is no number": lambda d: d.payload.update(
        {d.chance.choice(["exp", "nbf", "iat"]): d.chance.choice(["1795200000", True, None, [], 0, -1, 2**33])}
    ),
    "claim missing": _lacks("exp", "vct"),
    "binding for another": _binding(aud=_pick("x509_hash:abd", "", [AUDIENCE], None, AUDIENCE.upper())),
    "binding of another transaction": _binding(nonce=_pick("other", "", None, 1, NONCE[:-1])),
    "binding of another presentation": _binding(sd_hash=_pick(digest("x"), "", None, 1)),
    "binding too old or too new": _binding(
        iat=lambda d: d.chance.choice([NOW - 301 - d.chance.randrange(DAY), NOW + 61])
    ),
    "binding without a right time": _binding(iat=_pick(None, "now", True, 0)),
    "binding that has ended": _binding(exp=_pick(NOW - 61, "soon", True, 0)),
    "binding of another type": lambda d: (_binding()(d), d.binding_header.update(typ=d.chance.choice(["JWT", "", 1])))[
        0
    ],
    "binding with a key in its header": lambda d: (
        _binding()(d),
        d.binding_header.update(jwk=d.world.holder.public_jwk()),
    )[0],
    "binding of another algorithm": lambda d: (
        _binding()(d),
        d.binding_header.update(alg=d.chance.choice(["none", "HS256", "ES384"])),
    )[0],
    "bound though there is no key": _unbound,
}
