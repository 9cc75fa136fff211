"""Requests made from the verifier's OpenAPI document: no answer that the document does not name, and no fault.

The document is told a certificate, a job and a request that are there, so that requests come far.
"""

import itertools
from collections import Counter as Counts
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import schemathesis

from keys.confirmation_code import generate_code
from keys.gate.gate import Visitors
from tests.generated_requests import CHECKS, ask_everything, sending
from tests.keys.gate.serving import serving
from tests.verifier.presentations.counter import ASKED, TOKEN, TOKENS, URL, request_signer
from tests.verifier.world import ISSUER, STATUS_URI, Keys, World
from verifier.api.asking import Asks
from verifier.api.checks import CHECKS_PATH
from verifier.app import Offers, create_app
from verifier.evidence.pool import ReaderPool
from verifier.evidence.reader import EvidenceReader
from verifier.jobs.deliveries import JOBS_PATH
from verifier.presentations.request_object import Service

PRESENTATIONS = "/api/v1/presentations"
OPERATIONS = {
    "DELETE /api/v1/jobs/{job_id}",
    "DELETE /api/v1/presentations/{presentation_id}",
    "GET /api/v1/jobs/{job_id}",
    "GET /api/v1/jobs/{job_id}/receipts",
    "GET /api/v1/jobs/{job_id}/results",
    "GET /api/v1/presentations/{presentation_id}",
    "GET /bundle.json",
    "GET /status",
    "POST /api/v1/checks",
    "POST /api/v1/confirmations",
    "POST /api/v1/exports",
    "POST /api/v1/jobs",
    "POST /api/v1/presentations",
}


@dataclass
class Asker:
    """Asks the verifier, each time from another network, and counts what was answered."""

    client: httpx.Client
    token: str
    answered: dict[str, Counts[int]] = field(default_factory=dict)
    networks: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def schema(self) -> Any:  # noqa: ANN401 - of a library without types
        job = self.send("POST", JOBS_PATH, files=[("file", ("a.txt", self.token.encode()))]).json()["job"]
        asked = self.send("POST", PRESENTATIONS, json=ASKED).json()["id"]
        document = self.client.get("/api/v1/openapi.json").json()
        content = document["paths"][CHECKS_PATH]["post"]["requestBody"]["content"]
        content["application/dc+sd-jwt"] = {"schema": {"enum": [self.token, self.token[:-9], "§"]}}
        known = {"job_id": job, "presentation_id": asked, "uri": STATUS_URI}
        code = document["paths"]["/api/v1/confirmations"]["post"]["requestBody"]["content"]["application/json"][
            "schema"
        ]
        code["properties"]["code"] = {"enum": [generate_code(lambda count: bytes(range(count))), "0000"]}
        wish = document["paths"][PRESENTATIONS]["post"]["requestBody"]["content"]["application/json"]
        wish["schema"] = {"enum": [ASKED, {**ASKED, "response_mode": "direct_post"}, {"dcql": {}}]}
        for path in document["paths"].values():
            for operation in path.values():
                for parameter in operation.get("parameters", ()):
                    if parameter["name"] in known:
                        parameter["schema"] = {"enum": [known[parameter["name"]], "0" * 32, "none"]}
        return schemathesis.openapi.from_dict(document)

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:  # noqa: ANN401 - passed on
        number = next(self.networks)
        headers = {**options.pop("headers", {}), "authorization": f"Bearer {TOKEN}"}
        headers["x-forwarded-for"] = f"10.{number // 62500}.{number // 250 % 250}.{number % 250}"
        return self.client.request(method, path, headers=headers, **options)

    def ask(self, case: schemathesis.Case[Any]) -> None:
        made = sending(case, URL)
        answer = self.send(made.method, made.path, content=made.body, headers=made.headers)
        self.answered.setdefault(case.operation.label, Counts())[answer.status_code] += 1
        case.validate_response(answer, checks=CHECKS)
        if "location" in answer.headers:  # jobs and requests that wait would fill the desk
            self.send("DELETE", answer.headers["location"])


@pytest.fixture(scope="module")
def asker(keys: Keys, reader: EvidenceReader, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    world = World(keys, reader, tmp_path_factory.mktemp("generated"))
    asks = Asks(Service(URL, request_signer()[0], development=True), "한국교통안전공단")
    offers = Offers(asks=asks, jobs_folder=tmp_path_factory.mktemp("jobs"), kept_days=14)
    visitors = Visitors(tokens=TOKENS, trusted_proxies=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ReaderPool, "warm", lambda _: None)  # the readers start when they are needed
        world.issuer["confirmation_url"] = f"{ISSUER}/api/v1/confirmations"
        rules, bank = world.rules(), lambda *_: world.token().encode()
        app = create_app(rules, now=lambda: world.now, ask=bank, offers=offers, visitors=visitors)
        with serving(app) as port, httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            yield Asker(client, world.token())


def test_every_address_of_the_verifier_answers_only_what_the_document_names(asker: Asker) -> None:
    ask_everything(asker.schema(), asker.ask, before=lambda: None)
    assert asker.answered.keys() == OPERATIONS
    assert {status for answers in asker.answered.values() for status in answers} >= {200, 201, 202, 204, 404, 422}
