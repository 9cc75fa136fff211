"""Messages about finished jobs on their way: signed, sent, and sent again when the receiver did not take them.

Rules enforced:
* a message has counts and paths, and nothing of any file or person; the same id in every attempt;
* any answer 2xx is taken for receipt; 410 ends it; everything else is tried again after 5, 30, 120 and 300 seconds;
* one message is sent at a time, by one thread, each within the time of the network door; at most 1,000 wait;
* the log names neither address nor job.

What waits ends with the process: a receiver that heard nothing asks for the state of its job.

Source: Standard Webhooks 1.0.0
"""

import heapq
import json
import logging
import secrets
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from credential_schemas.report.facts import timestamp
from keys.encoding import JsonValue, b64url_encode
from keys.errors import FetchError
from keys.faults import faults_told, log_event
from keys.values import dataclass, replace
from keys.watching import carried, stage
from keys.webhook_signature import webhook_signature
from verifier.jobs.limits import ID_BYTES, MAX_MESSAGES, WEBHOOK_WAITS_S
from verifier.jobs.webhooks import Deliver, Webhook

JOBS_PATH: Final = "/api/v1/jobs"
"""Where jobs are handed in and asked for."""

FINISHED: Final = "job.finished"
_TAKEN: Final = range(200, 300)
_GONE: Final = 410
_LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FinishedJob:
    """What a message says of a job; times are seconds since 1970."""

    job_id: str
    verdicts: Mapping[str, int]
    finished_at: int
    erased_at: int


@dataclass(frozen=True, slots=True)
class _Message:
    webhook: Webhook
    id: str
    body: bytes
    made_at: int
    attempt: int = 0

    def again(self) -> "_Message":
        return replace(self, attempt=self.attempt + 1)


class Deliveries:
    """Sends messages in a thread of its own; use it as `open` … `close`.

    Args:
        webhooks: by caller.
        deliver: the network.
        now: the clock that receivers compare with theirs.
        waits_s: before each attempt after the first.
    """

    def __init__(
        self,
        webhooks: Mapping[str, Webhook],
        *,
        deliver: Deliver,
        now: Callable[[], datetime],
        waits_s: Sequence[float] = WEBHOOK_WAITS_S,
    ) -> None:
        self._webhooks = webhooks
        self._deliver = deliver
        self._now = now
        self._waits_s = waits_s
        self._waiting: list[tuple[float, str, _Message]] = []
        self._changed = threading.Condition()
        self._is_closed = False
        self._thread: threading.Thread | None = None

    def open(self) -> None:
        """Begin to send."""
        if self._webhooks:
            self._thread = threading.Thread(target=carried(self._run), name="webhooks", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop after the attempt at hand; what waits is forgotten."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()

    def announce(self, caller: str, job: FinishedJob) -> None:
        """Tell the webhook of a caller, if there is one, that a job has finished."""
        webhook = self._webhooks.get(caller)
        if webhook is None:
            return
        message_id, now = f"msg_{b64url_encode(secrets.token_bytes(ID_BYTES))}", int(self._now().timestamp())
        message = _Message(webhook, message_id, _body(job), now)
        with self._changed:
            if len(self._waiting) >= MAX_MESSAGES:
                about = log_event("webhook_given_up", attempts=0)
                _LOG.error("a webhook message was given up: %d wait already", MAX_MESSAGES, extra=about)
                return
            self._put(message, wait_s=0)

    def ages_s(self) -> list[int]:
        """Return for how many seconds each message has been waiting, in no order."""
        now = int(self._now().timestamp())
        with self._changed:
            return [now - message.made_at for _, _, message in self._waiting]

    def _put(self, message: _Message, *, wait_s: float) -> None:
        heapq.heappush(self._waiting, (time.monotonic() + wait_s, message.id, message))
        self._changed.notify_all()

    def _run(self) -> None:
        while (message := self._next()) is not None:
            with faults_told("a webhook message", Exception):  # the others go out
                self._send(message)

    def _send(self, message: _Message) -> None:
        """Try once, and let the message wait for the next time if there is one."""
        with stage("webhook.send"):
            status = self._attempt(message)
        if status in _TAKEN:
            return
        if status == _GONE or message.attempt >= len(self._waits_s):
            tries = message.attempt + 1
            about = log_event("webhook_given_up", attempts=tries)
            _LOG.error("a webhook message was given up after %d attempts: %s", tries, status, extra=about)
            return
        with self._changed:
            self._put(message.again(), wait_s=self._waits_s[message.attempt])

    def _next(self) -> _Message | None:
        """Wait for the next message that is due; None when it is time to end."""
        with self._changed:
            while not self._is_closed:
                left_s = self._waiting[0][0] - time.monotonic() if self._waiting else None
                if left_s is not None and left_s <= 0:
                    return heapq.heappop(self._waiting)[2]
                self._changed.wait(timeout=left_s)
            return None

    def _attempt(self, message: _Message) -> int | str:
        """Return the status of the answer, or the kind of the fault."""
        sent_at = int(self._now().timestamp())
        signature = webhook_signature(
            message.body, secrets=message.webhook.secrets, message_id=message.id, sent_at=sent_at
        )
        headers = {
            "webhook-id": message.id,
            "webhook-timestamp": str(sent_at),
            "webhook-signature": signature,
        }
        try:
            return self._deliver(message.webhook, message.body, headers)
        except FetchError as error:
            return error.kind


def _body(job: FinishedJob) -> bytes:
    path = f"{JOBS_PATH}/{job.job_id}"
    data: dict[str, JsonValue] = {
        "job": job.job_id,
        "status": path,
        "results": f"{path}/results",
        "total": sum(job.verdicts.values()),
        "verdicts": dict(job.verdicts),
        "erased_at": _time(job.erased_at),
    }
    message = {"type": FINISHED, "timestamp": _time(job.finished_at), "data": data}
    return json.dumps(message, separators=(",", ":")).encode("ascii")


def _time(seconds: int) -> str:
    return timestamp(datetime.fromtimestamp(seconds, UTC))
