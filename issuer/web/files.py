"""The files that pages load: the shared look and the bank's own styles and scripts, in one folder."""

from importlib.resources import files
from typing import Final

from credential_schemas.look.serving import SCRIPT, STYLE, Asset, look_files

_OWN: Final = {
    "bank.css": STYLE,
    "certificates.css": STYLE,
    "front.css": STYLE,
    "collecting.css": STYLE,
    "staff.css": STYLE,
    "preview.js": SCRIPT,
    "session.js": SCRIPT,
    "copy.js": SCRIPT,
    "once.js": SCRIPT,
    "progress.js": SCRIPT,
    "guilloche-paper.svg": "image/svg+xml",
}


def site_files() -> dict[str, Asset]:
    """Return every file by its name; they find each other in the same folder."""
    package = files(__package__)
    own = {name: Asset(package.joinpath(name).read_bytes(), media_type) for name, media_type in _OWN.items()}
    return {**look_files(), **own}
