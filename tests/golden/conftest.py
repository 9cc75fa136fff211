"""The small signed world of the verifier's tests, here for the Reports that the schema must refuse or accept."""

from tests.verifier.conftest import keys, reader, world

__all__ = ["keys", "reader", "world"]
