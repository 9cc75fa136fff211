"""`cb-issuer keys`: list the keys of the bank, put new ones in their place, distrust and retire them; ceremonies."""

import argparse
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from issuer.cli.ceremony import add_ceremony_actions, hold, make_person, show_minutes
from issuer.cli.context import CommandContext
from issuer.cli.options import add_action

if TYPE_CHECKING:
    from issuer.key_life.listing import KeyLine

SUMMARY = "list, rotate, distrust and retire the keys of the bank"
EXAMPLE = "cb-issuer keys rotate credential"
_NAME = "its name as `keys list` shows it, or a part of it of at least 6 characters"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the actions and their options."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    add_action(actions, "list", "show every key, by use and age; needs no passphrase", "cb-issuer keys list")
    rotating = add_action(actions, "rotate", "make and publish a key that will take another's place", EXAMPLE)
    rotating.add_argument("use", choices=("credential", "status", "seal", "bundle"), help="what it is to sign")
    rotating.add_argument(
        "--hours",
        type=int,
        metavar="N",
        help="how long it is published before it signs, at least 24 (default: 24; bundle: 744; seal: 0)",
    )
    rotating.add_argument("--key", metavar="URI", help="take this key, such as pkcs11:…, instead of making a file")
    retiring = add_action(
        actions, "retire", "take a key out of use for good, when nothing rests on it", "cb-issuer keys retire b5Jk0TqZ"
    )
    retiring.add_argument("key", metavar="KEY", help=_NAME)
    distrusting = add_action(
        actions,
        "distrust",
        "tell verifiers since when a stolen key is not believed; lists what has to be issued again",
        "cb-issuer keys distrust b5Jk0TqZ --since 2026-11-22T09:00:00+09:00 --dry-run",
    )
    distrusting.add_argument("key", metavar="KEY", help=_NAME)
    distrusting.add_argument(
        "--since", type=_moment, required=True, metavar="TIME", help="ISO 8601 with a time zone: when it may be stolen"
    )
    distrusting.add_argument("--dry-run", action="store_true", help="only list; nothing is changed")
    distrusting.add_argument("--out", type=Path, metavar="FILE", help="write the list, as .csv or .json")
    add_ceremony_actions(actions)


def run(arguments: argparse.Namespace, context: CommandContext) -> int:
    """Do one of them."""
    _ACTIONS[arguments.action](arguments, context)
    return 0


def _list(_arguments: argparse.Namespace, context: CommandContext) -> None:
    from issuer.key_life.listing import list_keys, unnamed_files

    with context.bank() as bank:
        keys, unnamed = list_keys(bank), unnamed_files(bank)
    document = {"keys": [key_document(each) for each in keys], "unnamed_files": unnamed}
    lines = [context.text("keys.head")]
    lines += [_line(each, context) for each in keys]
    lines += [context.text("keys.unnamed", file=name) for name in unnamed]
    context.answer(document, *lines)


def _rotate(arguments: argparse.Namespace, context: CommandContext) -> None:
    from datetime import timedelta

    from issuer.errors import InvalidOption
    from issuer.key_life.rotating import RotationPlan, rotate_key

    hours = arguments.hours
    if hours is not None and not 0 <= hours <= _MOST_HOURS:
        problem = f"expected 0 to {_MOST_HOURS} hours"
        raise InvalidOption(problem, option="--hours")
    plan = RotationPlan(arguments.use, None if hours is None else timedelta(hours=hours), arguments.key)
    with context.bank() as bank:
        rotation = rotate_key(bank, plan, now=context.clock())
    record = rotation.record
    document = {
        "use": record.use,
        "kid": record.kid,
        "follows": rotation.follows.kid,
        "published_at": record.published_at,
        "signs_from": record.signs_from,
        "bundled": rotation.bundled,
    }
    said = context.text(
        "keys.rotated", use=record.use, kid=record.kid, old=rotation.follows.kid, at=str(record.signs_from)
    )
    context.answer(document, said)
    _note_bundle(context, bundled=rotation.bundled)


def _retire(arguments: argparse.Namespace, context: CommandContext) -> None:
    from issuer.key_life.retiring import retire_key

    with context.bank() as bank:
        retired = retire_key(bank, arguments.key, now=context.clock())
    record = retired.record
    document = {
        "use": record.use,
        "kid": record.kid,
        "retired_at": record.retired_at,
        "private_half": retired.private_half,
        "bundled": retired.bundled,
    }
    said = context.text("keys.retired", use=record.use, kid=record.kid)
    context.answer(document, said, context.text(f"keys.{retired.private_half}", uri=record.uri))
    _note_bundle(context, bundled=retired.bundled)


def _distrust(arguments: argparse.Namespace, context: CommandContext) -> None:
    from issuer.bank.key_records import KeyState
    from issuer.cli.reissue_list import check_list_target, reissue_document, write_list
    from issuer.key_life.distrusting import affected_certificates, distrust_key

    check_list_target(arguments.out)
    now, dry_run = context.clock(), arguments.dry_run
    with context.bank() as bank:
        distrusted = distrust_key(bank, arguments.key, since=arguments.since, now=now, dry_run=dry_run)
        record = distrusted.record
        signs = record.state(bank.profile.keys) is KeyState.SIGNING
        affected = affected_certificates(bank, record, now=now) if record.use == "credential" else iter(())
        document = {
            "use": record.use,
            "kid": record.kid,
            "since": record.distrusted_since,
            "dry_run": dry_run,
            "bundled": distrusted.bundled,
        }
        counts = write_list(arguments.out, affected, reissue_document(document))
    document |= {"certificates": counts, "file": None if arguments.out is None else str(arguments.out)}
    key = "keys.would_be_distrusted" if dry_run else "keys.distrusted"
    context.answer(
        document,
        context.text(key, use=record.use, kid=record.kid, since=str(record.distrusted_since)),
        *([context.text("keys.affected", **counts)] if record.use == "credential" else []),
    )
    if not dry_run and signs:
        context.note("keys.replace", use=record.use)
    if not dry_run:
        _note_bundle(context, bundled=distrusted.bundled)


def _note_bundle(context: CommandContext, *, bundled: bool) -> None:
    context.note("keys.bundled" if bundled else "keys.not_bundled")


def key_document(line: "KeyLine") -> dict[str, Any]:
    """Return the JSON form of one key."""
    from issuer.times import utc_text

    record, validity, signed = line.record, line.validity, line.signed
    return {
        "use": line.use,
        "kid": line.kid,
        "algorithm": line.algorithm,
        "kept": line.kept,
        "state": line.state.value,
        "made_at": None if record is None else record.made_at,
        "published_at": None if record is None else record.published_at,
        "signs_from": None if record is None else record.signs_from,
        "signed_until": None if record is None else record.signed_until,
        "distrusted_since": None if record is None else record.distrusted_since,
        "retired_at": None if record is None else record.retired_at,
        "valid_from": None if validity is None else utc_text(validity.not_before),
        "valid_until": None if validity is None else utc_text(validity.not_after),
        "certificates": None if line.use != "credential" else 0 if signed is None else signed.certificates,
        "last_day": None if signed is None else signed.last_day,
        "rests_until": line.rests_until,
        "next_rotation": line.next_rotation,
    }


def _line(line: "KeyLine", context: CommandContext) -> str:
    document = key_document(line)
    when = line.next_rotation or line.rests_until
    if document["state"] == "published":
        when = str(document["signs_from"])
    signed = document["certificates"]
    until = str(document["valid_until"] or "—")[:10]
    state = context.text(f"keys.state_{line.state.value}")
    if document["distrusted_since"] is not None:
        state = f"{state} · {context.text('keys.state_distrusted', since=str(document['distrusted_since']))}"
    return (
        f"{line.use:<10}  {line.kid:<16}  {line.algorithm:<7}  {line.kept:<11}  {until:<10}"
        f"  {'—' if signed is None else signed:>8}  {(when or '—')[:10]:<10}  {state}"
    )


def _moment(text: str) -> datetime:
    """Read a time with its zone."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.utcoffset() is None:
        msg = "expected a time as 2026-11-22T09:00:00+09:00, with its zone"
        raise argparse.ArgumentTypeError(msg)
    return moment


_ACTIONS = {
    "list": _list,
    "rotate": _rotate,
    "retire": _retire,
    "distrust": _distrust,
    "person": make_person,
    "ceremony": hold,
    "minutes": show_minutes,
}
_MOST_HOURS = 366 * 24
