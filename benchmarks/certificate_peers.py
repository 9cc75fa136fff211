"""One certificate with ten entries and its code: ours beside Typst and WeasyPrint, sealed beside unsigned.

Everything runs in this process, warm, in turn (one round calls each once), with another person in every round, so that
no program can return what it has kept. Times are wall time and processor time, which includes a program's threads. A
ratio is the median of those of each round, so a busy machine weighs on both sides alike; times of different runs are
not compared. The peers are optional (`pip install .[bench]`); a missing one is named, and its ratios are null. Memory
is that of a fresh process after 200 drawings. Writes benchmarks/results/certificate_peers.json and prints it.
"""

import base64
import hashlib
import json
import logging
import statistics
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.peers.machine import machine
from benchmarks.peers.pages import font_files, html_page, picture_of, typst_source
from credential_schemas.wording.model import CertificateWording, EntryRow
from issuer.certificate.drawing import DrawRequest, draw_certificate
from issuer.certificate.qr_symbol import encode_symbol, modules_of
from keys.pdf_seal import apply_seal
from tests.issuer.certificate.samples import CREATED, VERIFY_URL, Plan, make_request, make_wording
from tests.keys.pdf_seal.sealing import Authority

ROOT = Path(__file__).resolve().parent.parent
RESULT = ROOT / "benchmarks" / "results" / "certificate_peers.json"
ROUNDS = 40
SLOW_EVERY = 6  # rounds: how often WeasyPrint runs, which takes about half a second
WARM_UP = 3
DRAWINGS = 200
PLAN = Plan(22, "M")
DIGITS = 1500  # of the code: a payload of some 620 bytes
PACKAGES = ("reportlab", "rl-accel", "pypdf", "pyhanko", "zxing-cpp", "typst", "weasyprint")
# Issue 3, "Speed": the most that each figure may be, and what we want it to be.
LIMITS = {
    "unsigned_to_typst": 1.3,
    "unsigned_to_weasyprint": 0.1,
    "sealed_to_unsigned": 2.5,
    "unsigned_bytes": 130_000,
    "memory_mb": 200,
}
GOALS = LIMITS | {"unsigned_to_typst": 1.0, "unsigned_to_weasyprint": 0.067, "sealed_to_unsigned": 2.0}
MEMORY_PROGRAM = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from issuer.certificate.drawing import draw_certificate
from tests.issuer.certificate.samples import make_request, make_wording
requests = [make_request(make_wording(language)) for language in ("ko", "en")]
for number in range({DRAWINGS}):
    draw_certificate(requests[number % 2])
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(int(status["VmRSS"].split()[0]) // 1024)
"""

Draw = Callable[[int], bytes]
Times = dict[int, tuple[float, float]]  # by round: milliseconds of wall and of processor time
WALL, PROCESSOR = 0, 1


def of_person(number: int) -> CertificateWording:
    """Return the wording of another person's certificate: another number, name, titles, bodies and dates."""
    wording = make_wording("ko", entries=10)
    number_row = replace(wording.number_row, value=f"제 NCSB-2026-{number:08} 호")
    holder = (replace(wording.holder_rows[0], value=_syllables(number, 3)), *wording.holder_rows[1:])
    groups = tuple(replace(group, rows=tuple(_other(row, number) for row in group.rows)) for group in wording.groups)
    return replace(wording, number_row=number_row, holder_rows=holder, groups=groups)


def _other(row: EntryRow, number: int) -> EntryRow:
    body, ncs_code, level, when, amount = row.cells
    cells = (
        f"{body} {_syllables(number + 7, 2)}",
        ncs_code,
        level,
        when[:-1] + str(number % 10) if when else "",
        amount,
    )
    return replace(row, title=f"{row.title} {_syllables(number + int(row.number), 3)}", cells=cells)


def _syllables(number: int, count: int) -> str:
    return "".join(chr(ord("가") + (number * 389 + at * 1009) % 11172) for at in range(count))


def request_of(number: int) -> DrawRequest:
    """Return what to draw for one person: a code and a credential of its own, which do not compress, as real ones."""
    request = make_request(of_person(number))
    random = b"".join(hashlib.sha256(f"{number} {part}".encode()).digest() for part in range(96))
    digits = str(int.from_bytes(random, "big") % 10**DIGITS).rjust(DIGITS, "0")
    header, payload, _ = request.credential.split(".", 2)
    credential = f"{header}.{payload}.{base64.urlsafe_b64encode(random).decode()}~"
    return replace(request, qr_texts=(f"{VERIFY_URL}{digits}",), credential=credential)


def picture(number: int) -> str:
    """Return the name of the file with a person's code."""
    return f"code-{number}.png"


def unsigned(number: int) -> bytes:
    """Draw ours."""
    return draw_certificate(request_of(number))


def sealing() -> Draw:
    """Return how ours is drawn and sealed."""
    sealer = Authority("Benchmark root").sealer()
    return lambda number: apply_seal(unsigned(number), sealer=sealer, signed_at=CREATED)


def typst_drawing(folder: Path, standards: tuple[str, ...], *, first_person: int) -> Draw | None:
    """Return how Typst compiles the page, by one compiler that has its fonts; None when it is not installed.

    Its cache is that of the process, so two of them draw the same person only if they are given the same first one.
    """
    if find_spec("typst") is None:
        return None
    import typst

    compiler = typst.Compiler(root=folder, font_paths=[str(folder)], ignore_system_fonts=True)
    side = modules_of(PLAN.version)

    def draw(number: int) -> bytes:
        person = first_person + number
        source = typst_source(of_person(person), picture=picture(person), side=side)
        page: bytes = compiler.compile(source, format="pdf", pdf_standards=list(standards), timestamp=CREATED)
        return page

    return draw


def weasyprint_drawing(folder: Path) -> Draw | None:
    """Return how WeasyPrint renders the page, its fonts configured once; None when it is not installed."""
    if find_spec("weasyprint") is None:
        return None
    from weasyprint import HTML
    from weasyprint.text.fonts import FontConfiguration

    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    fonts, side = FontConfiguration(), modules_of(PLAN.version)

    def draw(number: int) -> bytes:
        page = html_page(of_person(number), picture=picture(number), side=side)
        pdf: bytes = HTML(string=page, base_url=f"{folder}/").write_pdf(font_config=fonts)
        return pdf

    return draw


def measure(drawings: dict[str, Draw]) -> tuple[dict[str, Times], dict[str, int]]:
    """Call every drawing in turn; return its times by round, and the size of its file."""
    sizes = {name: [len(draw(at)) for at in range(WARM_UP)][-1] for name, draw in drawings.items()}
    times: dict[str, Times] = {name: {} for name in drawings}
    for number in range(WARM_UP, WARM_UP + ROUNDS):
        for name, draw in drawings.items():
            if name == "weasyprint" and number % SLOW_EVERY:
                continue
            start, worked = time.perf_counter(), time.process_time()
            draw(number)
            end, done = time.perf_counter(), time.process_time()
            times[name][number] = ((end - start) * 1000, (done - worked) * 1000)
    return times, sizes


def median_ratio(ours: Times, other: Times | None, *, clock: int = WALL) -> float | None:
    """Return the median of the ratios of each round, in which both ran one after the other."""
    if other is None:
        return None
    return round(statistics.median(ours[at][clock] / other[at][clock] for at in ours.keys() & other.keys()), 3)


def figures_of(times: Times, size: int) -> dict[str, float]:
    """Return the median, the least and the quartiles of the wall times, and the median of the processor times."""
    wall = [both[WALL] for both in times.values()]
    lower, median, upper = statistics.quantiles(wall, n=4)
    processor = statistics.median(both[PROCESSOR] for both in times.values())
    named = {"median_ms": median, "least_ms": min(wall), "quartile_1_ms": lower, "quartile_3_ms": upper}
    return {name: round(value, 1) for name, value in (named | {"processor_ms": processor}).items()} | {"bytes": size}


def memory_mb() -> int:
    """Return the resident memory of a fresh process after drawing many certificates."""
    done = subprocess.run([sys.executable, "-c", MEMORY_PROGRAM], capture_output=True, text=True, check=True)
    return int(done.stdout)


def compare() -> dict[str, object]:
    """Measure everything and return the result."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, data in font_files().items():
            (folder / file).write_bytes(data)
        for number in range(2 * (WARM_UP + ROUNDS)):
            (symbol_text,) = request_of(number).qr_texts
            (folder / picture(number)).write_bytes(picture_of(encode_symbol(symbol_text, plan=PLAN)))
        peers = {
            "typst": typst_drawing(folder, (), first_person=0),
            "typst_pdfa3a": typst_drawing(folder, ("a-3a",), first_person=WARM_UP + ROUNDS),
            "weasyprint": weasyprint_drawing(folder),
        }
        drawings: dict[str, Draw] = {"unsigned": unsigned, "sealed": sealing()}
        times, sizes = measure(drawings | {peer: draw for peer, draw in peers.items() if draw is not None})
    missing = [peer for peer, draw in peers.items() if draw is None]

    unsigned_times = times["unsigned"]
    reached = {
        "unsigned_to_typst": median_ratio(unsigned_times, times.get("typst")),
        "unsigned_to_weasyprint": median_ratio(unsigned_times, times.get("weasyprint")),
        "sealed_to_unsigned": median_ratio(times["sealed"], unsigned_times),
        "unsigned_bytes": sizes["unsigned"],
        "memory_mb": memory_mb(),
    }
    return {
        "benchmark": "certificate_peers",
        "machine": machine(PACKAGES),
        "entries": 10,
        "rounds": ROUNDS,
        "missing_peers": missing,
        "figures": {name: figures_of(of, sizes[name]) for name, of in times.items()},
        "unsigned_to_typst_pdfa3a": median_ratio(unsigned_times, times.get("typst_pdfa3a")),
        "processor_time": {
            "unsigned_to_typst": median_ratio(unsigned_times, times.get("typst"), clock=PROCESSOR),
            "unsigned_to_weasyprint": median_ratio(unsigned_times, times.get("weasyprint"), clock=PROCESSOR),
            "sealed_to_unsigned": median_ratio(times["sealed"], unsigned_times, clock=PROCESSOR),
        },
        "reached": reached,
        "limits": LIMITS,
        "goals": GOALS,
        "missed": [name for name, value in reached.items() if value is not None and value > LIMITS[name]],
        "below_goal": [name for name, value in reached.items() if value is not None and value > GOALS[name]],
    }


def main() -> None:
    """Measure, write and print."""
    ArgumentParser(description=__doc__).parse_args()
    result = compare()
    missing = result["missing_peers"]
    assert isinstance(missing, list)
    for peer in missing:
        sys.stderr.write(f"certificate_peers: {peer} is not installed; its ratio is left out. pip install '.[bench]'\n")
    RESULT.parent.mkdir(exist_ok=True)
    text = json.dumps(result, indent=2, ensure_ascii=False) + "\n"
    RESULT.write_text(text, "utf-8")
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
