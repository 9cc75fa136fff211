"""Which versions of which specifications exports follow; drafts are named as drafts."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

SPECIFICATIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Open Badges": "3.0 Final (document version 1.2, context 3.0.3)",
        "Verifiable Credentials Data Model": "2.0 Recommendation (2025-05-15)",
        "Securing Verifiable Credentials using JOSE and COSE": "Recommendation (2025-05-15)",
        "did:jwk": "community document, no standard",
    }
)
"""Name and version; `cb-issuer --version --json` prints them."""
