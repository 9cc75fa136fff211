"""Keys that the tests of floor 1 share; they are made for the run and never leave it."""

import pytest

from keys.key_files import FileSigner, create_key


@pytest.fixture(scope="session")
def signer() -> FileSigner:
    return FileSigner(create_key())


@pytest.fixture(scope="session")
def other_signer() -> FileSigner:
    return FileSigner(create_key())
