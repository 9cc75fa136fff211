"""Requests made from the OpenAPI document, good and bad: no answer that the document does not name, and no fault.

The document is told the ids of the bank that is asked, so that requests come far.
"""

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import schemathesis

from issuer.bank import Bank
from keys.gate.rate_limits import Rate
from tests.generated_requests import CHECKS, ask_everything, sending
from tests.issuer.api_client import Client, service, token_of
from tests.issuer.cheap_codes import at_the_least_price
from tests.issuer.conftest import URL, Document, World

ASKED = {
    "GET /api/v1/account",
    "GET /api/v1/account/entries",
    "GET /api/v1/certificates",
    "POST /api/v1/certificates",
    "POST /api/v1/certificates/preview",
    "GET /api/v1/certificates/{number}",
    "GET /api/v1/certificates/{number}/pdf",
    "POST /api/v1/certificates/{number}/revoke",
    "POST /api/v1/reprints",
}


@dataclass
class Asker:
    """Asks the bank, and counts what was answered; `known` is put in the place of what nobody could guess."""

    serve: Callable[[], Client]
    known: dict[str, list[str]]
    answered: dict[str, Counter[int]] = field(default_factory=dict)
    client: Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.serve()

    def schema(self) -> Any:  # noqa: ANN401 - of a library without types
        document = self.client.ask("GET", "/api/v1/openapi.json").json()
        return schemathesis.openapi.from_dict(self._telling(document))

    def _telling(self, node: Any) -> Any:  # noqa: ANN401 - JSON
        """The document with the known values where a parameter or member of their name stands."""
        if isinstance(node, list):
            return [self._telling(each) for each in node]
        if not isinstance(node, dict):
            return node
        told = {name: self._telling(each) for name, each in node.items()}
        if "schema" in told and told.get("name") in self.known:
            told["schema"] = {"enum": self.known[told["name"]]}
        members = told.get("properties")
        if isinstance(members, dict) and {"entries", "blind"} <= members.keys():
            for name in ("entries", "hide", "show"):
                members[name] = {"type": "array", "maxItems": 3, "items": {"enum": self.known[name]}}
        return told

    def ask(self, case: schemathesis.Case[Any]) -> None:
        """Send one request, and check the answer."""
        made = sending(case, URL)
        answer = self.client.ask(made.method, made.path, made.body, **made.headers)
        self.answered.setdefault(case.operation.label, Counter())[answer.status_code] += 1
        case.validate_response(answer, checks=CHECKS)


@pytest.fixture(scope="module")
def asker(issued_bank: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    folder = tmp_path_factory.mktemp("generated")
    shutil.copytree(issued_bank, folder, dirs_exist_ok=True)
    world = World(folder / "bank", lambda: ("", ""))
    issued: Document = json.loads((folder / "issued.json").read_text())
    account = str(json.loads((folder / "account.json").read_text())["id"])
    bank: Bank = world.open()
    token = token_of(world, bank, account)

    def serve() -> Client:
        return Client(service(world, bank, issues=Rate("issue", amount=10**6, seconds=3600)), token)

    entries = [each["id"] for each in serve().ask("GET", "/api/v1/account/entries").json()["entries"]]
    known = {
        "number": [issued["number"], "CB-2026-00000009"],
        "X-Confirmation-Code": [issued["confirmation_code"], "00000-00000-00000-00000"],
        "Idempotency-Key": [f"{letter * 24}" for letter in "abcdefgh"],
        "entries": entries[:4],
        "hide": [f"{entries[0]}.certificate_number", f"{entries[1]}.issuing_body"],
        "show": [f"{entries[0]}.certificate_number", f"{entries[1]}.nothing"],
    }
    yield Asker(serve, known)
    bank.close()


def test_every_address_answers_only_what_the_document_names(asker: Asker) -> None:
    def begin_anew() -> None:
        asker.client = asker.serve()  # whose counts of questions begin anew

    with at_the_least_price():
        ask_everything(asker.schema(), asker.ask, before=begin_anew)
    assert asker.answered.keys() == ASKED
    assert {status for answers in asker.answered.values() for status in answers} >= {200, 404, 422}
