"""Which versions of which specifications this room speaks; drafts are named as drafts."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from credential_schemas.openid4vp.version import NAME, VERSION

SPECIFICATIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        NAME: VERSION,
        "JWT-Secured Authorization Request": "RFC 9101",
        "JSON Web Encryption": "RFC 7516",
        "SD-JWT": "RFC 9901",
        "SD-JWT VC": "Internet-Draft 19",
        "Token Status List": "Internet-Draft 20",
    }
)
"""Name and version; `cb-verifier --version --json` prints them."""
