"""`cb-verifier init`: make the places of the trust list and of what is remembered."""

import argparse
import os

from verifier.cli.options import add_language, add_trust, language_of
from verifier.errors import TrustFileError, TrustMissing, VerifierError
from verifier.settings import Settings

SUMMARY = "Make an empty trust list and the folders beside it; refuses an existing one."
EXAMPLES = """examples:
  cb-verifier init
  cb-verifier init --trust /etc/competency/trust.json"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    add_trust(parser)
    add_language(parser)


def run(arguments: argparse.Namespace) -> int:
    """Make the folders and say what comes next."""
    import json

    from verifier.cli.telling import tell_refusal
    from verifier.rendering.plain_text import harmless
    from verifier.rendering.words import word
    from verifier.trust_folder import TrustFolder

    settings, language = Settings.from_environment(os.environ), language_of(arguments)
    path = arguments.trust or settings.trust_file
    try:
        if path is None:
            raise TrustMissing("expected a place for the trust list, found no home folder")
        _make_state_folder(settings)  # before the list, which a second try would find there
        TrustFolder(path).create()
        key = _make_receipt_key(settings)
    except VerifierError as error:
        return tell_refusal("init", error, language)
    state = settings.state_folder
    if arguments.json:
        places = {"trust": str(path), "state": None if state is None else str(state)}
        print(json.dumps(places if key is None else places | {"receipt_key": key}))
        return 0
    print(word("init_trust", language, path=harmless(str(path))))
    if state is not None:
        print(word("init_state", language, path=harmless(str(state))))
    if key is not None:
        print(word("init_receipt_key", language, path=harmless(key)))
    print(word("init_next", language))
    return 0


def _make_state_folder(settings: Settings) -> None:
    if settings.state_folder is None:
        return
    try:
        settings.state_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise TrustFileError(
            f"expected to make the state folder, found: {error.strerror}", kind="state_folder"
        ) from error


def _make_receipt_key(settings: Settings) -> str | None:
    """Make the key for receipts where a passphrase was given; without one it is made when first needed."""
    if settings.passphrase is None or settings.config_folder is None:
        return None
    from verifier.receipt.signing_key import KEY_FILE, open_receipt_key

    open_receipt_key(settings.config_folder, passphrase=settings.passphrase)
    return str(settings.config_folder / KEY_FILE)
