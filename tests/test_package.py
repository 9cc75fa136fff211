"""What is shipped: complete, the same bytes wherever it is built, of the tag's version, and usable elsewhere."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email.parser import BytesParser
from pathlib import Path

import pytest

from tests.test_house import PACKAGES, ROOT, tracked_files

PROGRAMS = ("cb-issuer", "cb-verifier", "cb-wallet")
NO_GIT_CONFIG = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
SOMEBODY = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.com")

pytestmark = pytest.mark.slow


def run(*program: str | Path, folder: Path, **environment: str) -> str:
    """Run a program to its good end, return what it says; a version that was named from outside is not heard."""
    inherited = {name: value for name, value in os.environ.items() if "PRETEND_VERSION" not in name}
    done = subprocess.run(
        program,
        cwd=folder,
        env={**inherited, **NO_GIT_CONFIG, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def build(folder: Path, *kinds: str) -> None:
    run(sys.executable, "-m", "hatchling", "build", *(word for kind in kinds for word in ("-t", kind)), folder=folder)


def version_of(folder: Path) -> str:
    return run(sys.executable, "-m", "hatchling", "version", folder=folder).strip()


def digest(folder: Path, suffix: str) -> str:
    (found,) = (folder / "dist").glob(f"*{suffix}")
    return hashlib.sha256(found.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with these files and the tag v9.8.7, in which wheel and sdist were built."""
    folder = tmp_path_factory.mktemp("checkout")
    names = [str(path.relative_to(ROOT)) for path in tracked_files()]
    subprocess.run(["cp", "--parents", "--target-directory", folder, *names], cwd=ROOT, check=True)
    run("git", "init", "--quiet", folder=folder)
    run("git", "add", "--all", folder=folder)
    run("git", *SOMEBODY, "commit", "--quiet", "--message", "everything", folder=folder)
    run("git", "tag", "v9.8.7", folder=folder)
    build(folder, "wheel", "sdist")
    return folder


@pytest.fixture(scope="module")
def from_sdist(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sdist, unpacked by somebody with other habits, and built again there, without git."""
    folder = tmp_path_factory.mktemp("elsewhere")
    (archive,) = (checkout / "dist").glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    (unpacked,) = folder.iterdir()
    for path in unpacked.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
        os.utime(path, (1_000_000_000, 1_000_000_000))
    build(unpacked, "wheel")
    return unpacked


@pytest.fixture(scope="module")
def tracked(checkout: Path) -> set[str]:
    """The files of the repository."""
    return set(run("git", "ls-files", "-z", folder=checkout).split("\0")) - {""}


@pytest.fixture(scope="module")
def wheel(checkout: Path) -> zipfile.ZipFile:
    (found,) = (checkout / "dist").glob("*.whl")
    return zipfile.ZipFile(found)


def test_the_wheel_has_every_file_of_the_packages_and_nothing_else(wheel: zipfile.ZipFile, tracked: set[str]) -> None:
    expected = {name for name in tracked if name.split("/")[0] in PACKAGES} | {"credential_schemas/built_version.py"}
    about, data = "competency_bank-9.8.7.dist-info/", "competency_bank-9.8.7.data/data/"
    shared = {data + name for name in tracked if name.startswith("share/")}
    assert len(shared) == 12
    names = {name for name in wheel.namelist() if not name.startswith(about)}
    assert names == expected | shared


def test_the_wheel_says_its_version_its_licences_and_its_extras(wheel: zipfile.ZipFile) -> None:
    about = "competency_bank-9.8.7.dist-info"
    metadata = BytesParser().parsebytes(wheel.read(f"{about}/METADATA"))
    assert metadata["Version"] == "9.8.7"
    assert metadata["License-Expression"] == "Apache-2.0"
    assert set(metadata.get_all("Provides-Extra", [])) >= {"batch", "dask", "docs", "hsm", "postgres"}
    for name in ("LICENSE", "THIRD_PARTY_NOTICES.md"):
        assert wheel.read(f"{about}/licenses/{name}") == (ROOT / name).read_bytes()


def test_the_page_about_installing_has_every_extra() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    table = (ROOT / "docs/installing.md").read_text("utf-8").partition("## Extras")[2].partition("\n## ")[0]
    cells = re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
    assert {name for cell in cells for name in re.findall(r"`(\w+)`", cell)} == set(extras)


def test_a_wheel_of_the_sdist_is_the_wheel_of_the_checkout_to_the_byte(checkout: Path, from_sdist: Path) -> None:
    assert digest(from_sdist, ".whl") == digest(checkout, ".whl")


def test_the_sdist_of_another_checkout_of_the_commit_is_the_same_to_the_byte(checkout: Path, tmp_path: Path) -> None:
    """Other file times, another folder, another mask of permissions."""
    run("git", "clone", "--quiet", checkout, "again", folder=tmp_path)
    for path in (tmp_path / "again").rglob("*"):
        if ".git" not in path.parts:
            path.chmod(0o700 if path.is_dir() else path.stat().st_mode & 0o700)
            os.utime(path, (1_000_000_000, 1_000_000_000))
    build(tmp_path / "again", "sdist")
    assert digest(tmp_path / "again", ".tar.gz") == digest(checkout, ".tar.gz")


def test_what_pip_installs_from_the_sdist_is_the_wheel(checkout: Path, tmp_path: Path) -> None:
    (archive,) = (checkout / "dist").glob("*.tar.gz")
    options = ("--no-deps", "--no-index", "--no-build-isolation", "--quiet", "--wheel-dir", tmp_path / "dist")
    run(sys.executable, "-m", "pip", "wheel", *options, archive, folder=tmp_path)
    assert digest(tmp_path, ".whl") == digest(checkout, ".whl")


def test_the_sdist_has_what_its_tests_need(from_sdist: Path, tracked: set[str]) -> None:
    unpacked = {str(path.relative_to(from_sdist)) for path in from_sdist.rglob("*") if path.is_file()}
    assert tracked - unpacked == set()


def test_commits_after_the_tag_and_a_checkout_without_tags_are_development_versions(checkout: Path) -> None:
    run("git", *SOMEBODY, "commit", "--quiet", "--allow-empty", "--message", "later", folder=checkout)
    assert version_of(checkout).startswith("9.8.8.dev1+g")
    run("git", "tag", "release-of-7-days", folder=checkout)  # no version, so it changes nothing
    assert version_of(checkout).startswith("9.8.8.dev1+g")
    run("git", "tag", "--delete", "v9.8.7", folder=checkout)
    assert version_of(checkout).startswith("0.1.dev2+g")


def test_files_without_a_repository_claim_no_version(checkout: Path, tmp_path: Path) -> None:
    for name in ("pyproject.toml", ".git_archival.txt", "README.md"):
        (tmp_path / name).write_bytes((checkout / name).read_bytes())
    assert version_of(tmp_path) == "0.0"


def test_an_archive_of_a_tag_knows_its_version(checkout: Path, tmp_path: Path) -> None:
    for name in ("pyproject.toml", "README.md"):
        (tmp_path / name).write_bytes((checkout / name).read_bytes())
    written = (
        "node: 0123456789012345678901234567890123456789\nnode-date: 2026-11-22T20:00:00+09:00\ndescribe-name: v9.8.7\n"
    )
    (tmp_path / ".git_archival.txt").write_text(written)
    assert version_of(tmp_path) == "9.8.7"


def test_the_installed_programs_work_from_another_folder(checkout: Path, tmp_path: Path) -> None:
    (built,) = (checkout / "dist").glob("*.whl")
    run(sys.executable, "-m", "venv", "--without-pip", "clean", folder=tmp_path)
    python = tmp_path / "clean/bin/python"
    run(
        sys.executable,
        "-m",
        "pip",
        "--python",
        python,
        "install",
        "--no-deps",
        "--no-index",
        "--quiet",
        built,
        folder=tmp_path,
    )
    (packages,) = (tmp_path / "clean/lib").glob("*/site-packages")
    libraries = next(path for path in sys.path if path.endswith("site-packages"))
    (packages / "libraries.pth").write_text(
        f"{libraries}\n"
    )  # those of the lock; our editable packages are not found by it
    (tmp_path / "elsewhere").mkdir()
    for program in PROGRAMS:
        assert run(python.with_name(program), "--version", folder=tmp_path / "elsewhere") == f"{program} 9.8.7\n"
        assert (tmp_path / f"clean/share/man/man1/{program}.1").is_file()
        assert (tmp_path / f"clean/share/bash-completion/completions/{program}").is_file()
    founded = ("init", "--data", "bank", "--url", "https://bank.example", "--dev")
    run(python.with_name("cb-issuer"), *founded, folder=tmp_path / "elsewhere", ISSUER_PASSPHRASE="twelve words")
    listed = run(python, "-c", "import issuer; print(issuer.__file__)", folder=tmp_path / "elsewhere")
    assert listed.startswith(str(tmp_path))


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        (("cb-verifier", "chec"), ["check"]),
        (("cb-verifier", "check", "--trus"), ["--trust"]),
        (("cb-issuer", "accounts", "op"), ["open"]),
        (("cb-issuer", "issue", "--lang", ""), ["ko", "en"]),
        (("cb-wallet", "verify", "THIRD_PARTY"), ["THIRD_PARTY_NOTICES.md"]),
        (("cb-wallet", "no-such-command", "--js"), []),
    ],
)
def test_bash_completes_commands_options_choices_and_files(typed: tuple[str, ...], offered: list[str]) -> None:
    script = """source "share/bash-completion/completions/$1"
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
    "_shtab_${1//-/_}"
    printf '%s\\n' "${COMPREPLY[@]}"
    """
    assert run("bash", "-c", script, "bash", *typed, folder=ROOT).split() == offered


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")
@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("cb-verifier chec", ["check"]),
        ("cb-verifier check --trus", ["--trust"]),
        ("cb-issuer accounts op", ["open"]),
        ("cb-issuer issue --lang ", ["en", "ko"]),
        ("cb-wallet impor", ["import"]),
    ],
)
def test_fish_completes_commands_options_and_choices(typed: str, offered: list[str]) -> None:
    program = typed.split()[0]
    script = f'source "share/fish/vendor_completions.d/{program}.fish"; complete -C "{typed}"'
    said = run("fish", "--no-config", "-c", script, folder=ROOT)
    assert sorted(line.partition("\t")[0] for line in said.splitlines()) == offered


@pytest.mark.skipif(shutil.which("zsh") is None, reason="zsh is not installed")
@pytest.mark.parametrize("program", PROGRAMS)
def test_zsh_takes_the_function_of_a_program_and_offers_its_commands(program: str) -> None:
    """What the function hands to zsh's `_describe` is looked at; drawing menus is zsh's own."""
    place = ROOT / f"share/zsh/site-functions/_{program}"
    script = """
    compdef() { print -r -- "$3" }
    _describe() { print -rl -- "${(@P)2}" }
    eval "$(<"$1")"
    "_shtab_${2//-/_}_commands"
    """
    registered, *offered = run("zsh", "-f", "-c", script, "zsh", place, program, folder=ROOT).splitlines()
    commands = re.findall(rf"^### `{program} (\S+)`$", (ROOT / "docs/cli.md").read_text("utf-8"), re.MULTILINE)
    assert registered == program
    assert [line.partition(":")[0] for line in offered] == sorted(commands)
