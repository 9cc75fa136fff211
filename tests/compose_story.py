"""What must hold of two issuers and a verifier behind a proxy, whether they run as processes or in containers."""

import json
import signal
import threading
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.compose import Answer, Compose

PROXY = "proxy"
VERIFIER_HOST = {"Host": "verify.example"}


@dataclass
class Holder:
    """A program of one holder, which asks any instance."""

    compose: Compose
    token: str
    entries: list[str] = field(default_factory=list)
    keys: "count[int]" = field(default_factory=count)

    def ask(self, service: str, question: str, body: object = None, **headers: str) -> Answer:
        given = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        content = None if body is None else json.dumps(body).encode()
        return self.compose.ask(service, question, headers=given, body=content)

    def try_to_issue(self, service: str, key: str | None = None) -> Answer:
        wish = {"entries": self.entries, "language": "ko", "purpose": "채용"}
        key = key or f"compose-story-key-{next(self.keys):04d}"
        return self.ask(service, "POST /api/v1/certificates", wish, Idempotency_Key=key)

    def issue(self, service: str) -> dict[str, Any]:
        answer = self.try_to_issue(service)
        assert answer.status == 201, answer.body
        return answer.document

    def certificates(self, service: str) -> list[dict[str, Any]]:
        return list(self.ask(service, "GET /api/v1/certificates").document["certificates"])


def holder_of(compose: Compose) -> Holder:
    """Open the account of a person of the sample deliveries, and make a token."""
    account = compose.run("issuer-1", "accounts", "open", "--person", "SYN-P-001", "--consent-all")["id"]
    scopes = ("--scope", "read", "issue", "revoke", "--days", "1")
    made = compose.run("issuer-1", "token", "create", "--account", account, "--name", "compose", *scopes)
    holder = Holder(compose, made["token"])
    found = holder.ask(PROXY, "GET /api/v1/account/entries").document["entries"]
    holder.entries = [each["id"] for each in found if each["status"] == "valid"][:1]
    return holder


def verdict(compose: Compose, pdf: bytes) -> tuple[str, str | None]:
    """Ask the verifier through the proxy; answer the verdict and the reason of the status check."""
    headers = {**VERIFIER_HOST, "Content-Type": "application/pdf"}
    report = compose.ask(PROXY, "POST /api/v1/checks", headers=headers, body=pdf).document
    (status,) = (each for each in report["checks"] if each["name"] == "status")
    return report["verdict"], status["reason"]


def story_of_two_instances(compose: Compose, holder: Holder) -> None:
    """Issue at one, read and repeat at the other, revoke there; the verifier sees both states."""
    key = "compose-story-of-two-instances"
    first = holder.try_to_issue("issuer-1", key)
    assert first.status == 201, first.body
    again = holder.try_to_issue("issuer-2", key)
    assert (again.status, again.body) == (201, first.body)
    kept, gone = first.document, holder.issue("issuer-2")
    pdfs = {}
    for issued, service in ((kept, "issuer-2"), (gone, "issuer-1")):
        code = issued["confirmation_code"]
        path = f"GET /api/v1/certificates/{issued['number']}/pdf"
        pdfs[issued["number"]] = holder.ask(service, path, X_Confirmation_Code=code).body
    revoked = holder.ask("issuer-1", f"POST /api/v1/certificates/{gone['number']}/revoke", {"reason": "holder_request"})
    assert revoked.status == 200, revoked.body
    shown = {service: compose.ask(service, "GET /status/1").body for service in ("issuer-1", "issuer-2", PROXY)}
    assert len(set(shown.values())) == 1
    states = {each["number"]: each["state"] for each in holder.certificates("issuer-2")}
    assert (states[kept["number"]], states[gone["number"]]) == ("valid", "revoked")
    assert verdict(compose, pdfs[kept["number"]]) == ("valid", None)
    assert verdict(compose, pdfs[gone["number"]]) == ("invalid", "revoked")


def story_of_a_restart(compose: Compose, holder: Holder, how: signal.Signals) -> None:
    """End one instance while a client goes on through the proxy; whatever it was told stays, under one number a key."""
    before = {each["number"] for each in holder.certificates("issuer-2")}
    answered: dict[str, Answer] = {}
    stopped = threading.Event()

    def client() -> None:
        for number in range(4):
            key = f"compose-restart-{how.name}-{number:04d}"
            while (answer := holder.try_to_issue(PROXY, key)).status in (502, 503, 504):
                pass  # what the page about running says: send it again with its retry key
            answered[key] = answer
            if number == 0:
                stopped.set()

    thread = threading.Thread(target=client)
    thread.start()
    assert stopped.wait(60)
    compose.stop("issuer-1", how)
    thread.join(120)
    compose.start("issuer-1")
    assert [each.status for each in answered.values()] == [201] * 4, [each.body[:300] for each in answered.values()]
    for key, answer in answered.items():
        assert holder.try_to_issue("issuer-1", key).body == answer.body
    numbers = {each.document["number"] for each in answered.values()}
    after = {each["number"] for each in holder.certificates("issuer-1")}
    assert len(numbers) == 4
    assert after == before | numbers
    for command in (("log", "verify"), ("audit", "verify")):
        compose.run("issuer-2", *command)
