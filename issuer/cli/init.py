"""`cb-issuer init`: make a new bank."""

import argparse
from typing import TYPE_CHECKING

from issuer.cli.context import CommandContext

if TYPE_CHECKING:
    from issuer.bank.folder import Profile

SUMMARY = "make a new bank: database, keys, certificates, trust list"
EXAMPLE = "cb-issuer init --data bank --url https://bank.example"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--url", help="issuer URL that stands in every credential (https)")
    parser.add_argument("--dev", action="store_true", help="for development: specimens, loopback, plain keys allowed")
    parser.add_argument("--name-ko", metavar="NAME", help="name of the issuing authority in Korean")
    parser.add_argument("--name-en", metavar="NAME", help="its name in English")
    parser.add_argument("--verify-url", metavar="URL", help="page that printed codes lead to (default: URL/v)")
    parser.add_argument("--prefix", default="CB", help="what certificate numbers begin with (default: CB)")
    parser.add_argument(
        "--legal-basis", metavar="TEXT", help="line about the legal basis on certificates (default: none)"
    )
    parser.add_argument(
        "--max-valid-days", type=int, default=90, metavar="N", help="longest validity of a certificate (default: 90)"
    )
    parser.add_argument("--no-log", action="store_true", help="do not log certificates; `log open` begins later")
    parser.add_argument(
        "--operational", action="store_true", help="certificates carry no specimen mark; needs both names, no --dev"
    )


def run(arguments: argparse.Namespace, context: CommandContext) -> int:
    """Make the bank."""
    from credential_schemas.status_list_issue import LIST_SIZE
    from issuer.bank.folder import KEY_USES, BankFolder
    from issuer.founding import FoundingPlan, found_bank

    path = context.data_directory
    plan = FoundingPlan(
        _profile(arguments),
        context.settings.passphrase,
        LIST_SIZE,
        key_secrets=context.settings.key_secrets(),
        database=context.settings.database,
        log=not arguments.no_log,
    )
    bank = found_bank(path, plan, now=context.clock)
    try:
        profile = bank.profile
        document = {
            "data": str(path),
            "issuer": profile.issuer,
            "trust_list": str(BankFolder(path).trust_list),
            "specimen": profile.specimen,
            "development": profile.development,
            "log": bank.has_log,
            "keys": {use: bank.signer(use).key_id for use in KEY_USES},
        }
    finally:
        bank.close()
    if context.settings.passphrase is None:
        context.note("init.plain_keys")
    context.answer(
        document,
        context.text("init.done", path=str(path), issuer=profile.issuer),
        context.text("init.trust", file=str(document["trust_list"])),
    )
    return 0


def _profile(arguments: argparse.Namespace) -> "Profile":
    import re

    from issuer.bank.folder import Profile
    from issuer.errors import InvalidOption
    from issuer.founding import DEVELOPMENT_URL, SPECIMEN_NAME, check_issuer_url

    url = arguments.url or (DEVELOPMENT_URL if arguments.dev else None)
    if url is None:
        problem = "expected the bank's https address (or --dev for a bank on this machine)"
        raise InvalidOption(problem, option="--url")
    names = {"ko": arguments.name_ko, "en": arguments.name_en}
    if arguments.operational and (arguments.dev or not all(names.values())):
        problem = "expected --name-ko and --name-en, and no --dev"
        raise InvalidOption(problem, option="--operational")
    if not re.fullmatch(r"[A-Z][A-Z0-9]{0,7}", arguments.prefix):
        problem = "expected 1 to 8 capital letters and digits, a letter first"
        raise InvalidOption(problem, option="--prefix")
    if not 1 <= arguments.max_valid_days <= 366:
        problem = "expected 1 to 366 days"
        raise InvalidOption(problem, option="--max-valid-days")
    issuer = check_issuer_url(url, development=arguments.dev, option="--url")
    verify_url = arguments.verify_url or f"{issuer}/v"
    return Profile(
        issuer=issuer,
        name={language: name or SPECIMEN_NAME[language] for language, name in names.items()},
        number_prefix=arguments.prefix,
        verify_url=check_issuer_url(verify_url, development=arguments.dev, option="--verify-url"),
        legal_basis=arguments.legal_basis,
        specimen=not arguments.operational,
        development=arguments.dev,
        max_valid_days=arguments.max_valid_days,
        keys={},
    )
