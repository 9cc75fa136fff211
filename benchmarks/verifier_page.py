"""What the page behind a QR costs a phone: bytes of a first visit, time to the answer, and time spent in scripts.

Chromium opens a certificate's link at a verifier on loopback: a first visit (nothing kept), then one with the worker.
The processor is slowed down four times, as browsers do to stand for a mid-range phone, and not at all. Times are those
of the browser's own clock from the start of the navigation to the verdict. Time in scripts is counted in visits of
their own, from a trace, because tracing costs time (`benchmarks/peers/page_trace.py`). The least of the rounds is given
beside the median, since the machine may be busy. Writes benchmarks/results/verifier_page.json and prints it.
"""

import json
import statistics
import sys
import tempfile
from argparse import ArgumentParser
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from benchmarks.peers.machine import machine
from benchmarks.peers.page_trace import traced, until_seen
from tests.verifier.web.visiting import PHONE, VERDICT, chromium, verifier_of
from tests.verifier.world import Keys, World, claims, entry
from verifier.evidence.reader import EvidenceReader

RESULT = Path(__file__).resolve().parent / "results" / "verifier_page.json"
ROUNDS = 7
SLOWER = {"mid-range phone (4 times slower)": 4, "this machine": 1}
FIRST_SEEN = until_seen(VERDICT)


def visited(browser: Browser, link: str, *, slower: int) -> dict[str, dict[str, float]]:
    """Return what a first visit and a second one cost."""
    with browser.new_context(viewport=PHONE) as context:
        page = context.new_page()
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        received: list[int] = []
        session.on("Network.loadingFinished", lambda event: received.append(int(event["encodedDataLength"])))
        session.send("Emulation.setCPUThrottlingRate", {"rate": slower})
        page.goto(link, wait_until="commit")
        first = {"ms to the answer": page.evaluate(FIRST_SEEN)}
        first["kB transferred"] = sum(received) / 1000
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        page.goto("about:blank")
        page.goto(link, wait_until="commit")
        again = {"ms to the answer": page.evaluate(FIRST_SEEN)}
    with browser.new_context(viewport=PHONE) as context:
        first |= in_scripts(context, link, slower=slower)
        context.pages[0].evaluate("navigator.serviceWorker.ready.then(() => true)")
        again |= in_scripts(context, link, slower=slower)
    return {"first visit": first, "second visit": again}


def in_scripts(context: BrowserContext, link: str, *, slower: int) -> dict[str, float]:
    """Return what a visit spends in scripts and in drawing on the page's own thread."""
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    spent = traced(page, session, link, VERDICT)
    return {"ms of processor in scripts": spent.scripts, "ms of processor in drawing": spent.drawing}


def summary(rounds: list[dict[str, dict[str, float]]]) -> dict[str, dict[str, dict[str, float]]]:
    """Return least and median of each figure."""
    return {
        visit: {
            name: {
                "least": round(min(each[visit][name] for each in rounds), 1),
                "median": round(statistics.median(each[visit][name] for each in rounds), 1),
            }
            for name in rounds[0][visit]
        }
        for visit in rounds[0]
    }


def main() -> None:
    """Measure, write the result, print it."""
    ArgumentParser(description=__doc__).parse_args()
    figures = {}
    with (
        tempfile.TemporaryDirectory() as folder,
        EvidenceReader() as reader,
        sync_playwright() as playwright,
        chromium(playwright) as browser,
    ):
        world = World(Keys(), reader, Path(folder))
        world.issuer["verify_urls"] = []
        token = world.token(claims(*[entry(f"정보처리기사 {number}", idx=20 + number) for number in range(5)]))
        with verifier_of(world) as visit:
            for name, slower in SLOWER.items():
                rounds = [visited(browser, visit.link(token), slower=slower) for _ in range(ROUNDS)]
                figures[name] = summary(rounds)
    result = {"machine": machine(("playwright",)), "figures": figures}
    RESULT.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
