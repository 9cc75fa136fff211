"""axe-core on what a browser shows: the rules of WCAG 2.2 A and AA and good practice; nothing may be found.

The engine comes with the package `axe-playwright-python` of the extra `dev` and runs in the page alone: it asks nobody.

    faults(page)             what is wrong with the page as it is now
    faults_everywhere(page)  the same on a telephone and on a desk; try both languages for light and dark of each
    faults_once(page)        the same in one of the four; for states of a page that was tried everywhere
"""

from functools import cache
from importlib.resources import files
from typing import Literal

from playwright.sync_api import Page, ViewportSize

PHONE: ViewportSize = {"width": 360, "height": 780}
DESK: ViewportSize = {"width": 1280, "height": 900}

_RUN = """async () => {
  const only = { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] };
  const found = await axe.run(document, { runOnly: only, resultTypes: ["violations"] });
  return found.violations.flatMap((rule) => rule.nodes.map((node) =>
    [rule.id, node.target.flat().join(" "), node.html.slice(0, 160), node.failureSummary].join(" | ")));
}"""


@cache
def _engine() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")


def faults(page: Page) -> list[str]:
    """Return every fault of the page as it is now: rule, place, markup, what to do."""
    if not page.evaluate("'axe' in globalThis"):
        page.evaluate(_engine())
    found: list[str] = page.evaluate(_RUN)
    return found


def faults_everywhere(page: Page) -> list[str]:
    """Return the faults on a telephone and on a desk, one light and one dark; which is which differs by language.

    So a page that is tried in both languages is tried in both sizes and both themes.
    """
    is_korean = _is_korean(page)
    return [*_faults(page, PHONE, is_light=is_korean), *_faults(page, DESK, is_light=not is_korean)]


def faults_once(page: Page) -> list[str]:
    """Return the faults of a page much like others: in Korean on a light telephone, in English on a dark desk."""
    is_korean = _is_korean(page)
    return _faults(page, PHONE if is_korean else DESK, is_light=is_korean)


def _is_korean(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.lang === 'ko'"))


def _faults(page: Page, size: ViewportSize, *, is_light: bool) -> list[str]:
    """Motion is reduced, so that no colour is met half-way to another."""
    theme: Literal["light", "dark"] = "light" if is_light else "dark"
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    return [f"{size['width']} {theme}: {each}" for each in faults(page)]
