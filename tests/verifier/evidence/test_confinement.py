"""What a child process cannot do, asked from inside; and that it still reads what it is for."""

import errno
import io
import os

import pypdfium2
import pytest

from tests.verifier.evidence.odd_children import said
from tests.verifier.world import World
from verifier.errors import UnreadableEvidence
from verifier.evidence.fork_server import Servers
from verifier.evidence.limits import ADDRESS_SPACE_BYTES, CPU_S
from verifier.evidence.pool import ReaderPool

NOTHING_MORE = os.strerror(errno.EMFILE)


@pytest.mark.parametrize("act", ["connect", "connect_local", "read_file", "write_file"])
def test_child_can_open_neither_socket_nor_file(servers: Servers, act: str) -> None:
    assert said(servers, act) == NOTHING_MORE


def test_child_has_its_limits_and_cannot_raise_them(servers: Servers) -> None:
    assert said(servers, "limits") == f"AS={ADDRESS_SPACE_BYTES},CORE=0,CPU={CPU_S},FSIZE=0,NOFILE=0,NPROC=0"


def test_child_inherits_no_environment(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISSUER_PASSPHRASE", "secret")
    assert set(said(servers, "environment").split(",")) <= {"HOME", "LANG", "LC_CTYPE"}


def test_child_inherits_no_open_file_even_one_that_is_inheritable() -> None:
    ours, theirs = os.pipe()
    os.set_inheritable(theirs, True)  # as a file that a shell opened for the whole program
    fresh = Servers()
    try:
        fresh.pages.start("picture")
        child = fresh.pages.child("picture")
        os.close(theirs)
        os.set_blocking(ours, False)
        assert os.read(ours, 1) == b""  # the end of the file: nobody is left who could write to it
        fresh.pages.end(child)
    finally:
        os.close(ours)
        fresh.close()


def test_child_has_only_its_connection_and_two_ways_to_nowhere(servers: Servers) -> None:
    assert said(servers, "descriptors") == "0,1,2"


def test_child_goes_with_its_server_gains_no_privileges_and_is_not_dumped(servers: Servers) -> None:
    assert said(servers, "prctl") == "9,0,1"


def test_child_is_in_the_session_of_its_server_and_in_no_folder_of_ours(servers: Servers) -> None:
    assert said(servers, "session") == "True,/"


def test_genuine_evidence_is_read_by_children_that_can_open_nothing(world: World) -> None:
    """Whatever a library loads late must be loaded by the server: `verifier/evidence/rehearsal.py`."""
    sealed = world.sealed()
    page = pypdfium2.PdfDocument(sealed)[0].render(scale=200 / 72).to_pil()
    with ReaderPool(wall_s=60) as pool:
        with pool.reader() as reader:
            facts = reader.read_pdf(sealed)
            seal = reader.check_seal(sealed, roots=(world.keys.root_pem,), now=world.now)
        assert (facts.credential, facts.findings, seal.reason) == (facts.codes[0], (), None)
        for form in ("PNG", "JPEG"):
            file = io.BytesIO()
            page.save(file, form)
            with pool.reader() as reader:
                assert reader.read_picture(file.getvalue()).credential == facts.credential


def test_limit_holds_for_each_file_and_not_for_all_together(servers: Servers) -> None:
    for _ in range(3):
        with pytest.raises(UnreadableEvidence):
            said(servers, "grow")
    assert said(servers, "limits").startswith(f"AS={ADDRESS_SPACE_BYTES}")
