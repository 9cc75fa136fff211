"""The names that verifier and wallet share, and the version that they state."""

import pytest

from credential_schemas.openid4vp.names import ERRORS, NONCE, RESPONSE_MODES, SIGNED_PREFIXES
from credential_schemas.openid4vp.version import NAME, VERSION


def test_the_final_standard_is_named_and_no_draft() -> None:
    assert (NAME, VERSION) == ("OpenID4VP", "1.0 Final (2025-07-09)")


def test_prefixes_and_modes_are_those_of_the_standard() -> None:
    assert SIGNED_PREFIXES == ("x509_hash", "x509_san_dns")
    assert RESPONSE_MODES == ("direct_post", "direct_post.jwt")
    assert {"access_denied", "invalid_transaction_data", "vp_formats_not_supported"} <= ERRORS


@pytest.mark.parametrize("nonce", ["a" * 21, "a" * 257, "a" * 21 + "+", "a b" * 10, ""])
def test_nonce_that_is_short_or_not_url_safe_is_none(nonce: str) -> None:
    assert NONCE.fullmatch(nonce) is None
