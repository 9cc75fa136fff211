"""Children that hang, grow, die or talk nonsense: the next answer is right, and nobody is left behind."""

import errno
import io
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from keys.encoding import JsonValue
from tests.verifier.evidence.odd_children import (
    ODD,
    becomes,
    children_of,
    is_alive,
    is_childless,
    odd_servers,
    said,
)
from tests.verifier.world import NOW, World
from verifier.errors import EvidenceReaderFailed, TooBusy, UnreadableEvidence
from verifier.evidence import fork_server, worker
from verifier.evidence.fork_server import Child, Ending, ForkServer, Servers
from verifier.evidence.kinds import Form
from verifier.evidence.reader import EvidenceReader


@pytest.mark.parametrize(
    "request_", ["grow", "dig", "open_too_many", "abort", "crash", "leave", "kill", "too_much", "hang_up"]
)
def test_child_that_breaks_down_gives_no_verdict_and_the_next_request_is_answered(
    servers: Servers, request_: str
) -> None:
    with pytest.raises(UnreadableEvidence) as refusal:
        said(servers, request_)
    assert refusal.value.kind == "too_demanding"
    assert said(servers, "good") == "good"


def test_exception_that_nobody_expected_is_our_failure_and_says_where(servers: Servers) -> None:
    with pytest.raises(EvidenceReaderFailed) as failure:
        said(servers, "fail")
    assert failure.value.place.startswith("ZeroDivisionError in ")
    assert said(servers, "good") == "good"


def test_child_that_ends_by_an_exception_without_saying_so_is_our_failure(servers: Servers) -> None:
    with pytest.raises(EvidenceReaderFailed, match="found a fault"):
        said(servers, "fail_silently")
    assert said(servers, "good") == "good"


def test_nothing_but_a_place_is_repeated_of_a_fault(servers: Servers) -> None:
    with pytest.raises(EvidenceReaderFailed) as failure:
        said(servers, "lie_about_a_fault")
    assert failure.value.place == ""


@pytest.mark.slow
def test_child_that_uses_its_processor_time_up_is_ended(servers: Servers) -> None:
    with pytest.raises(UnreadableEvidence) as refusal:
        said(servers, "spin")
    assert refusal.value.kind == "too_demanding"


def test_child_that_hangs_is_ended_when_its_time_is_over(servers: Servers) -> None:
    with pytest.raises(UnreadableEvidence) as refusal:
        said(servers, "hang", wall_s=0.2)
    assert refusal.value.kind == "too_demanding"
    assert said(servers, "good") == "good"
    pid = servers.pages.pid
    assert pid is not None
    assert becomes(pid, is_childless)


def test_time_that_is_over_before_it_began_refuses_without_asking(servers: Servers) -> None:
    with pytest.raises(UnreadableEvidence) as refusal:
        said(servers, "good", wall_s=0.0)
    assert refusal.value.kind == "too_demanding"


def test_child_that_talks_nonsense_is_our_failure_and_no_verdict(servers: Servers) -> None:
    with pytest.raises(EvidenceReaderFailed):
        said(servers, "nonsense")


def test_answer_without_what_was_asked_is_our_failure(tmp_path: Path) -> None:
    program = tmp_path / "empty.py"
    program.write_text(
        "from verifier.evidence import worker\nworker.LOADERS['picture'] = lambda: lambda *_: {}\nworker.main()\n"
    )
    server = ForkServer((sys.executable, "-I", str(program)))
    with pytest.raises(EvidenceReaderFailed):
        said(Servers(server, server), "good")
    server.close()


def test_one_budget_holds_for_reading_a_file_and_checking_its_seal(servers: Servers) -> None:
    data = b"hang"
    with EvidenceReader(wall_s=0.2, servers=servers) as reader:
        with pytest.raises(UnreadableEvidence):
            reader.read_picture(data)
        with pytest.raises(UnreadableEvidence) as refusal:
            reader.check_seal(data, roots=(), now=NOW)
        assert refusal.value.kind == "too_demanding"
        assert servers.seals.pid is not None
        assert becomes(servers.seals.pid, is_childless)


class Killing(ForkServer):
    """A server whose first child is killed by somebody else, alone or with its server, before it is asked."""

    def __init__(self, *, with_server: bool) -> None:
        super().__init__(ODD)
        self._with_server = with_server
        self.made: list[Child] = []

    def child(self, task: str) -> Child:
        child = super().child(task)
        self.made.append(child)
        if len(self.made) == 1:
            assert self.pid is not None
            os.kill(self.pid if self._with_server else child.pid, signal.SIGKILL)
            assert becomes(child.pid, lambda pid: not is_alive(pid))
        return child


@pytest.mark.parametrize("with_server", [False, True])
def test_file_whose_child_was_killed_from_outside_is_read_by_another(with_server: bool) -> None:
    server = Killing(with_server=with_server)
    assert said(Servers(server, server), "good") == "good"
    assert len(server.made) == 2
    server.close()


def test_server_that_was_killed_while_idle_is_replaced(servers: Servers) -> None:
    assert said(servers, "one") == "one"
    first = servers.pages.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    assert said(servers, "two") == "two"
    assert servers.pages.pid != first


@pytest.mark.parametrize(
    "command", [("/no/such/program",), (sys.executable, "-I", "-c", "pass"), (sys.executable, "-I", "-c", "1/0")]
)
def test_server_that_does_not_start_is_our_failure(command: tuple[str, ...]) -> None:
    server = ForkServer(command)
    with pytest.raises(EvidenceReaderFailed):
        said(Servers(server, server), "good")
    assert server.pid is None


def test_server_that_stays_silent_is_ended_and_our_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fork_server, "START_S", 0.1)
    server = ForkServer((sys.executable, "-I", "-c", "import time; time.sleep(600)"))
    server.start()
    pid = server.pid
    assert pid is not None
    with pytest.raises(EvidenceReaderFailed):
        said(Servers(server, server), "good")
    assert not is_alive(pid)


def test_closed_server_starts_nothing_more() -> None:
    server = ForkServer(ODD)
    server.close()
    with pytest.raises(TooBusy):
        server.start()
    assert server.pid is None


def test_child_of_an_earlier_server_can_be_ended_at_any_time() -> None:
    server = ForkServer(ODD)
    child = server.child("picture")
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    server.end(child)
    assert server.ending(child) is Ending.KILLED
    server.close()


def test_process_forked_from_ours_gets_servers_of_its_own(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    assert said(servers, "good") == "good"
    ours, pid = servers.pages.pid, os.getpid()
    assert ours is not None
    other = ForkServer(ODD)
    other._running, other._is_ready = servers.pages._running, True
    monkeypatch.setattr(other, "_owner", pid + 1)
    assert said(Servers(other, other), "good") == "good"
    assert other.pid != ours
    other.close()
    assert is_alive(ours)


PARENT = """
import signal, sys, threading
from verifier.evidence.fork_server import ForkServer
from verifier.evidence.fork_server import Servers
from verifier.evidence.reader import EvidenceReader
signal.signal(signal.SIGINT, signal.default_int_handler)  # a suite in the background inherits that it is ignored
servers = Servers(ForkServer(tuple(sys.argv[1:])), ForkServer(tuple(sys.argv[1:])))
servers.seals.start()
def hang():
    EvidenceReader(wall_s=600, servers=servers).read_picture(b"hang")
threading.Thread(target=hang, daemon=True).start()
while servers.pages.pid is None: pass
print(servers.pages.pid, servers.seals.pid, flush=True)
threading.Event().wait()
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_killed_parent_takes_servers_and_children_along(number: signal.Signals) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, *ODD], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert parent.stdout is not None
    pids = [int(word) for word in parent.stdout.readline().split()]
    assert becomes(pids[0], children_of)
    pids += children_of(pids[0])
    assert len(pids) == 3
    assert all(is_alive(pid) for pid in pids)
    parent.send_signal(number)
    parent.wait()
    parent.stdout.close()
    assert becomes(pids, lambda pids: not any(is_alive(pid) for pid in pids))


@pytest.mark.parametrize(
    ("forms", "pages", "seals"),
    [((Form.SD_JWT, Form.CODE_TEXT), False, False), ((Form.PICTURE,), True, False), ((Form.PDF,), True, True)],
)
def test_expected_forms_start_the_servers_they_need(forms: tuple[Form, ...], pages: bool, seals: bool) -> None:
    servers = odd_servers()
    with EvidenceReader(servers=servers) as reader:
        reader.expect(*forms)
        assert (servers.pages.pid is not None) is pages
        assert (servers.seals.pid is not None) is seals
    servers.close()


def test_worker_answers_a_request_with_one_line() -> None:
    for size in (8, "many"):
        request = io.BytesIO(json.dumps({"size": size}).encode() + b"\n\x89PNG\r\n\x1a\n")
        assert json.loads(worker.answer("picture", request))["unreadable"] == "picture_damaged"


def test_reply_beyond_the_limit_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "MAX_REPLY_BYTES", 10)
    assert json.loads(worker.answer("picture", io.BytesIO(b'{"size": 0}\n')))["unreadable"] == "too_demanding"


def test_worker_performs_each_task(world: World) -> None:
    drawn = world.pdf()
    seal: dict[str, JsonValue] = {"roots": [], "tsa_roots": [], "now": int(NOW.timestamp())}
    assert worker.perform("pdf", drawn, {})["signed"] is False
    assert worker.perform("picture", b"", {}) == {"unreadable": "picture_damaged", "values": {}}
    assert worker.perform("seal", drawn, seal)["reason"] == "seal_missing"
    assert worker.perform("seal", drawn, {"roots": None, "tsa_roots": None, "now": None})["reason"] == "seal_missing"
    with pytest.raises(KeyError):
        worker.perform("other", b"", {})


@pytest.mark.parametrize("limit", [MemoryError(), RecursionError(), OSError(errno.EMFILE, "too many open files")])
def test_worker_that_meets_a_limit_says_so(limit: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    def greedy(*_: object) -> None:
        raise limit

    monkeypatch.setitem(worker.LOADERS, "picture", lambda: greedy)
    assert worker.perform("picture", b"", {}) == {"unreadable": "too_demanding", "values": {}}


@pytest.mark.parametrize("fault", [KeyError("a name"), OSError(errno.ENOENT, "a file")])
def test_worker_that_fails_names_kind_and_place_and_nothing_of_the_file(
    fault: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise fault

    monkeypatch.setitem(worker.LOADERS, "picture", lambda: broken)
    (said,) = worker.perform("picture", b"", {}).items()
    assert said[0] == "fault"
    assert re.fullmatch(rf"{type(fault).__name__} in tests\.verifier\.evidence\.test_children:\d+", str(said[1]))
