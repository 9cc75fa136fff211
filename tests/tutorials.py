"""Runs the pages of docs/tutorial/ as their reader would: every `console` block, one command after another.

`$ ` begins a command, the lines below it are what it answers. A block under the name of a file is written to that file
first. Programs of ours and `python` run in this process; anything else is a line of shell. What differs from run to run
(times, numbers of certificates, keys, codes) is masked when compared, and a command that names such a value gets the
one of this run. A command that ends with anything but 0 must be followed by `$ echo $?`.

    .venv/bin/python -m tests.tutorials docs/tutorial/en/operator.md     writes what the programs answer today
"""

import io
import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"^`([\w./-]+)`:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CHANGES = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)?)?"  # a day or a moment
    r"|\d{4}년 \d{1,2}월 \d{1,2}일|\b\d{1,2} [A-Z][a-z]+ \d{4}\b|\b\d\d:\d\d(?::\d\d)?\b"
    r"|\b[A-Z]{2}-\d{4}-\d{8}\b|\b[0-9A-Z]{5}(?:-[0-9A-Z]{5}){3}\b"  # numbers of certificates, confirmation codes
    r"|\b[0-9a-f]{16,}\b|\b[0-9a-f]{12}\b|\b[0-9a-f]{8}\b|\b[0-9a-z]{10}\b|\b[\w-]{43,}\b"  # digests, ids, keys
    r"|\(age \d+ s\)|\(\d+초 전\)|\bfirst \d+ under\b|그중 \d+건까지"
)
PROGRESS = re.compile(r"^(?:\d+ of \d+ files, |\d+개 중 \d+개, ).*\n", re.MULTILINE)  # comes only when it takes a while


@dataclass(frozen=True, slots=True)
class Step:
    """One command of a page and what the page says that it answers."""

    command: str
    answer: str


@dataclass(slots=True)
class Reader:
    """Somebody who follows a page: where she is, what she exported, how the last command ended."""

    folder: Path
    language: str
    environment: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    ended: int = 0

    def __post_init__(self) -> None:
        shutil.copytree(ROOT / "examples", self.folder / "examples", ignore=shutil.ignore_patterns("__pycache__"))
        locale = {"ko": "ko_KR.UTF-8", "en": "C.UTF-8"}[self.language]
        self.environment = {"PATH": "/usr/bin:/bin", "HOME": str(self.folder / "home"), "LANG": locale}

    def keeps(self, page: str) -> None:
        """Write the files that a page shows."""
        for name, content in FILE.findall(page):
            (self.folder / name).write_text(content, "utf-8")

    def does(self, step: Step) -> str:
        """Carry out one command; return what it answered.

        Raises:
            AssertionError: the command before ended badly, and the page does not show it.
        """
        if step.command == "echo $?":
            code, self.ended = self.ended, 0
            return f"{code}\n"
        assert self.ended == 0, (
            f"before `{step.command}` a command ended with {self.ended}, which the page does not say"
        )
        command = self.as_typed(step.command)
        words = shlex.split(command)
        if words[0] == "export":
            name, _, value = words[1].partition("=")
            self.environment[name] = value
            return ""
        program = PROGRAMS.get(words[0])
        answer = self._ours(program, words[1:]) if program else self._shell(command)
        for told, found in zip(CHANGES.findall(step.answer), CHANGES.findall(answer), strict=False):
            self.values[told] = found
        return answer

    def as_typed(self, command: str) -> str:
        """Return a command with the values of this run in the place of the page's."""
        return CHANGES.sub(lambda found: self.values.get(found[0], found[0]), command)

    def _ours(self, program: Callable[[list[str]], int], words: list[str]) -> str:
        said, kept = _Terminal(), _Terminal()
        redirected = len(words) > 1 and words[-2] == ">"
        before = dict(os.environ)
        os.environ.clear()
        os.environ.update(self.environment)
        try:
            with chdir(self.folder), redirect_stdout(kept if redirected else said), redirect_stderr(said):
                self.ended = program(words[:-2] if redirected else words)
        finally:
            os.environ.clear()
            os.environ.update(before)
        if redirected:
            (self.folder / words[-1]).write_text(kept.text(), "utf-8")
        return PROGRESS.sub("", said.text())

    def _shell(self, command: str) -> str:
        done = subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.ended = done.returncode
        return done.stdout


class _Terminal(io.TextIOWrapper):
    """What a program wrote, as a terminal would show it."""

    def __init__(self) -> None:
        self._bytes = io.BytesIO()
        super().__init__(self._bytes, encoding="utf-8", write_through=True)

    def text(self) -> str:
        """Return everything that was written."""
        return self._bytes.getvalue().decode("utf-8")


def _issuer(words: list[str]) -> int:
    from issuer.cli.main import main

    return int(main(words))


def _verifier(words: list[str]) -> int:
    from verifier.cli.main import main

    return int(main(words))


def _wallet(words: list[str]) -> int:
    from wallet_cli.cli.main import main

    return int(main(words))


def _python(words: list[str]) -> int:
    """Run a script of the page; its exit status, 0 if it says none."""
    before = sys.argv
    sys.argv = words
    try:
        runpy.run_path(words[0], run_name="__main__")
    except SystemExit as end:
        return int(end.code or 0)
    finally:
        sys.argv = before
    return 0


PROGRAMS: dict[str, Callable[[list[str]], int]] = {
    "cb-issuer": _issuer,
    "cb-verifier": _verifier,
    "cb-wallet": _wallet,
    "python": _python,
}


def steps_of(page: str) -> list[Step]:
    """Return the commands of a page in their order."""
    return [step for block in BLOCK.findall(page) for step in _steps(block)]


def _steps(block: str) -> Iterator[Step]:
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, answer = part.partition("\n")
        yield Step(command, answer)


def masked(answer: str) -> str:
    """Return an answer without what differs from run to run; where its lines are broken does not count."""
    return CHANGES.sub("…", " ".join(answer.split()))


def renewed(page: str, reader: Reader) -> str:
    """Return the page with the answers of today."""

    reader.keeps(page)

    def block(found: re.Match[str]) -> str:
        lines = []
        for step in _steps(found[1]):
            answer = reader.does(step).rstrip().splitlines()
            lines += [f"$ {reader.as_typed(step.command)}", *(line.rstrip() for line in answer)]
        return "\n".join(["```console", *lines, "```"])

    return BLOCK.sub(block, page)


def main(names: list[str]) -> None:
    """Write the answers of today into pages."""
    for name in names:
        page = Path(name).resolve()
        with tempfile.TemporaryDirectory() as folder:
            reader = Reader(Path(folder), page.parent.name)
            page.write_text(renewed(page.read_text("utf-8"), reader), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
