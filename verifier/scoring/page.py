"""The frame of printed pages: escaped text, no script, no request to anywhere.

Every text that comes from a file passes `shown`, which writes out characters that act or cannot be seen, and escapes.
"""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from functools import cache
from html import escape
from importlib.resources import files

from credential_schemas.report.messages import Language
from verifier.rendering.plain_text import harmless


def shown(value: object) -> str:
    """Return a text for HTML, between tags or in a quoted attribute."""
    return escape(harmless(str(value)), quote=True)


def page(title: str, papers: Iterable[str], language: Language, *, more_style: str = "") -> str:
    """Return a whole page; `papers` are escaped already, and each begins on a new sheet.

    `more_style` is a style sheet of the caller's own, behind the common one; never text from a file that was handed in.
    """
    style = _style() + more_style
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    body = "\n".join(f'<section class="paper">{paper}</section>' for paper in papers)
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{shown(title)}</title><style>{style}</style></head>\n<body>\n<main>{body}</main>\n</body></html>\n"
    )


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: Sequence[int] = ()) -> str:
    """Return a table; cells are escaped already, `numbers` names the columns of numbers; a head may be empty."""

    def kind(column: int) -> str:
        return ' class="n"' if column in numbers else ""

    head = "".join(
        f'<th scope="col"{kind(column)}>{shown(name)}</th>' if name else "<td></td>"
        for column, name in enumerate(heads)
    )
    body = "".join(
        f"<tr>{''.join(f'<td{kind(column)}>{content}</td>' for column, content in enumerate(row))}</tr>" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def framed(running: str, paper: str) -> str:
    """Return a paper with a line that stands at the head of each of its printed pages; `paper` is escaped already.

    A browser repeats the head of a table on every page. So no page of a signed sheet can be taken for another's.
    """
    return (
        f'<table class="frame" role="presentation"><thead><tr><td>{shown(running)}</td></tr></thead>'
        f"<tbody><tr><td>{paper}</td></tr></tbody></table>"
    )


@cache
def _style() -> str:
    return files(__package__).joinpath("sheet.css").read_text("utf-8")
