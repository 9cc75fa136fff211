"""How a bank seals: the level of its seals, and where time stamps come from. Stands in `bank.json` as `sealing`."""

from dataclasses import dataclass
from typing import Final, Literal, get_args

from keys.encoding import JsonValue

SealLevel = Literal["B-B", "B-T", "B-LT"]
WhenUnreachable = Literal["refuse", "seal-without"]
SEAL_LEVELS: Final[tuple[SealLevel, ...]] = get_args(SealLevel)
WHEN_UNREACHABLE: Final[tuple[WhenUnreachable, ...]] = get_args(WhenUnreachable)

_MEMBERS: Final = 3


@dataclass(frozen=True, slots=True)
class SealPolicy:
    """PAdES baseline level, and what a time stamp needs.

    `tsa_url` is where the time-stamping authority answers. `when_unreachable` says what happens when it does not:
    `refuse` issues nothing, `seal-without` seals with level B-B.
    """

    level: SealLevel = "B-B"
    tsa_url: str | None = None
    when_unreachable: WhenUnreachable = "refuse"

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
        level, url, when = members["level"], members["tsa_url"], members["when_unreachable"]
        url_fits = isinstance(url, str) or (url is None and level == "B-B")
        if len(members) > _MEMBERS or level not in SEAL_LEVELS or when not in WHEN_UNREACHABLE or not url_fits:
            msg = "expected a level, what happens without an answer, and for time stamps a URL"
            raise TypeError(msg)
        return cls(**members)  # type: ignore[arg-type] # every member was just compared
