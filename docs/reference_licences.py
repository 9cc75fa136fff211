"""The second half of THIRD_PARTY_NOTICES.md: each package of the lock that an installation brings, with its licence."""

from importlib.metadata import metadata

from locked_packages import ROOT, shipped_here

NOTICES = ROOT / "THIRD_PARTY_NOTICES.md"
HEADING = "## Packages that an installation brings\n"
INTRODUCTION = """
Not part of this repository or of the wheel: pip fetches them. Written by `docs/generate_reference.py` from
`requirements.lock` and from what each package says of itself; those of extras and of development are not listed.

| Package | Licence |
|---|---|
"""


def notices_page() -> str:
    """Return the whole file: what is above the heading stays as it is."""
    above = NOTICES.read_text("utf-8").partition(HEADING)[0].rstrip("\n")
    rows = [f"| {name} | {licence_of(name)} |\n" for name in shipped_here()]
    return f"{above}\n\n{HEADING}{INTRODUCTION}{''.join(rows)}"


def licence_of(package: str) -> str:
    """Return the licence that an installed package names: an SPDX expression where it has one.

    Raises:
        LookupError: it names none; then somebody must read it, and say so here.
    """
    about = metadata(package)
    classified = [
        line.rpartition(" :: ")[2] for line in about.get_all("Classifier", []) if line.startswith("License ::")
    ]
    expression, text = ((about.get_all(name) or [""])[0] for name in ("License-Expression", "License"))
    named = expression or ", ".join(classified) or text
    if not named or "\n" in named:
        message = f"expected a package that names its licence in a line, found {package}"
        raise LookupError(message)
    return named
