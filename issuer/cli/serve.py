"""`cb-issuer serve`: the bank's end points on the web."""

import argparse
import sys

from issuer.cli.context import CommandContext

SUMMARY = "serve keys, type metadata, status lists and the trust list"
EXAMPLE = "cb-issuer serve --host 127.0.0.1 --port 8000"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--host", help="address to listen on (ISSUER_HOST, 127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen on (ISSUER_PORT, 8000)")


def run(arguments: argparse.Namespace, context: CommandContext) -> int:
    """Serve until stopped."""
    import uvicorn

    from issuer.app import ServiceWork, create_app
    from issuer.health import readiness_problems
    from issuer.publishing import publish_due

    host = arguments.host or context.settings.host
    port = context.settings.port if arguments.port is None else arguments.port
    with context.bank() as bank:
        bank.signer("status")  # without it the lists would grow old unnoticed
        work = ServiceWork(
            refresh=lambda: publish_due(bank, now=context.clock()),
            problems=lambda: readiness_problems(bank, now=context.clock()),
        )
        app = create_app(bank.folder, bank.profile, work)
        context.answer({"listening": f"http://{host}:{port}"}, context.text("serve.listening", host=host, port=port))
        sys.stdout.flush()
        uvicorn.run(
            app, host=host, port=port, log_level="warning", server_header=False, h11_max_incomplete_event_size=16384
        )
    return 0
