"""`cb-issuer token`: make, list and revoke the bearer tokens of programs that act for an account."""

import argparse

from issuer.cli.context import CommandContext
from issuer.cli.options import add_action

SUMMARY = "make, list and revoke bearer tokens of the API; each belongs to one account"
EXAMPLE = "cb-issuer token create --account 7k2m9qxdab --name payroll --scope read issue --days 30"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the actions."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    creating = add_action(actions, "create", "make a token; it is shown once", EXAMPLE)
    creating.add_argument("--account", metavar="ID", required=True, help="for whose account it acts")
    creating.add_argument("--name", metavar="TEXT", required=True, help="what it is for, as lists show it")
    creating.add_argument(
        "--scope",
        choices=("read", "issue", "revoke"),
        nargs="+",
        required=True,
        help="what it may do: read account and certificates and preview; issue and print again; revoke",
    )
    creating.add_argument("--days", metavar="N", type=int, default=90, help="days until it ends (default: 90)")
    listing = add_action(actions, "list", "list the tokens, without what opens them", "cb-issuer token list")
    listing.add_argument("--account", metavar="ID", help="only those of one account")
    revoking = add_action(actions, "revoke", "let a token open nothing any more", "cb-issuer token revoke 3f9a0c21d7e4")
    revoking.add_argument("token", metavar="TOKEN-ID", help="as `token list` shows it")


def run(arguments: argparse.Namespace, context: CommandContext) -> int:
    """Do one of them."""
    _ACTIONS[arguments.action](arguments, context)
    return 0


def _create(arguments: argparse.Namespace, context: CommandContext) -> None:
    from issuer.answers import token_document
    from issuer.tokens import TokenWish, create_token

    wish = TokenWish(arguments.name, tuple(arguments.scope), arguments.days)
    with context.bank() as bank:
        made = create_token(bank, arguments.account, wish, now=context.clock())
    context.note("token.once", token=made.record.id)
    context.answer({"token": made.text, **token_document(made.record)}, made.text)


def _list(arguments: argparse.Namespace, context: CommandContext) -> None:
    from issuer.answers import token_document
    from issuer.tokens import list_tokens

    with context.bank() as bank:
        tokens = list_tokens(bank, arguments.account)
    documents = [token_document(each) for each in tokens]
    lines = [
        f"{token.id}  {token.account_id}  {each['expires_at']}  {token.scopes:<17} {token.name}"
        f"{'' if token.revoked_at is None else f'  [{token.revoked_at}]'}"
        for each, token in zip(documents, tokens, strict=True)
    ]
    context.answer({"tokens": documents}, *lines)


def _revoke(arguments: argparse.Namespace, context: CommandContext) -> None:
    from issuer.answers import token_document
    from issuer.tokens import revoke_token

    with context.bank() as bank:
        revoked = revoke_token(bank, arguments.token, now=context.clock())
    context.answer(token_document(revoked), context.text("token.revoked", token=revoked.id))


_ACTIONS = {"create": _create, "list": _list, "revoke": _revoke}
