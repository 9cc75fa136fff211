"""What wallets send to the token service: forms, and what stands beside them in the headers.

Rules enforced:
* every parameter stands once, one with an empty value counts as not sent (RFC 6749 section 3.2); `client_id` is visible
  ASCII;
* wallets do not prove who made them: client attestations, assertions and secrets are refused by name, because one that
  is not checked must not look as if it were.
"""

from dataclasses import dataclass
from re import compile as pattern
from typing import Final
from urllib.parse import parse_qsl

from issuer.openid4vci.refusals import Refused

_MAX_FIELDS: Final = 32
_CLIENT_ID: Final = pattern(r"[ -~]{0,512}")
_ASSERTIONS: Final = ("client_assertion", "client_assertion_type", "client_secret")


@dataclass(frozen=True, slots=True)
class Asking:
    """What a request carries beside its body.

    Attributes:
        method: of HTTP.
        url: of the end point, as wallets know it; never taken from the request.
        proofs: the values of `DPoP` headers.
        attested: whether it has a client attestation or another way to say who the client is.
    """

    method: str = "POST"
    url: str = ""
    proofs: tuple[str, ...] = ()
    attested: bool = False


PLAIN: Final = Asking()
"""A request that carries nothing beside its body."""


def read_parameters(form: bytes, asking: Asking) -> dict[str, str]:
    """Return the parameters of a form.

    Args:
        form: the body, `application/x-www-form-urlencoded`.
        asking: what came with it.

    Raises:
        Refused: `invalid_request` or `invalid_client`.
    """
    try:
        pairs = parse_qsl(form.decode("ascii"), keep_blank_values=True, max_num_fields=_MAX_FIELDS, errors="strict")
    except ValueError:
        raise Refused("invalid_request", "expected a form in plain ASCII with percent-encoded UTF-8") from None
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise Refused("invalid_request", "expected each parameter once")
    parameters = {name: value for name, value in pairs if value}
    if not _CLIENT_ID.fullmatch(parameters.get("client_id", "")):
        raise Refused("invalid_request", "expected client_id in visible ASCII characters")  # RFC 6749 appendix A.1
    if asking.attested or any(name in parameters for name in _ASSERTIONS):
        raise Refused("invalid_client", "client attestation and client secrets are not supported by this issuer")
    return parameters
