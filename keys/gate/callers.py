"""Who is asking, as far as limits need to know: a known token, else the network the connection comes from (S17).

A header about the client is believed only for as many proxies as the operator says stand before the service.
"""

import hashlib
import ipaddress
import re
import socket
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Final

from keys.errors import GateError
from keys.limits import IPV6_PREFIX_BITS, MAX_TOKEN_CHARACTERS, MAX_TOKEN_FILE_BYTES
from keys.values import dataclass

Headers = Sequence[tuple[bytes, bytes]]
"""Names in lower case, and values, as ASGI has them."""

UNKNOWN: Final = "unknown"
TOKEN_PREFIX: Final = "token:"  # noqa: S105 - what stands before the name of a token
_TOKEN_LINE: Final = re.compile(r"([0-9a-f]{64}) ([A-Za-z0-9][A-Za-z0-9._-]{0,63})(?: ([a-z]+(?:,[a-z]+)*))?")
_BEARER: Final = re.compile(rb"[Bb]earer +([!-~]+)")


def network_of(peer: str | None, headers: Headers, *, trusted_proxies: int) -> str:
    """Return the network that a request comes from: an IPv4 address, or the /64 of an IPv6 address.

    Args:
        peer: address of the other end of the connection, None when it has none (a Unix socket).
        headers: of the request.
        trusted_proxies: how many proxies of the operator's own stand before the service. 0: `X-Forwarded-For` is not
            looked at. n: the n-th address from its right end is the client's; a header that is shorter, or has
            something else there, was not written by those proxies and is not believed.
    """
    if trusted_proxies:
        listed = b",".join(value for name, value in headers if name == b"x-forwarded-for").split(b",")
        if len(listed) >= trusted_proxies:
            claimed = _network(listed[-trusted_proxies].decode("latin-1").strip())
            if claimed is not None:
                return claimed
    return _network(peer or "") or UNKNOWN


def _network(text: str) -> str | None:
    try:
        address = socket.inet_pton(socket.AF_INET, text)  # a tenth of the time of the library below
    except (OSError, ValueError):
        return _network_of_ipv6(text)
    return socket.inet_ntop(socket.AF_INET, address)


def _network_of_ipv6(text: str) -> str | None:
    try:
        address = ipaddress.IPv6Address(text)
    except ValueError:
        return None
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(address), IPV6_PREFIX_BITS), strict=False))


@dataclass(frozen=True, slots=True)
class KnownToken:
    """One token: the name of its caller, and where it may be used; None for everywhere."""

    name: str
    scopes: frozenset[str] | None = None

    def reaches(self, scope: str | None) -> bool:
        """Return whether it may be used at an address of a scope; None for an address that belongs to none."""
        return scope is None or self.scopes is None or scope in self.scopes


class KnownTokens:
    """Bearer tokens of callers that are counted by themselves, known by their SHA-256 only."""

    def __init__(self, names: Mapping[str, str], scopes: Mapping[str, frozenset[str]] | None = None) -> None:
        """Take names, and scopes where a token is narrowed, by the SHA-256 of the tokens, 64 lower-case hex digits."""
        narrowed = scopes or {}
        self._tokens = {digest: KnownToken(name, narrowed.get(digest)) for digest, name in names.items()}

    @classmethod
    def read(cls, path: Path, *, scopes: Collection[str] = ()) -> "KnownTokens":
        """Read a file with one line for each token: its SHA-256 in hex, a space, a name.

        A space and scopes with commas between them may follow: the token is then good for those of them alone.

        Args:
            path: of the file.
            scopes: those that the service knows.

        Raises:
            GateError: it cannot be read, is too long, or a line has another form; the message says which line.
        """
        try:
            with path.open("rb") as file:
                text = file.read(MAX_TOKEN_FILE_BYTES + 1).decode("ascii")
        except (OSError, UnicodeDecodeError):
            raise GateError(f"expected a readable list of tokens, found none in {path.name}") from None
        if len(text) > MAX_TOKEN_FILE_BYTES:
            raise GateError(f"expected a list of tokens of at most {MAX_TOKEN_FILE_BYTES} bytes in {path.name}")
        names, narrowed = {}, {}
        for number, line in enumerate(text.splitlines(), start=1):
            found = _TOKEN_LINE.fullmatch(line)
            if found is None:
                raise GateError(f"{path.name}, line {number}: expected the SHA-256 of a token, a space and a name")
            names[found[1]] = found[2]
            if found[3] is not None:
                narrowed[found[1]] = frozenset(found[3].split(","))
                if not narrowed[found[1]] <= frozenset(scopes):
                    known = ", ".join(sorted(scopes)) or "none"
                    raise GateError(f"{path.name}, line {number}: expected scopes of this service ({known})")
        return cls(names, narrowed)

    def listing(self) -> tuple[KnownToken, ...]:
        """Return every token, sorted by name."""
        return tuple(sorted(self._tokens.values(), key=lambda token: token.name))

    def token_of(self, headers: Headers) -> KnownToken | None:
        """Return the token that a request carries, None for none or an unknown one."""
        sent = [value for name, value in headers if name == b"authorization"]
        found = _BEARER.fullmatch(sent[0]) if len(sent) == 1 else None
        if found is None or len(found[1]) > MAX_TOKEN_CHARACTERS:
            return None
        return self._tokens.get(hashlib.sha256(found[1]).hexdigest())


NO_TOKENS: Final = KnownTokens({})
