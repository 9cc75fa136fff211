"""The parent's side of a server of child processes (`worker`): start it, get a child from it, end both.

The server is a fresh interpreter that inherits no environment and no open file. Starting it does not wait: while it
loads its libraries, the parent does other work.
"""

import os
import signal
import socket
import sys
import threading
from contextlib import suppress
from enum import Enum
from typing import Final

from keys.values import dataclass, field
from verifier.errors import EvidenceReaderFailed, TooBusy
from verifier.evidence.limits import START_S

COMMAND: Final = (sys.executable, "-I", "-c", "from verifier.evidence.worker import main; main()")
_ENVIRONMENT: Final = {"LANG": "C.UTF-8", "HOME": "/"}  # without a home Python would ask the name service for one
_DEFAULT_SIGNALS: Final = (signal.SIGCHLD, signal.SIGTERM, signal.SIGXCPU)
_MAX_ANSWER: Final = 64
_END_S: Final = 2.0  # for a server to end its children


class Ending(Enum):
    """How a child ended that gave no answer."""

    KILLED = "by somebody else than us, alone or with its server"
    FAULT = "by an exception that nobody expected"
    BROKEN = "it crashed, or the kernel ended it for its greed"


@dataclass(frozen=True, slots=True)
class Child:
    """One child process: `connection` takes one request and gives one answer, or ends without."""

    pid: int
    connection: socket.socket
    server: "_Running"


@dataclass(frozen=True, slots=True)
class _Running:
    """A server that was started: its number, and the socket over which it is told what to do."""

    pid: int
    control: socket.socket
    children: set[int] = field(default_factory=set)


class ForkServer:
    """A server for some tasks, started when it is needed and again when it died; for any number of threads.

    Args:
        command: what to start; the names of tasks are appended to it.
    """

    def __init__(self, command: tuple[str, ...] = COMMAND) -> None:
        self._command = command
        self._lock = threading.Lock()
        self._running: _Running | None = None
        self._is_ready = False
        self._is_closed = False
        self._owner = os.getpid()

    def start(self, *tasks: str) -> None:
        """Start the server if it does not run, without waiting until it is ready.

        Args:
            tasks: what it loads at once; it loads other tasks when they are asked for.

        Raises:
            EvidenceReaderFailed: it cannot be started.
            TooBusy: this object was closed.
        """
        with self._lock:
            self._started(*tasks)

    @property
    def pid(self) -> int | None:
        """The number of the server's process, None while there is none."""
        running = self._running
        return running.pid if running is not None else None

    def child(self, task: str) -> Child:
        """Return a new child for one request of a task.

        Raises:
            EvidenceReaderFailed: the server does not answer, nor does a second one.
            TooBusy: this object was closed.
        """
        with self._lock:
            try:
                return self._forked(task)
            except OSError:  # the server died since it was last asked
                self._drop()
            try:
                return self._forked(task)
            except OSError as error:
                self._drop()
                raise EvidenceReaderFailed("expected the evidence reader to answer, found it silent") from error

    def end(self, child: Child) -> None:
        """End a child whose answer is there or no longer wanted."""
        self._tell(b"end %d" % child.pid, child)

    def ending(self, child: Child) -> Ending:
        """End a child that gave no answer, and say how it ended.

        Raises:
            TooBusy: it was killed because this object was closed.
        """
        status = self._tell(b"cause %d" % child.pid, child)
        with self._lock:
            if self._is_closed:
                raise TooBusy("the evidence reader is being stopped")
        if status is None or (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL):
            return Ending.KILLED
        exit_status = os.WEXITSTATUS(status) if os.WIFEXITED(status) else None
        return Ending.FAULT if exit_status == os.EX_SOFTWARE else Ending.BROKEN

    def close(self) -> None:
        """End the server and with it every child, for good."""
        with self._lock:
            self._is_closed = True
            self._drop()

    def _started(self, *tasks: str) -> _Running:
        if self._is_closed:
            raise TooBusy("the evidence reader is being stopped")
        if self._owner != os.getpid():  # after a fork of ours: the server belongs to the other process
            self._running, self._is_ready, self._owner = None, False, os.getpid()
        if self._running is None:
            self._running = _spawn((*self._command, *tasks))
        return self._running

    def _forked(self, task: str) -> Child:
        running = self._started()
        if not self._is_ready:
            _receive(running)
            self._is_ready = True
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                socket.send_fds(running.control, [b"start " + task.encode("ascii")], [theirs.fileno()])
            pid = int(_receive(running))
        except OSError:
            ours.close()
            raise
        running.children.add(pid)
        return Child(pid, ours, running)

    def _tell(self, message: bytes, child: Child) -> int | None:
        """Send a message about a child; return the answer, None when the server of this child is gone."""
        child.connection.close()
        with self._lock:
            if child.server is not self._running:
                return None
            child.server.children.discard(child.pid)
            try:
                child.server.control.sendall(message)
                return int(_receive(child.server)) if message.startswith(b"cause") else None
            except OSError:
                self._drop()
                return None

    def _drop(self) -> None:
        running, self._running, self._is_ready = self._running, None, False
        if running is None:
            return
        with running.control as control:
            if self._owner != os.getpid():
                return
            if running.children:  # then it must end and bury them; the kernel would only end them
                with suppress(OSError):
                    control.shutdown(socket.SHUT_WR)
                    control.settimeout(_END_S)
                    while control.recv(_MAX_ANSWER):
                        pass
        with suppress(ProcessLookupError, ChildProcessError):
            os.kill(running.pid, signal.SIGKILL)
            os.waitpid(running.pid, 0)


@dataclass(frozen=True, slots=True)
class Servers:
    """The servers of child processes: one parses and draws pages, the other judges seals and has no drawing library.

    So a file that takes over the process that draws it cannot say that its seal is intact.
    """

    pages: ForkServer = field(default_factory=ForkServer)
    seals: ForkServer = field(default_factory=ForkServer)

    def of(self, task: str) -> ForkServer:
        """Return the server whose children do a task."""
        return self.seals if task.startswith("seal") else self.pages

    def close(self) -> None:
        """End both and all their children."""
        self.pages.close()
        self.seals.close()


def _spawn(command: tuple[str, ...]) -> _Running:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.settimeout(START_S)
    nowhere = (os.devnull, os.O_WRONLY, 0)
    streams = [
        (os.POSIX_SPAWN_DUP2, theirs.fileno(), 0),
        (os.POSIX_SPAWN_OPEN, 1, *nowhere),
        (os.POSIX_SPAWN_OPEN, 2, *nowhere),
    ]
    with theirs:
        try:
            pid = os.posix_spawn(
                command[0], command, _ENVIRONMENT, file_actions=streams, setsigmask=(), setsigdef=_DEFAULT_SIGNALS
            )
            return _Running(pid, ours)
        except OSError as error:
            ours.close()
            raise EvidenceReaderFailed(f"the evidence reader did not start: {error.strerror}") from error


def _receive(running: _Running) -> bytes:
    answer = running.control.recv(_MAX_ANSWER)
    if not answer:
        raise ConnectionResetError
    return answer
