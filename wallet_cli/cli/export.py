"""`cb-wallet export ID --format F --out FOLDER`: what the holder presents to the issuer, signed in another format."""

import argparse
import json
from pathlib import Path

from credential_schemas.look.harmless import harmless
from wallet_cli.cli.asking_issuer import add_choice, ask, choose, holder_agrees
from wallet_cli.cli.context import CommandContext
from wallet_cli.errors import StorageRefused
from wallet_cli.exit_codes import ExitCode
from wallet_cli.store import check_new, write_new

SUMMARY = "get a credential as Open Badges or as a W3C credential from its issuer; asks first"
EXAMPLE = "cb-wallet export 3fa9c1 --format open-badges --out badges"
_PATH = "/api/v1/exports"
_MAX_ANSWER_BYTES = 4 * 1024 * 1024


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's own options."""
    add_choice(parser)
    parser.add_argument(
        "--format", choices=("open-badges", "vcdm"), required=True, help="Open Badges 3.0, or W3C data model 2.0"
    )
    parser.add_argument("--out", type=Path, metavar="FOLDER", required=True, help="a new folder for the files")


def run(arguments: argparse.Namespace, context: CommandContext) -> ExitCode:
    """Show what the issuer would get, ask, get the export, look at it, and write one file for each credential."""
    from wallet_cli.presenting.exported import read_export
    from wallet_cli.presenting.preview import word
    from wallet_cli.presenting.to_issuer import Errand, for_export

    check_new(arguments.out)
    showing = choose(arguments, context, _PATH, cut=for_export, warnings=("export",))
    declined = holder_agrees(showing, arguments, context)
    if declined is not None:
        return declined
    # The key of this copy is the name of the holder in the export: whoever sees it has seen this copy.
    showing.holdings.note_presented(showing.leaving.held.id, showing.address)
    query = f"format={arguments.format}&language={arguments.page}"
    answer = ask(showing, Errand(_PATH, query, "application/json", _MAX_ANSWER_BYTES), context)
    export = read_export(answer, showing.leaving, issuer=showing.issuer.id)
    files = [arguments.out / f"{arguments.format}-{number}.jwt" for number in range(1, len(export.credentials) + 1)]
    try:
        arguments.out.mkdir(mode=0o700)
    except OSError as error:
        raise StorageRefused(f"{arguments.out} could not be made: {error.strerror}.") from error
    for path, each in zip(files, export.credentials, strict=True):
        write_new(path, f"{each.token}\n".encode("ascii"))
    if arguments.json:
        done = {**showing.document(), "out": [str(path) for path in files], **export.document()}
        print(json.dumps(done, ensure_ascii=False), file=context.out)
        return ExitCode.DONE
    for path, each in zip(files, export.credentials, strict=True):
        print(word("exported", context.language, path=str(path)), file=context.out)
        if each.left_out:
            print(word("left_out", context.language, names=", ".join(each.left_out)), file=context.out)
    for skipped in export.skipped:
        print(word(f"skipped.{skipped.reason}", context.language, entry=harmless(skipped.entry)), file=context.out)
    print(word(f"lost.{arguments.format}", context.language), file=context.out)
    return ExitCode.DONE
