"""How an issuer's origins are reached: what the wallet needs of a network, and no more."""

from collections.abc import Mapping
from typing import Protocol

from keys.fetch import Answer


class Door(Protocol):
    """The way to the issuer's origins; `keys.fetch.Fetcher` is one."""

    def get(self, url: str, *, accept: str, max_bytes: int) -> bytes:
        """Fetch a document."""
        ...

    def ask(self, url: str, content: bytes, *, media_type: str, accept: str, max_bytes: int) -> Answer:
        """Send a document and hear the answer, also a refusal."""
        ...

    def saying(self, headers: Mapping[str, str]) -> "Door":
        """Return the same way with more headers in what `ask` sends."""
        ...


class OpenDoor(Protocol):
    """Opens the door, with a bearer token or without."""

    def __call__(self, *, bearer: str | None = None) -> Door:
        """Return a door that says with every request who asks."""
        ...
