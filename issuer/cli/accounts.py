"""`cb-issuer accounts`: open, link, list and show accounts, and record consents."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from issuer.cli.context import CommandContext
from issuer.cli.options import add_action, day, short_text

if TYPE_CHECKING:
    from issuer.accounts.account import AccountEntry
    from issuer.store.accounts import Account

SUMMARY = "open, link, list and show accounts; record consents"
EXAMPLE = "cb-issuer accounts open --person SYN-P-001 --consent-all"
_ACCOUNT = "the account's id, as `accounts list` shows it"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the subcommands; the common options stand before or after them."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    opening = add_action(actions, "open", "open an account for a registered person", EXAMPLE)
    opening.add_argument("--person", metavar="REF", help="reference of the person in the identity register")
    consent = opening.add_mutually_exclusive_group()
    consent.add_argument("--consent", metavar="SOURCE", nargs="+", default=[], help="sources the holder consents to")
    consent.add_argument("--consent-all", action="store_true", help="the holder consents to every source")
    opening.add_argument(
        "--collect-only", action="store_true", help="record no consent to disclosure; each certificate needs one"
    )
    linking = add_action(
        actions,
        "link",
        "link an account to a registered person",
        'cb-issuer accounts link 7k2m9qxdab --person SYN-P-001 --reason "identity card seen"',
    )
    linking.add_argument("account", metavar="ID", help=_ACCOUNT)
    linking.add_argument("--person", metavar="REF", required=True, help="reference in the identity register")
    linking.add_argument("--reason", required=True, type=short_text, help="why; recorded with the link")
    signing = add_action(
        actions,
        "sign-in",
        "let somebody sign in to an account with a name and a password",
        "cb-issuer accounts sign-in 7k2m9qxdab --name haneul --password-file haneul.txt",
    )
    signing.add_argument("account", metavar="ID", help=_ACCOUNT)
    signing.add_argument("--name", required=True, help="what is typed at the sign-in")
    signing.add_argument("--password-file", type=Path, metavar="FILE", help="its first line (default: asked for)")
    listing = add_action(actions, "list", "list all accounts", "cb-issuer accounts list")
    listing.add_argument("--held", action="store_true", help="list entries held back: their person is not registered")
    resolving = add_action(
        actions,
        "resolve",
        "say whose an entry is that is held back; all with the same reference follow, later ones too",
        'cb-issuer accounts resolve 3f9a0c21 --person SYN-P-001 --reason "letter of the source, 2026-11-20"',
    )
    resolving.add_argument("entry", metavar="ENTRY", help="id of the entry, as `accounts list --held` shows it")
    resolving.add_argument("--person", metavar="REF", required=True, help="reference in the identity register")
    resolving.add_argument("--reason", required=True, type=short_text, help="why; recorded with the decision")
    history = add_action(
        actions, "history", "list who read or changed the holder's data", "cb-issuer accounts history 7k2m9qxdab"
    )
    history.add_argument("account", metavar="ID", help=_ACCOUNT)
    showing = add_action(actions, "show", "show the entries of an account", "cb-issuer accounts show 7k2m9qxdab")
    showing.add_argument("account", metavar="ID", help=_ACCOUNT)
    _add_consent(actions)


def run(arguments: argparse.Namespace, context: CommandContext) -> int:
    """Run one subcommand."""
    _ACTIONS[arguments.action](arguments, context)
    return 0


def _add_consent(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    consenting = add_action(
        actions,
        "consent",
        "record the holder's consent to a disclosure",
        "cb-issuer accounts consent 7k2m9qxdab --unspecified --all",
    )
    consenting.add_argument("account", metavar="ID", help=_ACCOUNT)
    recipient = consenting.add_mutually_exclusive_group(required=True)
    recipient.add_argument("--recipient", type=short_text, help="who may be given the entries")
    recipient.add_argument("--unspecified", action="store_true", help="the holder decides to whom the entries go")
    consenting.add_argument("--purpose", type=short_text, help="for what (default: any)")
    scope = consenting.add_mutually_exclusive_group(required=True)
    scope.add_argument("--entry", metavar="E", nargs="+", default=[], help="entries that may be given")
    scope.add_argument("--all", action="store_true", help="every entry that the holder selects")
    consenting.add_argument(
        "--until", type=day, metavar="DAY", help="last day of the consent (default: until withdrawn)"
    )


def _open(arguments: argparse.Namespace, context: CommandContext) -> None:
    from issuer.accounts.account import open_account
    from issuer.answers import account_document
    from issuer.errors import InvalidOption
    from issuer.sources.registry import SOURCES

    sources = list(SOURCES) if arguments.consent_all else arguments.consent
    if arguments.person is not None and not sources:
        problem = "expected the holder's consent, --consent SOURCE... or --consent-all"
        raise InvalidOption(problem, option="--person")
    if arguments.person is None and sources:
        problem = "expected --person with a consent; an account of nobody cannot consent"
        raise InvalidOption(problem, option="--consent")
    with context.bank() as bank:
        account = open_account(
            bank,
            arguments.person,
            sources=sources,
            discloses=not arguments.collect_only,
            now=context.clock(),
        )
    document = {**account_document(account), "consents": sources}
    context.answer(document, account.id)


def _link(arguments: argparse.Namespace, context: CommandContext) -> None:
    from issuer.accounts.account import link_account
    from issuer.answers import account_document

    with context.bank() as bank:
        account = link_account(
            bank, arguments.account, person_ref=arguments.person, reason=arguments.reason, now=context.clock()
        )
    context.answer(account_document(account), account.id)


def _sign_in(arguments: argparse.Namespace, context: CommandContext) -> None:
    import secrets

    from issuer.accounts.account import find_account
    from issuer.cli.options import typed_password
    from issuer.holders.local_sign_ins import Outside
    from issuer.holders.signing_in import SignInDesk
    from keys.gate.rate_limits import RateLimits
    from keys.sign_in.passwords import Passwords

    password = typed_password(arguments.password_file)
    outside = Outside(context.clock, RateLimits(), Passwords(secrets.token_bytes))
    with context.bank() as bank:
        with bank.store.read() as transaction:
            account = find_account(transaction, arguments.account)
        made = SignInDesk(bank, outside).add_local(account.id, name=arguments.name, password=password)
    context.answer({"account": account.id, "name": made.name}, context.text("accounts.signs_in", name=made.name))


def _list(arguments: argparse.Namespace, context: CommandContext) -> None:
    from issuer.answers import account_document

    if arguments.held:
        _list_held(context)
        return
    with context.bank() as bank, bank.store.read() as transaction:
        accounts = transaction.accounts.accounts()
    lines = [f"{account.id}  {account.opened_at}  {_linked(account, context)}" for account in accounts]
    context.answer({"accounts": [account_document(account) for account in accounts]}, *lines)


def _list_held(context: CommandContext) -> None:
    """List the entries that are held back; that they were looked at is recorded first."""
    from issuer.audit.trail import Act, record_acts
    from issuer.times import utc_text

    with context.bank() as bank, bank.store.write() as transaction:
        record_acts(transaction, Act("held_entries_read"), actor=bank.actor, at=utc_text(context.clock()))
        held = [
            {
                "id": entry.id,
                "source": entry.source,
                "source_record_id": entry.source_record_id,
                "type": entry.entry_type,
                "as_of": entry.as_of,
            }
            for entry in transaction.entries.held()
        ]
    lines = [f"{entry['id'][:8]}  {entry['source']}  {entry['source_record_id']}" for entry in held]
    context.answer({"held": held}, *lines)


def _resolve(arguments: argparse.Namespace, context: CommandContext) -> None:
    from issuer.deliveries.resolving import Resolution, resolve_held

    resolution = Resolution(arguments.person, arguments.reason)
    with context.bank() as bank:
        resolved = resolve_held(bank, arguments.entry, resolution, now=context.clock())
    document = [{"id": each.id, "source": each.source, "type": each.entry_type} for each in resolved]
    context.answer({"resolved": document}, context.text("accounts.resolved", count=len(resolved)))


def _show(arguments: argparse.Namespace, context: CommandContext) -> None:
    from issuer.accounts.account import read_account
    from issuer.answers import account_document, entry_document

    with context.bank() as bank:
        opened = read_account(bank, arguments.account, now=context.clock())
    person = opened.person
    document = {
        **account_document(opened.account),
        "person": {"name": person.name, "name_en": person.name_en, "birth_date": person.birth_date},
        "entries": [entry_document(entry) for entry in opened.entries],
    }
    lines = [
        f"{entry.id[:8]}  {entry.source_entry.as_of}  {entry.source_entry.source:<24} {entry.type:<34} "
        f"{entry.title}{'' if entry.in_force else f'  [{entry.status}]'}{_repeats(entry, context)}"
        for entry in opened.entries
    ]
    context.answer(document, context.text("accounts.show", account=opened.account.id, count=len(lines)), *lines)


def _repeats(entry: "AccountEntry", context: CommandContext) -> str:
    """Return a hint for an entry that several sources delivered, or that may be the same as another one."""
    also = (
        [context.text("accounts.also", sources=", ".join(each.source for each in entry.others))] if entry.others else []
    )
    alike = [context.text("accounts.alike", entries=", ".join(each[:8] for each in entry.alike))] if entry.alike else []
    return "".join(f"  [{hint}]" for hint in (*also, *alike))


def _history(arguments: argparse.Namespace, context: CommandContext) -> None:
    from dataclasses import asdict

    from issuer.accounts.account import find_account
    from issuer.audit.history import access_history
    from issuer.times import utc_text

    with context.bank() as bank, bank.store.write() as transaction:
        account = find_account(transaction, arguments.account)
        found = access_history(transaction, account, actor=bank.actor, at=utc_text(context.clock()))
    lines = [f"{each.at}  {each.actor:<24} {each.action:<28} {each.subject or ''}" for each in found]
    context.answer({"account": account.id, "accesses": [asdict(each) for each in found]}, *lines)


def _consent(arguments: argparse.Namespace, context: CommandContext) -> None:
    from issuer.accounts.account import (
        CONSENT_TEXT_VERSION,
        OPERATOR,
        find_account,
        record_disclosure_consent,
        show_account,
    )
    from issuer.accounts.selection import find_entry
    from issuer.store.accounts import Consent
    from issuer.times import utc_text

    with context.bank() as bank:
        with bank.store.read() as transaction:
            account = find_account(transaction, arguments.account)
            entries = []
            if arguments.entry:
                opened = show_account(bank, transaction, account.id)
                entries = [find_entry(account.id, opened.entries, prefix).id for prefix in arguments.entry]
        consent = record_disclosure_consent(
            bank,
            Consent(
                account_id=account.id,
                act="disclosure",
                recipient=arguments.recipient,
                purpose=arguments.purpose,
                scope={"everything": True} if arguments.all else {"entries": [*entries]},
                valid_until=None if arguments.until is None else arguments.until.isoformat(),
                text_version=CONSENT_TEXT_VERSION,
                given_at=utc_text(context.clock()),
                channel=OPERATOR,
            ),
        )
    context.answer(
        {"consent": consent.id, "account": account.id, "recipient": consent.recipient, "purpose": consent.purpose},
        context.text("accounts.consented", account=account.id),
    )


def _linked(account: "Account", context: CommandContext) -> str:
    return context.text("accounts.linked" if account.person_link else "accounts.unlinked")


_ACTIONS = {
    "open": _open,
    "link": _link,
    "sign-in": _sign_in,
    "list": _list,
    "resolve": _resolve,
    "show": _show,
    "history": _history,
    "consent": _consent,
}
