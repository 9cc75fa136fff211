"""Status maps: a JSON file that names, for the URI of each pre-fetched status list, the file with its token."""

from collections.abc import Mapping
from pathlib import Path

from keys.encoding import decode_json_object
from keys.errors import DecodingError
from verifier.errors import StatusMapError

MAX_MAP_BYTES = 256 * 1024


def read_status_map(path: Path) -> Mapping[str, Path]:
    """Return the token file for each URI; a relative name is looked for beside the map.

    Raises:
        StatusMapError: the map cannot be read or is not an object of texts.
    """
    try:
        with path.open("rb") as opened:
            members = decode_json_object(opened.read(MAX_MAP_BYTES + 1), max_bytes=MAX_MAP_BYTES)
    except OSError as error:
        raise StatusMapError(f"expected a readable status map, found: {error.strerror}", kind="unreadable") from error
    except DecodingError as error:
        raise StatusMapError(f"expected a JSON object in the status map, found: {error}") from error
    files: dict[str, Path] = {}
    for uri, name in members.items():
        if not isinstance(name, str) or "\0" in name:
            raise StatusMapError("expected every status list in the map to name a file, found another value")
        files[uri] = path.parent / name
    return files
