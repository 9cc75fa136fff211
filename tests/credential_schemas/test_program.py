"""How a program ends: what each outcome of a command becomes for the shell, and what is said of it."""

import errno
import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

import pytest

from credential_schemas.command_line import Parser
from credential_schemas.program import run_program


def ending(run: Callable[[], int], *words: str, lang: str = "C.UTF-8") -> int:
    return run_program("cb-some", words, run=run, environment={"LANG": lang})


def raising(error: BaseException) -> Callable[[], int]:
    def run() -> int:
        raise error

    return run


@contextmanager
def own_output(folder: Path) -> Iterator[io.TextIOWrapper]:
    """A standard output of its own, which may be given up."""
    with (folder / "output").open("w", encoding="utf-8") as stream, redirect_stdout(stream):
        yield stream


def is_given_up(stream: io.TextIOWrapper) -> bool:
    return os.path.samestat(os.fstat(stream.fileno()), Path(os.devnull).stat())


def test_the_code_of_the_command_is_that_of_the_program() -> None:
    assert ending(lambda: 3) == 3


@pytest.mark.parametrize(("told", "code"), [(0, 0), (4, 4), (None, 2), ("wrong", 2)])
def test_a_command_that_leaves_by_itself_keeps_its_code(told: int | str | None, code: int) -> None:
    assert ending(raising(SystemExit(told))) == code


@pytest.mark.parametrize(
    ("lang", "words", "said"),
    [
        ("C.UTF-8", (), "cb-some: --count needs one value"),
        ("ko_KR.UTF-8", (), "cb-some: --count 뒤에"),
        ("ko_KR.UTF-8", ("--lang", "en"), "cb-some: --count needs one value"),
    ],
)
def test_a_command_line_that_cannot_be_read_is_told_in_one_line_of_the_readers_language(
    lang: str, words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    parser = Parser(prog="cb-some")
    parser.add_argument("--count")
    assert ending(lambda: int(parser.parse_args(["--count"]).count), *words, lang=lang) == 2
    shown = capsys.readouterr()
    assert (shown.out, shown.err.count("\n")) == ("", 1)
    assert shown.err.startswith(said)


def test_a_person_who_stops_a_command_gets_the_code_of_shells(capsys: pytest.CaptureFixture[str]) -> None:
    assert ending(raising(KeyboardInterrupt())) == 130
    assert capsys.readouterr().err == "cb-some: interrupted\n"


def test_a_reader_that_has_gone_is_told_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with own_output(tmp_path) as output:
        assert (ending(raising(BrokenPipeError())), is_given_up(output)) == (5, True)
    assert capsys.readouterr().err == ""


def test_a_full_disk_below_the_output_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    full = OSError(errno.ENOSPC, "No space left on device")
    with own_output(tmp_path) as output:
        assert (ending(raising(full)), is_given_up(output)) == (5, True)
    assert capsys.readouterr().err == "cb-some: the answer could not be written (No space left on device)\n"


def test_another_error_of_the_system_is_a_fault_of_the_program(capsys: pytest.CaptureFixture[str]) -> None:
    assert ending(raising(PermissionError(errno.EACCES, "no"))) == 70
    assert "could not be written" not in capsys.readouterr().err


def test_a_fault_says_its_kind_and_place_and_no_value(capsys: pytest.CaptureFixture[str]) -> None:
    assert ending(raising(RuntimeError("김표본 1998-04-11"))) == 70
    said = capsys.readouterr().err
    assert said.startswith("cb-some: a fault in the program (RuntimeError in ")
    assert (said.count("\n"), "test_program:" in said, "김표본" in said) == (1, True, False)


def test_a_fault_of_a_child_is_told_with_the_place_where_it_failed(capsys: pytest.CaptureFixture[str]) -> None:
    class ChildFailed(Exception):
        place = "ValueError in child:7"

    assert ending(raising(ChildFailed())) == 70
    assert capsys.readouterr().err == "cb-some: a fault in the program (ValueError in child:7). Please report it.\n"


def test_closed_streams_are_an_empty_input_and_an_output_that_takes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)

    def run() -> int:
        print(sys.stdin.read(), file=sys.stdout)
        return 0

    assert ending(run) == 5
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        stream.close()
