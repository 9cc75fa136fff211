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
        "OAuth 2.0 Pushed Authorization Requests": "RFC 9126",
        "OAuth 2.0 Authorization Server Issuer Identification": "RFC 9207",
        "Proof Key for Code Exchange": "RFC 7636",
        "OAuth 2.0 Demonstrating Proof of Possession": "RFC 9449",
    }
)
"""Name and version; `cb-issuer --version --json` prints them."""
