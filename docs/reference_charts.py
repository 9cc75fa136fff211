"""The charts of docs/performance.md: each claim beside its goal, and the cost of a request as the work grows.

Every figure is read from benchmarks/results/: `make bench` changes the results, `make fix` the charts, and a test
compares. A claim is drawn as far from its goal as it is better or worse, a step for each doubling.
"""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from reference_pictures import picture

_RESULTS = Path(__file__).resolve().parent.parent / "benchmarks/results"
PAGE = Path(__file__).resolve().parent / "performance.md"
_BEGIN, _END = "<!-- worked out by docs/reference_charts.py: growth -->\n", "<!-- end of growth -->"
_MIDDLE, _STEP, _MOST_STEPS = 470, 34, 4
_PLOT_WIDTH, _PLOT_HEIGHT, _COLUMNS = 340, 150, 2
_START = "times python -c pass"
_COLOURS = ("#1f6fd0", "#c2541b", "#2d8a4e", "#8a3fa8", "#a8851b", "#b8336a", "#4a5a70")
_BARS = "<style>.good{fill:#2d8a4e}.poor{fill:#c2541b}</style>"
_LINES = "".join(
    f".drawn{number}{{fill:none;stroke:{colour};stroke-width:2}}.key{number}{{fill:{colour}}}\n"
    for number, colour in enumerate(_COLOURS)
)


@dataclass(frozen=True, slots=True)
class Claim:
    """A figure of a result with its goal; `at_least` says which side of the goal is the good one."""

    says: str
    result: str
    place: tuple[str, ...]
    goal: float
    at_least: bool = False

    @property
    def value(self) -> float:
        """The figure that was measured."""
        found: Any = json.loads((_RESULTS / f"{self.result}.json").read_text("utf-8"))
        for name in self.place:
            found = found[name]
        return float(found)

    @property
    def better(self) -> float:
        """How many times as good as its goal the figure is."""
        return self.value / self.goal if self.at_least else self.goal / self.value


def claims() -> Iterator[Claim]:
    """Yield every claim with a goal that has a figure in the results."""
    reached = "reached"
    for says, name, goal in (
        ("certificate, times Typst", "unsigned_to_typst", 1.0),
        ("certificate, times WeasyPrint", "unsigned_to_weasyprint", 0.067),
        ("sealed, times unsigned", "sealed_to_unsigned", 2.0),
    ):
        yield Claim(says, "certificate_peers", (reached, name), goal)
    for says, name, goal in (
        ("all checks, of raw ES256", "report_to_raw", 0.6),
        ("with key binding, of two raw", "bound_to_raw_twice", 0.6),
        ("all checks, of sd-jwt", "report_to_sd_jwt", 2.2),
        ("all checks, of @sd-jwt/sd-jwt-vc", "report_to_sd_jwt_vc", 4.0),
        ("a credential seen before, in a batch", "again_to_report", 2.5),
        ("issuing, of raw signing", "issue_to_raw_signing", 0.45),
        ("issuing, of sd-jwt", "issue_to_sd_jwt", 5.0),
    ):
        yield Claim(says, "verification_peers", (reached, name), goal, at_least=True)
    for says, name, goal in (
        ("cb-verifier --version, of python -c pass", "cb-verifier --version", 1.5),
        ("cb-verifier --help", "cb-verifier --help", 1.5),
        ("cold check of a bare credential", "cb-verifier check credential.sdjwt", 3.5),
        ("cold check of a sealed PDF", "cb-verifier check certificate.pdf", 6.0),
    ):
        yield Claim(says, "verifier_start_up", (_START, name, "processor"), goal)
    read = ("attachment of an unsealed PDF, ms of processor time", "beyond the verification", "median")
    yield Claim("a PDF's attachment, beyond its check, ms", "verifier_start_up", read, 0.6)
    yield Claim(
        "end point, times the echo", "verifier_endpoint", ("beyond the verification, times the echo", "median"), 1.2
    )
    p99 = ("figures", "credential at 50 a second", "milliseconds", "200", "p99")
    yield Claim("50 checks a second, p99 in ms", "verifier_load", p99, 250)
    yield Claim("the same for half an hour", "verifier_load_long", p99, 250)
    for clients in (8, 32):
        for database, says in (("sqlite", "SQLite"), ("postgresql", "PostgreSQL")):
            for copy in ("with a small copy (1 kB)", "with a sealed PDF (70 kB)"):
                place = ("results", database, f"{clients} clients, {copy}", "ratio")
                size = copy.partition("(")[2].rstrip(")")
                yield Claim(f"store, {says}, {clients} clients, {size}", "store", place, 10, at_least=True)
    check = "check_in_a_list_at_hand_ns"
    yield Claim("status at hand, ns", "status_lists", (check, "one_list"), 250)
    yield Claim("among 100 million, times one list", "status_lists", (check, "ratio"), 1.5)
    yield Claim("a list first read, ms", "status_lists", ("one_list", "first_read_with_signature", "median_us"), 1_500)
    yield Claim(
        "bare credentials in two processes", "batch", ("credentials", "processor_times_one_process", "median"), 1.05
    )
    yield Claim("sealed PDFs in two processes", "batch", ("pdfs", "processor_times_one_process", "median"), 1.05)
    yield Claim("100,000 records of the trail, s", "log_and_audit", ("audit_of_100000", "verify_median_s"), 1)
    yield Claim("ready with a million certificates, s", "many_certificates", ("ready", "median_wall_s"), 5)


def claims_picture() -> str:
    """Return the chart of all claims, a row for each."""
    parts, top = [_BARS], 44
    for steps in range(-_MOST_STEPS, _MOST_STEPS + 1):
        x = _MIDDLE + steps * _STEP
        word = "goal" if steps == 0 else f"{2**steps}×" if steps > 0 else f"1/{2**-steps}"
        parts.append(f'<text class="small" x="{x}" y="24" text-anchor="middle">{word}</text>')
    rows = list(claims())
    for claim in rows:
        away = max(-_MOST_STEPS, min(_MOST_STEPS, math.log2(claim.better))) * _STEP
        left, kind = (_MIDDLE, "good") if away >= 0 else (_MIDDLE + away, "poor")
        parts.append(f'<text class="small" x="300" y="{top + 11}" text-anchor="end">{escape(claim.says)}</text>')
        parts.append(f'<rect class="{kind}" x="{left:.1f}" y="{top}" width="{max(abs(away), 1):.1f}" height="14"/>')
        sign = "≥" if claim.at_least else "≤"
        value = f"{_short(claim.value / _unit(claim))} ({sign} {_short(claim.goal / _unit(claim))})"
        parts.append(f'<text class="small" x="744" y="{top + 11}" text-anchor="end">{value}</text>')
        top += 20
    parts.append(f'<path class="line" d="M{_MIDDLE} 32V{top}"/>')
    return picture(
        top + 12, "Each claim beside its goal: right of the line it is reached, a step is a factor of two", parts
    )


def growth_picture() -> str:
    """Return a chart for each kind of work: steps of SQLite for a request, over the size of the work."""
    growth = _growth()
    parts = [f"<style>\n{_LINES}</style>"]
    for number, (kind, sizes) in enumerate(growth.items()):
        left = 20 + number % _COLUMNS * (_PLOT_WIDTH + 30)
        top = 30 + number // _COLUMNS * (_PLOT_HEIGHT + 170)
        parts += _plot(kind, sizes, left=left, top=top)
    height = 30 + -(-len(growth) // _COLUMNS) * (_PLOT_HEIGHT + 170)
    return picture(height, "Steps of SQLite for a request as the work grows; both axes are logarithmic", parts)


def growth_table() -> str:
    """Return the same figures as a table: steps, and processor milliseconds, at the smallest and the largest size."""
    lines = ["| Work | Request | Steps at each size | Statements | Processor time, ms |\n|---|---|---|---|---|\n"]
    for kind, sizes in _growth().items():
        names = list(next(iter(sizes.values())))
        spoken = ", ".join(f"{int(size):,}" for size in sizes)
        for name in names:
            each = [sizes[size][name] for size in sizes]
            steps = ", ".join(f"{int(cost['steps']):,}" for cost in each)
            statements = "–".join(dict.fromkeys(f"{int(cost['statements'])}" for cost in each))
            spent = f"{each[0]['processor_ms']:.1f} to {each[-1]['processor_ms']:.1f}"
            lines.append(f"| {kind}: {spoken} | {name} | {steps} | {statements} | {spent} |\n")
    return "".join(lines)


def performance_page() -> str:
    """Return the page with its table of growth written anew."""
    text = PAGE.read_text("utf-8")
    before, _, rest = text.partition(_BEGIN)
    return before + _BEGIN + growth_table() + _END + rest.partition(_END)[2]


def _growth() -> dict[str, dict[str, dict[str, dict[str, float]]]]:
    return dict(json.loads((_RESULTS / "growth.json").read_text("utf-8"))["growth"])


def _plot(kind: str, sizes: dict[str, dict[str, dict[str, float]]], *, left: int, top: int) -> list[str]:
    """Return one chart with a line for each request, and their names below it."""
    numbers = [int(size) for size in sizes]
    first, last = math.log(numbers[0]), math.log(numbers[-1])
    base = top + _PLOT_HEIGHT
    parts = [
        f'<text class="word" x="{left}" y="{top - 8}">{escape(kind)}</text>',
        f'<path class="line" d="M{left} {top}V{base}H{left + _PLOT_WIDTH}"/>',
        f'<text class="small" x="{left}" y="{base + 16}">{numbers[0]:,}</text>',
        f'<text class="small" x="{left + _PLOT_WIDTH}" y="{base + 16}" text-anchor="end">{numbers[-1]:,}</text>',
        f'<text class="small" x="{left + 4}" y="{top + 12}">100,000 steps</text>',
    ]
    for row, name in enumerate(next(iter(sizes.values()))):
        points = " ".join(
            f"{left + (math.log(number) - first) / (last - first) * _PLOT_WIDTH:.1f},"
            f"{base - math.log10(max(costs[name]['steps'], 1)) / 5 * _PLOT_HEIGHT:.1f}"
            for number, costs in zip(numbers, sizes.values(), strict=True)
        )
        parts.append(f'<polyline class="drawn{row}" points="{points}"/>')
        parts.append(f'<rect class="key{row}" x="{left}" y="{base + 26 + 16 * row}" width="14" height="4"/>')
        parts.append(f'<text class="small" x="{left + 20}" y="{base + 32 + 16 * row}">{escape(name)}</text>')
    return parts


def _unit(claim: Claim) -> float:
    """What a figure is divided by to have the unit that its words say: microseconds are shown as milliseconds."""
    return 1_000 if claim.place[-1].endswith("_us") else 1


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
