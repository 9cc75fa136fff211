"""pyHanko's parser comes alone; what stands around it comes when it is asked for."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from keys._pdf_seal.pyhanko_reader import postpone

CHECKING = "import keys.pdf_seal, sys; print(*sys.modules)"
PARSING = "from keys.pdf_seal import load_parser; load_parser(); import sys; print(*sys.modules)"
ASKING = (
    "import keys._pdf_seal.pyhanko_reader, pyhanko_certvalidator as package; print(package.ValidationContext.__name__)"
)
SIGNING = (
    "import keys._pdf_seal.pyhanko_reader, pyhanko.sign.signers.pdf_byterange as signing;"
    " print(signing.SignatureObject.__name__)"
)


def printed(program: str) -> str:
    """Return what a fresh interpreter prints."""
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A package that says when its own file is run, with one module that needs nothing of it."""
    folder = tmp_path / "postponed_package"
    folder.mkdir()
    (folder / "__init__.py").write_text("from postponed_package import ran\nNAME = 'own'\n")
    (folder / "ran.py").write_text("")
    (folder / "part.py").write_text("NAME = 'of a part'\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in ("", ".ran", ".part"):
        monkeypatch.setitem(sys.modules, f"postponed_package{name}", None)
        monkeypatch.delitem(sys.modules, f"postponed_package{name}")
    return "postponed_package"


def test_who_checks_a_seal_loads_no_parser_yet() -> None:
    assert "keys._pdf_seal.plain_structure" in printed(CHECKING).split()
    assert "pyhanko" not in printed(CHECKING).split()


def test_who_loads_the_parser_loads_neither_network_nor_path_validation() -> None:
    loaded = set(printed(PARSING).split())
    assert "pyhanko.pdf_utils.reader" in loaded
    assert not {"asyncio", "ssl", "pyhanko_certvalidator.validate", "pyhanko_certvalidator.context"} & loaded


def test_package_is_whole_for_whoever_asks_it_for_a_name() -> None:
    assert printed(ASKING) == "ValidationContext"


def test_pyhanko_s_signing_part_finds_all_it_needs() -> None:
    assert printed(SIGNING) == "SignatureObject"


def test_module_of_a_postponed_package_is_found_without_running_the_package(package: str) -> None:
    postpone(package)
    assert importlib.import_module(f"{package}.part").NAME == "of a part"
    assert f"{package}.ran" not in sys.modules


def test_name_of_the_package_itself_runs_it_once(package: str) -> None:
    postpone(package)
    module = importlib.import_module(package)
    assert module.NAME == "own"
    assert f"{package}.ran" in sys.modules
    assert type(module) is type(sys)


def test_name_that_the_package_has_not_is_refused_as_ever(package: str) -> None:
    postpone(package)
    module = importlib.import_module(package)
    with pytest.raises(AttributeError, match="postponed_package"):
        module.unknown  # noqa: B018 - asking is what is tested


def test_question_of_python_itself_does_not_run_the_package(package: str) -> None:
    postpone(package)
    assert not hasattr(importlib.import_module(package), "__wrapped__")
    assert f"{package}.ran" not in sys.modules


def test_package_that_is_loaded_stays(package: str) -> None:
    module = importlib.import_module(package)
    postpone(package)
    assert sys.modules[package] is module


def test_package_that_is_not_there_is_left_to_whoever_needs_it() -> None:
    postpone("no_such_package_anywhere")
    assert "no_such_package_anywhere" not in sys.modules
