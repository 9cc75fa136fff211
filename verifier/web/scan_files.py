"""The files of the page that a phone lands on: its program, the code dictionary, the vocabulary, and its worker.

The program is one script, joined from the modules (`joining`), and its style is one sheet: on a telephone each request
more is time. The modules are served beside it for other pages and for whoever wants to read them: `/web/verify/` for
the verification, `/web/qr/` for the reader of codes, `/web/scan*` for the page itself, `/web/result.js` for the view of
a Report. The worker's program begins with the list of what it keeps, so it changes with any of these files, and
browsers fetch all of them anew, together.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import PurePosixPath
from typing import Final

from credential_schemas.report.messages import Language
from verifier.web.joining import joined
from verifier.web.scan_vocabulary import scan_word, vocabulary
from verifier.web.shell import LOOK, Shell, icon, page_html
from verifier.web.static import SCRIPT, STYLE, Asset, look_assets

PAGES: Final[Mapping[str, Language]] = {"/v": "ko", "/en/v": "en"}
WORKER: Final = "/scan_worker.js"
PROGRAM: Final = "/web/v.js"
SHEET: Final = "/web/v.css"
_ENTRY: Final = "/web/scan.js"
_WORKER_FILE: Final = "scan_worker.js"
_DICTIONARY: Final = "/web/qr/v1.bin"
_VOCABULARY: Final = "/web/vocabulary.json"
_OWN_STYLES: Final = ("/web/result.css", "/web/scan.css")
_ROSETTE: Final = "/look/guilloche.svg"
_KEPT: Final = (PROGRAM, SHEET, _DICTIONARY, _VOCABULARY)
_ASKED_AT_ONCE: Final = (_DICTIONARY, _VOCABULARY, "/bundle.json", "/web/verifier.json")
_MEDIA_TYPES: Final[Mapping[str, str]] = {".js": SCRIPT, ".css": STYLE}


@cache
def scan_assets() -> Mapping[str, Asset]:
    """Return every file of the page by its address, without those of the shared look."""
    found = dict(_modules())
    dictionary = files("credential_schemas") / "qr" / "dictionary" / "v1.bin"
    found[_DICTIONARY] = Asset(dictionary.read_bytes(), "application/octet-stream")
    found[_VOCABULARY] = Asset(vocabulary(), "application/json")
    found[PROGRAM], found[SHEET] = Asset(program(), SCRIPT), Asset(style_sheet(), STYLE)
    kept = {address: found[address] for address in _KEPT} | {_ROSETTE: look_assets()[_ROSETTE]}
    return found | {WORKER: _worker(kept)}


@cache
def program() -> bytes:
    """Return the one script of the page."""
    modules = {address: asset.body.decode() for address, asset in _modules() if asset.media_type == SCRIPT}
    return joined(modules, _ENTRY).encode()


@cache
def style_sheet() -> bytes:
    """Return the one style sheet of the page: the shared look and its own, in the order in which pages name them."""
    shared, own = look_assets(), dict(_modules())
    sheets = [shared[address] for address in LOOK] + [own[address] for address in _OWN_STYLES]
    # What the shared look names beside itself is found by its whole address from here.
    return b"".join(sheet.body for sheet in sheets).replace(b'url("', b'url("/look/')


@cache
def scan_page(path: str) -> bytes:
    """Return the page at one of the addresses of `PAGES`."""
    language = PAGES[path]
    shell = Shell(
        language,
        scan_word("title", language),
        "/v",
        styles=(SHEET,),
        look=(),
        scripts=(PROGRAM,),
    )
    return page_html(shell, _main(language))


def _main(language: Language) -> str:
    """What stands there before, and without, the program; what the program will need is asked for at once."""
    desk = "/" if language == "ko" else "/en/"
    return (
        f"{_preloads()}"
        f'<div id="scan" class="stack" aria-live="polite"><p class="wait">{scan_word("reading", language)}</p></div>'
        f'<noscript><section class="card stack-s"><h1>{scan_word("no_program", language)}</h1>'
        f"<p>{scan_word('no_program_why', language)}</p>"
        f'<p><a class="btn p" href="{desk}">{icon("doc")}{scan_word("to_desk", language)}</a></p></section></noscript>'
    )


def _preloads() -> str:
    return "".join(f'<link rel="preload" as="fetch" href="{address}" crossorigin>' for address in _ASKED_AT_ONCE)


def _modules() -> Iterator[tuple[str, Asset]]:
    here = files(__package__)
    folders = {
        "/web/verify": here / "verify",
        "/web/qr": files("credential_schemas") / "qr" / "browser",
    }
    for address, folder in folders.items():
        for file in folder.iterdir():
            if file.name.endswith(".js"):
                yield f"{address}/{file.name}", Asset(file.read_bytes(), SCRIPT)
    for file in here.iterdir():
        name = PurePosixPath(file.name)
        ours = name.stem.startswith(("scan", "verify", "result")) and name.name != _WORKER_FILE
        if ours and name.suffix in _MEDIA_TYPES:
            yield f"/web/{file.name}", Asset(file.read_bytes(), _MEDIA_TYPES[name.suffix])


def _worker(kept: Mapping[str, Asset]) -> Asset:
    digests = {address: hashlib.sha256(asset.body).hexdigest() for address, asset in sorted(kept.items())}
    pages = {path: hashlib.sha256(scan_page(path)).hexdigest() for path in PAGES}
    version = hashlib.sha256(json.dumps({**digests, **pages}).encode()).hexdigest()[:32]
    head = f"const VERSION = {json.dumps(version)};\nconst FILES = {json.dumps([*digests])};\n"
    return Asset(head.encode() + files(__package__).joinpath(_WORKER_FILE).read_bytes(), SCRIPT)
