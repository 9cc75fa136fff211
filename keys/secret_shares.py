"""A secret split into three shares: any two give it back, one alone does not help to find it.

Shamir's scheme in the form of SLIP-0039: a share is 33 English words with a checksum, to be printed and typed again.
The arithmetic and the words are those of `shamir-mnemonic`, the reference implementation of its authors. That library
takes no care of side channels (time, memory), so secrets are split and joined only where they lie open anyway, and
each is used for one purpose. Whoever has one share can recognise the secret (32 bits of a digest), but not guess 32
random bytes. Left to the caller: what the secret opens, and who gets which share.

Source: SLIP-0039; A. Shamir: How to share a secret, 1979
"""

from collections.abc import Sequence
from typing import Final

from keys.errors import SharesError

SECRET_BYTES: Final = 32
SHARES: Final = 3
NEEDED: Final = 2
SHARE_WORDS: Final = 33
_MAX_CHARACTERS: Final = 1024
_FIXED: Final = (0, 0, 1, 1, NEEDED)
"""No stretching of a passphrase, because there is none, and one group of shares."""


def split_secret(secret: bytes) -> list[str]:
    """Split a secret into three shares; chance comes from the operating system.

    Args:
        secret: 32 random bytes.

    Returns:
        Three shares, each 33 words in small letters with one space between them.

    Raises:
        ValueError: the secret has another length.
    """
    from shamir_mnemonic import generate_mnemonics  # its words are only loaded where they are needed

    if len(secret) != SECRET_BYTES:
        raise ValueError(f"expected a secret of {SECRET_BYTES} bytes, found {len(secret)}")
    (shares,) = generate_mnemonics(1, [(NEEDED, SHARES)], secret, iteration_exponent=0)
    return [*map(str, shares)]


def join_shares(shares: Sequence[str]) -> bytes:
    """Return the secret that two shares give back.

    Args:
        shares: hostile; in any order, upper or lower case, with any white space between the words.

    Raises:
        SharesError: they do not give a secret back; a mistyped word is found by the checksum.
    """
    from shamir_mnemonic import MnemonicError, Share, combine_mnemonics

    if len(shares) != NEEDED:
        raise SharesError(f"expected {NEEDED} shares, found {len(shares)}", kind="count")
    words = [" ".join(each[: _MAX_CHARACTERS + 1].lower().split()) for each in shares]
    if any(len(each) > _MAX_CHARACTERS or not each.isascii() or each.count(" ") + 1 != SHARE_WORDS for each in words):
        raise SharesError(f"expected {SHARE_WORDS} words in each share", kind="damaged")
    try:
        read = [Share.from_mnemonic(each) for each in words]
    except MnemonicError:
        raise SharesError("a share has a word that is mistyped or not in its place", kind="damaged") from None
    for each in read:
        found = each.iteration_exponent, each.group_index, each.group_threshold, each.group_count, each.member_threshold
        if found != _FIXED:
            raise SharesError("a share is of another scheme than two of three", kind="format")
    first, second = read
    if (first.identifier, first.extendable) != (second.identifier, second.extendable):
        raise SharesError("the shares belong to two different secrets", kind="mixed")
    if first.index == second.index:
        raise SharesError("expected two different shares, found the same one twice", kind="duplicate")
    try:
        return bytes(combine_mnemonics(words))
    except MnemonicError:
        raise SharesError("the shares belong to two different secrets", kind="mixed") from None
