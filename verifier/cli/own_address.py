"""Where `serve` is reached: at VERIFIER_URL, else on this machine if nobody else can reach it."""

from typing import Final

from keys.errors import UrlError
from keys.urls import Url, parse_origin, parse_url
from verifier.errors import OptionError

_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_HTTP_PORT: Final = 80


def set_address(url: str) -> Url:
    """Return VERIFIER_URL in its one form.

    Raises:
        OptionError: it is no origin.
    """
    try:
        return parse_url(parse_origin(url, allow_loopback=True), allow_loopback=True)
    except UrlError as error:
        raise OptionError(f"expected VERIFIER_URL to be an origin: {error.message}", kind="url") from error


def address_at(host: str, port: int) -> str:
    """Return the origin of what listens at a host and port, as browsers write it (RFC 6454)."""
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}" if port == _HTTP_PORT else f"http://{name}:{port}"


def addresses_here(host: str, port: int) -> tuple[str, ...]:
    """Return the origins of what listens at a host and port on this machine; none where others can reach it, too."""
    if host not in _LOOPBACK:
        return ()
    return tuple(address_at(name, port) for name in (host, "127.0.0.1", "localhost"))
