"""URLs in the one plain form that trust decisions and the network door accept.

Rules enforced (S15): `https`, or `http` where loopback is allowed and the host is a loopback one; a lower-case ASCII
host name (international names in their xn-- form) or an address; no user information, no fragment, no white space,
control or backslash character, so that every reader of the URL sees the same host. Left to the caller: what the path
means.
"""

import ipaddress
import re
from typing import Final
from urllib.parse import urlsplit

from keys.errors import UrlError
from keys.limits import MAX_URL_CHARACTERS
from keys.values import dataclass

_DEFAULT_PORTS: Final = {"https": 443, "http": 80}
_REFUSED_CHARACTERS: Final = frozenset('\\"<>^`{|}#@ ')
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST_NAME: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_LOOPBACK_NAME: Final = "localhost"


@dataclass(frozen=True, slots=True)
class Url:
    """A URL that passed the rules of this module.

    Attributes:
        text: the URL as given.
        scheme: `https` or `http`.
        host: lower-case name, or address without brackets.
        port: the port, also when the URL leaves it out.
        loopback: whether the host is this machine by its very text.
    """

    text: str
    scheme: str
    host: str
    port: int
    loopback: bool

    @property
    def origin(self) -> str:
        """Return scheme, host and port, without the port where it is the scheme's own (RFC 6454)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}"


def parse_url(text: str, *, allow_loopback: bool) -> Url:
    """Read an absolute URL.

    Args:
        text: the URL, at most 2,048 characters.
        allow_loopback: accept hosts that name this machine (and `http` to them), for development only.

    Raises:
        UrlError: it breaks a rule of this module.

    Source: RFC 3986, narrowed
    """
    plain = text.isascii() and text.isprintable() and _REFUSED_CHARACTERS.isdisjoint(text)
    if not plain or not 0 < len(text) <= MAX_URL_CHARACTERS:
        raise UrlError("expected a URL of plain ASCII characters without user name and fragment")
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise UrlError("expected a URL with a valid host and port") from None
    if parts.scheme not in _DEFAULT_PORTS or not host or port == 0:
        raise UrlError("expected an absolute https URL with a host")
    loopback = _is_loopback(host)
    if loopback and not allow_loopback:
        raise UrlError("expected a host on the network, found this machine, which only development allows")
    if parts.scheme == "http" and not loopback:
        raise UrlError("expected https, found http")
    return Url(text, parts.scheme, host, port or _DEFAULT_PORTS[parts.scheme], loopback)


def parse_origin(text: str, *, allow_loopback: bool) -> str:
    """Read an origin such as `https://bank.example` and return it in its one form.

    Raises:
        UrlError: not a URL by the rules of this module, or more than scheme, host and port.
    """
    url = parse_url(text, allow_loopback=allow_loopback)
    if text.lower().removesuffix("/") not in {url.origin, f"{url.origin}:{url.port}"}:
        raise UrlError("expected an origin: scheme, host and port only")
    return url.origin


def _is_loopback(host: str) -> bool:
    """Return whether a host names this machine by its text; a host that is neither name nor address is refused."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        # A name whose last label is a number would be read as an address by some (WHATWG URL, section 3.5).
        if not _HOST_NAME.fullmatch(host) or host.rpartition(".")[2][0].isdigit():
            raise UrlError("expected a host name in lower-case ASCII or an address") from None
    return host == _LOOPBACK_NAME or host.endswith(f".{_LOOPBACK_NAME}")
