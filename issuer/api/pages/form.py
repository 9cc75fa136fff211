"""What a form of ours sends: names and values, urlencoded, each name as often as it was filled in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, urlencode

from keys.gate.answers import Refusal

MAX_FIELDS: Final = 5000
_MEDIA_TYPE: Final = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form, or of the query of an address, in the order in which they came."""

    fields: Sequence[tuple[str, str]] = field(default=(), repr=False)

    def one(self, name: str) -> str:
        """Return the value of a field; empty when it is not there, the first when it is there more than once."""
        return next((value for key, value in self.fields if key == name), "")

    def many(self, name: str) -> list[str]:
        """Return every value of a field, each once."""
        return list(dict.fromkeys(value for key, value in self.fields if key == name))

    def grouped(self) -> dict[str, list[str]]:
        """Return every value of every field by its name; in one pass, however many there are."""
        found: dict[str, dict[str, None]] = {}
        for key, value in self.fields:
            found.setdefault(key, {})[value] = None
        return {key: list(values) for key, values in found.items()}

    def without(self, *names: str) -> "Form":
        """Return the form without some of its fields."""
        return Form([(key, value) for key, value in self.fields if key not in names])

    def encoded(self) -> str:
        """Return the form as it would be sent."""
        return urlencode(self.fields)

    @classmethod
    def of(cls, fields: Mapping[str, str]) -> "Form":
        """Return a form with these fields."""
        return cls(list(fields.items()))


def read_form(body: bytes, media_type: str) -> Form:
    """Read the body of a request.

    Args:
        body: as it came.
        media_type: value of `Content-Type`.

    Raises:
        Refusal: 415 or 422, no form of ours sends this.
    """
    if body and media_type.partition(";")[0].strip().lower() != _MEDIA_TYPE:
        raise Refusal(415, "form_expected", detail="expected a form of this service")
    return read_fields(body)


def read_fields(encoded: bytes) -> Form:
    """Read names and values as an address or a form has them.

    Raises:
        Refusal: 422, they are not UTF-8 or too many.
    """
    try:
        text = encoded.decode("ascii")
        return Form(parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict"))
    except ValueError:  # UnicodeDecodeError is one
        raise Refusal(422, "form_invalid", detail="expected a form of this service") from None
