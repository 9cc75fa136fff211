"""Reading the data files of a certificate, each checked against its published SHA-256.

The fonts lie in `credential_schemas/look/fonts`, because the verifier's receipts are set in them too.
"""

import hashlib
from importlib import resources

from issuer.certificate.errors import AssetDamagedError


def read_asset(path: str, *, sha256: str) -> bytes:
    """Return the bytes of a data file.

    Args:
        path: path below this package, or below the shared look for `fonts/`, with forward slashes.
        sha256: the digest the file must have, in hexadecimal.

    Raises:
        AssetDamagedError: the digest differs.
    """
    package = "credential_schemas.look" if path.startswith("fonts/") else "issuer.certificate"
    data = resources.files(package).joinpath(path).read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise AssetDamagedError(file=path)
    return data
