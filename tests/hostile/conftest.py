"""The small signed world of the verifier's tests, for hostile hands: the same fixtures."""

from tests.verifier.conftest import keys, reader, world

__all__ = ["keys", "reader", "world"]
