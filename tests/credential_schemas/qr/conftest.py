"""Certificates of the sample generator, for every test of the QR payload."""

from collections.abc import Callable

import pytest

from benchmarks.qr.samples import CertificateMaker
from credential_schemas.entry_types import entry_types

URL = "https://verify.example.kr/v"

MakerFactory = Callable[..., CertificateMaker]


@pytest.fixture(scope="session")
def maker() -> MakerFactory:
    """The class that makes certificates: `maker(seed, known_names=True)`."""
    return CertificateMaker


@pytest.fixture(scope="session")
def type_ids() -> tuple[str, ...]:
    """Every entry type that a credential can carry."""
    return tuple(type_id for type_id, entry_type in entry_types().items() if not entry_type.source_only)
