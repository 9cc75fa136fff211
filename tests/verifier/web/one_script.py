"""The modules of the page as they run in its one script, each at its own address, for tests that import them."""

from posixpath import relpath

from verifier.web.joining import joined
from verifier.web.scan_files import PROGRAM, WORKER, scan_assets
from verifier.web.static import SCRIPT, Asset

ALL = "/web/all.js"
_NOT_IMPORTED = {PROGRAM, WORKER, "/web/scan.js"}


def joined_modules() -> dict[str, Asset]:
    """Return one script with all modules, and in place of each module one that gives what that script has of it."""
    texts = {
        address: asset.body.decode()
        for address, asset in scan_assets().items()
        if asset.media_type == SCRIPT and address not in _NOT_IMPORTED
    }
    entry, places = "", {}
    for number, address in enumerate(sorted(texts)):
        names = _exported(texts, address)
        renamed = ", ".join(f"{name} as of{number}_{name}" for name in names)
        entry += f'export {{ {renamed} }} from "./{relpath(address, "/web")}";\n'
        taken = ", ".join(f"of{number}_{name} as {name}" for name in names)
        places[address] = f'export {{ {taken} }} from "{ALL}";\n'
    places[ALL] = joined({**texts, ALL: entry}, ALL)
    return {address: Asset(text.encode(), SCRIPT) for address, text in places.items()}


def _exported(texts: dict[str, str], address: str) -> list[str]:
    last = joined(texts, address).splitlines()[-1]
    names = last.removeprefix("export { ").removesuffix(" };").split(", ")
    return [name.rpartition(" ")[2] for name in names]
