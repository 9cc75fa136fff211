"""`cb-verifier check`: verify PDFs, pictures, credentials, presentations and the text of codes."""

import argparse
import atexit
import gc
from pathlib import Path

from keys.values import dataclass
from verifier.cli.options import add_language, add_trust

SUMMARY = "Check certificates: PDFs, pictures (PNG, JPEG), credentials, presentations, the text of codes."
EXAMPLES = """examples:
  cb-verifier check certificate.pdf --trust trust.json
  cb-verifier check scan.jpg page2.png --lang ko
  cb-verifier check certificate.pdf --receipt receipt.pdf --keep lists/
  cb-verifier check --text 'https://bank.example/v#0123456789' --json
  cat credential.sdjwt | cb-verifier check - --offline --status-map lists.json
  echo 7K3MQ-X9D2V-PA84T-6HNE0 | cb-verifier check --code -

exit codes: 0 valid, 1 invalid, 2 usage, 3 cannot be decided (with --code: the issuer did not answer),
4 not a certificate or unreadable (a mistyped number), 5 the issuer has no such number, 70 fault"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add = parser.add_argument
    add(
        "files",
        nargs="*",
        metavar="FILE",
        help="what to check; - reads standard input; the kind is told from the bytes",
    )
    add(
        "--text", action="append", metavar="TEXT", help="what a code says; repeat it for a certificate of several codes"
    )
    add(
        "--code",
        metavar="CODE",
        help="confirmation number from a paper, looked up at its issuer; - reads it from stdin",
    )
    add("--issuer", metavar="ID", help="which issuer of the trust list to ask (with --code; default: the only one)")
    add_trust(parser)
    add("--status-map", type=Path, metavar="FILE", help="JSON file that names a token file for each status list")
    add("--offline", action="store_true", help="never use the network")
    add("--max-status-age", type=int, metavar="S", help="refuse status lists signed more than S seconds ago")
    add("--aud", metavar="A", help="audience a presentation must be made for (with --nonce)")
    add("--nonce", metavar="N", help="nonce of the request a presentation must answer (with --aud)")
    add("--now", metavar="ISO8601", help="check for this time instead of now; the report says it is simulated")
    add("--recipient", metavar="NAME", help="check that the certificate is made out to this name")
    add("--require-document", action="store_true", help="only an original PDF is enough")
    add("--profile", type=Path, metavar="FILE", help="verification rules (default: VERIFIER_PROFILE, else built in)")
    add("--receipt", type=Path, metavar="OUT", help="write a signed receipt: a .jws or .pdf file, or a folder for both")
    add("--receipt-with-content", action="store_true", help="put everything that was disclosed into the receipt, too")
    add("--keep", type=Path, metavar="DIR", help="keep the trust and status lists, so that the check can be repeated")
    add("--json", action="store_true", help="print one JSON document per input, one per line")
    add_language(parser)


def run(arguments: argparse.Namespace) -> int:
    """Check every input and return the worst exit code."""
    from verifier.evidence.kinds import forms_of_files  # keeps the help and the version fast
    from verifier.evidence.reader import EvidenceReader

    with EvidenceReader() as reader:
        reader.expect(*forms_of_files(arguments.files))  # its processes load their libraries while we load ours
        gc.disable()  # imports make no garbage; looking for it takes a twelfth of their time
        from verifier.cli.checking import check_inputs

        gc.enable()
        atexit.register(gc.freeze)  # then the process ends, and nobody needs to look for garbage once more
        return check_inputs(arguments, reader)


@dataclass(frozen=True, slots=True)
class WalletCommand:
    """`check` as the wallet offers it to the holder: the same options, the same answer."""

    name: str = "verify"
    summary: str = SUMMARY

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add the options of the command."""
        add_arguments(parser)
        parser.epilog = "example: cb-wallet verify certificate.pdf"

    def run(self, arguments: argparse.Namespace) -> int:
        """Check every input and return the worst exit code."""
        return run(arguments)


WALLET_COMMAND = WalletCommand()
