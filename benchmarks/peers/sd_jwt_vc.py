"""The npm package `@sd-jwt/sd-jwt-vc` as a peer: a Node.js process that verifies one token a line."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

VERSION = "0.19.0"
_PROGRAM = Path(__file__).with_name("sd_jwt_vc.mjs")


class NodePeer:
    """A running peer; `verify` returns the wall and processor seconds that the process itself measured."""

    def __init__(self, folder: Path, jwk: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            ["node", str(_PROGRAM), str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._send({"jwk": dict(jwk)})

    def verify(self, token: str, *, now: int, entries: int) -> tuple[float, float]:
        """Verify a token that shows so many entries."""
        self._send({"token": token, "now": now})
        assert self._process.stdout is not None
        answer = json.loads(self._process.stdout.readline())
        assert answer["entries"] == entries
        return answer["wall_ns"] / 1e9, answer["processor_us"] / 1e6

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def _send(self, message: Mapping[str, object]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()


def start(folder: Path, jwk: Mapping[str, str]) -> NodePeer | str:
    """Install the package in a folder and start it, or say what is missing."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        return "Node.js or npm is not installed"
    (folder / "package.json").write_text("{}", "utf-8")
    command = ["npm", "install", "--silent", "--no-audit", "--no-fund", f"@sd-jwt/sd-jwt-vc@{VERSION}"]
    if subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode != 0:
        return f"npm could not install @sd-jwt/sd-jwt-vc {VERSION}"
    return NodePeer(folder, jwk)
