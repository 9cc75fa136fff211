"""What browsers get of a file that pages load: compressed where it helps, again only when it changed."""

import gzip

import pytest

from credential_schemas.look.serving import ASKED_AGAIN, KEPT, SCRIPT, Asset, ServedFile, digest_of, look_files

LONG = Asset(b"let a = 1;\n" * 200, SCRIPT)
SHORT = Asset(b"let a = 1;\n", SCRIPT)


def test_long_file_is_compressed_for_whoever_accepts_it() -> None:
    status, body, headers = ServedFile(LONG, cache=KEPT).answer({"accept-encoding": "br, gzip"})
    assert (status, gzip.decompress(body), headers["Content-Encoding"]) == (200, LONG.body, "gzip")
    assert headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    ("asset", "asked"), [(LONG, {}), (LONG, {"accept-encoding": "br"}), (SHORT, {"accept-encoding": "gzip"})]
)
def test_file_is_sent_as_it_is_where_compressing_would_not_be_understood_or_worth_it(
    asset: Asset, asked: dict[str, str]
) -> None:
    status, body, headers = ServedFile(asset, cache=KEPT).answer(asked)
    assert (status, body, "Content-Encoding" in headers) == (200, asset.body, False)


def test_file_that_the_browser_has_is_not_sent_again() -> None:
    served = ServedFile(LONG, cache=ASKED_AGAIN)
    _, _, headers = served.answer({})
    assert served.answer({"if-none-match": headers["ETag"]})[:2] == (304, b"")
    assert ServedFile(SHORT, cache=ASKED_AGAIN).answer({"if-none-match": headers["ETag"]})[0] == 200


@pytest.mark.parametrize("rule", [KEPT, ASKED_AGAIN])
def test_answer_carries_its_cache_rule_and_what_else_the_page_wants(rule: str) -> None:
    served = ServedFile(SHORT, cache=rule, headers={"X-More": "1"})
    headers = served.answer({})[2]
    assert (headers["Cache-Control"], headers["X-More"]) == (rule, "1")
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_compressed_bytes_do_not_depend_on_when_they_were_made() -> None:
    asked = {"accept-encoding": "gzip"}
    assert ServedFile(LONG, cache=KEPT).answer(asked) == ServedFile(LONG, cache=KEPT).answer(asked)


def test_look_has_its_tokens_for_light_dark_and_the_system() -> None:
    files = look_files()
    assert {"tokens.css", "tokens-light.css", "tokens-dark.css"} <= files.keys()
    assert files["tokens-light.css"].body != files["tokens-dark.css"].body


def test_digest_of_a_folder_changes_with_a_name_and_with_a_content() -> None:
    digests = {
        digest_of(each) for each in ({"a.js": SHORT}, {"b.js": SHORT}, {"a.js": LONG}, {"a.js": SHORT, "b": LONG})
    }
    assert len(digests) == 4
