"""Which status lists an issuer says that it publishes: its aggregation, asked for seldom and believed for nothing else.

A verifier that has only a trust list learns from it which lists there are, before the first certificate was proved; so
its pages can ask for a whole list by name, and nobody can make the service ask an issuer for anything that is not one.

Rules enforced: one address for each issuer, `status-lists` below its identifier, at its listed origins; at most 64 KiB
and 1,000 lists, only of those origins; asked again after ten minutes, after a failure after one; one thread asks.

Source: draft-ietf-oauth-status-list-20 section 9; the address is ours, docs/formats/trust-bundle.md
"""

import threading
from collections.abc import Callable
from typing import Final

from keys.encoding import decode_json_object
from keys.errors import DecodingError, FetchError, UrlError
from keys.trust_list import TrustedIssuer
from keys.urls import parse_url

FetchDocument = Callable[[TrustedIssuer, str], bytes]
"""Fetches a JSON document from the origins of an issuer, or raises `FetchError`."""

MAX_LISTING_BYTES: Final = 64 * 1024
_MAX_LISTS: Final = 1_000
_PATH: Final = "/status-lists"
_REUSE_S: Final = 600
_RETRY_S: Final = 60


class PublishedLists:
    """The aggregations of issuers; for any threads."""

    def __init__(self, fetch: FetchDocument) -> None:
        self._fetch = fetch
        self._known: dict[str, tuple[int, frozenset[str]]] = {}
        self._asking: dict[str, threading.Lock] = {}

    def of(self, issuer: TrustedIssuer, *, now: int) -> frozenset[str]:
        """Return the URIs that an issuer lists, at `now` (seconds since 1970); none when it cannot be asked."""
        with self._asking.setdefault(issuer.id, threading.Lock()):
            valid_until, uris = self._known.get(issuer.id, (now, frozenset()))
            if not now < valid_until <= now + _REUSE_S:
                found = self._asked(issuer)
                uris = uris if found is None else found
                self._known[issuer.id] = now + (_RETRY_S if found is None else _REUSE_S), uris
            return uris

    def _asked(self, issuer: TrustedIssuer) -> frozenset[str] | None:
        try:
            data = self._fetch(issuer, issuer.id.rstrip("/") + _PATH)
            listed = decode_json_object(data, max_bytes=MAX_LISTING_BYTES).get("status_lists")
        except (FetchError, DecodingError):
            return None
        if not isinstance(listed, list) or len(listed) > _MAX_LISTS:
            return None
        return frozenset(uri for uri in listed if isinstance(uri, str) and _is_of(issuer, uri))


def _is_of(issuer: TrustedIssuer, uri: str) -> bool:
    try:
        return parse_url(uri, allow_loopback=issuer.development).origin in issuer.origins
    except UrlError:
        return False
