"""The check that is asked for most, a small text, answered before the framework; the answer is the same to the byte.

Routing, threads and the like cost more than the verification of a bare credential. So a text of at most 16 KiB is
judged here, in the event loop, when nothing has to be waited for: no child process, no network. Everything else, what
is no certificate included, goes the usual way (`verifier.api.checks`), which begins anew.

The gate stands before this: it counts callers, has read the body, and lets in only so many requests at a time. Each of
them gives way once before it is judged, so all that have arrived are counted, and those too many are refused at once.
A request that is alone, by the word of the server, need not.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from credential_schemas.report.model import Report
from keys.gate.gate import ARE_OTHERS_THERE, App, Message, Receive, Scope, Send
from verifier.api.checks import CHECKS_PATH, REPORT_HEADERS, report_bytes

MAX_QUICK_BYTES: Final = 16 * 1024
_TEXTS: Final = (b"application/dc+sd-jwt", b"text/plain")
_RECEIPTS: Final = (b"verification-receipt", b"application/pdf")
_REPORT_HEADERS: Final = [(name.lower().encode(), value.encode()) for name, value in REPORT_HEADERS.items()]

VerifyAtOnce = Callable[[bytes], Report | None]
"""Judges a text without waiting for anything; None when that is not possible."""


class QuickChecks:
    """ASGI middleware behind the gate."""

    def __init__(self, app: App, *, verify_at_once: VerifyAtOnce) -> None:
        """Stand before an application."""
        self._app = app
        self._verify_at_once = verify_at_once

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a check of a small text, or pass the request on."""
        if not _is_check_of_text(scope):
            await self._app(scope, receive, send)
            return
        message = await receive()
        body: bytes = message.get("body", b"")
        are_others_there = scope.get(ARE_OTHERS_THERE)
        if are_others_there is None or are_others_there():
            await asyncio.sleep(0)
        is_whole = message["type"] == "http.request" and not message.get("more_body", False)
        report = self._verify_at_once(body) if is_whole and len(body) <= MAX_QUICK_BYTES else None
        if report is None:
            await self._app(scope, _Replay(message, receive), send)
        else:
            answer = report_bytes(report)
            headers = [*_REPORT_HEADERS, (b"content-length", str(len(answer)).encode())]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": answer})


class _Replay:
    """Gives the application the message that was taken, then whatever comes next."""

    def __init__(self, message: Message, receive: Receive) -> None:
        self._message: Message | None = message
        self._receive = receive

    async def __call__(self) -> Message:
        if self._message is None:
            return await self._receive()
        message, self._message = self._message, None
        return message


def _is_check_of_text(scope: Scope) -> bool:
    """Return whether a Report about a text is asked for; whatever is unclear is not."""
    if scope["type"] != "http" or scope["path"] != CHECKS_PATH or scope["method"] != "POST":
        return False
    kinds, accepts = [], []
    for name, value in scope["headers"]:
        if name == b"content-type":
            kinds.append(value)
        elif name == b"accept":
            accepts.append(value.lower())
    is_text = len(kinds) == 1 and kinds[0].partition(b";")[0].strip().lower() in _TEXTS
    return is_text and not any(receipt in accept for accept in accepts for receipt in _RECEIPTS)
