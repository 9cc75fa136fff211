"""Say in words what would leave the wallet, to whom, and what to think about first."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files

from credential_schemas.look.harmless import harmless
from credential_schemas.wording.model import Language
from keys.encoding import JsonValue
from keys.urls import parse_url
from wallet_cli.presenting.choosing import Leaving, Proposal
from wallet_cli.presenting.request import PresentationRequest


def word(name: str, language: Language, **values: str) -> str:
    """Return a word or sentence; nothing in a value acts on a terminal."""
    return _texts()[name][language].format_map({key: harmless(value) for key, value in values.items()})


def preview_lines(request: PresentationRequest, proposal: Proposal, language: Language) -> Iterator[str]:
    """Yield what the holder reads before deciding."""
    names = " / ".join(_names(request)) or word("unknown_name", language)
    yield f"{word('verifier', language)}: {harmless(names)}"
    yield f"  {harmless(request.client_id)}"
    yield f"{word('answer_to', language)}: {parse_url(request.response_uri, allow_loopback=True).origin}"
    for each in proposal.leaving:
        yield f"{word('leaves', language, query=each.query_id)}: {harmless(each.held.id)}"
        yield from _leaving_lines(each, language)
    yield word("nothing_else", language)
    for consent in request.transactions:
        given = consent.consent
        values = {"posting": given.posting, "title": given.title, "recipient": given.recipient}
        yield word("consent", language, **values)
    for name in proposal.warnings:
        yield f"{word('warning', language)}: {word(f'warn.{name}', language)}"


def preview_json(request: PresentationRequest, proposal: Proposal) -> dict[str, JsonValue]:
    """Return the same for programs."""
    return {
        "verifier": {"client_id": request.client_id, "names": [*_names(request)]},
        "response_uri": request.response_uri,
        "leaving": [{"query": each.query_id, **leaving_json(each)} for each in proposal.leaving],
        "consents": [
            {"posting": each.consent.posting, "title": each.consent.title, "recipient": each.consent.recipient}
            for each in request.transactions
        ],
        "warnings": [*proposal.warnings],
    }


def preview_by_hand(leaving: Leaving, audience: str, warnings: Sequence[str], language: Language) -> Iterator[str]:
    """Yield what the holder reads before a presentation is made for a verifier without a protocol."""
    yield f"{word('for', language)}: {harmless(audience)}"
    yield f"{word('leaves_by_hand', language)}: {harmless(leaving.held.id)}"
    yield from _leaving_lines(leaving, language)
    yield word("nothing_else", language)
    for name in warnings:
        yield f"{word('warning', language)}: {word(f'warn.{name}', language)}"


def value_line(path: str, value: JsonValue) -> str:
    """Return the line of one claim."""
    return f"  {harmless(path)}: {harmless(_text(value))}"


def leaving_json(leaving: Leaving) -> dict[str, JsonValue]:
    """Return what would leave of one credential, for programs."""
    return {
        "item": leaving.held.id,
        "shown": [{"path": path, "value": value} for path, value in leaving.shown],
        "always": [*leaving.always],
        "holder_bound": leaving.held.holder is not None,
    }


def _leaving_lines(leaving: Leaving, language: Language) -> Iterator[str]:
    for path, value in leaving.shown:
        yield value_line(path, value)
    yield f"  {word('always', language)}: {', '.join(harmless(name) for name in leaving.always)}"


def _names(request: PresentationRequest) -> tuple[str, ...]:
    requester = request.requester
    return () if requester is None else tuple(dict.fromkeys((*requester.names, *requester.hosts)))


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


@cache
def _texts() -> Mapping[str, Mapping[Language, str]]:
    return dict(json.loads(files(__package__).joinpath("texts.json").read_text("utf-8")))
