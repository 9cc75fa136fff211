"""`cb-issuer reprint`: print a certificate again."""

import argparse
import re
from pathlib import Path

from issuer.cli.context import CommandContext
from issuer.cli.options import file_content

SUMMARY = "print a certificate again, in another language or with fewer entries"
EXAMPLE = "cb-issuer reprint CB-2026-00000001 --code 7K3MQ-X9D2V-PA84T-6HNE0 --out again.pdf"
_NUMBER = re.compile(r"[A-Z][A-Z0-9]{0,7}-[0-9]{4}-[0-9]{8}")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("certificate", metavar="NUMBER-or-FILE", help="certificate number, or a PDF or SD-JWT of ours")
    parser.add_argument("--code", metavar="C", help="confirmation code of a stored certificate")
    parser.add_argument(
        "--entry", metavar="E", nargs="+", default=[], help="only these entries: place on the certificate, or id"
    )
    parser.add_argument("--out", metavar="FILE.pdf", type=Path, required=True, help="where the PDF goes")


def run(arguments: argparse.Namespace, context: CommandContext) -> int:
    """Print it."""
    from issuer.issued.reprinting import ReprintRequest, reprint_file, reprint_number
    from issuer.outputs import PRIVATE, check_target, write_whole

    check_target(arguments.out)
    request = ReprintRequest(getattr(arguments, "lang", None), tuple(arguments.entry))
    with context.bank() as bank:
        if _NUMBER.fullmatch(arguments.certificate):
            printed = reprint_number(bank, arguments.certificate, request, code=arguments.code, now=context.clock())
        else:
            printed = reprint_file(bank, file_content(Path(arguments.certificate)), request, now=context.clock())
    write_whole(arguments.out, printed.pdf, mode=PRIVATE)
    if printed.status != "valid":
        context.note("reprint.not_valid", number=printed.number, status=printed.status)
    if printed.seal_level not in (None, bank.profile.sealing.level):
        context.note(
            "issue.seal_without_data" if printed.seal_level == "B-T" else "issue.seal_without",
            number=printed.number,
            level=str(printed.seal_level),
        )
    document = {
        "number": printed.number,
        "stored": printed.stored,
        "status": printed.status,
        "seal_level": printed.seal_level,
        "files": {"pdf": str(arguments.out)},
    }
    context.answer(document, context.text("reprint.done", number=printed.number, file=str(arguments.out)))
    return 0
