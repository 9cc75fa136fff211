"""What a program asks for, from the JSON of a request: each member checked, anything else refused."""

from typing import Final

from credential_schemas.errors import EntryTypeError
from credential_schemas.field_kinds import check_text
from credential_schemas.wording.model import Language
from issuer.accounts.selection import Choice
from issuer.issuing.claims import DEFAULT_PURPOSE, DEFAULT_VALID_DAYS, IssueRequest
from keys.encoding import JsonValue, decode_json_object
from keys.errors import DecodingError
from keys.gate.answers import Refusal

MAX_BODY_BYTES: Final = 64 * 1024
MAX_ENTRIES: Final = 200
MAX_FIELDS: Final = 2000
_MAX_ID: Final = 128
_CHOICE: Final = frozenset({"entries", "hide", "show", "blind", "kind"})
_MEMBERS: Final = _CHOICE | {"language", "purpose", "recipient", "applicant_no", "valid_days"}


def issue_request(body: bytes, *, account_id: str) -> IssueRequest:
    """Read the body of `POST /api/v1/certificates` and of its preview.

    Raises:
        Refusal: 422 `body_invalid`; the sentence names the member and what was expected.
    """
    members = json_object(body, known=_MEMBERS)
    language: Language = "en" if _one_of(members, "language", ("ko", "en"), default="ko") == "en" else "ko"
    valid_days = members.get("valid_days", DEFAULT_VALID_DAYS)
    if isinstance(valid_days, bool) or not isinstance(valid_days, int):
        raise invalid("valid_days: expected a whole number of days")
    blind = members.get("blind", False)
    if not isinstance(blind, bool):
        raise invalid("blind: expected true or false")
    choice = Choice(
        entries=_texts(members, "entries", most=MAX_ENTRIES),
        hide=_texts(members, "hide", most=MAX_FIELDS),
        show=_texts(members, "show", most=MAX_FIELDS),
        kind=_one_of(members, "kind", ("competency", "education"), default="competency"),
        edition="blind" if blind else "standard",
    )
    return IssueRequest(
        account_id=account_id,
        choice=choice,
        language=language,
        purpose=printed_text(members, "purpose") or DEFAULT_PURPOSE[language],
        recipient=printed_text(members, "recipient"),
        applicant_no=printed_text(members, "applicant_no"),
        valid_days=valid_days,
    )


def json_object(body: bytes, *, known: frozenset[str]) -> dict[str, JsonValue]:
    """Read a body that is an object with some of these members; nothing at all is an empty one.

    Raises:
        Refusal: 422 `body_invalid`.
    """
    try:
        members = decode_json_object(body or b"{}", max_bytes=MAX_BODY_BYTES)
    except DecodingError as error:
        raise invalid(f"expected one JSON object in UTF-8 without repeated members ({error.kind})") from None
    if not known.issuperset(members):
        raise invalid(f"expected only the members {', '.join(sorted(known))}")
    return members


def printed_text(members: dict[str, JsonValue], name: str) -> str | None:
    """Return a text that will be printed, None where the member is null or not there.

    Raises:
        Refusal: 422 `body_invalid`.
    """
    value = members.get(name)
    if value is None:
        return None
    try:
        return check_text(value, path=name)
    except EntryTypeError as error:
        raise invalid(f"{name}: {error.detail}") from None


def invalid(detail: str) -> Refusal:
    """Return the refusal of a body that has another form."""
    return Refusal(422, "body_invalid", detail=detail)


def _texts(members: dict[str, JsonValue], name: str, *, most: int) -> tuple[str, ...]:
    value = members.get(name, [])
    listed = value if isinstance(value, list) else [None]
    texts = tuple(each for each in listed if isinstance(each, str) and 0 < len(each) <= _MAX_ID)
    if len(texts) != len(listed) or len(texts) > most:
        raise invalid(f"{name}: expected a list of at most {most} texts")
    return texts


def _one_of(members: dict[str, JsonValue], name: str, values: tuple[str, ...], *, default: str) -> str:
    value = members.get(name, default)
    if value not in values or not isinstance(value, str):
        raise invalid(f"{name}: expected one of {', '.join(values)}")
    return value
