"""How a bank seals: the level of its seals, and where time stamps come from. Stands in `bank.json` as `sealing`."""

from dataclasses import dataclass
from typing import Final, Literal, get_args

from keys.encoding import JsonValue

SealLevel = Literal["B-B", "B-T", "B-LT"]
WhenUnreachable = Literal["refuse", "seal-without"]
SEAL_LEVELS: Final[tuple[SealLevel, ...]] = get_args(SealLevel)
WHEN_UNREACHABLE: Final[tuple[WhenUnreachable, ...]] = get_args(WhenUnreachable)

MAX_REVOCATION_ORIGINS: Final = 16
_MEMBERS: Final = 3


@dataclass(frozen=True, slots=True)
class SealPolicy:
    """PAdES baseline level, and what a time stamp needs.

    `tsa_url` is where the time-stamping authority answers. `when_unreachable` says what happens when it does not:
    `refuse` issues nothing, `seal-without` seals with level B-B. `revocation_origins` are the places that may be asked
    whether a certificate of the seal is revoked; without one, nobody is asked.
    """

    level: SealLevel = "B-B"
    tsa_url: str | None = None
    when_unreachable: WhenUnreachable = "refuse"
    revocation_origins: tuple[str, ...] = ()

    def encode(self) -> JsonValue:
        """Write the member of `bank.json`; programs that do not know the origins refuse a file that names some."""
        members: dict[str, JsonValue] = {
            "level": self.level,
            "tsa_url": self.tsa_url,
            "when_unreachable": self.when_unreachable,
        }
        return members | ({"revocation_origins": list(self.revocation_origins)} if self.revocation_origins else {})

    @classmethod
    def decode(cls, value: JsonValue) -> "SealPolicy":
        """Read the member of `bank.json`.

        Raises:
            TypeError: it has other members or values.
        """
        if not isinstance(value, dict):
            msg = "expected an object"
            raise TypeError(msg)
        members = {"level": "B-B", "tsa_url": None, "when_unreachable": "refuse"} | value
        origins = members.pop("revocation_origins", [])
        level, url, when = members["level"], members["tsa_url"], members["when_unreachable"]
        url_fits = isinstance(url, str) or (url is None and level == "B-B")
        known = level in SEAL_LEVELS and when in WHEN_UNREACHABLE
        if len(members) > _MEMBERS or not known or not url_fits:
            msg = "expected a level, what happens without an answer, and for time stamps a URL"
            raise TypeError(msg)
        return cls(**members, revocation_origins=_texts(origins))  # type: ignore[arg-type] # every member was just compared


def _texts(value: JsonValue) -> tuple[str, ...]:
    texts = tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()
    if not isinstance(value, list) or len(texts) != len(value) or len(texts) > MAX_REVOCATION_ORIGINS:
        msg = "expected a few origins as text"
        raise TypeError(msg)
    return texts
