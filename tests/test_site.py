"""The documentation as a site: it builds without a warning, asks nothing of other places, its links lead somewhere."""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOADS = {
    "script": ("src",),
    "img": ("src", "srcset"),
    "source": ("src", "srcset"),
    "iframe": ("src",),
    "object": ("data",),
    "embed": ("src",),
    "video": ("src", "poster"),
    "audio": ("src",),
    "form": ("action",),
    "use": ("href", "xlink:href"),
    "image": ("href", "xlink:href"),
}
LINKS_THAT_LOAD = {
    "stylesheet",
    "icon",
    "preload",
    "prefetch",
    "preconnect",
    "dns-prefetch",
    "modulepreload",
    "manifest",
}
IN_STYLES = re.compile(r"""url\(\s*["']?([^"')]+)|@import\s+["']([^"']+)""")

pytestmark = pytest.mark.slow


@dataclass
class Page(HTMLParser):
    """What one page loads, what it links to, and which places in it can be linked to."""

    text: str
    language: str = ""
    policy: str = ""
    loads: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    places: set[str] = field(default_factory=set)
    classes: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.text)
        self.loads += [
            found for style in re.findall(r"<style[^>]*>(.*?)</style>", self.text, re.S) for found in in_styles(style)
        ]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.places.update(value for name, value in given.items() if name in ("id", "name") and value)
        self.classes.update(given.get("class", "").split())
        self.loads += [given[name].split()[0] for name in LOADS.get(tag, ()) if given.get(name)]
        self.loads += in_styles(given.get("style", ""))
        if tag == "link" and LINKS_THAT_LOAD & set(given.get("rel", "").split()):
            self.loads.append(given["href"])
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag == "html":
            self.language = given.get("lang", "")
        if given.get("http-equiv", "").lower() == "content-security-policy":
            self.policy = given["content"]


def in_styles(text: str) -> list[str]:
    return [one or other for one, other in IN_STYLES.findall(text)]


def is_outside(address: str) -> bool:
    """Whether a browser would ask another place; what is written into the page itself asks nobody."""
    return bool(urlsplit(address).netloc) or urlsplit(address).scheme not in ("", "data")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site; it is built once."""
    built = tmp_path_factory.mktemp("site")
    program = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(built)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "PYTHONWARNINGS": "default"}
    done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    return built


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    """Every page, by its file."""
    return {path: Page(path.read_text("utf-8")) for path in site.rglob("*.html")}


def test_every_page_of_docs_is_a_page_of_the_site(site: Path, pages: dict[Path, Page]) -> None:
    left_out = {"PULL_REQUEST_TEMPLATE.md"}
    sources = [path.relative_to(ROOT / "docs") for path in (ROOT / "docs").rglob("*.md") if path.name not in left_out]
    expected = {
        site / source.with_name("index.html" if source.stem == "README" else f"{source.stem}.html")
        for source in sources
    }
    assert len(expected) > 80
    assert set(pages) - expected == {site / "404.html"}
    assert expected - set(pages) == set()


def test_no_page_loads_anything_from_another_place(pages: dict[Path, Page]) -> None:
    assert {load for page in pages.values() for load in page.loads if is_outside(load)} == set()
    assert all(len(page.loads) > 4 for page in pages.values())


def test_no_style_and_no_picture_loads_anything_from_another_place(site: Path) -> None:
    files = [path for path in site.rglob("*") if path.suffix in (".css", ".svg")]
    loads = {path.name: [load for load in in_styles(path.read_text("utf-8")) if is_outside(load)] for path in files}
    assert len(loads) > 4
    assert {name: found for name, found in loads.items() if found} == {}
    drawn = [path for path in files if path.suffix == ".svg"]
    assert not any(re.search(r"<(?:script|image|foreignObject|use)\b", path.read_text("utf-8")) for path in drawn)


def test_no_page_has_what_makes_the_scripts_of_the_theme_ask_another_place(pages: dict[Path, Page]) -> None:
    """The theme fetches a drawer of diagrams where there is one, and counts of a repository where one is named."""
    for path, page in pages.items():
        assert "mermaid" not in page.classes, path
        assert 'data-md-component="source"' not in page.text, path


def test_every_page_forbids_the_browser_to_ask_another_place(pages: dict[Path, Page]) -> None:
    allowed = {"'self'", "'none'", "'unsafe-inline'", "data:", "blob:"}
    for path, page in pages.items():
        rules = dict(rule.split(maxsplit=1) for rule in page.policy.split("; "))
        assert rules["default-src"] == "'none'", path
        assert {source for sources in rules.values() for source in sources.split()} <= allowed, path


def test_every_link_inside_the_site_leads_to_a_page_and_a_place_on_it(site: Path, pages: dict[Path, Page]) -> None:
    places = {str(path): page.places for path, page in pages.items()}
    files = {str(path): set[str]() for path in site.rglob("*") if path.is_file()} | places
    broken = {
        f"{path.relative_to(site)}: {link}"
        for path, page in pages.items()
        for link in set(page.links)
        if not urlsplit(link).scheme and not leads_somewhere(link, site if path.name == "404.html" else path, files)
    }
    assert broken == set()


def leads_somewhere(link: str, start: Path, files: dict[str, set[str]]) -> bool:
    """Whether there is a file, and in it the place after `#`; 404.html is shown anywhere and links from the root."""
    address, _, place = unquote(link).partition("#")
    folder = start if start.is_dir() else start.parent
    target = os.path.normpath(folder / address.lstrip("/")) if address else str(start)
    target = target if target in files else f"{target}/index.html"
    return target in files and (not place or place in files[target])


def test_a_page_says_its_language_and_leads_to_the_same_tutorial_in_the_other(
    site: Path, pages: dict[Path, Page]
) -> None:
    assert pages[site / "ko.html"].language == "ko"
    assert pages[site / "cli.html"].language == "en"
    for name in ("applicant", "employer", "hr-engineer", "operator", "developer"):
        for language, other in (("ko", "en"), ("en", "ko")):
            page = pages[site / f"tutorial/{language}/{name}.html"]
            assert page.language == language
            assert any(link.endswith(f"{other}/{name}.html") for link in page.links)


def test_the_search_knows_both_languages(site: Path) -> None:
    index = json.loads((site / "search/search_index.json").read_text("utf-8"))
    assert index["config"]["lang"] == ["en", "ko"]
    for word, page in (("문서확인번호", "tutorial/ko/applicant.html"), ("confirmation numbers", "configuration.html")):
        assert page in {place["location"].partition("#")[0] for place in index["docs"] if word in place["text"]}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('<script src="https://cdn.example/x.js"></script>', "https://cdn.example/x.js"),
        ('<link rel="stylesheet" href="//fonts.example/css">', "//fonts.example/css"),
        ('<p style="background: url(http://pictures.example/a.png)">', "http://pictures.example/a.png"),
        ("<style>@import 'https://styles.example/a.css'</style>", "https://styles.example/a.css"),
        ('<img srcset="https://pictures.example/a.png 2x">', "https://pictures.example/a.png"),
    ],
)
def test_a_page_that_would_ask_another_place_is_noticed(text: str, found: str) -> None:
    assert [load for load in Page(text).loads if is_outside(load)] == [found]
    assert Page('<a href="https://elsewhere.example/">a link is only followed by hand</a>').loads == []
