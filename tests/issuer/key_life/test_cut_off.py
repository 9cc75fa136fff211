"""A key command that is killed between any two of its writes leaves a bank that works, and is finished by the next run.

Each time a child process is really ended, by `os._exit`, right before one of the files appears under its name.
"""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from issuer.bank import open_bank
from issuer.key_life.distrusting import distrust_key
from issuer.key_life.retiring import retire_key
from issuer.key_life.rotating import RotationPlan, rotate_key
from issuer.key_life.switching import switch_due
from issuer.publishing import publish_due
from keys.trust_list import TrustList
from tests.issuer.conftest import START
from tests.issuer.key_life.conftest import DAY

KILLED, DONE = 9, 0
STEPS = ("credential-", "bank.json", "trust.json", "jwks.json", "trust-bundle.jwt")
"""The files whose appearance counts as a step, by the beginning of their names."""


def rotate(path: Path) -> None:
    bank = open_bank(path, passphrase=None)
    rotate_key(bank, RotationPlan("credential"), now=START)
    bank.close()


def put_to_work(path: Path) -> None:
    bank = open_bank(path, passphrase=None)
    switch_due(bank, now=START + DAY)
    bank.close()


def distrust(path: Path) -> None:
    bank = open_bank(path, passphrase=None)
    distrust_key(bank, oldest_kid(path), since=START, now=START + DAY)
    bank.close()


def replace_at_once(path: Path) -> None:
    bank = open_bank(path, passphrase=None)
    rotate_key(bank, RotationPlan("credential"), now=START + DAY)
    bank.close()


def retire(path: Path) -> None:
    bank = open_bank(path, passphrase=None)
    retire_key(bank, oldest_kid(path), now=START + 40 * DAY)
    bank.close()


def oldest_kid(path: Path) -> str:
    published = json.loads((path / "public/jwks.json").read_bytes())["keys"]
    records = json.loads((path / "bank.json").read_bytes()).get("key_records", [])
    return str(records[0]["jwk"]["kid"] if records else published[0]["kid"])


def killed_at(step: int, work: Callable[[Path], None], path: Path) -> int:
    """Do the work in a child that dies when its file number `step`, from 0, is about to appear; its exit code."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    try:
        left = [step]
        really_replace = Path.replace

        def replace(self: Path, target: Path) -> Path:
            if Path(target).name.startswith(STEPS):
                if left[0] == 0:
                    os._exit(KILLED)
                left[0] -= 1
            return really_replace(self, target)

        Path.replace = replace  # type: ignore[method-assign,assignment] # in the child only
        work(path)
        os._exit(DONE)
    except BaseException:  # noqa: BLE001 - a child must never return into the tests
        os._exit(70)


def problem_of(path: Path) -> str | None:
    """What would keep this bank from working, or verifiers from believing it."""
    bank = open_bank(path, passphrase=None)
    trust = TrustList.parse((path / "trust.json").read_bytes())
    issuer = trust.issuers[bank.profile.issuer]
    jwks = {key["kid"] for key in json.loads((path / "public/jwks.json").read_bytes())["keys"]}
    served = TrustList.parse((path / "public/trust.json").read_bytes())
    try:
        uri = bank.profile.keys["credential"]
        signer, certificate = bank.open_key("credential", uri), bank.certificate("credential")
        publish_due(bank, now=START + DAY)
    finally:
        bank.close()
    if signer.key_id not in issuer.keys.keys() & jwks:
        return "the key that signs is not published"
    if served.version > trust.version:
        return "a list is served that the bank does not know of"
    return None if "CERTIFICATE" in certificate else "no certificate"


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("before", "work", "steps"),
    [
        ((rotate,), put_to_work, 1),
        ((), distrust, 5),
        ((distrust,), replace_at_once, 9),
        ((rotate, put_to_work), retire, 5),
    ],
    ids=["put to work", "distrust", "make and replace at once", "retire"],
)
def test_a_kill_at_any_step_leaves_a_bank_that_works_and_the_next_run_finishes(
    founded: Path,
    tmp_path: Path,
    before: tuple[Callable[[Path], None], ...],
    work: Callable[[Path], None],
    steps: int,
) -> None:
    prepared, whole = tmp_path / "prepared", tmp_path / "whole"
    shutil.copytree(founded, prepared)
    for each in before:
        each(prepared)
    shutil.copytree(prepared, whole)
    assert killed_at(steps, work, whole) == DONE, "there are more steps than the test knows"
    expected = states(whole)
    for step in range(steps):
        path = tmp_path / f"step-{step}"
        shutil.copytree(prepared, path)
        assert killed_at(step, work, path) == KILLED
        assert problem_of(path) is None, step
        if states(path) != expected:  # else only the bundle is missing, which the service renews each hour
            work(path)
        assert problem_of(path) is None, step
        assert states(path) == expected, step


def states(path: Path) -> list[tuple[str, bool, bool]]:
    """What is remembered of each credential key, without its name: its state, whether published, whether distrusted."""
    bank = open_bank(path, passphrase=None)
    jwks = {key["kid"] for key in json.loads((path / "public/jwks.json").read_bytes())["keys"]}
    distrusted = TrustList.parse((path / "public/trust.json").read_bytes()).issuers[bank.profile.issuer].distrusted
    found = [
        (str(each.state(bank.profile.keys)), each.kid in jwks, each.kid in distrusted)
        for each in bank.profile.key_records
    ]
    bank.close()
    return found
