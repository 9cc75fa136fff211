"""Joining modules into one script: what it does with names and order, and everything that it refuses."""

import pytest

from verifier.web.joining import CannotJoin, joined

LEAF = "export const ONE = 1;\nconst hidden = 2;\nexport function two() {\n  return hidden;\n}\n"


def test_each_module_stands_once_and_before_those_that_import_it() -> None:
    modules = {
        "/a/entry.js": 'import { two } from "./sub/other.js";\n'
        'import {\n  ONE,\n} from "./leaf.js";\nawait two(ONE);\n',
        "/a/sub/other.js": 'export { two } from "../leaf.js";\n',
        "/a/leaf.js": LEAF,
    }
    assert joined(modules, "/a/entry.js") == (
        "const $m0 = (() => {\nconst ONE = 1;\nconst hidden = 2;\nfunction two() {\n  return hidden;\n}\n"
        "return { ONE, two };\n})();\n"
        "const $m1 = (() => {\nconst { two } = $m0;\nreturn { two };\n})();\n"
        "const { two } = $m1;\nconst { ONE } = $m0;\nawait two(ONE);\n"
    )


def test_names_that_are_given_another_name_keep_their_meaning() -> None:
    modules = {
        "/entry.js": 'import { far as near } from "./leaf.js";\nexport { near as given };\n',
        "/leaf.js": "const own = 1;\nexport { own as far };\n",
    }
    assert joined(modules, "/entry.js") == (
        "const $m0 = (() => {\nconst own = 1;\nreturn { far: own };\n})();\n"
        "const { far: near } = $m0;\nexport { near as given };\n"
    )


def test_block_comments_are_left_out_and_text_that_looks_like_one_stays() -> None:
    text = '/**\n * export const x = 1;\n */\nconst a = "/** b */";\n  /** c */\nconst d = `/** e */`; // f\n'
    assert joined({"/e.js": text}, "/e.js") == 'const a = "/** b */";\nconst d = `/** e */`; // f\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('import { ONE } from "./gone.js";\n', "/gone.js is imported and is not there"),
        ('import { three } from "./leaf.js";\n', "/e.js: /leaf.js exports no three"),
        ('import { hidden } from "./leaf.js";\n', "/e.js: /leaf.js exports no hidden"),
        ('import { constructor } from "./leaf.js";\n', "/e.js: /leaf.js exports no constructor"),
        ('import { ONE } from "./e.js";\n', "/e.js imports itself, through others or not"),
        ('import { back } from "./circle.js";\n', "/e.js imports itself, through others or not"),
        ('import { ONE } from "./waiting.js";\n', "/waiting.js: waits outside of functions: const ONE = await"),
        ('import { ONE + 1 } from "./leaf.js";\n', "/e.js: expected names, found ONE + 1"),
        ('import { } from "./leaf.js";\n', "/e.js: expected names, found "),
        ('import "./leaf.js";\n', 'expected imports and exports by name, found import "./leaf.js";'),
        ('import * as leaf from "./leaf.js";\n', "found import * as leaf"),
        ('import leaf from "./leaf.js";\n', "found import leaf"),
        ('import { ONE } from "https://elsewhere.example/a.js";\n', 'found import { ONE } from "https:'),
        ('import { ONE } from "/leaf.js";\n', 'found import { ONE } from "/leaf.js"'),
        ('import { ONE } from "./leaf.js"; const x = 1;\n', "found import { ONE }"),
        ('const leaf = await import("./leaf.js");\n', 'found import("./leaf.js")'),
        ("const here = import.meta.url;\n", "found import.meta.url"),
        ("export let x = 1;\n", "found export let x"),
        ("export default 1;\n", "found export default 1"),
        ('export * from "./leaf.js";\n', 'found export * from "./leaf.js"'),
        ("const x = `\nexport const y = 1;\n`;\n", "/e.js: expected no text over several lines, found const x = `"),
    ],
)
def test_what_is_written_otherwise_is_refused(text: str, says: str) -> None:
    modules = {
        "/e.js": text,
        "/leaf.js": LEAF,
        "/circle.js": 'import { x } from "./e.js";\nexport const back = x;\n',
        "/waiting.js": "export const ONE = await 1;\n",
    }
    with pytest.raises(CannotJoin) as refused:
        joined(modules, "/e.js")
    assert says in str(refused.value)


def test_an_entry_that_is_not_there_is_refused() -> None:
    with pytest.raises(CannotJoin, match=r"/e\.js is imported and is not there"):
        joined({}, "/e.js")
