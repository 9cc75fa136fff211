"""Which children have a PDF parser: only those that get a file which our issuer did not write."""

import sys

import pytest

from keys.gate.metrics import Metrics
from keys.pdf_seal import apply_seal
from keys.watching import watched
from tests.keys.pdf_seal.sealing import draw
from tests.verifier.evidence.test_children_told import ends_of
from tests.verifier.world import NOW, World
from verifier.errors import EvidenceReaderFailed, UnreadableEvidence
from verifier.evidence.fork_server import ForkServer, Servers
from verifier.evidence.pool import ReaderPool
from verifier.evidence.reader import EvidenceReader

# Children that want another task, after half a second: for `pdf` the right one, for `seal` one that is not theirs.
WANTING = """
import time
from verifier.evidence import worker

def wanting(task):
    def work(data, request):
        time.sleep(0.5)
        return {"needs": task}
    return lambda: work

worker.LOADERS.update(pdf=wanting("pdf_parsed"), pdf_parsed=wanting("pdf_parsed"), seal=wanting("picture"))
worker.main()
"""


def test_certificate_of_ours_is_read_and_its_seal_judged_without_a_parser(world: World) -> None:
    token, metrics = world.token(), Metrics()
    pdf = world.sealed(token)
    with watched(metrics), EvidenceReader(wall_s=60) as reader:
        facts = reader.read_pdf(pdf)
        seal = reader.check_seal(pdf, roots=(world.keys.root_pem,), now=NOW)
    assert (facts.findings, facts.credential, facts.signed) == ((), token, True)
    assert seal.reason is None
    assert ends_of(metrics) == {("pdf", "answered"): 1, ("seal", "answered"): 1}


def test_file_of_another_writer_is_read_by_children_that_have_one(world: World) -> None:
    assert world.keys.sealer is not None
    foreign = apply_seal(draw(pages=1), sealer=world.keys.sealer, signed_at=NOW)
    metrics = Metrics()
    with watched(metrics), ReaderPool(wall_s=60) as pool, pool.reader() as reader:
        facts = reader.read_pdf(foreign)
        seal = reader.check_seal(foreign, roots=(world.keys.root_pem,), now=NOW)
    assert facts.findings == ("attachment_missing_signed",)
    assert seal.reason is None
    tasks = ("pdf", "pdf_parsed", "seal", "seal_parsed")
    assert ends_of(metrics) == {(task, "answered"): 1 for task in tasks}


@pytest.fixture
def wanting(tmp_path_factory: pytest.TempPathFactory) -> Servers:
    program = tmp_path_factory.mktemp("wanting") / "wanting.py"
    program.write_text(WANTING)
    server = ForkServer((sys.executable, "-I", str(program)))
    return Servers(server, server)


def test_both_children_share_one_budget(wanting: Servers) -> None:
    with EvidenceReader(wall_s=0.8, servers=wanting) as reader, pytest.raises(UnreadableEvidence) as caught:
        reader.read_pdf(b"file")
    assert caught.value.kind == "too_demanding"
    wanting.close()


def test_child_with_a_parser_that_wants_another_has_said_nothing(wanting: Servers) -> None:
    with EvidenceReader(wall_s=60, servers=wanting) as reader, pytest.raises(EvidenceReaderFailed):
        reader.read_pdf(b"file")
    wanting.close()


def test_child_cannot_send_its_file_to_a_task_that_is_not_its_own(wanting: Servers) -> None:
    with EvidenceReader(wall_s=60, servers=wanting) as reader, pytest.raises(EvidenceReaderFailed):
        reader.check_seal(b"file", roots=(), now=NOW)
    wanting.close()
