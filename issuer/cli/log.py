"""`cb-issuer log`: show, check and open the transparency log, and prove that a certificate is in it."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from issuer.cli.context import CommandContext
from issuer.cli.options import add_action, file_content

if TYPE_CHECKING:
    from issuer.log.witnesses import Asked

SUMMARY = "show or check the log of all certificates, or prove that one is in it"
EXAMPLE = "cb-issuer log proof CB-2026-00000001 --out certificate.tlog-proof"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the actions and their options."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    add_action(actions, "show", "show origin, size, and the key for witnesses and mirrors", "cb-issuer log show")
    verifying = add_action(
        actions, "verify", "compute everything anew and compare it", "cb-issuer log verify --since checkpoint.kept"
    )
    verifying.add_argument(
        "--since", type=Path, metavar="FILE", help="a checkpoint kept elsewhere, with which today's log must begin"
    )
    proving = add_action(actions, "proof", "write the proof that a certificate is in the log", EXAMPLE)
    proving.add_argument("number", metavar="NUMBER", help="of the certificate")
    proving.add_argument("--out", type=Path, metavar="FILE", help="file to write (default: standard output)")
    witnessing = add_action(
        actions,
        "witness",
        "name witnesses who sign that the log only grows, and ask them",
        "cb-issuer log witness add witness.example+0a1b2c3d+BCD… --url https://witness.example",
    )
    witnessing.add_argument("do", choices=("add", "remove", "list", "ask", "take"), help="what to do")
    witnessing.add_argument(
        "what",
        metavar="WHAT",
        nargs="?",
        help="add: the key of the witness as name+id+key; remove: its name; take: a file with a cosigned checkpoint",
    )
    witnessing.add_argument("--url", metavar="URL", help="add: below which address it is asked")
    witnessing.add_argument(
        "--in-proofs",
        action="store_true",
        help="add: ask it for every certificate, too, so that the proof in the PDF carries its cosignature",
    )
    opening = add_action(actions, "open", "begin a log in a bank that has none", "cb-issuer log open")
    opening.add_argument(
        "--key", metavar="URI", help="take this Ed25519 key, such as pkcs11:…, instead of making a file"
    )


def run(arguments: argparse.Namespace, context: CommandContext) -> int:
    """Do one of the actions."""
    _ACTIONS[arguments.action](arguments, context)
    return 0


def _show(_arguments: argparse.Namespace, context: CommandContext) -> None:
    from credential_schemas.log_entry import log_origin
    from issuer.log.errors import LogMissing
    from issuer.log.files import published_size

    with context.bank() as bank:
        if not bank.has_log:
            raise LogMissing
        with bank.store.read() as transaction:
            state = transaction.log.state()
        origin = log_origin(bank.profile.issuer)
        document = {
            "origin": origin,
            "url": f"{bank.profile.issuer}/log",
            "size": state.size,
            "published": published_size(bank.folder),
            "verifier_key": bank.log_key().public_key().verifier_key(origin),
        }
    context.answer(document, *(f"{name}: {value}" for name, value in document.items()))


def _verify(arguments: argparse.Namespace, context: CommandContext) -> None:
    from issuer.log.errors import LogMissing, TrailUnsound
    from issuer.log.verifying import verify_log
    from issuer.store.log import is_lost_number

    earlier = None if arguments.since is None else file_content(arguments.since)
    with context.bank() as bank:
        if not bank.has_log:
            raise LogMissing
        report = verify_log(bank, key=bank.log_key().public_key(), earlier=earlier)
    document = {
        "sound": not report.findings,
        "size": report.size,
        "root": report.root.hex(),
        "findings": [*report.findings],
        "not_issued": [*report.not_issued],
    }
    lines = [context.text("log.finding", finding=finding) for finding in report.findings]
    if not report.findings:
        lines.append(context.text("log.sound", size=report.size, root=report.root.hex()))
    without = [("log.lost" if is_lost_number(number) else "log.not_issued", number) for number in report.not_issued]
    lines += [context.text(key, number=number) for key, number in without]
    context.answer(document, *lines)
    if report.findings:
        raise TrailUnsound(count=len(report.findings), what="the log")


def _proof(arguments: argparse.Namespace, context: CommandContext) -> None:
    from issuer.log.appending import proof_of
    from issuer.log.errors import LogMissing, NotLogged
    from issuer.log.witnesses import witnessed_checkpoint
    from issuer.outputs import check_target, write_whole

    if arguments.out is not None:
        check_target(arguments.out)
    with context.bank() as bank:
        if not bank.has_log:
            raise LogMissing
        under = witnessed_checkpoint(bank, index=0)
        with bank.store.read() as transaction:
            proof = proof_of(transaction, arguments.number, under=under)
    if proof is None:
        raise NotLogged(number=arguments.number)
    if arguments.out is None:
        context.answer({"number": arguments.number, "proof": proof.decode()}, proof.decode().removesuffix("\n"))
        return
    write_whole(arguments.out, proof)
    context.answer({"number": arguments.number, "file": str(arguments.out)}, str(arguments.out))


def _open(arguments: argparse.Namespace, context: CommandContext) -> None:
    from issuer.log.opening import open_log
    from issuer.publishing import publish_all

    with context.bank() as bank:
        open_log(bank, uri=arguments.key)
        publish_all(bank, now=context.clock())
        file = str(bank.folder.trust_list)
    context.answer({"log": True, "trust_list": file}, context.text("log.opened", file=file))


def _witness(arguments: argparse.Namespace, context: CommandContext) -> None:
    from issuer.errors import InvalidOption
    from issuer.log import witnesses

    do, what = arguments.do, arguments.what
    if (what is None) != (do in ("list", "ask")) or (do != "add" and (arguments.url or arguments.in_proofs)):
        problem = "add needs a key, remove a name, take a file; list and ask need nothing; options belong to add"
        raise InvalidOption(problem, option=f"witness {do}")
    with context.bank() as bank:
        if do in ("ask", "take"):
            ask = do == "ask"
            asked = witnesses.ask_witnesses(bank) if ask else witnesses.take_cosigned(bank, file_content(Path(what)))
            _tell_cosigned(asked, context)
            return
        if do == "add":
            witnesses.add_witness(bank, what, url=arguments.url, in_proofs=arguments.in_proofs)
        elif do == "remove":
            witnesses.remove_witness(bank, what)
        known = witnesses.read_witnesses(bank)
    document = [{"key": each.key.text(), "url": each.url, "in_proofs": each.in_proofs} for each in known]
    lines = [f"{each['key']}  {each['url'] or '—'}{'  --in-proofs' if each['in_proofs'] else ''}" for each in document]
    context.answer({"witnesses": document}, *(lines or [context.text("log.no_witness")]))


def _tell_cosigned(asked: "Asked", context: CommandContext) -> None:
    from issuer.log.errors import WitnessRefused

    document = {"size": asked.size, "cosigned": asked.cosigned, "refused": asked.refused}
    lines = [context.text("log.cosigned", size=asked.size, name=name) for name in asked.cosigned]
    lines += [context.text("log.not_cosigned", name=name, problem=problem) for name, problem in asked.refused.items()]
    context.answer(document, *(lines or [context.text("log.no_witness")]))
    if asked.refused:
        problem = f"{len(asked.refused)} of the witnesses did not cosign"
        raise WitnessRefused(problem)


_ACTIONS = {"show": _show, "verify": _verify, "proof": _proof, "open": _open, "witness": _witness}
