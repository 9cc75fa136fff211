"""Source systems to try out, on this machine: they deliver the samples, in pages, with every fault one can ask for.

    python examples/source_stubs.py                          all sources on one port, and a file for ISSUER_SOURCES
    python examples/source_stubs.py --fault hrdnet_training=half-a-page

Each source has its delivery note at /SOURCE/note.json and asks for the bearer token of its name. A fault can be
changed while the stub runs: PUT /SOURCE/fault with the fault's name as the body. No real person, certificate or course
is in it.
"""

import argparse
import csv
import hashlib
import io
import json
import re
import signal
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from xml.etree import ElementTree as ET

DELIVERIES = Path(__file__).resolve().parent / "deliveries"
MEDIA_TYPES = {".csv": "text/csv", ".json": "application/json", ".xml": "application/xml"}
FAULTS = {
    "none": "answers as it should",
    "down": "closes every connection without an answer",
    "busy": "answers 503 to everything",
    "forbidden": "answers 403 to everything",
    "trickle": "sends one byte in a while, for ever",
    "redirect": "sends whoever asks to another address",
    "html": "answers with a page for people, in status 200",
    "gzip-bomb": "answers with a content coding that nobody asked for",
    "huge": "sends more than the note says, without an end",
    "half-a-page": "ends every page in its middle, with a length that fits",
    "cut": "says a length and ends before it",
    "other-bytes": "sends other bytes of the right length",
    "other-format": "sends the delivery of another source, with a note that fits it",
    "broken-note": "sends a note that is no JSON",
    "future": "says that the delivery was made tomorrow",
    "old": "says that the delivery was made a year ago",
    "empty": "says that the delivery is complete, and has nothing in it",
    "renumbered": "writes every record number in a new way",
    "vanished": "leaves out the last record",
    "broken-row": "sends one row with an impossible day",
}
_FIRST_FAILURES = re.compile(r"fails-([1-9])")
KST = timezone(timedelta(hours=9))
NUMBERS = re.compile(r"([0-9]{2}9000000[0-9]{2}[A-Z]|24-K9-9000[0-9]{2}|AIG20[0-9]{12}|NILE-SYN-0001)")


def _renumbered(found: re.Match[str]) -> str:
    return found[0].replace("000", "070", 1)


@dataclass(slots=True)
class Stub:
    """One source system: its sample, how it is cut into pages, and its fault now.

    `fault` is one of FAULTS, or `fails-N`: the first N requests are answered with 503. `complete`, `generation` and
    `made_at` stand in the note; whoever changes one of them makes a new delivery.
    """

    source: str
    sample: Path
    rows_a_page: int = 2
    complete: bool = True
    fault: str = "none"
    generation: int = 1
    requests: list[str] = field(default_factory=list)
    made_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def pages(self) -> list[bytes]:
        """Return the pages of the delivery as its fault has them."""
        sample = self.sample
        if self.fault == "other-format":
            sample = next(each for each in sorted(DELIVERIES.iterdir()) if each.suffix != self.sample.suffix)
        if self.fault == "empty":
            return []
        pages = cut(sample, self.rows_a_page)
        if self.fault == "vanished":
            pages = pages[:-1] if len(pages) > 1 else pages
        if self.fault == "renumbered":
            pages = [NUMBERS.sub(_renumbered, page.decode()).encode() for page in pages]
        if self.fault == "broken-row":
            pages[0] = re.sub(rb"(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}", b"2024-02-31", pages[0], count=1)
        return pages

    def note(self) -> bytes:
        """Return the delivery note."""
        made_at = self.made_at
        if self.fault == "future":
            made_at += timedelta(days=1)
        if self.fault == "old":
            made_at -= timedelta(days=365)
        media_type = MEDIA_TYPES[self.sample.suffix]
        listed = [
            {
                "path": f"{self.generation}/{number}{self.sample.suffix}",
                "media_type": media_type,
                "bytes": len(page),
                "sha256": hashlib.sha256(page).hexdigest(),
            }
            for number, page in enumerate(self.pages(), start=1)
        ]
        note = {
            "delivery": 1,
            "source": self.source,
            "id": f"{self.source}-{self.generation}",
            "made_at": made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "as_of": made_at.astimezone(KST).date().isoformat(),
            "complete": self.complete or self.fault == "empty",
            "pages": listed,
        }
        return b"{" if self.fault == "broken-note" else json.dumps(note, ensure_ascii=False).encode()

    def spoiled(self, content: bytes) -> bytes:
        """Return a page as a source with this fault sends it."""
        if self.fault == "half-a-page":
            return content[: len(content) // 2]
        return b"#" * len(content) if self.fault == "other-bytes" else content

    def fails_now(self) -> bool:
        """Return whether this request is one of the first that fail."""
        found = _FIRST_FAILURES.fullmatch(self.fault)
        return found is not None and len(self.requests) <= int(found[1])


def cut(sample: Path, rows_a_page: int) -> list[bytes]:
    """Cut a sample delivery into pages of so many rows; each is a whole delivery of its format."""
    text = sample.read_text("utf-8")
    if sample.suffix == ".csv":
        return _cut_csv(text, rows_a_page)
    return _cut_xml(text, rows_a_page) if sample.suffix == ".xml" else _cut_json(text, rows_a_page)


def _cut_csv(text: str, rows_a_page: int) -> list[bytes]:
    heading, *rows = csv.reader(line for line in io.StringIO(text) if not line.startswith("#"))
    pages = []
    for start in range(0, len(rows), rows_a_page):
        page = io.StringIO(newline="")
        csv.writer(page, lineterminator="\n").writerows([heading, *rows[start : start + rows_a_page]])
        pages.append(page.getvalue().encode())
    return pages


def _cut_json(text: str, rows_a_page: int) -> list[bytes]:
    document = json.loads(text)
    lists = {name: rows for name, rows in document.items() if isinstance(rows, list)}
    count = max(-(-len(rows) // rows_a_page) for rows in lists.values())
    cuts = [{name: rows[n * rows_a_page : (n + 1) * rows_a_page] for name, rows in lists.items()} for n in range(count)]
    return [json.dumps(page, ensure_ascii=False, indent=1).encode() for page in cuts]


def _cut_xml(text: str, rows_a_page: int) -> list[bytes]:
    def document() -> ET.Element:
        return ET.fromstring(text)

    name = "item" if "<item>" in text else "scn_list"
    count = len(list(document().iter(name)))
    pages = []
    for start in range(0, count, rows_a_page):
        page = document()
        parent = next(each for each in page.iter() if any(child.tag == name for child in each))
        for number, child in enumerate(parent.findall(name)):
            if not start <= number < start + rows_a_page:
                parent.remove(child)
        pages.append(ET.tostring(page, encoding="utf-8", xml_declaration=True))
    return pages


class StubServer(ThreadingHTTPServer):
    """Every source on one port of this machine; `stop` ends it and every answer that is still being sent."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, stubs: Sequence[Stub], *, port: int = 0) -> None:
        """Begin to answer."""
        super().__init__(("127.0.0.1", port), _Handler)
        self.stubs = {stub.source: stub for stub in stubs}
        self.stopped = threading.Event()
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        """Return the address of the stubs."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def stop(self) -> None:
        """End."""
        self.stopped.set()
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: StubServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer with a note or a page, or as the fault wants."""
        source, _, name = self.path.removeprefix("/").partition("/")
        stub = self.server.stubs.get(source)
        if stub is None or self.headers.get("Authorization") != f"Bearer {source}":
            return self._answer(404 if stub is None else 401, "text/plain", b"")
        stub.requests.append(self.path)
        content, media_type = stub.note(), "application/json"
        if name != "note.json":
            found = next((n for n, _ in enumerate(stub.pages(), 1) if name.endswith(f"/{n}{stub.sample.suffix}")), None)
            if found is None:
                return self._answer(404, "text/plain", b"")
            content, media_type = stub.spoiled(stub.pages()[found - 1]), MEDIA_TYPES[stub.sample.suffix]
        return self._with_fault(stub, content, media_type=media_type, is_page=name != "note.json")

    def do_PUT(self) -> None:
        """Take another fault."""
        source, _, what = self.path.removeprefix("/").partition("/")
        fault = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode().strip()
        stub = self.server.stubs.get(source)
        if stub is None or what != "fault" or not (fault in FAULTS or _FIRST_FAILURES.fullmatch(fault)):
            return self._answer(404, "text/plain", b"")
        stub.fault, stub.generation, stub.made_at = fault, stub.generation + 1, datetime.now(UTC)
        return self._answer(200, "text/plain", f"{source}: {fault}\n".encode())

    def log_message(self, *_: object) -> None:
        """Say nothing of each request."""

    def _with_fault(self, stub: Stub, content: bytes, *, media_type: str, is_page: bool) -> None:
        fault = stub.fault
        if fault == "down":
            self.close_connection = True
        elif fault in {"busy", "forbidden"} or stub.fails_now():
            self._answer(403 if fault == "forbidden" else 503, "text/plain", b"")
        elif fault == "redirect":
            self._answer(302, media_type, b"", ("Location", "/elsewhere"))
        elif fault == "html":
            self._answer(200, "text/html", b"<p>Please sign in")
        elif fault == "gzip-bomb":
            self._answer(200, media_type, b"\x1f\x8b" + bytes(1024), ("Content-Encoding", "gzip"))
        elif fault == "trickle" or (fault in {"huge", "cut"} and is_page):
            self._endless(content, media_type, fault)
        else:
            tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
            known = not is_page and self.headers.get("If-None-Match") == tag
            self._answer(304 if known else 200, media_type, b"" if known else content, ("ETag", tag))

    def _endless(self, content: bytes, media_type: str, fault: str) -> None:
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", media_type)
        if fault != "huge":
            self.send_header("Content-Length", str(len(content) + 1))
        self.end_headers()
        try:
            self.wfile.write(b"" if fault == "trickle" else content)
            while fault == "huge" and not self.server.stopped.is_set():
                self.wfile.write(bytes(65_536))
            while fault == "trickle" and not self.server.stopped.wait(0.05):
                self.wfile.write(b" ")
        except OSError:
            return

    def _answer(self, status: int, media_type: str, content: bytes, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(content)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)


def all_stubs(made_at: datetime | None = None) -> list[Stub]:
    """Return a stub of every sample delivery; the identity register and reference lists withdraw nothing."""
    partial = {"persons", "ncs_units"}
    files = sorted(DELIVERIES.iterdir())
    made = made_at or datetime.now(UTC)
    return [Stub(file.stem, file, complete=file.stem not in partial, made_at=made) for file in files]


def sources_file(url: str, stubs: Sequence[Stub], *, every_minutes: int = 5) -> str:
    """Return the file for ISSUER_SOURCES that asks these stubs; the register comes first."""
    ordered = sorted(stubs, key=lambda stub: (stub.source != "persons", stub.source))
    asked = {
        stub.source: {
            "url": f"{url}/{stub.source}/note.json",
            "every_minutes": every_minutes,
            "max_age_hours": 24,
            "token_env": f"STUB_TOKEN_{stub.source.upper()}",
        }
        for stub in ordered
    }
    return json.dumps({"sources": 1, "asked": asked}, indent=1)


def main() -> int:
    """Answer until Ctrl-C."""
    parser = argparse.ArgumentParser(description=__doc__, epilog=_faults_in_words())
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--port", type=int, default=8090, help="on loopback (8090)")
    parser.add_argument("--fault", metavar="SOURCE=FAULT", action="append", default=[], help="may be given again")
    parser.add_argument("--file", type=Path, default=Path("sources.json"), help="file for ISSUER_SOURCES to write")
    arguments = parser.parse_args()
    stubs = {stub.source: stub for stub in all_stubs()}
    for text in arguments.fault:
        source, _, fault = text.partition("=")
        if source not in stubs or not (fault in FAULTS or _FIRST_FAILURES.fullmatch(fault)):
            parser.error(f"expected SOURCE=FAULT, found {text}")
        stubs[source].fault = fault
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})  # before anybody can know that it runs
    server = StubServer([*stubs.values()], port=arguments.port)
    arguments.file.write_text(sources_file(server.url, [*stubs.values()]), "utf-8")
    print(f"Sources answer at {server.url}. In another window:")
    print(f"  export ISSUER_SOURCES={arguments.file.resolve()}")
    print("  " + "\n  ".join(f"export STUB_TOKEN_{source.upper()}={source}" for source in stubs))
    print("  cb-issuer pull --due")
    print(f"A fault: curl -X PUT --data half-a-page {server.url}/hrdnet_training/fault", flush=True)
    signal.sigwait({signal.SIGINT, signal.SIGTERM})
    server.stop()
    return 0


def _faults_in_words() -> str:
    return "faults:\n" + "\n".join(f"  {name:<14} {what}" for name, what in FAULTS.items())


if __name__ == "__main__":
    raise SystemExit(main())
