"""Private keys that never leave a device: a `Signer` or `NoteSigner` over PKCS#11. The one door to `python-pkcs11`.

The key is named by an RFC 7512 URI, `pkcs11:token=bank;object=seal?module-path=/usr/lib/softhsm/libsofthsm2.so`. The
PIN is asked for and never stands in the URI. The message is hashed here and the token signs the digest (CKM_ECDSA):
every token for P-256 does that, while SoftHSM 2.6, for one, lacks the mechanism that hashes by itself. The Ed25519 key
of a log signs the message as it is (CKM_EDDSA).

PKCS#11 logs a whole process in, not one session: several keys of one token are opened one after the other, and only
the first PIN is proved. A program that forks opens its keys in the child.
"""

import hashlib
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import unquote_to_bytes

from asn1crypto import core
from cryptography.hazmat.primitives.asymmetric import ec

from keys.errors import JwkError, KeyDeviceError, WrongPassphrase
from keys.jwk import PublicKey, public_key_of
from keys.limits import ED25519_KEY_BYTES, MAX_KEY_URI_CHARACTERS
from keys.note_keys import NotePublicKey
from keys.public_half import PublicHalf
from keys.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable

    import pkcs11

T = TypeVar("T")
_P256: Final = bytes(core.ObjectIdentifier("1.2.840.10045.3.1.7").dump())
_ED25519: Final = frozenset(  # PKCS#11 3.0, 2.3.7: the curve by its name or by its identifier (RFC 8410)
    {bytes(core.PrintableString("edwards25519").dump()), bytes(core.ObjectIdentifier("1.3.101.112").dump())}
)
_PATH_ATTRIBUTES: Final = frozenset({"token", "object", "id", "type"})
_QUERY_ATTRIBUTES: Final = frozenset({"module-path"})
_PIN_ATTRIBUTES: Final = frozenset({"pin-value", "pin-source"})


@dataclass(frozen=True, slots=True)
class TokenKeyName:
    """What a `pkcs11:` URI names: one private key of one token, and the library that reaches it.

    Attributes:
        token: the token's label.
        label: the key's label (`object`), or None if it is named by its identifier alone.
        identifier: the key's identifier (`id`), or None if it is named by its label alone.
        module_path: absolute path of the vendor's library, or None if the URI leaves it to the caller.
    """

    token: str
    label: str | None
    identifier: bytes | None
    module_path: str | None


@dataclass(frozen=True, slots=True)
class Pkcs11Signer(PublicHalf):
    """A `Signer` whose key lives in a token; may be used by several threads."""

    public_key: PublicKey
    _session: "pkcs11.Session" = field(repr=False)
    _key: Any = field(repr=False)  # a pkcs11.PrivateKey that can sign, which the library composes at run time
    _one_at_a_time: Lock = field(default_factory=Lock, repr=False)

    def sign(self, message: bytes) -> bytes:
        """Return the raw r || s signature (64 bytes) over the message.

        Raises:
            KeyDeviceError: the token is gone or logged out, or what it answers is no signature of this key.
        """
        import pkcs11

        digest = hashlib.sha256(message).digest()
        try:
            with self._one_at_a_time:
                signature = bytes(self._key.sign(digest, mechanism=pkcs11.Mechanism.ECDSA))
        except pkcs11.PKCS11Error as error:
            raise KeyDeviceError(f"the token cannot sign: {_name_of(error)}") from error
        if not self.public_key.verify(signature, message):
            raise KeyDeviceError("expected the token to make a signature that its public key verifies")
        return signature

    def close(self) -> None:
        """End the session; if it was the one that logged in, every key of this token in this process is closed."""
        import pkcs11

        with suppress(pkcs11.PKCS11Error):
            self._session.close()


@dataclass(frozen=True, slots=True)
class Pkcs11NoteSigner:
    """A `NoteSigner` whose key lives in a token; may be used by several threads."""

    _public: NotePublicKey
    _session: "pkcs11.Session" = field(repr=False)
    _key: Any = field(repr=False)  # a pkcs11.PrivateKey that can sign, which the library composes at run time
    _one_at_a_time: Lock = field(default_factory=Lock, repr=False)

    def public_key(self) -> NotePublicKey:
        """Return the public half."""
        return self._public

    def sign(self, message: bytes) -> bytes:
        """Return the signature over a message, 64 bytes; errors as `Pkcs11Signer.sign`."""
        import pkcs11

        try:
            with self._one_at_a_time:
                signature = bytes(self._key.sign(message, mechanism=pkcs11.Mechanism.EDDSA))
        except pkcs11.PKCS11Error as error:
            raise KeyDeviceError(f"the token cannot sign: {_name_of(error)}") from error
        if not self._public.verify(signature, message):
            raise KeyDeviceError("expected the token to make a signature that its public key verifies")
        return signature

    def close(self) -> None:
        """End the session, as `Pkcs11Signer.close`."""
        import pkcs11

        with suppress(pkcs11.PKCS11Error):
            self._session.close()


def parse_key_uri(rest: str) -> TokenKeyName:
    """Read what stands behind `pkcs11:`.

    Raises:
        KeyDeviceError: an attribute is unknown, repeated, malformed or missing, or the URI holds a PIN.

    Source: RFC 7512 section 2.3
    """
    if len(rest) > MAX_KEY_URI_CHARACTERS:
        raise KeyDeviceError(f"expected a pkcs11: URI of at most {MAX_KEY_URI_CHARACTERS} characters")
    path, _, query = rest.partition("?")
    named = _attributes(path, ";", known=_PATH_ATTRIBUTES)
    asked = _attributes(query, "&", known=_QUERY_ATTRIBUTES)
    if "token" not in named or named.keys().isdisjoint({"object", "id"}):
        raise KeyDeviceError("expected a pkcs11: URI with token, and with object or id")
    if named.get("type", b"private") != b"private":
        raise KeyDeviceError("expected a pkcs11: URI with type=private or without type")
    module_path = _text(asked["module-path"]) if "module-path" in asked else None
    label = _text(named["object"]) if "object" in named else None
    return TokenKeyName(_text(named["token"]), label, named.get("id"), module_path)


def open_pkcs11_signer(rest: str, *, ask_pin: "Callable[[], str]", module_path: str | None = None) -> Pkcs11Signer:
    """Open the key that a `pkcs11:` URI names, and log in.

    Args:
        rest: the URI without its scheme.
        ask_pin: asked for the user's PIN once the token is found.
        module_path: the vendor's library, where the URI names none.

    Raises:
        WrongPassphrase: the PIN is not that of the token.
        KeyDeviceError: the extra is not installed; the URI is malformed; the library, the token or the key is missing,
            not the only one of its name, or not on P-256; or the token refuses.
    """
    return _opened(parse_key_uri(rest), _find_key, ask_pin=ask_pin, module_path=module_path)


def open_pkcs11_note_signer(rest: str, *, ask_pin: "Callable[[], str]") -> Pkcs11NoteSigner:
    """Open the Ed25519 key that a `pkcs11:` URI names, and log in; errors as `open_pkcs11_signer`."""
    return _opened(parse_key_uri(rest), _find_note_key, ask_pin=ask_pin, module_path=None)


def _opened(
    name: TokenKeyName,
    find: "Callable[[pkcs11.Session, TokenKeyName], T]",
    *,
    ask_pin: "Callable[[], str]",
    module_path: str | None,
) -> T:
    pkcs11 = _binding()
    try:
        session = _log_in(_find_token(name, module_path=module_path), name.token, ask_pin=ask_pin)
        try:
            return find(session, name)
        except (pkcs11.PKCS11Error, KeyDeviceError):
            session.close()
            raise
    except pkcs11.PKCS11Error as error:
        raise KeyDeviceError(f"the token {name.token} refuses: {_name_of(error)}") from error


def _attributes(text: str, separator: str, *, known: frozenset[str]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for part in text.split(separator) if text else ():
        name, equals, value = part.partition("=")
        if name in _PIN_ATTRIBUTES:
            raise KeyDeviceError(f"expected no PIN in a pkcs11: URI, found {name}; the PIN is asked for")
        if name not in known or name in found or not equals or not value:
            raise KeyDeviceError(
                f"expected each attribute of a pkcs11: URI once, with a value, and one of {', '.join(sorted(known))}"
            )
        found[name] = unquote_to_bytes(value)
    return found


def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        raise KeyDeviceError("expected UTF-8 text in a pkcs11: URI") from None


def _binding() -> Any:  # noqa: ANN401 - the module, which may not be installed
    try:
        import pkcs11
    except ImportError as error:
        raise KeyDeviceError("a key in a token needs PKCS#11: install competency-bank[hsm]") from error
    return pkcs11


def _find_token(name: TokenKeyName, *, module_path: str | None) -> "pkcs11.Token":
    import pkcs11

    path = name.module_path or module_path
    if path is None or not path.startswith("/"):
        raise KeyDeviceError("expected the absolute path of the PKCS#11 library, as module-path in the URI")
    try:
        library = pkcs11.lib(path)
    except pkcs11.PKCS11Error as error:
        raise KeyDeviceError(f"cannot load the PKCS#11 library {path}") from error
    tokens = list(library.get_tokens(token_label=name.token))
    if len(tokens) != 1:
        raise KeyDeviceError(f"expected one token with the label {name.token}, found {len(tokens)}")
    return tokens[0]


def _log_in(token: "pkcs11.Token", label: str, *, ask_pin: "Callable[[], str]") -> "pkcs11.Session":
    import pkcs11

    pin = ask_pin()
    if not pin:  # not sent, because the token counts wrong PINs and locks itself
        raise WrongPassphrase(f"expected the PIN of the token {label}, found an empty one")
    try:
        return token.open(user_pin=pin)
    except pkcs11.exceptions.UserAlreadyLoggedIn:
        return token.open()
    except (pkcs11.exceptions.PinIncorrect, pkcs11.exceptions.PinInvalid, pkcs11.exceptions.PinLenRange):
        raise WrongPassphrase(f"the PIN does not open the token {label}") from None


def _find_key(session: "pkcs11.Session", name: TokenKeyName) -> Pkcs11Signer:
    import pkcs11

    private, public = _find_pair(session, name, pkcs11.KeyType.EC)
    if public[pkcs11.Attribute.EC_PARAMS] != _P256:
        raise KeyDeviceError("expected a key on the curve P-256 in the token, found one on another")
    return Pkcs11Signer(_public_key(public[pkcs11.Attribute.EC_POINT]), session, private)


def _find_note_key(session: "pkcs11.Session", name: TokenKeyName) -> Pkcs11NoteSigner:
    import pkcs11

    private, public = _find_pair(session, name, pkcs11.KeyType.EC_EDWARDS)
    if public[pkcs11.Attribute.EC_PARAMS] not in _ED25519:
        raise KeyDeviceError("expected a key on the curve Ed25519 in the token, found one on another")
    return Pkcs11NoteSigner(_note_public_key(public[pkcs11.Attribute.EC_POINT]), session, private)


def _note_public_key(ec_point: bytes) -> NotePublicKey:
    """Read CKA_EC_POINT: the 32 bytes of the key, in a DER OCTET STRING or as they are (PKCS#11 3.0, 2.3.5)."""
    try:
        wrapped = len(ec_point) != ED25519_KEY_BYTES
        return NotePublicKey(core.OctetString.load(ec_point, strict=True).native if wrapped else ec_point)
    except (ValueError, JwkError) as error:
        raise KeyDeviceError("expected the token to tell an Ed25519 key of 32 bytes") from error


def _find_pair(session: "pkcs11.Session", name: TokenKeyName, key_type: "pkcs11.KeyType") -> tuple[Any, Any]:
    """Find the private and the public half of one key; objects of an optional library."""
    import pkcs11

    wanted: dict[pkcs11.Attribute, Any] = {pkcs11.Attribute.KEY_TYPE: key_type}
    if name.label is not None:
        wanted[pkcs11.Attribute.LABEL] = name.label
    if name.identifier is not None:
        wanted[pkcs11.Attribute.ID] = name.identifier
    private = _only(session, wanted, pkcs11.ObjectClass.PRIVATE_KEY, what="private key for elliptic curves")
    # The two halves of a pair share their identifier (PKCS#11 2.40, 4.7).
    pair = {**wanted, pkcs11.Attribute.ID: private[pkcs11.Attribute.ID]}
    return private, _only(session, pair, pkcs11.ObjectClass.PUBLIC_KEY, what="public key beside the private one")


def _public_key(ec_point: bytes) -> PublicKey:
    """Read CKA_EC_POINT: the DER OCTET STRING of the uncompressed point."""
    try:
        point = core.OctetString.load(ec_point, strict=True).native
        return public_key_of(ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point))
    except ValueError as error:
        raise KeyDeviceError("expected the token to tell a point of the curve P-256") from error


def _only(session: "pkcs11.Session", wanted: "dict[pkcs11.Attribute, Any]", kind: Any, *, what: str) -> Any:  # noqa: ANN401 - objects of an optional library
    import pkcs11

    found = list(session.get_objects({**wanted, pkcs11.Attribute.CLASS: kind}))
    if len(found) != 1:
        raise KeyDeviceError(f"expected one {what} of this name in the token, found {len(found)}")
    return found[0]


def _name_of(error: Exception) -> str:
    """Return PKCS#11's own name of what went wrong; the exceptions carry no other text."""
    return type(error).__name__
