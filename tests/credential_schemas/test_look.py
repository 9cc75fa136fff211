"""The shared typefaces are the published ones."""

from importlib.resources import files

import pytest

from credential_schemas.errors import LookDamaged
from credential_schemas.look import typefaces
from credential_schemas.look.typefaces import Typeface, read_typeface


@pytest.mark.parametrize("face", list(Typeface))
def test_typeface_is_the_published_file(face: Typeface) -> None:
    assert len(read_typeface(face)) > 5_000_000


def test_typeface_with_another_digest_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(typefaces.SHA256, Typeface.BOLD, "0" * 64)
    with pytest.raises(LookDamaged, match="PretendardGOV-Bold"):
        read_typeface(Typeface.BOLD)


def test_licence_lies_beside_the_typefaces() -> None:
    licence = files("credential_schemas.look").joinpath("fonts/LICENSE.txt").read_text("utf-8")
    assert "SIL OPEN FONT LICENSE" in licence
