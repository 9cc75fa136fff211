"""In the child processes: give up, before the first hostile byte, whatever reading one file does not need.

What the kernel then refuses: more memory, processor time or processes than the limits allow, and any file or socket
that is not open already, so there is no way to the network. Nothing is inherited from the program that asks: no
environment, no open file, no terminal, no working folder. Memory is not dumped and not shown to other processes of the
same user. None of it can be taken back from inside.
"""

import ctypes
import os
import resource
import signal

from verifier.evidence.limits import ADDRESS_SPACE_BYTES, CPU_S

# linux/prctl.h
_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_NO_NEW_PRIVS = 38

_FIRST_INHERITED = 3  # behind the standard streams
_ALL_DESCRIPTORS = 1 << 20


def confine_server() -> None:
    """Let go of everything inherited, except the standard streams; hostile bytes never come here."""
    os.closerange(_FIRST_INHERITED, _ALL_DESCRIPTORS)
    os.setsid()  # an interrupt at the keyboard is for the program that asks
    os.chdir("/")
    os.umask(0o777)
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    _prctl(_PR_SET_DUMPABLE, 0)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)


def confine_child(*, server: int) -> None:
    """Bound this process to reading one request from standard input: `server` is the process it must not outlive."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != server:  # it ended before the line above
        os._exit(1)
    os.closerange(_FIRST_INHERITED, _ALL_DESCRIPTORS)
    _limit(resource.RLIMIT_AS, ADDRESS_SPACE_BYTES)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S + 1))  # first SIGXCPU, which tells it from a foreign SIGKILL
    _limit(resource.RLIMIT_NPROC, 0)
    _limit(resource.RLIMIT_NOFILE, 0)  # open files stay open; nothing can be opened beside them, no socket either


def _limit(resource_kind: int, bound: int) -> None:
    resource.setrlimit(resource_kind, (bound, bound))


def _prctl(option: int, value: int) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl failed")
