"""`cb-issuer keys person`, `keys ceremony`, `keys minutes`: two persons, their keys, and what they sign together."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from issuer.cli.context import CommandContext
from issuer.cli.options import add_action, file_content, typed_password

if TYPE_CHECKING:
    from issuer.ceremony import Person

_PERSON = "hong.pem --password-file hong.password"


def add_ceremony_actions(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the actions and their options."""
    person = add_action(
        actions, "person", "make the key of a person who takes part in ceremonies", f"cb-issuer keys person {_PERSON}"
    )
    person.add_argument("file", metavar="FILE", type=Path, help="the new key file; it belongs to this person alone")
    person.add_argument("--password-file", metavar="FILE", type=Path, help="its first line (default: typed twice)")
    example = "cb-issuer keys ceremony status --person 홍길동 hong.pem --person 김철수 kim.pem --minutes minutes.json"
    holding = add_action(
        actions,
        "ceremony",
        "make keys and a backup in shares while two persons are there, with signed minutes",
        example,
    )
    holding.add_argument(
        "uses", metavar="USE", nargs="*", help="what new keys are to sign: credential, status, seal, bundle"
    )
    holding.add_argument(
        "--person",
        metavar=("NAME", "FILE"),
        nargs=2,
        action="append",
        default=[],
        help="who is there, with the key file of this person (twice)",
    )
    holding.add_argument(
        "--password-file",
        metavar="FILE",
        type=Path,
        action="append",
        default=[],
        help="passwords of the persons, in their order (default: each types it)",
    )
    holding.add_argument("--hours", type=int, metavar="N", help="as for `keys rotate`, for every new key")
    holding.add_argument("--backup", metavar="FILE", type=Path, help="write a backup, too; needs --shares")
    holding.add_argument(
        "--shares", metavar="DIR", type=Path, help="three shares go there, of which any two open the backup"
    )
    holding.add_argument("--minutes", metavar="FILE", type=Path, required=True, help="the signed minutes; a new file")
    reading = add_action(
        actions, "minutes", "check the signatures of minutes and show them", "cb-issuer keys minutes minutes.json"
    )
    reading.add_argument("file", metavar="FILE", type=Path, help="the minutes")
    reading.add_argument(
        "--fingerprint",
        metavar="HEX",
        action="append",
        default=[],
        help="of a person's key, as `keys person` showed it: this key has to be one of the two (repeatable)",
    )


def make_person(arguments: argparse.Namespace, context: CommandContext) -> None:
    """Make a key file, and say the fingerprint that its owner keeps."""
    from issuer.outputs import check_target
    from keys.key_files import create_key, write_encrypted

    check_target(arguments.file)
    key = create_key()
    write_encrypted(arguments.file, key, passphrase=typed_password(arguments.password_file))
    fingerprint = key.public_key().fingerprint()
    context.answer(
        {"file": str(arguments.file), "fingerprint": fingerprint},
        context.text("ceremony.person", file=str(arguments.file), fingerprint=fingerprint),
    )


def hold(arguments: argparse.Namespace, context: CommandContext) -> None:
    """Hold a ceremony."""
    from datetime import timedelta

    from issuer.bank.key_errors import CeremonyRefused
    from issuer.ceremony import CeremonyPlan, hold_ceremony
    from issuer.key_life.rotating import ROTATED

    if not set(arguments.uses) <= set(ROTATED):
        raise CeremonyRefused(f"expected uses out of {', '.join(ROTATED)}")
    if arguments.hours is not None and not 0 <= arguments.hours <= 366 * 24:
        raise CeremonyRefused("expected 0 to 8784 hours")
    plan = CeremonyPlan(
        minutes=arguments.minutes,
        uses=tuple(arguments.uses),
        notice=None if arguments.hours is None else timedelta(hours=arguments.hours),
        backup=arguments.backup,
        shares=arguments.shares,
    )
    with context.bank() as bank:
        context.note("ceremony.plan", steps=_steps(arguments))
        held = hold_ceremony(bank, plan, _persons(arguments, context), clock=context.clock)
    document = {"file": str(plan.minutes), "sha256": held.sha256, "content": held.content}
    lines = [context.text("ceremony.held", file=str(plan.minutes), sha256=held.sha256)]
    context.answer(document, *lines)
    if plan.backup is not None and held.refused is None:
        context.note("ceremony.shares")
    if held.refused is not None:
        raise held.refused


def show_minutes(arguments: argparse.Namespace, context: CommandContext) -> None:
    """Check minutes, and say what they say."""
    from issuer.bank.key_errors import MinutesRefused
    from issuer.bank.key_ring import records
    from issuer.key_life.minutes import read_minutes

    data = file_content(arguments.file)
    with context.bank() as bank:
        keys = records(bank, "bundle") if bank.has_bundle_key else ()
        minutes = read_minutes(data, name=arguments.file.name, issuer=bank.profile.issuer, bank_keys=keys)
    found = {key.fingerprint(): name for name, key in minutes.persons}
    if not {each.lower() for each in arguments.fingerprint} <= found.keys():
        problem = "they are not signed with the key of this fingerprint"
        raise MinutesRefused(problem, file=arguments.file.name)
    content = minutes.content
    lines = [
        context.text("ceremony.minutes", start=content["held_at"], end=content["ended_at"], bank=content["issuer"])
    ]
    lines += [context.text("ceremony.signed", name=name, fingerprint=each) for each, name in found.items()]
    lines += [_step_line(each, context) for each in content["steps"]]
    if content["backup"] is not None:
        lines.append(context.text("ceremony.backup", **{name: content["backup"][name] for name in ("file", "sha256")}))
    context.answer({"persons": found, "bank_key": minutes.bank_key, "content": {**content}}, *lines)
    if len(set(arguments.fingerprint)) < len(found):
        context.note("ceremony.compare")


def _steps(arguments: argparse.Namespace) -> str:
    named = [f"keys rotate {use}" for use in arguments.uses]
    named += [] if arguments.backup is None else [f"backup {arguments.backup}"]
    return ", ".join(named) or "—"


def _persons(arguments: argparse.Namespace, context: CommandContext) -> "list[Person]":
    from issuer.bank.key_errors import CeremonyRefused
    from issuer.ceremony import Person, is_name
    from keys.key_files import read_signer

    files = arguments.password_file
    if files and len(files) != len(arguments.person):
        raise CeremonyRefused("expected as many password files as persons, or none")
    passwords, persons = list[str](), list[Person]()
    for at, (name, file) in enumerate(arguments.person):
        if not files and is_name(name):
            context.note("ceremony.asks", name=name)
        passwords.append(typed_password(files[at] if files else None, twice=False))
        persons.append(Person(name, read_signer(file, passphrase=passwords[-1])))
    if len(set(passwords)) != len(passwords):
        raise CeremonyRefused("both persons have the same password; each needs one that the other does not know")
    return persons


def _step_line(step: dict[str, object], context: CommandContext) -> str:
    made = step.get("made")
    if step["refused"] is not None:
        return context.text("ceremony.refused", command=str(step["command"]), code=str(step["refused"]))
    if isinstance(made, dict):
        values = {"command": str(step["command"]), "kid": str(made["kid"]), "sha256": str(made["sha256"])}
        return context.text("ceremony.made", **values)
    return context.text("ceremony.done", command=str(step["command"]))
