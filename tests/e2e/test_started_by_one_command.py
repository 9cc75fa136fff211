"""What one command starts on this machine, as a process of its own: `make run`, and a stub of every source."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from issuer.pulling.settings_file import read_source_settings
from tests.ports import own_port

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
WHERE = re.compile(r"(?:Bank|Verifier|) +(http://127\.0\.0\.1:[0-9]+/[^ ]*) ")


@contextmanager
def started(last_line: str, *command: str) -> Iterator[list[str]]:
    """Start a script, read what it prints up to a line, and stop it as Ctrl-C does; it ends without a complaint."""
    script = subprocess.Popen([sys.executable, *command], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert script.stdout is not None
    said: list[str] = []
    try:
        for line in script.stdout:
            said.append(line.rstrip())
            if line.startswith(last_line):
                break
        yield said
    finally:
        script.send_signal(signal.SIGINT)
        code = script.wait(timeout=60)
        script.stdout.close()
    assert code == 0


def status(url: str) -> int:
    with urlopen(url, timeout=30) as answer:
        return int(answer.status)


def test_bank_and_verifier_run_on_loopback_and_every_address_that_is_printed_answers(tmp_path: Path) -> None:
    ports = [str(own_port()), str(own_port())]
    options = ("--folder", str(tmp_path / "run"), "--bank-port", ports[0], "--verifier-port", ports[1])
    with started("Ctrl-C", "examples/run.py", *options) as said:
        addresses = [found[1] for line in said if (found := WHERE.match(line))]
        assert [status(url) for url in addresses] == [200] * 6
        assert {re.split("[:/]", url)[4] for url in addresses} == {*ports}
        assert (tmp_path / "run/certificate.pdf").read_bytes().startswith(b"%PDF")
    for url in addresses:
        with pytest.raises(URLError):
            status(url)


def test_a_stub_of_every_source_is_started_and_its_file_names_all_of_them(tmp_path: Path) -> None:
    file, port = tmp_path / "sources.json", str(own_port())
    with started("A fault", "examples/source_stubs.py", "--port", port, "--file", str(file)) as said:
        exports = dict(re.findall(r"^  export (STUB_TOKEN_\w+)=(\w+)$", "\n".join(said), re.MULTILINE))
        asked = read_source_settings(file, environment=exports, development=True).asked
        assert set(asked) == {each.stem for each in (ROOT / "examples/deliveries").iterdir()}
        assert {each.url.rpartition(":")[2].partition("/")[0] for each in asked.values()} == {port}
        with pytest.raises(URLError, match="401"):
            status(next(iter(asked.values())).url)
