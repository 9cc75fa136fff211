"""Every word of the signed-in pages stands in both languages, and every refusal has one."""

import re
from typing import get_args

from verifier.api.signed_in import Refused
from verifier.people.own_sign_in import Refusal
from verifier.people.roles import Role
from verifier.web.people_words import people_words
from verifier.web.sign_in_page import SignInRefusal

PLACES = re.compile(r"\{(\w+)\}")


def test_every_word_has_two_languages_with_the_same_places() -> None:
    for name, sentence in people_words().items():
        korean, english = sentence.in_language("ko"), sentence.in_language("en")
        assert korean.strip(), name
        assert english.strip(), name
        assert sorted(PLACES.findall(korean)) == sorted(PLACES.findall(english)), name


def test_every_refusal_and_every_role_has_its_words() -> None:
    needed = {f"sign_in_{kind}" for kind in get_args(SignInRefusal)}
    needed |= {f"own_{kind}" for kind in (*get_args(Refusal), "too_many", "busy")}
    shown = [kind for kind in get_args(Refused) if kind != "not_set_up"]
    needed |= {f"refused_{kind}" for kind in shown} | {f"refused_{kind}_why" for kind in shown}
    needed |= {f"role_{role}" for role in Role}
    assert needed - set(people_words()) == set()
