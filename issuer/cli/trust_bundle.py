"""`cb-issuer trust-bundle`: write the signed bundle with which verifiers work offline."""

import argparse
from pathlib import Path

from issuer.cli.context import CommandContext

SUMMARY = "write the signed trust bundle with which verifiers work offline"
EXAMPLE = "cb-issuer trust-bundle --out bank.bundle"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--out", type=Path, metavar="FILE", required=True, help="the bundle to write")
    parser.add_argument(
        "--valid-days", type=int, default=7, metavar="N", help="how long verifiers may use it, 1 to 31 (default: 7)"
    )
    parser.add_argument(
        "--create-key", action="store_true", help="make the key first, in a bank of a version without trust bundles"
    )


def run(arguments: argparse.Namespace, context: CommandContext) -> int:
    """Write the bundle."""
    from datetime import UTC, datetime

    from credential_schemas.trust_bundle import read_unpinned_bundle
    from issuer.bundling import MAX_VALID_DAYS, create_bundle_key, make_trust_bundle
    from issuer.errors import InvalidOption
    from issuer.outputs import check_target, write_whole
    from issuer.times import utc_text

    if not 1 <= arguments.valid_days <= MAX_VALID_DAYS:
        raise InvalidOption(f"expected 1 to {MAX_VALID_DAYS} days", option="--valid-days")
    check_target(arguments.out)
    now = context.clock()
    with context.bank() as bank:
        if arguments.create_key:
            create_bundle_key(bank, now=now)
            context.note("bundle.key_created", file=str(bank.folder.trust_list))
        token = make_trust_bundle(bank, now=now, valid_days=arguments.valid_days)
    write_whole(arguments.out, token.encode("ascii"))
    bundle = read_unpinned_bundle(token, now=int(now.timestamp()))
    document = {
        "file": str(arguments.out),
        "issuer": bundle.issuer.id,
        "version": bundle.trust.version,
        "made_at": utc_text(datetime.fromtimestamp(bundle.made_at, UTC)),
        "valid_until": utc_text(datetime.fromtimestamp(bundle.valid_until, UTC)),
        "status_lists": sorted(bundle.status_tokens),
        "bytes": len(token),
        "fingerprint": bundle.signed_by.fingerprint(),
    }
    context.answer(
        document,
        context.text(
            "bundle.done",
            file=str(arguments.out),
            version=bundle.trust.version,
            lists=len(bundle.status_tokens),
            until=str(document["valid_until"]),
        ),
        context.text("bundle.fingerprint", fingerprint=bundle.signed_by.fingerprint()),
    )
    return 0
