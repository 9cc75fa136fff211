"""Fetching trust lists and bundles from the addresses that people or the list in use name."""

from typing import Final

from verifier.errors import OptionError

BUNDLE_MEDIA_TYPE: Final = "application/jwt"
_LIST_MEDIA_TYPE: Final = "application/json"
_BUNDLE_SUFFIX: Final = ".jwt"


def fetch(url: str, *, accept: str, development: bool) -> bytes:
    """Fetch a list or bundle from the origin of its own URL; a bundle carries several lists, so it may be larger.

    Raises:
        OptionError: the address is not allowed.
        FetchError: the network failed, or the answer breaks a rule of the network door.
    """
    from keys.errors import UrlError
    from keys.fetch import Fetcher
    from keys.limits import MAX_FETCH_BUNDLE_BYTES, MAX_FETCH_BYTES
    from keys.urls import parse_url

    try:
        fetcher = Fetcher([parse_url(url, allow_loopback=development).origin], allow_loopback=development)
    except UrlError as error:
        raise OptionError(error.message, kind="address") from error
    max_bytes = MAX_FETCH_BUNDLE_BYTES if accept == BUNDLE_MEDIA_TYPE else MAX_FETCH_BYTES
    return fetcher.get(url, accept=accept, max_bytes=max_bytes)


def is_bundle_address(url: str) -> bool:
    """Return whether a URL is that of a bundle; bundles are served under names that end in `.jwt`."""
    return url.partition("?")[0].endswith(_BUNDLE_SUFFIX)


def fetched(url: str, *, development: bool) -> bytes:
    """Fetch what stands at a URL, a bundle or a list by its name; errors as `fetch`."""
    accept = BUNDLE_MEDIA_TYPE if is_bundle_address(url) else _LIST_MEDIA_TYPE
    return fetch(url, accept=accept, development=development)
