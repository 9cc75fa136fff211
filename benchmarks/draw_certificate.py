"""How long one certificate takes to draw, against a ReportLab page that says hello: prints one line of JSON."""

import json
import statistics
import sys
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from reportlab.pdfgen.canvas import Canvas

from issuer.certificate.drawing import draw_certificate
from tests.issuer.certificate.samples import make_request, make_wording

RUNS = 60


def draw_hello() -> bytes:
    """Draw the smallest page."""
    buffer = BytesIO()
    canvas = Canvas(buffer)
    canvas.drawString(72, 720, "Hello")
    canvas.save()
    return buffer.getvalue()


def milliseconds(action: Callable[[], bytes]) -> tuple[float, float]:
    """Return the least and the median time of an action that has run before."""
    for _ in range(3):
        action()
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        action()
        times.append((time.perf_counter() - start) * 1000)
    return min(times), statistics.median(times)


def main() -> None:
    """Measure and print."""
    started = time.perf_counter()
    request = make_request(make_wording("ko", entries=10))
    size = len(draw_certificate(request))
    first = (time.perf_counter() - started) * 1000
    least, median = milliseconds(lambda: draw_certificate(request))
    hello, _ = milliseconds(draw_hello)
    result = {
        "benchmark": "draw_certificate",
        "entries": 10,
        "bytes": size,
        "first_ms": round(first, 1),
        "least_ms": round(least, 1),
        "median_ms": round(median, 1),
        "hello_ms": round(hello, 2),
        "ratio_to_hello": round(least / hello, 1),
    }
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
