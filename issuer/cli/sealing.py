"""`cb-issuer sealing`: show or change how certificates are sealed."""

import argparse
from pathlib import Path

from issuer.cli.context import CommandContext
from issuer.cli.options import file_content
from issuer.seal_policy import SEAL_LEVELS, WHEN_UNREACHABLE

SUMMARY = "show or change the level of seals and the time-stamping authority"
EXAMPLE = "cb-issuer sealing --level B-T --tsa-url https://tsa.example/rfc3161 --tsa-root tsa-root.pem"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--level", choices=SEAL_LEVELS, help="PAdES level: B-B alone, B-T time-stamped, B-LT long-term")
    parser.add_argument("--tsa-url", metavar="URL", help="where the time-stamping authority answers (https)")
    parser.add_argument(
        "--tsa-root",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="root of the authority, PEM; beside those known already, which older certificates need (repeatable)",
    )
    parser.add_argument(
        "--when-unreachable",
        choices=WHEN_UNREACHABLE,
        help="without an answer: refuse to issue, or seal with less (a new bank refuses)",
    )
    parser.add_argument(
        "--revocation-origin",
        action="append",
        metavar="ORIGIN",
        help="https://HOST that may be asked whether a certificate of the seal is revoked, in place of those known "
        "(repeatable); `none` takes them all away",
    )
    parser.add_argument(
        "--renew",
        action="store_true",
        help="ask again whether certificates of the seal are revoked, where half of the last answer's time is over; "
        "a service does so by itself",
    )


def run(arguments: argparse.Namespace, context: CommandContext) -> int:
    """Change what was named, then show everything."""
    from issuer.exit_codes import ExitCode
    from issuer.seal_revocation import SealRevocation
    from issuer.seal_settings import SealChange, change_sealing

    change = SealChange(
        arguments.level,
        arguments.tsa_url,
        arguments.when_unreachable,
        tuple(map(_content, arguments.tsa_root)),
        _origins(arguments.revocation_origin),
    )
    with context.bank() as bank:
        policy, roots_before = bank.profile.sealing, bank.tsa_roots
        if change != SealChange():
            policy = change_sealing(bank, change, now=context.clock())
        if bank.tsa_roots != roots_before:
            context.note("sealing.trust", file=str(bank.folder.trust_list))
        roots = len(bank.tsa_roots)
        renewal = SealRevocation(bank, at=context.clock()).renew() if arguments.renew else None
    document = {
        "level": policy.level,
        "tsa_url": policy.tsa_url,
        "when_unreachable": policy.when_unreachable,
        "tsa_roots": roots,
        "revocation_origins": list(policy.revocation_origins),
    }
    lines = [context.text("sealing.level", level=policy.level)]
    if policy.tsa_url is not None:
        lines += [
            context.text("sealing.tsa", url=policy.tsa_url, when=policy.when_unreachable),
            context.text("sealing.roots", count=roots),
        ]
    if policy.revocation_origins:
        lines.append(context.text("sealing.revocation", origins=", ".join(policy.revocation_origins)))
    if renewal is not None:
        document |= {"renewed": list(renewal.asked), "problem": renewal.problem}
        lines.append(context.text("sealing.renewed", count=len(renewal.asked)))
        if renewal.problem is not None:
            context.note("sealing.not_renewed", problem=renewal.problem)
    context.answer(document, *lines)
    return ExitCode.DONE if renewal is None or renewal.problem is None else ExitCode.REFUSED


def _origins(named: list[str] | None) -> tuple[str, ...] | None:
    return () if named == ["none"] else None if named is None else tuple(named)


def _content(path: Path) -> str:
    from issuer.errors import FileUnreadable

    try:
        return file_content(path).decode("ascii")
    except UnicodeDecodeError as error:
        raise FileUnreadable("it is not a certificate in PEM", file=str(path)) from error
