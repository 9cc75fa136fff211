"""The recipes of examples/pipelines: each is run here as a person, a CI service or a container would run it."""

import json
import os
import re
import runpy
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.verifier.batch.corpus import FORGERY, NOW_TEXT, application, write_lists
from tests.verifier.world import World

ROOT = Path(__file__).parents[3]
PIPELINES = ROOT / "examples/pipelines"
PROGRAMS = Path(sys.executable).parent
AT = f"--now {NOW_TEXT}"

pytestmark = pytest.mark.slow


def environment(world: World, **more: str) -> dict[str, str]:
    path = f"{PIPELINES}:{PROGRAMS}:{os.environ['PATH']}"
    return {"PATH": path, "HOME": str(world.folder), "LANG": "C.UTF-8", **more}


def certificates(world: World, *tails: str) -> None:
    """Write certificates, trust list, status map; a tail behind a token makes it a forgery."""
    folder = world.folder / "certificates"
    folder.mkdir()
    for number, tail in enumerate(tails):
        (folder / f"{number}.sdjwt").write_text(world.token(application(number)) + tail)
    write_lists(world)


# A CI step


def workflow() -> dict[str, Any]:
    document = yaml.safe_load((PIPELINES / "verify-certificates.yml").read_text("utf-8"))
    assert isinstance(document, dict)
    return document


def run_steps(world: World) -> list[tuple[str, int]]:
    """Run every `run` of the workflow as GitHub does: its own shell, which stops at the first error, one after another.

    The checks are made for the time of the world; nothing else of a step is changed.
    """
    job = workflow()["jobs"]["verify"]
    shutil.copytree(PIPELINES, world.folder / "pipelines")
    given = environment(world, **job["env"], GITHUB_OUTPUT="output.txt", GITHUB_STEP_SUMMARY="summary.md")
    ended = []
    for step in job["steps"]:
        if "run" in step:
            script = step["run"].replace("--offline", f"--offline {AT}")
            command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script]
            ended.append((step["name"], subprocess.run(command, cwd=world.folder, env=given, check=False).returncode))
            if ended[-1][1]:
                break
    return ended


def test_the_workflow_passes_when_every_certificate_is_good(world: World) -> None:
    certificates(world, "", "")
    assert [code for _, code in run_steps(world)] == [0, 0, 0, 0]
    assert (world.folder / "output.txt").read_text() == "code=0\n"


def test_the_workflow_fails_at_its_last_step_when_a_person_must_look(world: World) -> None:
    certificates(world, "", FORGERY)
    assert run_steps(world)[-1] == ("Fail when a person must look", 1)
    assert (world.folder / "output.txt").read_text() == "code=1\n"
    assert "certificates/1.sdjwt" in (world.folder / "summary.md").read_text("utf-8")


def test_the_workflow_fails_at_once_when_nothing_could_be_checked(world: World) -> None:
    certificates(world, "")
    (world.folder / "trust.json").unlink()
    assert run_steps(world)[-1] == ("Check every certificate", 2)


def test_the_workflow_has_only_the_rights_and_actions_it_needs() -> None:
    document = workflow()
    assert document["permissions"] == {"contents": "read"}
    used = [step["uses"] for step in document["jobs"]["verify"]["steps"] if "uses" in step]
    assert used == ["actions/checkout@v4", "actions/upload-artifact@v4"]


# A notebook


def cells(kind: str) -> list[str]:
    notebook = json.loads((PIPELINES / "results.ipynb").read_text("utf-8"))
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    assert all(cell.get("outputs", []) == [] for cell in notebook["cells"])
    assert len({cell["id"] for cell in notebook["cells"]}) == len(notebook["cells"])
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == kind]


def run_notebook(world: World, ending: str) -> str:
    """Run the code cells in one Python, one after another, as a kernel does, and what is asked of them at the end."""
    script = "\n".join((*cells("code"), ending))
    command = [sys.executable, "-W", "error", "-c", script]
    given = environment(world, RESULTS="results.jsonl")
    done = subprocess.run(command, cwd=world.folder, env=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_notebook_counts_what_the_batch_counted(world: World) -> None:
    certificates(world, "", FORGERY, "")
    (world.folder / "certificates/3.sdjwt").write_text("no certificate")
    rows = [f"A-{n},certificates/{n}.sdjwt,{'임꺽정' if n == 2 else f'홍길동{n}'},2026-11-21" for n in range(4)]
    (world.folder / "m.csv").write_text("\n".join(["applicant_no,path,name,birth_date", *rows]), "utf-8")
    command = f"cb-verifier batch --manifest m.csv --out results.jsonl --trust trust.json --status-map map.json {AT}"
    subprocess.run([*command.split(), "--offline"], cwd=world.folder, env=environment(world), check=False)
    asked = "verdicts.to_dict()", "[*in_force['title']]", "[*to_look_at['applicant_no']]", "[*lines['reasons']]"
    counted, titles, look, why = json.loads(run_notebook(world, f"print(json.dumps([{', '.join(asked)}]))"))
    assert counted == {"valid": 2, "invalid": 1, "error": 1}
    assert titles == ["정보처리기사", "정보처리기사"]
    assert look == ["A-1", "A-2", "A-3"]
    assert why == [[], ["disclosure_foreign"], [], ["not_a_certificate"]]


def test_the_notebook_reads_results_without_any_verdict(world: World) -> None:
    certificates(world)
    (world.folder / "certificates/0.txt").write_text("no certificate")
    command = f"cb-verifier batch certificates --out results.jsonl --trust trust.json {AT} --offline"
    subprocess.run(command.split(), cwd=world.folder, env=environment(world), check=False)
    assert run_notebook(world, "print(len(entries), len(to_look_at))") == "0 1\n"


# A container without a network


def test_the_container_runs_as_nobody_and_holds_what_the_program_needs() -> None:
    text = (PIPELINES / "Containerfile").read_text("utf-8")
    lines = [line for line in text.replace("\\\n", " ").splitlines() if line and not line.startswith("#")]
    final = lines[max(n for n, line in enumerate(lines) if line.startswith("FROM ")) :]
    assert "USER 65534:65534" in final
    assert not any(line.startswith(("EXPOSE", "ADD")) for line in lines)
    assert "--network none" in text
    copied = [word for line in lines if line.startswith("COPY") and "--from" not in line for word in line.split()[1:-1]]
    assert all((ROOT / place).exists() for place in copied)
    assert {"keys", "credential_schemas", "issuer", "verifier", "wallet_cli", "pyproject.toml"} <= set(copied)


def test_what_the_container_installs_is_locked_with_hashes() -> None:
    recipe = runpy.run_path(str(PIPELINES / "locked_needs.py"))
    blocks = recipe["blocks_of"]((ROOT / "requirements.lock").read_text("utf-8"))
    needs = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    names = {recipe["normal"](re.split(r"[<>=\[;~! ]", need)[0]) for need in needs}
    assert names <= set(blocks)
    for name in names:
        first, *rest = blocks[name].splitlines()
        assert "==" in first
        assert rest
        assert all(line.startswith("    --hash=sha256:") for line in rest)
    assert "--require-hashes --requirement locked.txt" in (PIPELINES / "Containerfile").read_text("utf-8")


def test_the_step_of_the_container_checks_without_a_network(world: World) -> None:
    """The entry point in a network namespace of its own: there is not even a loopback device that is up."""
    if subprocess.run(["unshare", "-rn", "true"], check=False, capture_output=True).returncode:
        pytest.skip("this machine does not let us make a namespace without a network")
    certificates(world, "", FORGERY)
    devices = subprocess.run(["unshare", "-rn", "cat", "/proc/net/route"], capture_output=True, text=True, check=True)
    assert len(devices.stdout.splitlines()) <= 1
    step = ["unshare", "-rn", "sh", str(PIPELINES / "offline_check.sh"), str(world.folder), "--now", NOW_TEXT]
    done = subprocess.run(step, env=environment(world), capture_output=True, text=True, check=False)
    reports = [json.loads(line) for line in done.stdout.splitlines()]
    assert [report["verdict"] for report in reports] == ["valid", "invalid"]
    assert done.returncode == 1


def test_every_recipe_of_the_page_is_there_and_every_recipe_is_on_the_page() -> None:
    page = (ROOT / "docs/batch.md").read_text("utf-8")
    named = set(re.findall(r"`examples/pipelines/([\w.-]+)`", page))
    assert named == {path.name for path in PIPELINES.iterdir() if path.is_file()}
