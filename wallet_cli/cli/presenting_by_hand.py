"""`cb-wallet present --aud A --nonce N`: a presentation to hand over, for a verifier that speaks no protocol."""

import argparse
import json
import sys
from typing import TYPE_CHECKING, TextIO

from wallet_cli.cli.context import CommandContext
from wallet_cli.exit_codes import ExitCode
from wallet_cli.store import check_new, write_new

if TYPE_CHECKING:
    from keys.encoding import JsonValue
    from wallet_cli.presenting.held import Holdings

_YES = ("y", "yes", "예", "네")


def present_by_hand(arguments: argparse.Namespace, context: CommandContext, holdings: "Holdings") -> ExitCode:
    """Show what would leave, ask, and write the presentation to a file or to stdout.

    What the holder reads goes to stderr where the presentation itself goes to stdout.
    """
    from wallet_cli.presenting.by_hand import Wish, bound, propose_by_hand, warnings_by_hand
    from wallet_cli.presenting.preview import leaving_json, preview_by_hand, word

    out, language, now = arguments.out, context.language, context.unix_now()
    if out is not None:
        check_new(out)
    wish = Wish(arguments.aud, arguments.nonce, arguments.item, (*arguments.entry, *arguments.field))
    leaving = propose_by_hand(wish, holdings.held(), now=now)
    warnings = tuple(warnings_by_hand(leaving, wish.audience))
    reading = context.out if out is not None else sys.stderr
    if not arguments.json:
        for line in preview_by_hand(leaving, wish.audience, warnings, language):
            print(line, file=reading)
    agree = agreed(arguments, word("ask_by_hand", language), out=reading)
    text = None
    if agree:
        holdings.note_presented(leaving.held.id, wish.audience)  # before anybody can have it
        text = bound(leaving, wish, now=now)
        if out is not None:
            write_new(out, f"{text}\n".encode("ascii"))
    if arguments.json:
        document: dict[str, JsonValue] = {"audience": wish.audience, "leaving": leaving_json(leaving)}
        document |= {"warnings": [*warnings], "made": agree, "out": str(out) if agree and out is not None else None}
        print(json.dumps({**document, "presentation": text if out is None else None}), file=context.out)
        return ExitCode.DONE
    if text is None:
        asked = may_ask()
        print(word("not_made" if asked else "not_asked_by_hand", language), file=reading if asked else sys.stderr)
        return ExitCode.DONE if asked else ExitCode.USAGE
    print(text if out is None else word("made", language, path=str(out)), file=context.out)
    return ExitCode.DONE


def agreed(arguments: argparse.Namespace, question: str, *, out: TextIO) -> bool:
    """Return whether the holder agrees: by `--yes`, or at a terminal; programs (`--json`) are never asked."""
    if arguments.yes:
        return True
    if arguments.json or not may_ask():
        return False
    print(question, end="", file=out, flush=True)
    return sys.stdin.readline().strip().lower() in _YES


def may_ask() -> bool:
    """Return whether somebody sits at a terminal."""
    return sys.stdin is not None and sys.stdin.isatty()
