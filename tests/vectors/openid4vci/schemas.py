"""Published examples of OpenID4VCI 1.0 beside this file (see README.md), and schemas of the conformance suite."""

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SUITE = HERE.parent / "oidf-conformance"


def schema(name: str) -> dict[str, Any]:
    """Return one JSON Schema of the conformance suite."""
    return dict(json.loads((SUITE / f"{name}.json").read_text("utf-8")))


def vector(name: str) -> Any:  # noqa: ANN401 - decoded JSON
    """Return one published example."""
    return json.loads((HERE / name).read_text("utf-8"))


def unbroken(name: str) -> str:
    """Return one published example without the line breaks and spaces that it has for display only."""
    return "".join((HERE / name).read_text("utf-8").split())
