"""The files of the page: strict policy, both languages, nothing inline, a worker that changes with what it keeps."""

import asyncio
import gzip
import json
import re
from dataclasses import replace
from importlib.resources import files

import httpx
import pytest

from credential_schemas.bodies import body_name
from credential_schemas.entry_types import entry_types
from credential_schemas.report.reasons import ROWS, Reason
from tests.verifier.world import World
from verifier.api.scan_pages import ABOUT_PATH
from verifier.app import create_app
from verifier.policies.profile import Profile
from verifier.web import scan_files
from verifier.web.scan_files import PAGES, PROGRAM, SHEET, WORKER, scan_assets, scan_page
from verifier.web.static import Asset, look_assets

MODULES = {
    name: asset.body.decode() for name, asset in scan_assets().items() if name.endswith(".js") and name != PROGRAM
}
VOCABULARY = json.loads(scan_assets()["/web/vocabulary.json"].body)


def get(world: World, path: str, **headers: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        app = create_app(world.rules(), now=lambda: world.now)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://verifier.test") as client:
            return await client.get(path, headers=headers)

    return asyncio.run(ask())


@pytest.mark.parametrize("path", ["/v", "/web/vocabulary.json"])
def test_ranges_are_not_served_so_that_many_of_them_cost_nothing(world: World, path: str) -> None:
    """CVE-2025-62727: a server that serves ranges sorted and merged them in quadratic time."""
    whole = get(world, path)
    asked = get(world, path, Range="bytes=" + ",".join(f"{n}-{n}" for n in range(0, 600, 2)))
    assert (asked.status_code, asked.content) == (200, whole.content)
    assert "accept-ranges" not in asked.headers


@pytest.mark.parametrize("path", PAGES)
def test_page_has_a_policy_without_anything_inline_and_asks_for_the_camera_only(world: World, path: str) -> None:
    page = get(world, path)
    policy = page.headers["content-security-policy"]
    assert page.status_code == 200
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "camera=(self)" in page.headers["permissions-policy"]
    assert page.headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in page.headers
    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=", page.text) == []
    assert f'lang="{PAGES[path]}"' in page.text


@pytest.mark.parametrize("path", PAGES)
def test_page_loads_only_files_that_are_there(path: str) -> None:
    named = re.findall(r'(?:href|src)="(/(?:web|look)/[^"]+)"', scan_page(path).decode())
    assert {name for name in named if name.startswith("/web/")} <= {*scan_assets(), ABOUT_PATH}
    assert [name for name in named if name.endswith(".js")] == [PROGRAM]


def test_program_of_the_page_is_its_modules_in_one_script_that_imports_nothing() -> None:
    program = scan_assets()[PROGRAM].body.decode()
    assert re.findall(r"^(?:import|export)\b.*|\bimport\s*[(.].*", program, flags=re.MULTILINE) == []
    declared = [
        re.findall(r"^(?:export )?(?:async )?(?:function|class) .*", text, flags=re.M) for text in MODULES.values()
    ]
    wanted = sorted(line.removeprefix("export ") for lines in declared for line in lines)
    found = re.findall(r"^(?:async )?(?:function|class) .*", program, flags=re.MULTILINE)
    worker = re.findall(r"^(?:async )?function .*", MODULES[WORKER], flags=re.MULTILINE)
    assert sorted([*found, *worker]) == wanted
    assert len(found) > 100


def test_modules_import_only_modules_that_are_served() -> None:
    folders = {name: name.rpartition("/")[0] for name in MODULES}
    imported = {
        f"{folders[name]}/{target.removeprefix('./')}".replace("/verify/../", "/")
        for name, text in MODULES.items()
        for target in re.findall(r'\bfrom "(\.[^"]+)"', text)
    }
    assert imported <= set(MODULES)


def test_modules_never_read_markup_or_text_as_code_and_keep_nothing_of_a_visit() -> None:
    forbidden = re.compile(
        r"\b(innerHTML|outerHTML|insertAdjacentHTML|eval|Function|document\.write|localStorage|cookie)\b"
    )
    code = {name: re.sub(r"/\*\*.*?\*/|//.*", "", text, flags=re.S) for name, text in MODULES.items()}
    assert {name: found for name, text in code.items() if (found := forbidden.findall(text))} == {}


def test_no_module_is_longer_than_a_python_module_may_be() -> None:
    assert {name: len(text.splitlines()) for name, text in MODULES.items() if len(text.splitlines()) > 400} == {}


def test_worker_changes_with_any_file_it_keeps(monkeypatch: pytest.MonkeyPatch) -> None:
    before = scan_assets()[WORKER]
    kept = json.loads(before.body.split(b"\n")[1].removeprefix(b"const FILES = ").removesuffix(b";"))
    served = {**scan_assets(), **look_assets()}
    files = {name: served[name] for name in kept}
    assert scan_files._worker(files).body == before.body
    for name in kept:
        other = {**files, name: replace(files[name], body=b"another")}
        assert scan_files._worker(other).body != before.body


def test_worker_keeps_what_the_page_loads_and_nothing_that_it_does_not() -> None:
    before = scan_assets()[WORKER]
    assert [name for name in MODULES if f'"{name}"'.encode() in before.body] == []
    assert all(f'"{name}"'.encode() in before.body for name in (PROGRAM, SHEET, "/look/guilloche.svg"))


def test_the_style_sheet_of_the_page_is_the_shared_look_and_then_its_own(world: World) -> None:
    sheet = get(world, SHEET)
    assert sheet.headers["content-type"] == "text/css; charset=utf-8"
    parts = ("/look/tokens.css", "/look/look.css", "/web/result.css", "/web/scan.css")
    assert sheet.text == "".join(get(world, name).text for name in parts).replace('"guilloche', '"/look/guilloche')
    named = re.findall(r'url\(["\']?([^"\')]+)', sheet.text)
    assert [get(world, name).status_code for name in named] == [200]
    assert "@import" not in sheet.text
    assert re.findall(r'<link rel="stylesheet" href="([^"]+)">', get(world, "/v").text) == [SHEET]


def test_worker_may_run_under_the_policy_of_the_pages(world: World) -> None:
    worker = get(world, WORKER)
    assert worker.headers["content-type"] == "text/javascript; charset=utf-8"
    assert "connect-src 'self'" in worker.headers["content-security-policy"]


def test_files_are_compressed_for_those_who_can_read_that_and_revalidated(world: World) -> None:
    plain = get(world, "/web/qr/v1.bin", **{"accept-encoding": "identity"})
    packed = get(world, "/web/qr/v1.bin", **{"accept-encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content
    assert len(gzip.compress(plain.content, 9)) < len(plain.content) / 3
    again = get(world, "/web/qr/v1.bin", **{"if-none-match": plain.headers["etag"]})
    assert again.status_code == 304


def test_verifier_says_its_rules_and_its_time(world: World) -> None:
    world.profile = Profile("strict", require_log=True, status_grace_s=60)
    said = get(world, "/web/verifier.json").json()
    assert said["now"] == int(world.now.timestamp())
    assert said["profile"] == {
        "name": "strict",
        "accept_unknown_status": False,
        "status_grace_s": 60,
        "require_holder_binding": False,
        "require_log": True,
    }


def test_vocabulary_has_every_reason_type_and_name() -> None:
    assert {row["reason"] for row in VOCABULARY["reasons"]} == {row.reason.value for row in ROWS}
    assert set(VOCABULARY["messages"]["reasons"]) == {reason.value for reason in Reason}
    assert [each["id"] for each in VOCABULARY["types"]] == [*entry_types()]
    for each in VOCABULARY["types"]:
        assert [field["name"] for field in each["fields"]] == [f.name for f in entry_types()[each["id"]].fields]
    assert VOCABULARY["bodies"]["hrdk"]["ko"] == body_name("hrdk").ko


def test_every_word_of_the_page_is_there_in_both_languages_and_is_used() -> None:
    words = VOCABULARY["words"]
    assert all(set(each) == {"ko", "en"} and all(each.values()) for each in words.values())
    places = {name: [set(re.findall(r"\{(\w+)\}", text)) for text in each.values()] for name, each in words.items()}
    assert [name for name, (ko, en) in places.items() if ko != en] == []
    python = "".join(file.read_text("utf-8") for file in files("verifier.web").iterdir() if file.name.endswith(".py"))
    code = python + "".join(MODULES.values())
    quoted = set(re.findall(r"[\"'`](\w+)[\"'`]", code))
    assert [name for name in words if name not in quoted and not name.startswith(("outcome_", "cannot_cert"))] == []


def test_page_reads_the_files_once() -> None:
    assert scan_assets() is scan_assets()
    assert isinstance(scan_assets()["/web/scan.css"], Asset)
