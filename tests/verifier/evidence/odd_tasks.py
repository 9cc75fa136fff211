"""Run as a server of child processes whose task `picture` does what its bytes say: hang, grow, die, and the like."""

import ctypes
import os
import resource
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from keys.encoding import JsonValue
from verifier.evidence import worker
from verifier.evidence.limits import MAX_REPLY_BYTES

CONNECTION = 0  # where a child's request comes from and its answer goes
# linux/prctl.h: options that tell what was set
PR_GET_PDEATHSIG, PR_GET_DUMPABLE, PR_GET_NO_NEW_PRIVS = 2, 3, 39


def hang() -> str:
    while True:
        time.sleep(60)


def spin() -> str:
    while True:
        pass


def grow() -> str:
    kept = []
    while True:
        kept.append(bytearray(16 << 20))


def abort() -> str:
    os.abort()


def leave() -> str:
    os._exit(0)


def dig() -> str:
    return dig() + ""


def open_too_many() -> str:
    return Path("/etc/hostname").read_text()


def crash() -> str:
    os.kill(os.getpid(), signal.SIGSEGV)
    return ""


def fail() -> str:
    return str(1 // 0)


def fail_silently() -> str:
    sys.exit("an exception that no handler of a task takes")


def lie_about_a_fault() -> str:
    os.write(CONNECTION, b'{"fault":"KeyError in \\u001b[2J 000101-3000000:1"}\n')
    os._exit(0)


def kill() -> str:
    os.kill(os.getpid(), signal.SIGKILL)
    return ""


def nonsense() -> str:
    os.write(CONNECTION, b"nonsense\n")
    os._exit(0)


def too_much() -> str:
    for _ in range(MAX_REPLY_BYTES // (1 << 20) + 2):
        left = memoryview(b"x" * (1 << 20))
        while left:
            left = left[os.write(CONNECTION, left) :]
    return ""


def hang_up() -> str:
    os.close(CONNECTION)
    return hang()


def attempt(act: Callable[[], object]) -> str:
    try:
        act()
    except OSError as error:
        return os.strerror(error.errno or 0)
    return "succeeded"


def connect() -> str:
    return attempt(lambda: socket.create_connection(("127.0.0.1", 9)))


def connect_local() -> str:
    return attempt(lambda: socket.socket(socket.AF_UNIX))


def read_file() -> str:
    return attempt(lambda: Path("/etc/hostname").read_bytes())


def write_file() -> str:
    return attempt(lambda: Path("/tmp/written-by-a-child").write_bytes(b"x"))


def environment() -> str:
    return ",".join(sorted(os.environ))


def descriptors() -> str:
    found = []
    for number in range(1024):
        try:
            os.fstat(number)
        except OSError:
            continue
        found.append(str(number))
    return ",".join(found)


def limits() -> str:
    names = ("AS", "CORE", "CPU", "FSIZE", "NOFILE", "NPROC")
    return ",".join(f"{name}={resource.getrlimit(getattr(resource, 'RLIMIT_' + name))[0]}" for name in names)


def raise_limit() -> str:
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
    except ValueError:
        return "refused"
    return "allowed"


def prctl() -> str:
    libc, signal_number = ctypes.CDLL(None), ctypes.c_int()
    libc.prctl(PR_GET_PDEATHSIG, ctypes.byref(signal_number), 0, 0, 0)
    return (
        f"{signal_number.value},{libc.prctl(PR_GET_DUMPABLE, 0, 0, 0, 0)},{libc.prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)}"
    )


def session() -> str:
    return f"{os.getppid() == os.getsid(0)},{Path.cwd()}"


def perform(data: bytes, _: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    act = globals().get(data.decode("ascii"))
    return {"credential": act() if callable(act) else data.decode("ascii"), "addresses": []}


if __name__ == "__main__":
    worker.LOADERS["picture"] = lambda: perform
    worker.main()
