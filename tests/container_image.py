"""Build the container of examples/pipelines/Containerfile for real, and check certificates in it without a network.

Not a part of `make test`, because a build downloads what it installs. Needs root and Debian's package `buildah`, which
works without a daemon; with `--base` also where no image can be fetched: an archive of a file system with Python 3.11.

    mmdebstrap --variant=minbase --include=python3,python3-venv,ca-certificates bookworm base.tar
    python -m tests.container_image --base base.tar [--volume /etc/pip.conf:/etc/pip.conf:ro]

It ends with 0 when the container has no device but an idle loopback, runs as nobody, cannot write to what it was given
nor to itself, and judges a good credential, a forged one and a sealed PDF as the program does outside.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.verifier.batch.corpus import FORGERY, NOW_TEXT, application, write_lists
from tests.verifier.world import Keys, World
from verifier.evidence.reader import EvidenceReader

ROOT = Path(__file__).resolve().parent.parent
CONTAINERFILE = ROOT / "examples/pipelines/Containerfile"
NAME = "localhost/cb-verifier"
INSIDE = """
test "$(id -u)" = 65534
test "$(tail -n +3 /proc/net/dev | grep -cv '^ *lo:')" = 0
test "$(tail -n +2 /proc/net/route | wc -l)" = 0
! touch /evidence/x 2>/dev/null
! touch /opt/cb/x 2>/dev/null
python -c 'import socket
try:
    socket.create_connection(("192.0.2.1", 80), 2)
except OSError:
    raise SystemExit(0)
raise SystemExit(1)'
"""


class Engine:
    """buildah with a store of its own."""

    def __init__(self, folder: Path) -> None:
        places = ("--root", str(folder / "store"), "--runroot", str(folder / "run"))
        self.command = ("buildah", *places, "--storage-driver", "vfs")

    def __call__(self, *arguments: str, network: bool = True) -> str:
        """Run a subcommand and return what it printed."""
        done = self.run(*arguments, network=network)
        if done.returncode:
            raise SystemExit(f"buildah {arguments[0]} ended with {done.returncode}: {done.stderr[-2000:]}")
        return done.stdout.strip()

    def run(self, *arguments: str, network: bool) -> "subprocess.CompletedProcess[str]":
        """Run a subcommand, if so wished in a network namespace of its own, in which there is nothing."""
        before = () if network else ("unshare", "--net")
        return subprocess.run([*before, *self.command, *arguments], capture_output=True, text=True, check=False)


def base_image(engine: Engine, archive: Path) -> None:
    """Make the image that the Containerfile begins with out of an archive of a file system."""
    container = engine("from", "scratch")
    engine("add", container, str(archive), "/")
    engine("run", "--isolation", "chroot", container, "--", "ln", "-sf", "python3", "/usr/bin/python")
    engine("commit", container, "localhost/python:3.11-slim")
    engine("rm", container)


def evidence(folder: Path) -> None:
    """Write a good credential, a forged one and a sealed PDF, with trust list and status lists."""
    (folder / "certificates").mkdir(parents=True)
    with EvidenceReader() as reader:
        world = World(Keys(), reader, folder)
    (folder / "certificates/0.sdjwt").write_text(world.token(application(0)))
    (folder / "certificates/1.sdjwt").write_text(world.token(application(1)) + FORGERY)
    (folder / "certificates/2.pdf").write_bytes(world.sealed())
    write_lists(world)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


def main() -> None:
    """Build, look around inside, check, compare."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--base", type=Path, help="archive of a file system, in place of a fetched image")
    parser.add_argument("--volume", action="append", default=[], help="for the build only, for example pip's settings")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        engine = Engine(folder)
        if arguments.base is not None:
            base_image(engine, arguments.base)
        volumes = [word for volume in arguments.volume for word in ("--volume", volume)]
        pull = ["--pull-never"] if arguments.base is not None else []
        places = ["--file", str(CONTAINERFILE), "--tag", NAME, str(ROOT)]
        engine("bud", "--isolation", "chroot", "--network", "host", *pull, *volumes, *places)
        evidence(folder / "evidence")
        container = engine("from", "--pull-never", NAME)
        entry = json.loads(engine("inspect", "--type", "image", NAME))["OCIv1"]["config"]
        given = ["--isolation", "chroot", "--cap-drop", "all", "--user", entry["User"]]
        given += ["--volume", f"{folder / 'evidence'}:/evidence:ro", container, "--"]
        engine("run", *given, "/bin/sh", "-euc", INSIDE, network=False)
        command = [*entry["Entrypoint"], *entry["Cmd"], "--now", NOW_TEXT]
        done = engine.run("run", *given, *command, network=False)
        verdicts = [json.loads(line)["verdict"] for line in done.stdout.splitlines()]
        engine("rm", container)
    print(f"exit code {done.returncode}, verdicts {', '.join(verdicts)}")
    if (done.returncode, verdicts) != (1, ["valid", "invalid", "valid"]):
        raise SystemExit(f"expected exit code 1 and valid, invalid, valid\n{done.stderr}")


if __name__ == "__main__":
    if shutil.which("buildah") is None:
        sys.exit("expected buildah, found none: apt-get install buildah")
    main()
