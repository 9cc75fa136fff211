"""Passwords: which new ones are taken, how they are kept, and how one is checked.

Rules enforced:
* 15 to 128 characters after NFKC, any characters, no rule of composition; the password is never shortened;
* refused are the few that everybody tries first, repetitions and sequences, and the names of person and service;
* kept as argon2id with its parameters and a salt of its own; kept ones of other parameters are made anew when they fit;
* a person who is not there costs as much time as one who is;
* only so many at once, because each takes memory.

Left to the caller: throttling, and one answer for all that fails.

Source: NIST SP 800-63B-4 section 3.1.1; RFC 9106
"""

import threading
import unicodedata
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Final

from keys.limits import (
    ARGON2_LANES,
    ARGON2_MEMORY_KIB,
    ARGON2_PASSES,
    MAX_PASSWORD_CHARACTERS,
    MIN_PASSWORD_CHARACTERS,
    PASSWORD_CHECKS_AT_ONCE,
    PASSWORD_CHECKS_WAITING,
)
from keys.sign_in.errors import PasswordRefused, SignInBusy
from keys.values import dataclass

RandomBytes = Callable[[int], bytes]
"""Asked with a count, answers as many random bytes."""

_SALT_BYTES: Final = 16
_KEY_BYTES: Final = 32
_MIN_PERIOD: Final = 8
_MIN_BEYOND_NAME: Final = 8
_CONTROL: Final = frozenset({"Cc", "Cs"})


@dataclass(frozen=True, slots=True)
class PasswordParameters:
    """What one check costs: KiB of memory, passes over it, and lanes."""

    memory_kib: int = ARGON2_MEMORY_KIB
    passes: int = ARGON2_PASSES
    lanes: int = ARGON2_LANES


STANDARD: Final = PasswordParameters()


@dataclass(frozen=True, slots=True)
class PasswordCheck:
    """Whether a password fits; `.new_hash` is what should be kept from now on, where the kept one is outdated."""

    fits: bool
    new_hash: str | None = None


class Passwords:
    """Keeps and checks passwords at one cost; safe to share between threads."""

    def __init__(
        self,
        random_bytes: RandomBytes,
        *,
        parameters: PasswordParameters = STANDARD,
        at_once: int = PASSWORD_CHECKS_AT_ONCE,
        waiting: int = PASSWORD_CHECKS_WAITING,
    ) -> None:
        """Prepare one decoy, which costs as much as one check."""
        from argon2 import PasswordHasher  # a command that has nothing to do with people does without it

        self._hasher = PasswordHasher(
            time_cost=parameters.passes,
            memory_cost=parameters.memory_kib,
            parallelism=parameters.lanes,
            hash_len=_KEY_BYTES,
            salt_len=_SALT_BYTES,
        )
        self._random_bytes = random_bytes
        self._places = threading.BoundedSemaphore(at_once + waiting)
        self._working = threading.BoundedSemaphore(at_once)
        self._decoy = self._hasher.hash(random_bytes(_KEY_BYTES), salt=random_bytes(_SALT_BYTES))

    def hash(self, password: str) -> str:
        """Return what is kept of a password that `check_new_password` has taken: text with parameters and salt.

        Raises:
            SignInBusy: too many at this moment.
        """
        with self._place():
            return self._hasher.hash(_normal(password), salt=self._random_bytes(_SALT_BYTES))

    def check(self, password: str, kept: str | None) -> PasswordCheck:
        """Check what somebody typed.

        Args:
            password: as typed.
            kept: what `hash` gave; None where there is no such person, or none with a password: the answer is no, in
                the same time.

        Raises:
            SignInBusy: too many at this moment.
        """
        from argon2.exceptions import VerifyMismatchError

        typed = _normal(password) if len(password) <= MAX_PASSWORD_CHARACTERS else b""
        with self._place():
            try:
                self._hasher.verify(self._decoy if kept is None else kept, typed)
            except VerifyMismatchError:
                return PasswordCheck(fits=False)
        if kept is None:  # nobody knows what the decoy was made of, but the answer must not hang on that
            return PasswordCheck(fits=False)
        outdated = self._hasher.check_needs_rehash(kept)
        return PasswordCheck(fits=True, new_hash=self.hash(password) if outdated else None)

    @contextmanager
    def _place(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise SignInBusy("expected fewer sign-ins at the same time; try again in a moment")
        try:
            with self._working:
                yield
        finally:
            self._places.release()


def check_new_password(password: str, *, names: Collection[str]) -> None:
    """Take a new password or say why not.

    Args:
        password: as typed.
        names: of the person and the service; a password may hold them, but must be more than them.

    Raises:
        PasswordRefused: `kind` says why; the message holds no part of the password.
    """
    if any(unicodedata.category(mark) in _CONTROL for mark in password):
        raise PasswordRefused("expected a password of characters that can be typed", kind="characters")
    text = unicodedata.normalize("NFKC", password)
    if len(text) > MAX_PASSWORD_CHARACTERS or len(password) > MAX_PASSWORD_CHARACTERS:
        raise PasswordRefused(f"expected a password of at most {MAX_PASSWORD_CHARACTERS} characters", kind="long")
    if len(text) < MIN_PASSWORD_CHARACTERS:
        raise PasswordRefused(f"expected a password of at least {MIN_PASSWORD_CHARACTERS} characters", kind="short")
    folded, plain = _folded(text), "".join(text.casefold().split())
    if _is_listed(folded) or _period(plain) < _MIN_PERIOD or _is_sequence(plain):
        raise PasswordRefused("expected a password that others would not try first", kind="listed")
    rest = folded
    for name in sorted({_folded(name) for name in names}, key=len, reverse=True):
        rest = rest.replace(name, "")
    if rest != folded and len(rest) < _MIN_BEYOND_NAME:
        raise PasswordRefused("expected a password that is more than a name", kind="name")


@cache
def refused_passwords() -> frozenset[str]:
    """Return the list of `refused_passwords.txt`, folded as passwords are compared with it."""
    lines = files(__package__).joinpath("refused_passwords.txt").read_text("utf-8").splitlines()
    return frozenset(_folded(line) for line in lines if line and not line.startswith("#"))


def _normal(password: str) -> bytes:
    # "surrogatepass": half a pair in what was typed must not end in another time or answer than a wrong password.
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


def _folded(text: str) -> str:
    """Return what is left when case and everything but letters and digits is not looked at."""
    return "".join(mark for mark in unicodedata.normalize("NFKC", text).casefold() if mark.isalnum())


def _is_listed(folded: str) -> bool:
    """Return whether it is a listed one, with digits before or behind it or without."""
    return folded in refused_passwords() or folded.strip("0123456789") in refused_passwords()


def _period(plain: str) -> int:
    """Return how many characters are repeated to make the text; its own length where nothing repeats."""
    return (plain + plain).find(plain, 1)


def _is_sequence(plain: str) -> bool:
    """Return whether each character follows, or precedes, the one before it: abcdef, 987654, 1234567890123."""
    codes = [ord(mark) for mark in plain]
    steps = {right - left for left, right in pairwise(codes)}
    if plain.isdecimal():
        steps = {step % 10 for step in steps}
    return steps in ({1}, {-1}, {9})
