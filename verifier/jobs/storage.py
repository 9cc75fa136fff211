"""Where jobs lie on the disk: one private folder of this process, and, with a retention policy, one for kept results.

Rules enforced:
* all of it is for this user only; the folder of a process is locked while it lives, and what a process that was killed
  left behind is erased by the next one that starts;
* uploads never outlive the process; results do only where a policy says so, and then with the day of their destruction.

Erasing takes names away (unlink); it does not overwrite the disk. Where that is not enough, encrypt the disk.
"""

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

from keys.encoding import decode_json_object
from keys.errors import DecodingError
from keys.values import dataclass
from verifier.jobs.limits import MIN_FREE_BYTES

RESULTS: Final = "results.jsonl"
_ABOUT: Final = "about.json"
_WORK: Final = "work-"
_KEPT: Final = "kept"
_LOCK: Final = "lock"
_MAX_ABOUT_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class KeptJob:
    """A finished job that a policy keeps: its folder, who may see it, and what was counted (seconds since 1970)."""

    folder: Path
    owner: str
    counts: dict[str, int]
    finished_at: int
    erased_at: int


class JobStorage:
    """The folders of jobs below one folder; without one, a temporary folder that ends with the process."""

    def __init__(self, folder: Path | None) -> None:
        self._is_temporary = folder is None
        self._base = folder if folder is not None else Path()
        self._work = Path()
        self._lock = -1

    def open(self) -> None:
        """Make the folders, and erase what processes that were killed left behind."""
        if self._is_temporary:
            self._base = Path(tempfile.mkdtemp(prefix="cb-verifier-jobs-"))
        self._base.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._erase_abandoned()
        self._work = Path(tempfile.mkdtemp(prefix=_WORK, dir=self._base))
        self._lock = os.open(self._work / _LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def close(self) -> None:
        """Erase everything that no policy keeps."""
        if self._lock < 0:
            return
        shutil.rmtree(self._base if self._is_temporary else self._work, ignore_errors=True)
        with suppress(OSError):
            os.close(self._lock)

    def new_folder(self) -> Path:
        """Return an empty folder for an upload."""
        return Path(tempfile.mkdtemp(dir=self._work))

    def has_room(self, more_bytes: int) -> bool:
        """Return whether so many more bytes leave enough of the disk free."""
        return shutil.disk_usage(self._work).free >= more_bytes + MIN_FREE_BYTES

    def erase(self, folder: Path) -> None:
        """Take a folder away with everything in it; one that is gone is fine."""
        shutil.rmtree(folder, ignore_errors=True)

    def keep(self, job_id: str, job: KeptJob) -> KeptJob:
        """Move the results of a finished job to the kept ones."""
        about = {"owner": job.owner, "counts": job.counts, "finished_at": job.finished_at, "erased_at": job.erased_at}
        (job.folder / _ABOUT).write_text(json.dumps(about), "ascii")
        place = self._kept_place(job_id)
        place.parent.mkdir(mode=0o700, exist_ok=True)
        job.folder.rename(place)
        return KeptJob(place, job.owner, job.counts, job.finished_at, job.erased_at)

    def kept(self, job_id: str) -> KeptJob | None:
        """Return a kept job, None when there is none of this id."""
        return _read_about(self._kept_place(job_id))

    def erase_expired(self, now: int) -> int:
        """Erase the kept jobs whose day has come, and damaged ones; return how many."""
        found = [*(self._base / _KEPT).glob("*")]
        jobs = {place: _read_about(place) for place in found}
        expired = [place for place, job in jobs.items() if job is None or job.erased_at <= now]
        for place in expired:
            self.erase(place)
        return len(expired)

    def _kept_place(self, job_id: str) -> Path:
        """The name does not give away the id, with which the results could be fetched."""
        return self._base / _KEPT / hashlib.sha256(job_id.encode()).hexdigest()

    def _erase_abandoned(self) -> None:
        for place in self._base.glob(f"{_WORK}*"):
            with suppress(OSError):
                lock = os.open(place / _LOCK, os.O_RDWR | os.O_CLOEXEC)
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    self.erase(place)
                finally:
                    os.close(lock)


def _read_about(place: Path) -> KeptJob | None:
    try:
        with (place / _ABOUT).open("rb") as file:
            about = decode_json_object(file.read(_MAX_ABOUT_BYTES), max_bytes=_MAX_ABOUT_BYTES)
    except (OSError, DecodingError):
        return None
    owner, counts = about.get("owner"), about.get("counts")
    finished_at, erased_at = about.get("finished_at"), about.get("erased_at")
    if not (isinstance(owner, str) and isinstance(finished_at, int) and isinstance(erased_at, int)):
        return None
    numbers = (
        {name: value for name, value in counts.items() if isinstance(value, int)} if isinstance(counts, dict) else {}
    )
    return KeptJob(place, owner, numbers, finished_at, erased_at)
