"""`cb-issuer staff`: who of the staff may sign in to the pages below /operator, and in which roles."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from issuer.cli.context import CommandContext
from issuer.cli.options import add_action, short_text, typed_password

if TYPE_CHECKING:
    from issuer.staff.administration import Administration
    from issuer.store.staff import StaffRow

SUMMARY = "say who of the staff may sign in to the operator's pages, and in which roles"
EXAMPLE = "cb-issuer staff add minji --role operator --password-file minji.txt"

_ROLES = ("operator", "auditor", "university")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the actions and their options."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    adding = add_action(actions, "add", "let a person of the staff sign in", EXAMPLE)
    adding.add_argument("name", metavar="NAME", help="what is typed at the sign-in: lower-case letters, digits, . _ -")
    adding.add_argument("--shown-name", type=short_text, metavar="TEXT", help="for pages (default: NAME)")
    adding.add_argument("--role", action="append", required=True, choices=_ROLES, help="may be given several times")
    adding.add_argument("--institution", metavar="ID", help="of the university that the person acts for")
    adding.add_argument("--institution-name", type=short_text, metavar="TEXT", help="its name")
    _add_password(adding)
    _add_identity(adding, required=False)
    add_action(actions, "list", "list the staff, also those who were removed", "cb-issuer staff list")
    roles = add_action(actions, "roles", "give a person exactly these roles", "cb-issuer staff roles minji auditor")
    password = add_action(
        actions,
        "password",
        "give a person another password and end all sessions",
        "cb-issuer staff password minji --remove-second-step",
    )
    _add_password(password)
    password.add_argument("--remove-second-step", action="store_true", help="it was lost: take it away, too")
    link = add_action(
        actions,
        "link",
        "let a person sign in with an OpenID provider",
        "cb-issuer staff link minji --issuer https://login.example --subject 1f6b",
    )
    _add_identity(link, required=True)
    remove = add_action(actions, "remove", "let a person sign in no more, at once", "cb-issuer staff remove minji")
    for action in (roles, password, link, remove):
        action.add_argument("name", metavar="NAME", help="as `staff list` shows it")
    roles.add_argument("roles", nargs="+", metavar="ROLE", choices=_ROLES, help=", ".join(_ROLES))


def run(arguments: argparse.Namespace, context: CommandContext) -> int:
    """Run one action."""
    import secrets

    from issuer.holders.local_sign_ins import Outside
    from issuer.staff.administration import Administration
    from keys.gate.rate_limits import RateLimits
    from keys.sign_in.passwords import Passwords

    with context.bank() as bank:
        outside = Outside(context.clock, RateLimits(), Passwords(secrets.token_bytes))
        _ACTIONS[arguments.action](arguments, context, Administration(bank, outside))
    return 0


def _add_password(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--password-file", type=Path, metavar="FILE", help="its first line (default: asked for)")


def _add_identity(parser: argparse.ArgumentParser, *, required: bool) -> None:
    parser.add_argument("--issuer", required=required, metavar="URL", help="issuer of the OpenID provider")
    parser.add_argument("--subject", required=required, metavar="TEXT", help="what the provider calls the person")


def _add(arguments: argparse.Namespace, context: CommandContext, people: "Administration") -> None:
    from issuer.errors import InvalidOption
    from issuer.staff.administration import NewStaff, Proof

    for option in ("issuer", "institution"):
        other = {"issuer": "subject", "institution": "institution_name"}[option]
        if (getattr(arguments, option) is None) != (getattr(arguments, other) is None):
            raise InvalidOption("expected both or none", option=f"--{option}, --{other.replace('_', '-')}")
    identity = None if arguments.issuer is None else (arguments.issuer, arguments.subject)
    asked = identity is None or arguments.password_file is not None
    institution = None
    if arguments.institution is not None:
        institution = (arguments.institution, arguments.institution_name)
    new = NewStaff(arguments.name, arguments.role, arguments.shown_name or "", institution)
    people.add(new, Proof(typed_password(arguments.password_file) if asked else None, identity))
    _answer(context, "added", arguments.name)


def _list(_: argparse.Namespace, context: CommandContext, people: "Administration") -> None:
    from issuer.staff.administration import staff_document

    listed = people.listing()
    context.answer({"staff": [staff_document(row) for row in listed]}, *(_line(row, context) for row in listed))


def _line(row: "StaffRow", context: CommandContext) -> str:
    if row.removed_at is not None:
        return context.text("staff.line_removed", name=row.name, shown=row.shown_name, since=row.removed_at)
    ways = [
        context.text(f"staff.has_{way}")
        for way, there in (
            ("password", row.password_hash is not None),
            ("second_step", row.totp_secret is not None),
            ("provider", row.identity_link is not None),
        )
        if there
    ]
    roles = ", ".join(sorted(row.roles)) + (f" {row.institution_id}" if row.institution_id else "")
    return context.text("staff.line", name=row.name, shown=row.shown_name, roles=roles, ways=", ".join(ways))


def _roles(arguments: argparse.Namespace, context: CommandContext, people: "Administration") -> None:
    people.set_roles(arguments.name, arguments.roles)
    _answer(context, "changed", arguments.name)


def _password(arguments: argparse.Namespace, context: CommandContext, people: "Administration") -> None:
    typed = typed_password(arguments.password_file)
    people.set_password(arguments.name, typed, without_second_step=arguments.remove_second_step)
    _answer(context, "changed", arguments.name)


def _link(arguments: argparse.Namespace, context: CommandContext, people: "Administration") -> None:
    people.link(arguments.name, arguments.issuer, arguments.subject)
    _answer(context, "changed", arguments.name)


def _remove(arguments: argparse.Namespace, context: CommandContext, people: "Administration") -> None:
    people.remove(arguments.name)
    _answer(context, "removed", arguments.name)


def _answer(context: CommandContext, what: str, name: str) -> None:
    context.answer({"staff": name, "done": what}, context.text(f"staff.{what}", name=name))


_ACTIONS = {
    "add": _add,
    "list": _list,
    "roles": _roles,
    "password": _password,
    "link": _link,
    "remove": _remove,
}
