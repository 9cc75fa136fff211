"""Writes share/: completion for bash, zsh and fish, and the man pages, from the programs' own parsers.

The files go into the wheel as they are, so that neither a program's start nor an installation computes them.
"""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import shtab
from generate_cli import EXIT_CODES, PARSERS, actions_of, commands_of, example_of, sentence_of, spelling_of

SHARE = Path(__file__).resolve().parent.parent / "share"
_FOLDERS = frozenset({"FOLDER", "DIR"})
_SHELLS = {
    "bash": "bash-completion/completions/{}",
    "zsh": "zsh/site-functions/_{}",
    "fish": "fish/vendor_completions.d/{}.fish",
}


def share_files() -> Iterator[tuple[Path, str]]:
    """Return every file with its text."""
    for program, build in PARSERS.items():
        for shell, place in _SHELLS.items():
            yield SHARE / place.format(program), completion(build(), shell)
        yield SHARE / f"man/man1/{program}.1", man_page(build())


def completion(parser: argparse.ArgumentParser, shell: str) -> str:
    """Return the completion of one program for one shell; names of files are completed where a file is meant."""
    for command in (parser, *(command for _, command in commands_of(parser))):
        for action in actions_of(command):
            if action.metavar in _FOLDERS:
                action.complete = shtab.DIRECTORY  # type: ignore[attr-defined] # how shtab is told
            elif action.type is Path or action.metavar == "FILE":
                action.complete = shtab.FILE  # type: ignore[attr-defined] # the same
    return shtab.complete(parser, shell).rstrip("\n") + "\n"


def man_page(parser: argparse.ArgumentParser) -> str:
    """Return the man page of one program: every command with its options and examples, and the exit codes."""
    about = sentence_of(parser.description).rstrip(".")
    lines = [
        f'.TH {parser.prog.upper()} 1 "" "competency-bank" "Competency bank"',
        ".SH NAME",
        _roff(f"{parser.prog} - ") + _roff(about[:1].lower() + about[1:]),
        ".SH SYNOPSIS",
        f".B {_roff(parser.prog)}",
        r"\fICOMMAND\fR [\fIOPTION\fR]... [\fIARGUMENT\fR]...",
        ".br",
        f".B {_roff(parser.prog)}",
        r"\-\-help | \-\-version",
        ".SH DESCRIPTION",
        f"{_roff(about)}.",
        "Results go to standard output, everything else to standard error.",
        ".SH COMMANDS",
    ]
    for path, command in commands_of(parser):
        lines += [f".SS {_roff(path)}", _roff(sentence_of(command.description))]
        for action in actions_of(command):
            lines += [".TP", rf"\fB{_roff(spelling_of(action))}\fR", _roff(action.help or "")]
        if command.epilog:
            lines += [".PP", "Example:", ".PP", ".nf", ".RS", _roff(example_of(command.epilog)), ".RE", ".fi"]
    lines.append(".SH EXIT STATUS")
    for code, meaning in EXIT_CODES.items():
        lines += [".TP", rf"\fB{code}\fR", _roff(meaning)]
    others = [rf"\fB{_roff(name)}\fR(1)" for name in PARSERS if name != parser.prog]
    lines += [".SH SEE ALSO", ", ".join(others)]
    return "\n".join(lines) + "\n"


def _roff(text: str) -> str:
    """Return text as it stands, for a formatter that takes `-`, `\\`, and `.` or `'` at a beginning for its own."""
    escaped = text.replace("\\", r"\e").replace("-", r"\-")
    return re.sub(r"^([.'])", r"\\&\1", escaped, flags=re.MULTILINE)
