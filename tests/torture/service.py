"""The program that is killed: a bank that issues for many clients at once, started again and again from one process.

Started with a control socket as its only argument. For each life it gets a socket and a plan, forks, and answers the
child's number; the child opens the bank and answers each line (a retry key) with a line: key, answer. All that is slow
to import is imported before the first fork; nothing of the bank is open in the parent.
"""

import json
import os
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from secrets import randbelow
from threading import Lock

import psycopg  # noqa: F401 - imported before the first fork

from issuer.accounts.selection import Choice
from issuer.app import create_app  # noqa: F401 - imported before the first fork
from issuer.bank import open_bank
from issuer.cli.main import main as main_of_issuer
from issuer.errors import IssuerError
from issuer.issuing.claims import IssueRequest
from issuer.issuing.making import Issued
from issuer.issuing.once import issue_once
from issuer.store.blocks import Reservations
from issuer.store.engine import Store
from issuer.store.transaction import Transaction
from keys import confirmation_code

CHEAP_CODES = {"ARGON2_MEMORY_KIB": 64, "ARGON2_PASSES": 1}
"""What the key of a code costs here; how long the machine computes is not what is tried."""


def written(issued: Issued) -> bytes:
    """What a client gets: enough to check everything later."""
    status = issued.claims.status
    indexes = [status.idx, *(entry.idx for entry in issued.claims.entries)]
    answer = {
        "number": issued.number,
        "code": issued.confirmation_code,
        "credential": issued.credential,
        "list": status.uri,
        "indexes": indexes,
    }
    return json.dumps(answer).encode()


def live(connection: socket.socket, plan: dict[str, object]) -> None:
    """Answer until the end of the lines, or until killed."""
    for name, value in CHEAP_CODES.items():
        setattr(confirmation_code, name, value)
    database = plan["database"]
    bank = open_bank(Path(str(plan["bank"])), passphrase=None, database=None if database is None else str(database))
    bank.reservations = Reservations(bank.store, draw=randbelow, numbers=4)
    die_at_its_moment(bank.store, str(plan["moment"]), int(str(plan["after"])))
    request = IssueRequest(str(plan["account"]), Choice(types=("vocational_training",)), "ko", "면접")
    now, writing = datetime.fromisoformat(str(plan["now"])), Lock()

    def serve(key: str) -> None:
        try:
            answer = issue_once(bank, request, key=key, answer=written, now=now).decode()
        except IssuerError as error:
            answer = json.dumps({"error": error.code})
        except Exception as error:  # noqa: BLE001 - a fault of the program; the clients must hear of it
            trace = traceback.extract_tb(error.__traceback__)
            answer = json.dumps({"fault": f"{type(error).__name__}: {error} {trace[-1]}"})
        with writing, suppress(BrokenPipeError):
            connection.sendall(f"{key}\t{answer}\n".encode())

    with ThreadPoolExecutor(int(str(plan["clients"]))) as pool, connection.makefile("r") as lines:
        for line in lines:
            pool.submit(serve, line.strip())
    problem = bank.store.integrity_problem()
    bank.close()
    connection.sendall(f"end\t{json.dumps(problem)}\n".encode())


def serve_http(connection: socket.socket, plan: dict[str, object]) -> None:
    """Be `cb-issuer serve` until killed or asked to end; what it prints goes to the harness."""
    for name, value in CHEAP_CODES.items():
        setattr(confirmation_code, name, value)
    os.environ |= {"ISSUER_ISSUES_PER_HOUR": "1000000", "ISSUER_OPERATOR": "torture"}
    if plan["database"] is not None:
        os.environ["ISSUER_DATABASE"] = str(plan["database"])
    die_at_its_moment(Store, str(plan["moment"]), int(str(plan["after"])))
    os.dup2(connection.fileno(), 1)
    sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115 - as long as the process lives
    now = datetime.fromisoformat(str(plan["now"]))
    arguments = ["serve", "--data", str(plan["bank"]), "--port", str(plan["port"]), "--json"]
    os._exit(main_of_issuer(arguments, clock=lambda: now))


def die_at_its_moment(store: Store | type[Store], moment: str, after: int) -> None:
    """Kill the process itself just before or just after a commit, if that is the plan."""
    together: Callable[..., object] = store.together
    left = [after]

    def kill() -> None:
        left[0] -= 1
        if left[0] <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def killed_before(*given: object) -> object:
        *store_if_any, work = given

        def with_death(transaction: Transaction) -> object:
            result = work(transaction)  # type: ignore[operator] # a work, as `Store.together` takes it
            kill()
            return result

        return together(*store_if_any, with_death)

    def killed_after(*given: object) -> object:
        result = together(*given)
        kill()
        return result

    if moment == "before commit":
        store.together = killed_before  # type: ignore[assignment, method-assign] # the moment must be exact
    elif moment == "after commit":
        store.together = killed_after  # type: ignore[assignment, method-assign] # the moment must be exact


def main() -> None:
    """Fork one child for each plan that comes."""
    control = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # no zombies
    while True:
        message, handles, _, _ = socket.recv_fds(control, 64 * 1024, 1)
        if not message:
            return
        child = os.fork()
        if child == 0:
            control.close()
            code = 1
            try:
                plan = json.loads(message)
                (serve_http if plan.get("port") else live)(socket.socket(fileno=handles[0]), plan)
                code = 0
            finally:
                os._exit(code)
        os.close(handles[0])
        control.send(str(child).encode())


if __name__ == "__main__":
    main()
