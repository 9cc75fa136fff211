"""What the verifier remembers between runs: status lists, trust bundles and their times, nonces that were used.

One folder, one small file a fact, written whole or not at all, so several processes may share it. It holds no name, no
entry and no credential: lists are public, nonces are stored as digests.
"""

import hashlib
import os
from pathlib import Path

from keys.encoding import decode_json_object, encode_json
from keys.errors import DecodingError
from keys.values import dataclass
from verifier.whole_files import write_whole

NONCE_LIFE_S = 600  # S8
_MAX_RECORD_BYTES = 4096


@dataclass(frozen=True, slots=True)
class SeenList:
    """The newest issue time (`iat`) seen for a status list, and when that list was fetched (seconds since 1970)."""

    iat: int
    fetched_at: int


@dataclass(frozen=True, slots=True)
class SeenBundle:
    """The newest trust bundle seen: version of its list, and when it was made (seconds since 1970)."""

    version: int
    made_at: int


class StateFolder:
    """The verifier's memory in one folder; created when first written to."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def seen(self, uri: str) -> SeenList | None:
        """Return what is remembered of a status list, or None; a damaged record counts as none."""
        try:
            record = decode_json_object(self._file("lists", uri, ".json").read_bytes(), max_bytes=_MAX_RECORD_BYTES)
        except (OSError, DecodingError):
            return None
        iat, fetched_at = record.get("iat"), record.get("fetched_at")
        if isinstance(iat, int) and isinstance(fetched_at, int):
            return SeenList(iat, fetched_at)
        return None

    def stored_token(self, uri: str, *, max_bytes: int) -> str | None:
        """Return the token kept for a status list, or None."""
        try:
            data = self._file("lists", uri, ".jwt").read_bytes()
        except OSError:
            return None
        return data.decode("ascii", "replace") if len(data) <= max_bytes else None

    def remember(self, uri: str, seen: SeenList, token: str) -> bool:
        """Keep a verified list and its times; returns whether that was possible."""
        try:
            _write(self._file("lists", uri, ".jwt"), token.encode("ascii"))
            _write(self._file("lists", uri, ".json"), encode_json({"iat": seen.iat, "fetched_at": seen.fetched_at}))
        except OSError:
            return False
        return True

    def seen_bundle(self, signer: str) -> SeenBundle | None:
        """Return the newest bundle seen of a signing key (its thumbprint), or None; a damaged record counts as none."""
        try:
            record = decode_json_object(
                self._file("bundles", signer, ".json").read_bytes(), max_bytes=_MAX_RECORD_BYTES
            )
        except (OSError, DecodingError):
            return None
        version, made_at = record.get("version"), record.get("made_at")
        if isinstance(version, int) and isinstance(made_at, int):
            return SeenBundle(version, made_at)
        return None

    def remember_bundle(self, signer: str, seen: SeenBundle) -> bool:
        """Keep the newest bundle of a signing key; returns whether that was possible."""
        record = encode_json({"version": seen.version, "made_at": seen.made_at})
        try:
            _write(self._file("bundles", signer, ".json"), record)
        except OSError:
            return False
        return True

    def use_nonce(self, audience: str, nonce: str, *, now: int) -> bool:
        """Mark a nonce as used; False when it was used before. Of several at the same time one gets True.

        Raises:
            OSError: the folder cannot be written to.
        """
        file = self._file("nonces", f"{audience}\0{nonce}", "")
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._forget_old_nonces(file.parent, now)
        try:
            descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError:
            return False
        with os.fdopen(descriptor, "w") as record:
            record.write(str(now))
        return True

    def _forget_old_nonces(self, folder: Path, now: int) -> None:
        for file in folder.iterdir():
            try:
                text = file.read_text("ascii")
                if not text:  # just begun, or left by a crash: its life is counted from here
                    with file.open("r+", encoding="ascii") as record:
                        record.write(str(now))
                    continue
                used_at = int(text)
            except (OSError, ValueError):
                continue
            if used_at < now - NONCE_LIFE_S:
                file.unlink(missing_ok=True)

    def _file(self, kind: str, name: str, suffix: str) -> Path:
        return self._folder / kind / (hashlib.sha256(name.encode("utf-8")).hexdigest() + suffix)


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_whole(path, data)
