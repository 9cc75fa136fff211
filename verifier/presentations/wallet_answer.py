"""Read what a wallet posts to the response address: presentations, or an error in their place.

Rules enforced:
* a form whose fields stand once each; unknown fields are ignored;
* with `direct_post.jwt` a success is believed only encrypted, to the key of this request; an error may come plain;
* with `direct_post` nothing encrypted is taken;
* `state` is that of this request;
* an answer holds `vp_token` or `error`, not both.

Nothing in a presentation is looked at here.

Source: OpenID4VP 1.0 sections 8.2, 8.3 and 8.5
"""

import hmac
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from credential_schemas.dcql.answers import read_answer
from credential_schemas.errors import DcqlError
from credential_schemas.openid4vp.names import ERRORS, FORM_MEDIA_TYPE, MAX_RESPONSE_CHARACTERS
from keys.encoding import JsonValue, decode_json, decode_json_object
from keys.errors import DecodingError, JweError
from keys.values import dataclass
from verifier.presentations.errors import WalletRefused
from verifier.presentations.presentation import Asked

_MAX_FIELDS: Final = 32
OTHER_ERROR: Final = "other_error"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a wallet answered: presentations by the id of their query, or the error it gave."""

    presentations: Mapping[str, tuple[str, ...]]
    error: str | None = None


def form_of(body: bytes, media_type: str) -> Mapping[str, str]:
    """Return the fields of a form that a wallet sent.

    Raises:
        WalletRefused: it is no form, too large, or has a field twice.
    """
    if media_type.partition(";")[0].strip().lower() != FORM_MEDIA_TYPE:
        raise WalletRefused(f"expected {FORM_MEDIA_TYPE}")
    if len(body) > MAX_RESPONSE_CHARACTERS:
        raise WalletRefused(f"expected at most {MAX_RESPONSE_CHARACTERS} bytes")
    try:
        fields = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(body),
            errors="strict",
            max_num_fields=_MAX_FIELDS,
        )
    except ValueError as error:  # UnicodeDecodeError is one
        raise WalletRefused("expected a form, found something else") from error
    found = dict(fields)
    if len(found) != len(fields):
        raise WalletRefused("expected each field once, found one twice")
    return found


def read_wallet_answer(fields: Mapping[str, str], asked: Asked) -> Answer:
    """Read the fields of an answer to one request.

    Raises:
        WalletRefused: it is not an answer to this request, or not one that may be believed.
    """
    members = _members(fields, asked)
    state = members.get("state")
    if not isinstance(state, str) or not hmac.compare_digest(state.encode(), asked.state.encode()):
        raise WalletRefused("expected the state of this request, found another or none")
    if "error" in members:
        error = members["error"]
        if "vp_token" in members:
            raise WalletRefused("expected presentations or an error, found both")
        return Answer({}, error if isinstance(error, str) and error in ERRORS else OTHER_ERROR)
    try:
        return Answer(read_answer(members.get("vp_token"), asked.wish.query))
    except DcqlError as error:
        raise WalletRefused(str(error)) from error


def _members(fields: Mapping[str, str], asked: Asked) -> Mapping[str, JsonValue]:
    if "response" in fields:
        return _decrypted(fields["response"], asked)
    if "error" in fields:
        return dict(fields)
    if asked.encryption is not None:
        raise WalletRefused("expected an encrypted answer in response, found none")
    if "vp_token" not in fields:
        raise WalletRefused("expected vp_token or error, found neither")
    try:
        vp_token = decode_json(fields["vp_token"].encode(), max_bytes=MAX_RESPONSE_CHARACTERS)
    except DecodingError as error:
        raise WalletRefused(f"vp_token: expected JSON: {error.message}") from error
    return {**fields, "vp_token": vp_token}


def _decrypted(response: str, asked: Asked) -> Mapping[str, JsonValue]:
    if asked.encryption is None:
        raise WalletRefused("expected an answer that is not encrypted, because none was asked to be")
    try:
        return decode_json_object(asked.encryption.decrypt(response), max_bytes=MAX_RESPONSE_CHARACTERS)
    except JweError as error:
        raise WalletRefused(f"response: {error.message}") from error
    except DecodingError as error:
        raise WalletRefused(f"response: expected a JSON object: {error.message}") from error
