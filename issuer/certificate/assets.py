"""Reading the data files of this package, each checked against its published SHA-256."""

import hashlib
from importlib import resources

from issuer.certificate.errors import AssetDamagedError


def read_asset(path: str, *, sha256: str) -> bytes:
    """Return the bytes of a data file of this package.

    Args:
        path: path below this package, with forward slashes.
        sha256: the digest the file must have, in hexadecimal.

    Raises:
        AssetDamagedError: the digest differs.
    """
    data = resources.files("issuer.certificate").joinpath(path).read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise AssetDamagedError(file=path)
    return data
