"""Which versions of which specifications this room speaks; drafts are named as drafts."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

SPECIFICATIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "OpenID4VCI": "1.0 Final (2025-09-16)",
        "SD-JWT": "RFC 9901",
        "SD-JWT VC": "Internet-Draft 19",
        "Token Status List": "Internet-Draft 20",
        "OAuth 2.0 Authorization Server Metadata": "RFC 8414",
        "Bearer Token Usage": "RFC 6750",
    }
)
"""Name and version; `cb-issuer --version --json` prints them."""
