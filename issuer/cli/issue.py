"""`cb-issuer issue`: issue one certificate, or draw a preview of it."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from issuer.cli.choosing import add_choice, add_terms, choice_of, language_of
from issuer.cli.context import CommandContext
from issuer.cli.options import file_content, short_text

if TYPE_CHECKING:
    from issuer.accounts.selection import Selection
    from issuer.issuing.claims import IssueRequest

SUMMARY = "issue one certificate as a sealed PDF"
EXAMPLE = "cb-issuer issue --account 7k2m9qxdab --all --out certificate.pdf"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--account", metavar="ID", required=True, help="account of the holder")
    add_choice(parser, title="what is disclosed")
    add_terms(parser)
    parser.add_argument("--blind", action="store_true", help="for blind hiring: no name, no school, no provider")
    parser.add_argument("--applicant-no", metavar="N", type=short_text, help="number of the application")
    parser.add_argument("--reveal", metavar="FILE", type=Path, help="write name and birth date of a blind certificate")
    parser.add_argument("--recipient", metavar="T", type=short_text, help="for whom (default: the holder decides)")
    parser.add_argument(
        "--consent", metavar="FILE", type=Path, help="the holder's consent, JSON (default: the recorded one)"
    )
    parser.add_argument("--preview", action="store_true", help="draw the page only: nothing is signed or recorded")
    parser.add_argument("--out", metavar="FILE.pdf", type=Path, required=True, help="where the PDF goes")
    parser.add_argument("--sd-jwt", metavar="FILE", type=Path, help="write the bare credential, too")


def run(arguments: argparse.Namespace, context: CommandContext) -> int:
    """Issue, or preview."""
    from issuer.answers import issued_document, selection_document
    from issuer.issuing.making import IssueTargets, issue_certificate
    from issuer.issuing.previewing import preview_certificate
    from issuer.outputs import check_target

    request = _request(arguments)
    check_target(arguments.out)
    with context.bank() as bank:
        if arguments.preview:
            selection = preview_certificate(bank, request, target=arguments.out, now=context.clock())
            _say_selection(selection, context)
            context.answer(
                {"preview": str(arguments.out), **selection_document(selection)},
                context.text("issue.previewed", file=str(arguments.out)),
            )
            return 0
        targets = IssueTargets(arguments.out, arguments.sd_jwt, arguments.reveal)
        issued = issue_certificate(bank, request, targets=targets, now=context.clock())
    _say_selection(issued.selection, context)
    if arguments.blind and arguments.reveal is None:
        context.note("issue.no_reveal")
    if issued.document.seal_level != bank.profile.sealing.level:
        context.note(
            "issue.seal_without_data" if issued.document.seal_level == "B-T" else "issue.seal_without",
            number=issued.number,
            level=issued.document.seal_level,
        )
    files = {"pdf": arguments.out, "sd_jwt": arguments.sd_jwt, "reveal": arguments.reveal}
    document = {
        **issued_document(issued),
        "files": {name: None if path is None else str(path) for name, path in files.items()},
    }
    context.answer(
        document,
        context.text("issue.done", number=issued.number, file=str(arguments.out)),
        context.text("issue.code", code=issued.confirmation_code),
        context.text("issue.until", day=issued.claims.valid_until.isoformat()),
    )
    return 0


def _request(arguments: argparse.Namespace) -> "IssueRequest":
    from issuer.issuing.claims import DEFAULT_PURPOSE, IssueRequest

    language = language_of(arguments)
    consent = None if arguments.consent is None else file_content(arguments.consent)
    return IssueRequest(
        account_id=arguments.account,
        choice=choice_of(arguments, edition="blind" if arguments.blind else "standard"),
        language=language,
        purpose=arguments.purpose or DEFAULT_PURPOSE[language],
        recipient=arguments.recipient,
        applicant_no=arguments.applicant_no,
        valid_days=arguments.valid_days,
        consent=consent,
    )


def _say_selection(selection: "Selection", context: CommandContext) -> None:
    titles = {chosen.entry.id: chosen.entry.title for chosen in selection.entries}
    for entry_id in selection.companions:
        context.note("issue.companion", entry=entry_id[:8], title=titles[entry_id])
    for entry_id, status in selection.left_out:
        context.note("issue.left_out", entry=entry_id[:8], status=status)
