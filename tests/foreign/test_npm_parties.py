"""Our services and wallet with npm `@openid4vc`, as far as it is quick; the programs beside this file do the rest.

`make setup` installs the two packages from `package-lock.json` where Node.js is there.
"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from keys.trust_list import TrustList
from tests.foreign import openid4vci, openid4vp
from verifier.evidence.reader import EvidenceReader

MODULES = Path(__file__).resolve().parents[2] / ".venv" / "foreign"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        shutil.which("node") is None or not (MODULES / "node_modules" / openid4vp.PACKAGE).is_dir(),
        reason="Node.js or its packages are not installed: wallets that are not ours are not tried",
    ),
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[openid4vp.Place]:
    with (
        EvidenceReader() as reader,
        openid4vp.place(MODULES, tmp_path_factory.mktemp("verifier"), reader) as found,
    ):
        yield found


def test_a_wallet_that_is_not_ours_answers_our_verifier(place: openid4vp.Place) -> None:
    assert openid4vp.their_answer(place, "direct_post.jwt", "post")


def test_our_wallet_answers_a_verifier_that_is_not_ours(place: openid4vp.Place) -> None:
    assert openid4vp.our_answer(place, "direct_post.jwt")


def test_a_wallet_that_is_not_ours_receives_flat_credentials_once(tmp_path: Path) -> None:
    with openid4vci.bank(tmp_path) as data:
        trust = TrustList.parse((data / "trust.json").read_bytes())
        (account,) = json.loads(openid4vci.said("accounts", "list", "--json", data=data))["accounts"]
        offer = openid4vci.offered(data, account["id"], "--type", "vocational_training", "--flat")
        got = openid4vci.receive(MODULES, offer, copies=2)
        assert openid4vci.good(got, "entry-vocational_training", trust, copies=2), got
        again = openid4vci.receive(MODULES, {**offer, "offer": offer["offer_by_value"]}, copies=1)
        assert again.get("refused") == "invalid_grant"
