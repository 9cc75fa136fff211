"""Build the images of deploy/Containerfile for real, and run the services of the compose file in them.

Not a part of `make test`, because a build downloads what it installs. Needs root and Debian's packages `buildah` (which
works without a daemon), `nginx` and `redis-server`; with `--base` also where no image can be fetched, as
`tests.container_image`:

    python -m tests.container_services --base base.tar [--volume /etc/pip.conf:/etc/pip.conf:ro] [--old REVISION]

Everything then runs in a network namespace that has nothing but a loopback: both issuers and the verifier in
containers, as nobody and without capabilities; PostgreSQL, Redis and nginx beside them as processes. It ends with 0
when the stories of `tests.compose_story` hold. `--old` needs no containers: the second issuer is the program of an
earlier revision of this repository, while the first one has brought the schema up to date.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from tests.compose import Compose, composed
from tests.compose_story import holder_of, story_of_a_restart, story_of_two_instances
from tests.container_image import ROOT, Engine, base_image
from tests.postgresql import PostgresqlServer, postgresql_server

CONTAINERFILE = ROOT / "deploy/Containerfile"
TARGETS = ("issuer", "verifier")
_ALONE = "CB_ALONE"
INSIDE = """
test "$(id -u)" = 65534
! touch /opt/cb/x 2>/dev/null
grep -q '^CapEff:[[:space:]]*0000000000000000$' /proc/self/status
"""


def built(engine: Engine, base: Path | None, volumes: list[str]) -> dict[str, list[str]]:
    """Build both images; answer for each target the words that run something in a container of it."""
    if base is not None:
        base_image(engine, base)
    given = [word for volume in volumes for word in ("--volume", volume)]
    pull = ["--pull-never"] if base is not None else []
    found = {}
    for target in TARGETS:
        places = ["--file", str(CONTAINERFILE), "--target", target, "--tag", f"localhost/cb-{target}", str(ROOT)]
        engine("bud", "--layers", "--isolation", "chroot", "--network", "host", *pull, *given, *places)
        container = engine("from", "--pull-never", f"localhost/cb-{target}")
        engine("config", "--volume", "/data-", container)  # buildah would lay a volume of its own over what is given
        engine(
            "run",
            "--isolation",
            "chroot",
            "--cap-drop",
            "all",
            "--user",
            "65534:65534",
            container,
            "--",
            "/bin/sh",
            "-euc",
            INSIDE,
        )
        found[target] = [*engine.command, "run", "--isolation", "chroot", container]
    return found


def alone() -> bool:
    """Whether this process has no network but a loopback of its own."""
    links = [line.split(":")[0].strip() for line in Path("/proc/net/dev").read_text().splitlines()[2:]]
    return os.environ.get(_ALONE) == "1" and links == ["lo"]


def stories(compose: Compose) -> None:
    """Tell all of them."""
    holder = holder_of(compose)
    story_of_two_instances(compose, holder)
    print("issued, repeated, served and revoked by two instances; the verifier saw both states", flush=True)
    for how in (signal.SIGTERM, signal.SIGKILL):
        story_of_a_restart(compose, holder, how)
        print(f"one instance ended by {how.name} while the other went on: nothing lost", flush=True)


def old_program(folder: Path, revision: str) -> list[str]:
    """Check out an earlier revision; answer the words that start its `cb-issuer`."""
    tree = folder / "old"
    git = ["git", "-C", str(ROOT), "archive", revision]
    tree.mkdir()
    packed = subprocess.run(git, check=True, capture_output=True).stdout
    subprocess.run(["tar", "-x", "-C", str(tree)], input=packed, check=True)
    path = "import sys; sys.path.insert(0, sys.argv.pop(1)); "
    start = "from issuer.cli.main import main; sys.exit(main(sys.argv[1:]))"
    return [sys.executable, "-P", "-c", path + start, str(tree)]


def main() -> None:
    """Build with a network, run without one."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--base", type=Path, help="archive of a file system, in place of a fetched image")
    parser.add_argument("--volume", action="append", default=[], help="for the build only, for example pip's settings")
    parser.add_argument("--old", metavar="REVISION", help="no containers: the second issuer is an earlier program")
    parser.add_argument("--store", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if not alone():
        with tempfile.TemporaryDirectory() as name:
            Path(name).chmod(0o755)
            if arguments.old is None:
                built(Engine(Path(name)), arguments.base, arguments.volume)
            again = [sys.executable, "-m", "tests.container_services", "--store", name]
            again += [] if arguments.old is None else ["--old", arguments.old]
            inside = ["unshare", "--net", "/bin/sh", "-euc", 'ip link set lo up; exec "$@"', "sh", *again]
            raise SystemExit(subprocess.run(inside, env={**os.environ, _ALONE: "1"}, cwd=ROOT, check=False).returncode)
    folder = arguments.store / "run-here"
    folder.mkdir(mode=0o755)
    with postgresql_server() as server:
        if arguments.old is not None:
            compose_with_old(folder, server.new_database(), arguments.old)
            return
        engine = Engine(arguments.store)
        containers = {target: engine("containers", "--format", "{{.ContainerName}}") for target in TARGETS}
        words = {target: _words(engine, target, containers[target].split()) for target in TARGETS}
        with composed(folder, over_tcp(server), words) as compose:
            stories(compose)


def over_tcp(server: PostgresqlServer) -> str:
    """Let a server of the tests, which has a socket only, listen on the loopback; answer a new database."""
    server.restart(addresses="127.0.0.1")
    database = urlsplit(server.new_database()).path
    with server.connect() as connection:
        ((port,),) = connection.execute("SHOW port").fetchall()
    return f"postgresql://postgres@127.0.0.1:{port}{database}"


def _words(engine: Engine, target: str, names: list[str]) -> list[str]:
    (name,) = (each for each in names if each.startswith(f"cb-{target}"))
    return [*engine.command, "run", "--isolation", "chroot", name]


def compose_with_old(folder: Path, database: str, revision: str) -> None:
    """Run an old and a new issuer beside each other on the newest schema."""
    programs = {"issuer-2": old_program(folder, revision)}
    with composed(folder, database, programs=programs) as compose:
        stories(compose)
    print(f"the program of {revision} worked on the schema of this one")


if __name__ == "__main__":
    if missing := [
        each for each in ("buildah", "nginx", "redis-server", "unshare", "ip") if shutil.which(each) is None
    ]:
        sys.exit(f"expected {', '.join(missing)}, found none")
    main()
