"""What deploy/compose.yaml describes, run on this machine: its programs, settings and proxy, on loopback alone.

Two ways: the installed programs as processes, or, with an `Engine`, containers of the images that deploy/Containerfile
builds (without capabilities, as nobody). The database is a real PostgreSQL server, the counts are a real Redis, the
proxy is a real nginx with the project's file. Changed are only addresses, because all share one machine, folders, and
how long a service drains.
"""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from tests.ports import own_port

DEPLOY: Final = Path(__file__).resolve().parent.parent / "deploy"
DATA: Final = "/data"
NOBODY: Final = 65534
_PROGRAMS: Final = Path(sys.executable).parent
_START_S: Final = 60.0
_STEP_S: Final = 0.05
_READY: Final = 200
_PORTS: Final = {"issuer-1": 8000, "issuer-2": 8000, "verifier": 8081, "counts": 6379, "proxy": 8080}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: bytes

    @property
    def document(self) -> dict[str, Any]:
        return dict(json.loads(self.body))


@dataclass
class Compose:
    """The services of the file; `containers` are the images' containers by target, None for processes."""

    folder: Path
    database: str
    secrets: dict[str, dict[str, str]]
    containers: dict[str, list[str]] | None = None
    programs: dict[str, list[str]] = field(default_factory=dict)
    _running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.file = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]
        self.ports = {name: own_port() for name in _PORTS}
        self.metrics = {name: own_port() for name in self.file}
        self.data = {name: self._volume(name) for name, each in self.file.items() if "build" in each}

    @property
    def url(self) -> str:
        """The bank as the world sees it: the proxy's first server."""
        return f"http://127.0.0.1:{self.ports['proxy']}"

    def _volume(self, service: str) -> Path:
        (volume,) = (each.split(":")[0] for each in self.file[service]["volumes"])
        path = self.folder / str(volume)
        path.mkdir(mode=0o700, exist_ok=True)
        if self.containers is not None:
            os.chown(path, NOBODY, NOBODY)
        return path

    def environment(self, service: str) -> dict[str, str]:
        """The settings of a service: those of its image, its file of secrets, and the compose file."""
        target = self.file[service]["build"]["target"]
        (secrets,) = self.file[service]["env_file"]
        given = {**_stage(target)["ENV"], **self.secrets[Path(secrets).name], **self.file[service]["environment"]}
        changed = {name: self._here(service, str(value)) for name, value in given.items()}
        room = target.upper()
        host = {"ISSUER_PORT": str(self.ports[service])} if room == "ISSUER" else {}
        return changed | host | {f"{room}_DRAIN_SECONDS": "1"}

    def _here(self, service: str, value: str) -> str:
        value = value.replace("redis://counts:6379", f"redis://127.0.0.1:{self.ports['counts']}")
        value = value.replace("0.0.0.0:9464", f"127.0.0.1:{self.metrics[service]}").replace("0.0.0.0", "127.0.0.1")
        if self.containers is None and (value == DATA or value.startswith(f"{DATA}/")):
            return str(self.data[service]) + value.removeprefix(DATA)
        return value

    def command(self, service: str, *arguments: str) -> list[str]:
        """The words that start a program of a service."""
        target = self.file[service]["build"]["target"]
        (program,) = _stage(target)["ENTRYPOINT"]
        words = [*self.programs.get(service, [str(_PROGRAMS / program)]), *arguments]
        if self.containers is None:
            return words
        given = [f"--env={name}={value}" for name, value in self.environment(service).items()]
        inside = ["--user", f"{NOBODY}:{NOBODY}", "--cap-drop", "all", "--volume", f"{self.data[service]}:{DATA}:rw"]
        return [*self.containers[target][:-1], *given, *inside, self.containers[target][-1], "--", program, *arguments]

    def run(self, service: str, *arguments: str) -> dict[str, Any]:
        """Run a command of a service to its end, as `docker compose run` does, and return what it printed as JSON."""
        command = self.command(service, *arguments, "--json")
        done = subprocess.run(command, env=self._process_environment(service), capture_output=True, check=False)
        if done.returncode:
            raise AssertionError(f"{arguments}: {done.returncode} {done.stderr.decode()[-2000:]}")
        return dict(json.loads(done.stdout or b"{}"))

    def start(self, service: str) -> None:
        """Start a service and wait until it says that it is ready."""
        stage = _stage(self.file[service]["build"]["target"])
        words = [self._here(service, each) for each in stage["CMD"]]
        if service == "verifier":
            words += ["--port", str(self.ports[service])]
        self.begin(service, self.command(service, *words), self._process_environment(service))
        self.wait_until_ready(service)

    def begin(self, name: str, command: list[str], environment: dict[str, str] | None = None) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                command, env=environment, stdout=log, stderr=log, start_new_session=True, cwd=self.folder
            )

    def wait_until_ready(self, name: str, path: str = "/readyz") -> None:
        until = time.monotonic() + _START_S
        while time.monotonic() < until:
            try:
                if self.ask(name, f"GET {path}").status == _READY:
                    return
            except OSError:
                pass
            if self._running[name].poll() is not None:
                break
            time.sleep(_STEP_S)
        raise AssertionError(f"{name} is not ready: {self.log(name)}")

    def stop(self, name: str, how: signal.Signals = signal.SIGTERM) -> None:
        """End a service: as a supervisor does, or as a power cut does."""
        process = self._running.pop(name)
        if process.poll() is None:
            os.killpg(process.pid, how)
        process.wait(_START_S)

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text("utf-8", "replace")[-3000:]

    def ask(
        self, name: str, question: str, *, headers: dict[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        """Ask a service, or the proxy, over HTTP."""
        method, path = question.split(" ")
        connection = http.client.HTTPConnection("127.0.0.1", self.ports[name], timeout=60)
        with closing(connection):
            connection.request(method, path, body, headers or {})
            with connection.getresponse() as answer:
                return Answer(answer.status, answer.read())

    def start_counts(self) -> None:
        """Start the shared counts with the words of the compose file."""
        words = self.file["counts"]["command"]
        self.begin("counts", [*words, "--bind", "127.0.0.1", "--port", str(self.ports["counts"])])
        until = time.monotonic() + _START_S
        while time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.ports["counts"])) == 0:
                    return
            time.sleep(_STEP_S)
        raise AssertionError(self.log("counts"))

    def start_proxy(self) -> None:
        """Start nginx with the project's file, in which only addresses change."""
        text = (DEPLOY / "nginx/competency-bank.conf").read_text("utf-8")
        for name in ("issuer-1", "issuer-2", "verifier"):
            text = text.replace(f"server {name}:{_PORTS[name]}", f"server 127.0.0.1:{self.ports[name]}")
        text = text.replace("listen 8080;", f"listen 127.0.0.1:{self.ports['proxy']};")
        here = self.folder / "nginx"
        here.mkdir()
        temporary = "".join(
            f"{kind}_temp_path {here}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (here / "nginx.conf").write_text(
            f"daemon off;\npid {here}/pid;\nerror_log {here}/error.log;\nworker_processes 1;\nuser root;\n"
            f"events {{}}\nhttp {{\naccess_log off;\n{temporary}{text}\n}}\n"
        )
        self.begin("proxy", ["nginx", "-e", str(here / "error.log"), "-p", str(here), "-c", str(here / "nginx.conf")])
        self.wait_until_ready("proxy")

    def end(self) -> None:
        for name in list(self._running):
            self.stop(name)

    def _process_environment(self, service: str) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("ISSUER_", "VERIFIER_"))}
        if self.containers is not None:
            return clean
        image = self.environment(service)
        return clean | {name: value for name, value in image.items() if name not in {"PATH", "HOME"}}


@contextmanager
def composed(
    folder: Path,
    database: str,
    containers: dict[str, list[str]] | None = None,
    *,
    programs: dict[str, list[str]] | None = None,
) -> Iterator[Compose]:
    """Found a bank with deliveries in it, and run everything until the block ends.

    Args:
        folder: for data, logs and settings; empty.
        database: URL of an empty database.
        containers: the words that run something in a container, by target; None for processes.
        programs: words that start a service in place of the installed program.
    """
    secrets = {
        "issuer.env": {"ISSUER_PASSPHRASE": "a passphrase of this test", "ISSUER_DATABASE": database},
        "verifier.env": {"VERIFIER_PASSPHRASE": "another passphrase of it"},
    }
    compose = Compose(folder, database, secrets, containers, programs or {})
    secrets["verifier.env"]["VERIFIER_URL"] = compose.url
    try:
        compose.start_counts()
        compose.run("issuer-1", "init", "--dev", "--url", compose.url)
        for source in ("persons.json", "hrdnet_training.xml"):
            shutil.copy(DEPLOY.parent / "examples/deliveries" / source, compose.data["issuer-1"])
            (compose.data["issuer-1"] / source).chmod(0o644)
            path = DATA if containers is not None else str(compose.data["issuer-1"])
            compose.run("issuer-1", "import", source.partition(".")[0], f"{path}/{source}")
        trust = compose.data["verifier"] / "trust.json"
        shutil.copy(compose.data["issuer-1"] / "bank/trust.json", trust)
        trust.chmod(0o644)
        for service in ("issuer-1", "issuer-2", "verifier"):
            compose.start(service)
        compose.start_proxy()
        yield compose
    finally:
        compose.end()


def _stage(target: str) -> dict[str, Any]:
    """What a stage of deploy/Containerfile says, that of the stage below it included."""
    text = (DEPLOY / "Containerfile").read_text("utf-8")
    stages = dict(re.findall(r"^FROM \S+ AS (\S+)\n(.*?)(?=^FROM|\Z)", text, re.M | re.S))
    found: dict[str, Any] = {"ENV": {}}
    for body in (stages["service"], stages[target]):
        for line in re.findall(r"^ENV (.+)$", body, re.M):
            found["ENV"].update(word.split("=", 1) for word in line.split())
        for word, value in re.findall(r"^(ENTRYPOINT|CMD) (\[.+\])$", body, re.M):
            found[word] = json.loads(value)
    return found
