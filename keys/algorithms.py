"""The closed list of signature algorithms: ES256 and nothing else (S11)."""

from typing import Final

from keys.encoding import JsonValue
from keys.errors import AlgorithmNotAllowed
from keys.values import dataclass


@dataclass(frozen=True, slots=True)
class Algorithm:
    """A signature algorithm this project knows, with the only key type and curve that fit it."""

    name: str
    key_type: str
    curve: str


ES256: Final = Algorithm(name="ES256", key_type="EC", curve="P-256")
KNOWN: Final = {ES256.name: ES256}
ES256_ONLY: Final = frozenset({ES256.name})


def allowed(name: JsonValue, *, permitted: frozenset[str]) -> Algorithm:
    """Return the algorithm a token names, if the caller permits it.

    Args:
        name: the untrusted `alg` value, compared exactly (`nOnE` is simply unknown).
        permitted: the caller's list; a name on it that is not in our closed list stays refused.

    Raises:
        AlgorithmNotAllowed: missing, not text, unknown or not permitted.

    Source: RFC 8725 sections 3.1 and 3.2
    """
    if isinstance(name, str) and name in permitted and name in KNOWN:
        return KNOWN[name]
    expected = ", ".join(sorted(permitted & KNOWN.keys())) or "no algorithm at all"
    raise AlgorithmNotAllowed(f"expected the signature algorithm {expected}, found another or none")
