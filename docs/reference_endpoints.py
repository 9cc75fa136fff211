"""The page of end points: what both services say of themselves (OpenAPI), and every other address they answer.

The services are put together around stand-ins, because nothing is asked of them: only their addresses are read.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from unittest.mock import MagicMock

from fastapi import FastAPI

from issuer.app import Desk
from issuer.app import create_app as create_bank
from keys.gate.gate import Visitors
from keys.trust_list import TrustList
from verifier.app import Offers
from verifier.app import create_app as create_verifier
from verifier.checks.rules import Rules

INTRODUCTION = """# End points

Written by `docs/generate_reference.py` from the services themselves. Each serves its own OpenAPI document at
`/api/v1/openapi.json`, with the forms of bodies and answers. How the APIs are used: [the bank's](../bank-api.md), [the
verifier's](../verifier-api.md). Refusals are problem documents (RFC 9457); their codes are listed under
[errors](errors.md). What wallets are asked and answered follows [OpenID4VCI](../openid4vci.md) and
[OpenID4VP](../openid4vp.md), with their own form of errors. Limits of size and rate:
[settings](../configuration.md#services).
"""
_WEB = re.compile(r"/(?:web|static)/")


def endpoints_page() -> str:
    """Return the whole page."""
    return INTRODUCTION + "".join(
        f"\n## {program}\n\n{_documented(app.openapi())}\n### Other addresses of {program}\n\n{note}\n\n{_others(app)}"
        for program, app, note in (
            (
                "cb-issuer serve",
                _bank(),
                "The path of the bank's issuer URL goes before each; well-known addresses have it behind.",
            ),
            (
                "cb-verifier serve",
                _verifier(),
                "Those of people who sign in say how signing in is set up while nobody can.",
            ),
        )
    )


def _bank() -> FastAPI:
    profile, pages = MagicMock(issuer="https://bank.example"), MagicMock()
    pages.site.base, pages.site.static = "", "/static"
    desk = Desk(MagicMock(), Visitors(), MagicMock(), pages, MagicMock())
    return create_bank(MagicMock(), profile, MagicMock(), desk=desk)


def _verifier() -> FastAPI:
    rules = Rules(TrustList.parse(b'{"trust":1,"version":1,"issuers":[]}'), MagicMock())
    offers = Offers(receipts=MagicMock(), entrance=MagicMock(), asks=MagicMock())
    return create_verifier(rules, ask=MagicMock(), offers=offers)


def _documented(document: Mapping[str, Any]) -> str:
    rows = [
        f"| `{method.upper()}` | `{path}` | {_sentence(operation)} | {_sent(operation)} | {_answered(operation)} |\n"
        for path, operations in sorted(document["paths"].items())
        for method, operation in sorted(operations.items())
    ]
    return "".join(
        ["| Method | Address | What it does | Body, headers, query | Answers |\n|---|---|---|---|---|\n", *rows]
    )


def _sentence(operation: Mapping[str, Any]) -> str:
    text = f"{operation['summary'].rstrip('.')}. {operation.get('description', '')}".strip()
    return " ".join(text.split()).replace("|", "\\|")


def _sent(operation: Mapping[str, Any]) -> str:
    body = [f"`{media}`" for media in operation.get("requestBody", {}).get("content", {})]
    named = [
        f"{each['in']} `{each['name']}`{'' if each.get('required') else ' (optional)'}"
        for each in operation.get("parameters", [])
        if each["in"] != "path"
    ]
    return "; ".join([" or ".join(body), *named] if body else named)


def _answered(operation: Mapping[str, Any]) -> str:
    done = [
        f"{status}{''.join(f' `{media}`' for media in answer.get('content', {}))}"
        for status, answer in operation["responses"].items()
        if status < "400"
    ]
    refused = [status for status in operation["responses"] if status >= "400"]
    return "; ".join([*done, f"refusals {', '.join(refused)}"] if refused else done)


def _others(app: FastAPI) -> str:
    """List what the document leaves out; a page and its English twin are one line, files of pages one folder."""
    found: dict[str, set[str]] = {}
    for path, methods in _addresses(app.routes):
        shown = f"{_WEB.match(path)[0]}…" if _WEB.match(path) else path  # type: ignore[index] # it matched
        found.setdefault(shown, set()).update(methods - {"HEAD"})
    rows = [
        f"| `{', '.join(sorted(methods))}` | `{path}` | {'also in English' if _english(path) in found else ''} |\n"
        for path, methods in sorted(found.items())
        if not (path.startswith("/en") and _korean(path) in found)
    ]
    return "".join(["| Method | Address | |\n|---|---|---|\n", *rows])


def _english(path: str) -> str:
    return f"/en{path}"


def _korean(path: str) -> str:
    return path.removeprefix("/en") or "/"


def _addresses(routes: list[Any]) -> Iterator[tuple[str, set[str]]]:
    for route in routes:
        if hasattr(route, "original_router"):  # a router that was included
            yield from _addresses(route.original_router.routes)
        elif not getattr(route, "include_in_schema", False):
            yield re.sub(r"\{(\w+):\w+\}", r"{\1}", route.path), set(route.methods)
