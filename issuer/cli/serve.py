"""`cb-issuer serve`: the bank's end points on the web."""

import argparse
import sys

from issuer.cli.context import CommandContext

SUMMARY = "serve keys, type metadata, status lists, the trust list and typed confirmation codes"
EXAMPLE = "cb-issuer serve --host 127.0.0.1 --port 8000"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--host", help="address to listen on (ISSUER_HOST, 127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen on (ISSUER_PORT, 8000)")


def run(arguments: argparse.Namespace, context: CommandContext) -> int:
    """Serve until stopped."""
    from issuer.app import Desk, ServiceWork, create_app
    from issuer.confirmations import ConfirmationDesk
    from issuer.health import readiness_problems
    from issuer.upkeep import UPKEEP_S, Upkeep
    from keys.gate.gate import Visitors
    from keys.gate.server import listen, serve

    settings = context.settings
    host = arguments.host or settings.host
    port = settings.port if arguments.port is None else arguments.port
    visitors = Visitors.open(
        rate_storage=settings.rate_storage,
        trusted_proxies=settings.trusted_proxies,
        token_file=settings.tokens,
    )
    with context.bank() as bank:
        bank.signer("status")  # without it the lists would grow old unnoticed
        if bank.has_bundle_key:
            bank.signer("bundle")
        if bank.has_log:
            bank.log_key()
        work = ServiceWork(
            refresh=Upkeep(bank, clock=context.clock).run,
            refresh_s=UPKEEP_S,
            problems=lambda: readiness_problems(bank, now=context.clock()),
        )
        desk = Desk(ConfirmationDesk(bank, clock=context.clock).look_up, visitors)
        app = create_app(bank.folder, bank.profile, work, desk=desk)

        def ready() -> None:
            context.answer(
                {"listening": f"http://{host}:{port}"}, context.text("serve.listening", host=host, port=port)
            )
            sys.stdout.flush()

        serve(app, listen(host, port), ready=ready)
    return 0
