"""The lock, read for what is shipped: licences and the SBOM list these packages and no others."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent
A, B = "a" * 64, "b" * 64
LOCK = f"""\
alpha==1.0 \\
    --hash=sha256:{A} \\
    --hash=sha256:{B}
    # via competency-bank (pyproject.toml)
beta-two==2.0 \\
    --hash=sha256:{A}
    # via
    #   alpha
    #   competency-bank (pyproject.toml)
    #   tool
gamma==3.0 \\
    --hash=sha256:{B}
    # via beta-two
tool==4.0 \\
    --hash=sha256:{B}
    # via competency-bank (pyproject.toml)
"""


@pytest.fixture(scope="module")
def lock() -> ModuleType:
    """The module, which stands beside the pages that it helps to write."""
    spec = importlib.util.spec_from_file_location("locked_packages", ROOT / "docs/locked_packages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look there
    spec.loader.exec_module(module)
    return module


def test_every_package_of_our_lock_is_read(lock: ModuleType) -> None:
    text = (ROOT / "requirements.lock").read_text("utf-8")
    packages = lock.locked_packages(text)
    assert len(packages) == sum("==" in line for line in text.splitlines())
    assert sum(len(each.digests) for each in packages.values()) == text.count("--hash=sha256:")
    assert all(each.needed_by for each in packages.values())


def test_what_is_shipped_are_the_dependencies_and_theirs(lock: ModuleType) -> None:
    shipped = lock.shipped_packages(lock.locked_packages(LOCK), ["Alpha>=1,<2"])
    assert list(shipped) == ["alpha", "beta-two", "gamma"]
    assert shipped["alpha"].digests == (A, B)
    assert shipped["beta-two"].needed_by == {"alpha", "competency-bank", "tool"}


def test_no_tool_of_development_is_shipped(lock: ModuleType) -> None:
    assert lock.shipped_here().keys() >= {"pyhanko", "cryptography", "fastapi", "certifi"}
    assert not lock.shipped_here().keys() & {"pytest", "mypy", "mkdocs-material", "setuptools", "hatchling", "httpx"}


def test_a_dependency_that_is_not_locked_is_noticed(lock: ModuleType) -> None:
    with pytest.raises(KeyError, match="delta"):
        lock.shipped_packages(lock.locked_packages(LOCK), ["delta[extra]>=1"])


def test_the_lock_of_what_is_shipped_keeps_versions_and_digests(lock: ModuleType) -> None:
    packages = lock.locked_packages(LOCK)
    again = lock.lock_text(lock.shipped_packages(packages, ["gamma"]))
    assert again == f"gamma==3.0 \\\n    --hash=sha256:{B}\n"
