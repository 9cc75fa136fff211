"""Answers of children that lack something or say something unknown: no "nothing was found", and no seal."""

import json
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.verifier.world import NOW
from verifier.errors import EvidenceReaderFailed
from verifier.evidence.fork_server import ForkServer, Servers
from verifier.evidence.reader import EvidenceReader

PDF: dict[str, Any] = {
    "findings": [],
    "credential": None,
    "log_proof": None,
    "signed": False,
    "wording": None,
    "texts": [],
    "codes": [],
    "code_problem": "no_code",
    "addresses": [],
}
SEAL: dict[str, Any] = {
    "outcome": "intact",
    "reason": None,
    "detail": "",
    "signer": None,
    "signed_at": None,
    "stamped_at": None,
    "time_stamp": "none",
}
# A child that has been taken over: it answers with the very bytes of the "evidence".
PARROT = """
import json
from verifier.evidence import worker
for task in ("pdf", "seal"):
    worker.LOADERS[task] = lambda: lambda data, request: json.loads(data)
worker.main()
"""


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EvidenceReader]:
    program = tmp_path_factory.mktemp("parrot") / "parrot.py"
    program.write_text(PARROT)
    server = ForkServer((sys.executable, "-I", str(program)))
    with EvidenceReader(wall_s=60, servers=Servers(server, server)) as reader:
        yield reader
    server.close()


def pdf(reader: EvidenceReader, answer: dict[str, Any]) -> object:
    return reader.read_pdf(json.dumps(answer).encode())


def seal(reader: EvidenceReader, answer: dict[str, Any]) -> str | None:
    return reader.check_seal(json.dumps(answer).encode(), roots=(), now=NOW).reason


def test_whole_answers_are_taken(reader: EvidenceReader) -> None:
    assert pdf(reader, PDF)
    assert seal(reader, SEAL) is None
    assert seal(reader, {**SEAL, "outcome": "broken", "reason": "seal_broken"}) == "seal_broken"


@pytest.mark.parametrize("name", sorted(PDF))
def test_pdf_answer_that_lacks_a_fact_is_our_failure(reader: EvidenceReader, name: str) -> None:
    with pytest.raises(EvidenceReaderFailed):
        pdf(reader, {key: value for key, value in PDF.items() if key != name})


@pytest.mark.parametrize(
    "wrong",
    [
        {"findings": ["harmless"]},
        {"findings": {}},
        {"texts": [1]},
        {"credential": 5},
        {"signed": "no"},
        {"codes": None},
    ],
)
def test_pdf_answer_of_another_type_is_our_failure(reader: EvidenceReader, wrong: dict[str, Any]) -> None:
    with pytest.raises(EvidenceReaderFailed):
        pdf(reader, {**PDF, **wrong})


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"outcome": "broken"}, id="broken without a reason"),
        pytest.param({"outcome": None}, id="no outcome"),
        pytest.param({"outcome": "broken", "reason": "seal_splendid"}, id="unknown reason"),
        pytest.param({"outcome": "broken", "reason": 5}, id="reason of another type"),
        pytest.param({"reason": "seal_broken"}, id="intact with a reason"),
    ],
)
def test_only_an_intact_seal_without_a_reason_is_a_seal(reader: EvidenceReader, wrong: dict[str, Any]) -> None:
    with pytest.raises(EvidenceReaderFailed):
        seal(reader, {**SEAL, **wrong})


@pytest.mark.parametrize("name", ["outcome", "reason", "detail"])
def test_seal_answer_that_lacks_something_is_no_seal(reader: EvidenceReader, name: str) -> None:
    with pytest.raises(EvidenceReaderFailed):
        seal(reader, {key: value for key, value in SEAL.items() if key != name})
