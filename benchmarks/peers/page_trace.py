"""Time that a page's own thread spends in scripts, from a trace of Chromium, as the developer tools count it.

Counted is the thread's processor time inside of the events that run scripts: compiling, modules, callbacks, what goes
on behind an `await`, and collecting garbage. Layout and style that a script asks for are drawing, there as here.
"""

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

from playwright.sync_api import CDPSession, Page

_SCRIPTS: Final = frozenset(
    {
        "EvaluateScript",
        "EventDispatch",
        "FireAnimationFrame",
        "FunctionCall",
        "MajorGC",
        "MinorGC",
        "RunMicrotasks",
        "TimerFire",
        "V8.GCScavenger",
        "v8.callFunction",
        "v8.compile",
        "v8.compileModule",
        "v8.evaluateModule",
    }
)
_DRAWING: Final = frozenset(
    {
        "Commit",
        "Document::recalcStyle",
        "Document::updateStyle",
        "HitTest",
        "Layerize",
        "Layout",
        "LocalFrameView::performLayout",
        "Paint",
        "ParseAuthorStyleSheet",
        "ParseHTML",
        "PrePaint",
        "UpdateLayer",
        "UpdateLayoutTree",
    }
)
_CATEGORIES: Final = ("devtools.timeline", "blink.user_timing", "v8.execute")
_MARK: Final = "answer-seen"
_POLL_MS: Final = 10


@dataclass(frozen=True, slots=True)
class Spent:
    """Milliseconds of the thread's processor time until the answer."""

    scripts: float
    drawing: float


def until_seen(selector: str) -> str:
    """Return the script that waits for an element and answers the milliseconds since the navigation began."""
    found = f"document.querySelector({json.dumps(selector)}) !== null"
    return f"""new Promise((resolve) => {{
      const seen = () => {{ performance.mark("{_MARK}"); resolve(performance.now()); }};
      if ({found}) return seen();
      new MutationObserver((changes, watch) => {{ if ({found}) {{ watch.disconnect(); seen(); }} }})
        .observe(document, {{ childList: true, subtree: true }});
    }})"""


def traced(page: Page, session: CDPSession, link: str, selector: str) -> Spent:
    """Open a link in a fresh page and count until an element is there.

    Raises:
        ValueError: the trace has no thread times; this browser does not say them.
    """
    events: list[dict[str, Any]] = []
    ended: list[bool] = []
    session.on("Tracing.dataCollected", lambda told: events.extend(told["value"]))
    session.on("Tracing.tracingComplete", lambda _: ended.append(True))
    config = {"includedCategories": [*_CATEGORIES]}
    session.send("Tracing.start", {"transferMode": "ReportEvents", "traceConfig": config})
    page.goto(link, wait_until="commit")
    elapsed_ms = float(page.evaluate(until_seen(selector)))
    session.send("Tracing.end")
    while not ended:
        page.wait_for_timeout(_POLL_MS)
    return _spent(events, elapsed_ms)


def _spent(events: list[dict[str, Any]], elapsed_ms: float) -> Spent:
    """Add up what each event took beyond the events inside of it, by what it is or, for the others, stands in."""
    mark = next(event for event in events if event["name"] == _MARK)
    end = mark["ts"]
    begin = end - 1000 * elapsed_ms
    here = [each for each in events if (each["pid"], each["tid"], each["ph"]) == (mark["pid"], mark["tid"], "X")]
    ours = [each for each in here if each["ts"] + each["dur"] > begin and each["ts"] <= end]
    if not any("tdur" in each for each in ours):
        msg = "expected thread times in the trace, found none"
        raise ValueError(msg)
    took: Counter[str] = Counter()
    around: list[tuple[float, str]] = []
    for event in sorted(ours, key=lambda each: (each["ts"], -each["dur"])):
        while around and around[-1][0] <= event["ts"]:
            around.pop()
        kind = _kind(event["name"], around[-1][1] if around else "")
        ran = min(event["dur"], end - event["ts"]) / max(event["dur"], 1)  # the part of it before the answer
        took[kind] += ran * event.get("tdur", 0)
        if around:
            took[around[-1][1]] -= ran * event.get("tdur", 0)
        around.append((event["ts"] + event["dur"], kind))
    return Spent(took["scripts"] / 1000, took["drawing"] / 1000)


def _kind(name: str, around: str) -> str:
    if name in _SCRIPTS:
        return "scripts"
    return "drawing" if name in _DRAWING else around
