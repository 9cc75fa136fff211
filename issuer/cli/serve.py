"""`cb-issuer serve`: the bank on the web, for people, for their programs and for those who verify."""

import argparse
import sys
import threading
from collections.abc import Callable

from issuer.cli.asking import outside_world
from issuer.cli.context import CommandContext

SUMMARY = "serve the pages for holders, the API, and keys, status lists and the trust list for those who verify"
EXAMPLE = "cb-issuer serve --host 127.0.0.1 --port 8000"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--host", help="address to listen on (ISSUER_HOST, 127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen on (ISSUER_PORT, 8000)")


def run(arguments: argparse.Namespace, context: CommandContext) -> int:
    """Serve until stopped."""
    from issuer.api.callers import Callers, issues_each_hour
    from issuer.api.desk import ApiDesk
    from issuer.api.openid4vci import WalletDesk
    from issuer.api.pages.session import session_reader
    from issuer.app import Desk, ServiceWork, create_app
    from issuer.bank import SERVICE
    from issuer.cli.metering import metered
    from issuer.cli.page_parts import open_pages
    from issuer.health import readiness_problems
    from issuer.issued.confirmations import ConfirmationDesk
    from issuer.pulling.schedule import asking_sources
    from issuer.tokens import TokenDoor
    from issuer.upkeep import UPKEEP_S, Upkeep
    from issuer.work_places import WorkPlaces
    from keys.gate.gate import Visitors
    from keys.gate.server import listen, serve

    settings = context.settings
    host = arguments.host or settings.host
    port = settings.port if arguments.port is None else arguments.port
    visitors = Visitors.open(
        rate_storage=settings.rate_storage, trusted_proxies=settings.trusted_proxies, token_file=settings.tokens
    )
    contact = _security_txt(context)
    with context.bank() as bank:
        for use in ("status", "credential", "seal"):  # a service that cannot sign must not begin
            bank.signer(use)
        if bank.has_bundle_key:
            bank.signer("bundle")
        if bank.has_log:
            bank.log_key()
        work = ServiceWork(
            refresh=Upkeep(bank, clock=context.clock).run,
            refresh_s=UPKEEP_S,
            problems=lambda: readiness_problems(bank, now=context.clock()),
        )
        tokens = TokenDoor(bank, clock=context.clock)
        pages = open_pages(bank, context, visitors)
        issues = issues_each_hour(settings.issues_per_hour)
        callers = Callers(bank, tokens, visitors, session_reader(pages), issues)
        api = ApiDesk(callers, WorkPlaces(), context.clock)
        wallets = WalletDesk(bank, api.places, visitors, context.clock, pages.wallets)
        desk = Desk(ConfirmationDesk(bank, clock=context.clock).look_up, visitors, api, pages, wallets, contact)
        app = create_app(bank.folder, bank.profile, work, desk=desk)

        def ready() -> None:
            context.answer(
                {"listening": f"http://{host}:{port}"}, context.text("serve.listening", host=host, port=port)
            )
            sys.stdout.flush()

        stop = threading.Event()
        world, known = outside_world(bank, context, stop=stop), pages.operating
        asking = asking_sources(bank.acting_as(SERVICE), known.asked, world, stop=stop)
        with metered(app, bank, context, promises=known.promises) as whole, asking, known.works:
            serve(whole, listen(host, port), ready=ready, drain_s=settings.drain_seconds, log_form=settings.log)
    return 0


def _security_txt(context: CommandContext) -> Callable[[], bytes | None] | None:
    """What is shown of the operator's security.txt, if there is one."""
    from keys.gate.security_txt import SecurityTxt

    path = context.settings.security_txt
    if path is None:
        return None
    contact = SecurityTxt.read(path)
    return lambda: contact.shown(context.clock())
