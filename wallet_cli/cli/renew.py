"""`cb-wallet renew [ID...]`: have what ends soon issued again by its issuer, without asking anybody."""

import argparse
import json
import time
from typing import TYPE_CHECKING, Final

from wallet_cli.cli.context import CommandContext
from wallet_cli.cli.messages import error_sentence
from wallet_cli.exit_codes import ExitCode, exit_code_of

if TYPE_CHECKING:
    from keys.trust_list import TrustedIssuer
    from wallet_cli.asking import Outside
    from wallet_cli.renewing import Renewed

SUMMARY = "renew credentials that end within two weeks, or those that are named"
EXAMPLE = "cb-wallet renew"

_WORST: Final = (ExitCode.INVALID, ExitCode.REFUSED, ExitCode.INDETERMINATE)
_WORDS: Final = {
    "ko": {
        "none": "곧 끝나는 자격증명 중 갱신할 수 있는 것이 없습니다.",
        "done": "{old} 을(를) {new} 번호로 갱신했습니다: {until}까지, 사본 {copies}개.",
        "changed": "내용이 전과 다릅니다. `cb-wallet show {new}` 로 확인하십시오.",
        "failed": "{old} 을(를) 갱신하지 못했고 그대로 두었습니다: {problem}",
    },
    "en": {
        "none": "No credential that can be renewed ends soon.",
        "done": "Renewed {old} as {new}: until {until}, {copies} copies.",
        "changed": "It says something else than before: see 'cb-wallet show {new}'.",
        "failed": "{old} was not renewed and is left as it was: {problem}",
    },
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's own options."""
    parser.add_argument("ids", metavar="ID", nargs="*", help="ids from 'cb-wallet list', or enough of their starts")


def run(arguments: argparse.Namespace, context: CommandContext) -> ExitCode:
    """Renew, and say of each credential what became of it."""
    from keys.fetch import Fetcher, Network
    from wallet_cli.asking import Outside
    from wallet_cli.offer import origins_of
    from wallet_cli.renewing import renew

    trust, vault, network = context.trust_list(), context.vault(), Network()

    def outside(issuer: "TrustedIssuer") -> "Outside":
        def door(*, bearer: str | None = None) -> Fetcher:
            origins = origins_of(issuer)
            return Fetcher(origins, allow_loopback=issuer.development, network=network, bearer=bearer)

        return Outside(door, trust, context.now, wait=time.sleep)

    found = renew(vault, trust, outside, named=arguments.ids)
    if not found and not arguments.json:
        print(_WORDS[context.language]["none"], file=context.out)
    for each in found:
        _say(each, arguments, context)
    codes = [exit_code_of(each.error) for each in found if each.error is not None]
    return next((code for code in _WORST if code in codes), max(codes, default=ExitCode.DONE))


def _say(each: "Renewed", arguments: argparse.Namespace, context: CommandContext) -> None:
    words, received = _WORDS[context.language], each.received
    until = None if received is None else received.claims.valid_until.isoformat()
    problem = None if each.error is None else error_sentence(each.error, context.language)
    if arguments.json:
        document = {
            "id": each.item,
            "renewed_as": None if received is None else received.item,
            "configuration": each.configuration,
            "copies": 0 if received is None else received.copies,
            "valid_until": until,
            "changed": each.changed,
            "problem": problem,
        }
        print(json.dumps(document, ensure_ascii=False), file=context.out)
    elif received is None:
        print(words["failed"].format(old=each.item, problem=problem), file=context.out)
    else:
        done = {"old": each.item, "new": received.item, "until": until, "copies": received.copies}
        print(words["done"].format_map(done), file=context.out)
        if each.changed:
            print(words["changed"].format_map(done), file=context.out)
