"""What the three programs do alike around a command: their streams, the language of messages, and how they end.

It loads nothing but what Python has loaded already, for it is the first that a program loads. A program finds its
command and runs it; whatever the command did not answer itself is answered here, in one way for all three.
"""

import os
import sys

TYPE_CHECKING = False  # `typing` and what else is imported late would double the time of a short answer
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import TypeGuard

USAGE = 2
REFUSED = 5
BUG = 70
INTERRUPTED = 130
"""What shells give a program that the interrupt key ended: 128 and the number of the signal."""

_STREAMS = (("stdin", "r", os.devnull), ("stdout", "w", "/dev/full"), ("stderr", "w", os.devnull))


class UsageMistake(Exception):
    """A command line cannot be read; `program` is program and command as they are typed."""

    def __init__(self, message: str, program: str) -> None:
        super().__init__(message)
        self.program = program


def run_program(
    program: str, words: "Sequence[str]", *, run: "Callable[[], int]", environment: "Mapping[str, str]"
) -> int:
    """Run a command, and return the exit code of the process.

    Args:
        program: its name, for what is said on standard error.
        words: of the command line, without the program.
        run: the command; what it answers on standard output is written out before this returns.
        environment: the environment variables, for the language of a mistake in the command line.

    Returns:
        What `run` gave; 2 for a command line that cannot be read; 5 when the answer could not be written; 130 when a
        person stopped it; 70 for anything else, of which only kind and place are said: a message may hold a person's
        data.
    """
    _open_closed_streams()
    try:
        code = _code_of(run)
        sys.stdout.flush()
    except UsageMistake as mistake:
        return _ended(USAGE, f"{mistake.program}: {_sentence_of(mistake, words, environment)}")
    except KeyboardInterrupt:
        return _ended(INTERRUPTED, f"{program}: interrupted")
    except BrokenPipeError:  # whoever read our output has gone, and knows
        _discard_output()
        return REFUSED
    except Exception as error:  # noqa: BLE001 - the top-level handler: anything else is a bug and says only its kind
        if _is_of_output(error):
            _discard_output()
            return _ended(REFUSED, f"{program}: the answer could not be written ({error.strerror})")
        return _ended(BUG, f"{program}: a fault in the program ({_place_of(error)}). Please report it.")
    return code


def _code_of(run: "Callable[[], int]") -> int:
    try:
        return int(run())
    except SystemExit as stop:  # argparse ends so after --help
        return stop.code if isinstance(stop.code, int) else USAGE


def _sentence_of(mistake: UsageMistake, words: "Sequence[str]", environment: "Mapping[str, str]") -> str:
    from credential_schemas.usage import language_of_command, usage_sentence

    return usage_sentence(str(mistake), language_of_command(words, environment), program=mistake.program)


def _ended(code: int, sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return code


def _open_closed_streams() -> None:
    """A closed standard input is an empty one; an answer that nobody can get must not end with 0: it does not fit."""
    for name, mode, place in _STREAMS:
        if getattr(sys, name) is None:
            setattr(sys, name, open(place, mode, encoding="utf-8"))  # noqa: SIM115, PTH123 - for the life of the program


def _discard_output() -> None:
    """Our output cannot be written; keep Python from complaining about it at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _is_of_output(error: Exception) -> "TypeGuard[OSError]":
    import errno

    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EBADF, errno.EIO)


def _place_of(error: Exception) -> str:
    """Kind and place of a fault; a child process says where it failed itself."""
    told = getattr(error, "place", "")
    if told:
        return str(told)
    from keys.faults import place_of

    return place_of(error)
