"""The file in which an operator lists the OpenID providers of a service; their secrets lie in files of their own.

    {"providers": [{"id": "gov", "name": {"ko": "…", "en": "…"}, "issuer": "https://…", "client_id": "…",
                    "client_secret_file": "gov.secret", "origins": ["https://token.…"]}]}

`client_secret_file` and `origins` may be left out.
"""

import re
from collections.abc import Callable
from typing import Final

from keys.encoding import JsonValue, decode_json_object
from keys.errors import DecodingError
from keys.limits import MAX_OIDC_ANSWER_BYTES
from keys.sign_in.errors import OidcError
from keys.sign_in.oidc.model import OpenIdProvider

_ID: Final = re.compile(r"[a-z][a-z0-9-]{0,31}")
_TAKEN: Final = frozenset({"done", "settings", "local"})
_NEEDED: Final = frozenset({"id", "name", "issuer", "client_id"})
_KNOWN: Final = _NEEDED | {"client_secret_file", "origins"}


def read_providers(
    document: bytes, *, secret_of: Callable[[str], str], development: bool
) -> tuple[OpenIdProvider, ...]:
    """Read the file.

    Args:
        document: its content.
        secret_of: returns the secret in a named file, without the line's end.
        development: whether providers may be on this machine.

    Raises:
        OidcError: `configuration`; the message names the provider by its place and says what was expected.
    """
    try:
        listed = decode_json_object(document, max_bytes=MAX_OIDC_ANSWER_BYTES).get("providers")
    except DecodingError as error:
        raise _wrong("expected the providers as a JSON object") from error
    if not isinstance(listed, list) or not listed:
        raise _wrong('expected a list of providers as "providers"')
    found = [_provider(node, place, secret_of, development=development) for place, node in enumerate(listed, 1)]
    if len({provider.id for provider in found}) != len(found):
        raise _wrong("expected each provider to have an id of its own")
    return tuple(found)


def _provider(node: JsonValue, place: int, secret_of: Callable[[str], str], *, development: bool) -> OpenIdProvider:
    if not isinstance(node, dict) or not _NEEDED <= set(node) <= _KNOWN:
        raise _wrong(f"provider {place}: expected the members {', '.join(sorted(_KNOWN))}")
    name, origins, secret = node["name"], node.get("origins", []), node.get("client_secret_file")
    texts = [node["id"], node["issuer"], node["client_id"]]
    names = {key: text for key, text in name.items() if isinstance(text, str)} if isinstance(name, dict) else {}
    if set(names) != {"ko", "en"} or names != name or not all(isinstance(each, str) and each for each in texts):
        raise _wrong(f"provider {place}: expected id, issuer and client_id as texts, and a name in ko and en")
    if not isinstance(origins, list) or not all(isinstance(each, str) for each in origins):
        raise _wrong(f"provider {place}: expected a list of texts as origins")
    if secret is not None and not isinstance(secret, str):
        raise _wrong(f"provider {place}: expected the name of a file as client_secret_file")
    if not _ID.fullmatch(str(node["id"])) or node["id"] in _TAKEN:
        raise _wrong(f"provider {place}: expected an id of small letters, digits and hyphens that is not in use")
    return OpenIdProvider(
        id=str(node["id"]),
        name=names,
        issuer=str(node["issuer"]),
        client_id=str(node["client_id"]),
        client_secret=None if secret is None else secret_of(secret),
        origins=tuple(str(each) for each in origins),
        development=development,
    )


def _wrong(message: str) -> OidcError:
    return OidcError(message, kind="configuration")
