"""The kinds of certificates, read from `certificate_kinds.json`: what each is called, which categories it may list."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from credential_schemas.entry_types import Names
from keys.encoding import decode_json
from keys.values import dataclass

_MAX_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class CertificateKind:
    """One kind of certificate; `categories` is None when every category may be listed."""

    id: str
    names: Names
    title: Names
    subtitle: Names
    attestation: Names
    categories: frozenset[str] | None

    def allows(self, category: str) -> bool:
        """Return whether entries of the category may stand on a certificate of this kind."""
        return self.categories is None or category in self.categories


@cache
def certificate_kinds() -> Mapping[str, CertificateKind]:
    """Return the kinds by id, in file order."""
    data = Path(__file__).with_name("certificate_kinds.json").read_bytes()
    kinds: Any = decode_json(data, max_bytes=_MAX_BYTES)  # our own file; the tests read every member
    return read_kinds(kinds)


def read_kinds(kinds: Any) -> Mapping[str, CertificateKind]:  # noqa: ANN401 - our own data file, just decoded
    """Read the decoded file of the kinds."""
    return {kind["id"]: _kind(kind) for kind in kinds}


def _kind(kind: Any) -> CertificateKind:  # noqa: ANN401 - one object of our own data file, just decoded
    return CertificateKind(
        id=kind["id"],
        names=Names(kind["ko"], kind["en"]),
        title=Names(**kind["title"]),
        subtitle=Names(**kind["subtitle"]),
        attestation=Names(**kind["attestation"]),
        categories=None if kind["categories"] is None else frozenset(kind["categories"]),
    )
