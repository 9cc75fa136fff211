"""Requests made from an OpenAPI document: what every answer is held against, and how they are sent as any client would.

`API_EXAMPLES` says how many requests are made for each address and kind; they are the same in every run, and
`make fuzz` makes many.
"""

import os
from collections.abc import Callable, Mapping
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from itertools import product
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
_TEXTS = (
    "application/dc+sd-jwt",
    "application/pdf",
    "application/x-ndjson",
    "application/zip",
    "image/jpeg",
    "image/png",
)
EXAMPLES = int(os.environ.get("API_EXAMPLES", "2"))
_SETTINGS = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[*HealthCheck],
)


@schemathesis.serializer(*_TEXTS)
def as_it_is(_: schemathesis.SerializationContext, value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


@dataclass(frozen=True, slots=True)
class Sending:
    """One generated request, as bytes; `headers` have small letters, without credentials."""

    method: str
    path: str
    body: bytes | None
    headers: Mapping[str, str]


def sending(case: schemathesis.Case[Any], url: str) -> Sending:
    """Return what is sent for a case, without its credentials: wrong ones only lead to the limit of wrong ones."""
    sent = case.as_transport_kwargs(base_url=url)
    names = ("method", "url", "params", "data", "json", "cookies", "files")
    request = requests.Request(**{name: sent[name] for name in names if name in sent}).prepare()
    named = {name: value for name, value in sent["headers"].items() if name.lower() != "user-agent"}
    named = {"content-type": request.headers.get("content-type", ""), **named}
    headers = {name.lower(): value for name, value in named.items() if value}
    headers.pop("authorization", None)
    body = request.body.encode() if isinstance(request.body, str) else request.body
    assert body is None or isinstance(body, bytes)
    return Sending(case.method, str(request.url).removeprefix(url), body, headers)


def ask_everything(schema: Any, ask: Callable[[schemathesis.Case[Any]], None], before: Callable[[], None]) -> None:  # noqa: ANN401 - of a library without types
    """Ask every address of a schema, as its document says and otherwise; `before` is called before each of these."""
    for each, mode in product(schema.get_all_operations(), schemathesis.GenerationMode):
        before()
        with (
            nullcontext() if mode.is_positive else suppress(Unsatisfiable)
        ):  # what takes every text cannot be asked badly
            _SETTINGS(given(case=each.ok().as_strategy(mode))(ask))()
