"""`cb-verifier users`: who may sign in to the pages V4 to V8 of `serve`, and in which roles."""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from verifier.cli.options import add_action, add_language, language_of
from verifier.errors import VerifierError
from verifier.settings import Settings

if TYPE_CHECKING:
    from credential_schemas.report.messages import Language
    from verifier.people.administration import Administration, ListedPerson

SUMMARY = "Say who may sign in to the service, and in which roles: add, list, remove, roles, password, link."
EXAMPLES = """examples:
  cb-verifier users add haneul --role administrator --role officer
  cb-verifier users add minji --role reviewer --password-file minji.txt
  cb-verifier users add doyun --role officer --issuer https://login.example --subject 1f6b
  cb-verifier users list
  cb-verifier users roles minji reviewer officer
  cb-verifier users remove doyun"""

_ROLES = ("officer", "reviewer", "administrator")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verbs and their options."""
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    add = add_action(verbs, "add", "let a person sign in", "cb-verifier users add haneul --role administrator")
    add.add_argument("name", metavar="NAME", help="what is typed at the sign-in: lower-case letters, digits, . _ -")
    add.add_argument("--shown-name", default="", metavar="TEXT", help="what pages and records show (default: NAME)")
    add.add_argument("--role", action="append", required=True, choices=_ROLES, help="may be given several times")
    _add_password(add)
    _add_identity(add, required=False)
    show = add_action(verbs, "list", "list everybody", "cb-verifier users list")
    show.add_argument("--json", action="store_true", help="print one JSON document")
    remove = add_action(verbs, "remove", "take a person away, at once", "cb-verifier users remove haneul")
    roles = add_action(verbs, "roles", "give a person exactly these roles", "cb-verifier users roles haneul officer")
    password = add_action(
        verbs,
        "password",
        "give a person another password and end her sessions",
        "cb-verifier users password haneul --remove-second-step",
    )
    _add_password(password)
    password.add_argument(
        "--remove-second-step", action="store_true", help="she has lost her second step: take it away, too"
    )
    link = add_action(
        verbs,
        "link",
        "let a person sign in with an OpenID provider, too",
        "cb-verifier users link haneul --issuer https://login.example --subject 1f6b",
    )
    _add_identity(link, required=True)
    for verb in (remove, roles, password, link):
        verb.add_argument("name", metavar="NAME", help="as `users list` shows it")
    roles.add_argument("roles", nargs="+", metavar="ROLE", choices=_ROLES, help=", ".join(_ROLES))
    for verb in (add, show, remove, roles, password, link):
        add_language(verb)


def run(arguments: argparse.Namespace) -> int:
    """Carry out one verb and return the exit code."""
    from verifier.cli.telling import tell_refusal

    verbs: dict[str, Callable[[argparse.Namespace, Administration], None]] = {
        "add": _add,
        "list": _list,
        "remove": lambda given, people: people.remove(given.name),
        "roles": _roles,
        "password": _password,
        "link": lambda given, people: people.link(given.name, given.issuer, given.subject),
    }
    try:
        verbs[arguments.verb](arguments, _administration(Settings.from_environment(os.environ)))
    except VerifierError as error:
        return tell_refusal("users", error, language_of(arguments))
    return 0


def _add_password(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--password-file", type=Path, metavar="FILE", help="its first line is the password (default: asked for)"
    )


def _add_identity(parser: argparse.ArgumentParser, *, required: bool) -> None:
    parser.add_argument("--issuer", required=required, metavar="URL", help="issuer of the OpenID provider")
    parser.add_argument("--subject", required=required, metavar="TEXT", help="what the provider calls this person")


def _administration(settings: Settings) -> "Administration":
    import secrets
    import time

    from keys.sign_in.passwords import Passwords
    from verifier.errors import StoreUnusable
    from verifier.people.administration import Administration
    from verifier.store.engine import STORE_FILE, open_store

    if settings.state_folder is None:
        raise StoreUnusable("expected a state folder (VERIFIER_STATE) for the database, found none", kind="place")
    return Administration(
        open_store(settings.state_folder / STORE_FILE),
        passwords=lambda: Passwords(secrets.token_bytes),
        now=lambda: int(time.time()),
        random_bytes=secrets.token_bytes,
    )


def _add(arguments: argparse.Namespace, people: "Administration") -> None:
    from verifier.errors import OptionError
    from verifier.people.administration import Proof
    from verifier.people.roles import roles_of

    if (arguments.issuer is None) != (arguments.subject is None):
        raise OptionError("expected --issuer and --subject together")
    identity = None if arguments.issuer is None else (arguments.issuer, arguments.subject)
    asked = identity is None or arguments.password_file is not None
    proof = Proof(_typed_password(arguments) if asked else None, identity)
    people.add(arguments.name, arguments.shown_name, roles=roles_of(arguments.role), proof=proof)


def _list(arguments: argparse.Namespace, people: "Administration") -> None:
    import json

    listed = people.listing()
    if arguments.json:
        print(json.dumps({"users": [person.document() for person in listed]}, ensure_ascii=False))
        return
    for person in listed:
        print(_line(person, language_of(arguments)))


def _line(person: "ListedPerson", language: "Language") -> str:
    from verifier.rendering.plain_text import harmless
    from verifier.rendering.words import word

    ways = [word("users_password", language)] if person.has_password else []
    ways += [word("users_second_step", language)] if person.has_second_step else []
    ways += [f"{issuer} {subject}" for issuer, subject in person.identities]
    return harmless(f"{person.name}  {person.shown_name}  [{', '.join(sorted(person.roles))}]  {', '.join(ways)}")


def _roles(arguments: argparse.Namespace, people: "Administration") -> None:
    from verifier.people.roles import roles_of

    people.set_roles(arguments.name, roles_of(arguments.roles))


def _password(arguments: argparse.Namespace, people: "Administration") -> None:
    typed = _typed_password(arguments)
    people.set_password(arguments.name, typed, without_second_step=arguments.remove_second_step)


def _typed_password(arguments: argparse.Namespace) -> str:
    """Return the password from the file or, at a terminal, as typed twice; never from the command line."""
    from getpass import getpass

    from verifier.errors import PeopleRefused
    from verifier.rendering.words import word

    if arguments.password_file is not None:
        try:
            with arguments.password_file.open("rb") as file:
                first_line: bytes = file.read(4096).partition(b"\n")[0]
                return first_line.removesuffix(b"\r").decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise PeopleRefused("expected a readable file with the password in UTF-8", kind="password") from error
    if not sys.stdin.isatty():
        raise PeopleRefused("expected --password-file where nobody can be asked", kind="password")
    language = language_of(arguments)
    first = getpass(word("users_ask", language), sys.stderr)
    second = getpass(word("users_ask_again", language), sys.stderr)
    if first != second:
        raise PeopleRefused("expected the same password twice, found two", kind="password")
    return first
