"""Names of institutions."""

import hashlib
from pathlib import Path

import pytest

from credential_schemas.bodies import body_name, registered_bodies
from credential_schemas.entry_types import Names

CATALOGUE = Path(__file__).parents[2] / "credential_schemas" / "catalogue"
# The first rows of each table, as certificates were first printed with them: rows may be added at the end only.
FROZEN = {
    "issuing_bodies.csv": (23, "7ed3d441da5fccc1a90f635eafe0ab9be7949d72a4cc6a39df5cbe1bca52d101"),
    "institutions.csv": (359, "970fc83617688af51ee30503e27fa425859f90e764490092281613ec7bcbb5ba"),
}


def test_registered_body_has_both_names() -> None:
    assert body_name("hrdk") == Names("한국산업인력공단", "HRD Korea")


def test_body_may_be_called_by_its_korean_name() -> None:
    assert body_name("한국산업인력공단") == body_name("hrdk")


def test_university_is_known_by_its_name() -> None:
    assert body_name("부산대학교").in_language("en") == "Pusan National University"


def test_unknown_body_is_called_literally_in_both_languages() -> None:
    assert body_name("(가상)두빛대학교").in_language("en") == "(가상)두빛대학교"
    assert body_name("HRDK") == Names("HRDK", None)


def test_all_registered_bodies_have_an_english_name() -> None:
    assert len(registered_bodies()) == 21
    assert all(names.en for names in registered_bodies().values())


@pytest.mark.parametrize("table", FROZEN)
def test_names_that_certificates_are_printed_with_never_change(table: str) -> None:
    count, digest = FROZEN[table]
    rows = (CATALOGUE / table).read_text(encoding="utf-8").splitlines()[:count]
    assert hashlib.sha256("\n".join(rows).encode()).hexdigest() == digest
