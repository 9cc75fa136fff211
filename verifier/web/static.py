"""Files that pages load by their address; the policy under which browsers may run them is the shared one."""

from importlib.resources import files

from credential_schemas.look.pages import MEDIA_TYPES, read_look
from credential_schemas.look.serving import PAGE_HEADERS, PAGE_POLICY, SCRIPT, STYLE, Asset

__all__ = ["PAGE_HEADERS", "PAGE_POLICY", "SCRIPT", "STYLE", "Asset", "look_assets", "web_asset"]


def web_asset(name: str, media_type: str) -> Asset:
    """Return a file of this package."""
    return Asset(files(__package__).joinpath(name).read_bytes(), media_type)


def look_assets() -> dict[str, Asset]:
    """Return the shared look by address."""
    return {f"/look/{name}": Asset(read_look(name), media_type) for name, media_type in MEDIA_TYPES.items()}
