"""Keyed links join records of one person without holding the number."""

import hashlib
import hmac

import pytest

from keys.keyed_link import keyed_link

KEY = bytes(range(32))


def test_a_link_is_the_hmac_of_its_labelled_value() -> None:
    message = (2).to_bytes(4, "big") + b"ci" + "값".encode()
    assert keyed_link("값", key=KEY, context="ci") == hmac.new(KEY, message, hashlib.sha256).hexdigest()


def test_links_differ_by_value_key_and_context() -> None:
    links = {
        keyed_link("a", key=KEY, context="ci"),
        keyed_link("b", key=KEY, context="ci"),
        keyed_link("a", key=KEY[::-1], context="ci"),
        keyed_link("a", key=KEY, context="person"),
        keyed_link("ia", key=KEY, context="c"),
    }
    assert len(links) == 5


def test_a_short_linking_key_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 32 bytes, found 31"):
        keyed_link("a", key=KEY[:31], context="ci")


def test_a_link_without_context_is_refused() -> None:
    with pytest.raises(ValueError, match="found an empty one"):
        keyed_link("a", key=KEY, context="")
