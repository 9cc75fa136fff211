"""Merkle trees over an append-only log: hashes, paths of inclusion and of consistency, and checking them.

A tree is known through its complete subtrees: `Node` answers the hash of the one at a level and an index, whose leaves
are `index * 2**level` up to, not including, `(index + 1) * 2**level`; level 0 are the leaves. These hashes never change
when the log grows. Every path needs a number of them that grows with the logarithm of the size.

Source: RFC 9162 section 2.1 (the same trees as RFC 6962)
"""

import hashlib
from collections.abc import Callable, Sequence
from typing import Final

Node = Callable[[int, int], bytes]
"""Asked with a level and an index, answers the hash of that complete subtree."""

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()
_LEAF: Final = b"\x00"
_NODE: Final = b"\x01"


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of one entry, 32 bytes."""
    return hashlib.sha256(_LEAF + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two neighbouring subtrees, 32 bytes."""
    return hashlib.sha256(_NODE + left + right).digest()


def tree_root(size: int, node: Node) -> bytes:
    """Return the root of the tree over the first `size` leaves."""
    return _range_root(0, size, node) if size else EMPTY_ROOT


def completed_subtrees(index: int) -> range:
    """Return the levels, from 1, of the subtrees that become complete when the leaf `index` is appended."""
    leaves = index + 1
    return range(1, (leaves & -leaves).bit_length())


def inclusion_path(index: int, size: int, *, node: Node) -> list[bytes]:
    """Return the path from a leaf to the root of a tree, the leaf's neighbour first.

    Raises:
        ValueError: the tree has no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError("expected the index of a leaf in the tree")
    path: list[bytes] = []
    begin = 0
    while size > 1:
        left = _left_size(size)
        if index - begin < left:
            path.append(_range_root(begin + left, size - left, node))
            size = left
        else:
            path.append(_range_root(begin, left, node))
            begin, size = begin + left, size - left
    return path[::-1]


def consistency_path(earlier: int, size: int, *, node: Node) -> list[bytes]:
    """Return the proof that the tree over the first `earlier` leaves is the beginning of the tree over `size` leaves.

    Raises:
        ValueError: the earlier tree is empty or larger.
    """
    if not 0 < earlier <= size:
        raise ValueError("expected an earlier tree that is neither empty nor larger")
    path: list[bytes] = []
    begin = 0
    while earlier != size:
        left = _left_size(size)
        if earlier <= left:
            path.append(_range_root(begin + left, size - left, node))
            size = left
        else:
            path.append(_range_root(begin, left, node))
            begin, earlier, size = begin + left, earlier - left, size - left
    if begin:
        path.append(_range_root(begin, size, node))
    return path[::-1]


def proves_inclusion(leaf: bytes, index: int, *, size: int, root: bytes, path: Sequence[bytes]) -> bool:
    """Return whether a path proves that a leaf hash stands at an index of the tree with this size and root.

    Source: RFC 9162 section 2.1.3.2
    """
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(sibling, found)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def proves_consistency(earlier: tuple[int, bytes], later: tuple[int, bytes], *, path: Sequence[bytes]) -> bool:
    """Return whether a path proves that the earlier tree (size, root) is the beginning of the later one.

    Every tree begins with the empty one, for which no path is needed.

    Source: RFC 9162 section 2.1.4.2
    """
    (small, small_root), (large, large_root) = earlier, later
    if not 0 <= small <= large:
        return False
    if small == 0 or small == large:
        return not path and small_root == (EMPTY_ROOT if small == 0 else large_root)
    hashes = [small_root, *path] if small & (small - 1) == 0 else [*path]
    if not hashes:
        return False
    place, last = small - 1, large - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    found_small = found_large = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            found_small, found_large = node_hash(sibling, found_small), node_hash(sibling, found_large)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            found_large = node_hash(found_large, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and found_small == small_root and found_large == large_root


def _range_root(begin: int, size: int, node: Node) -> bytes:
    """The root over `size` leaves from `begin`, which is a multiple of the largest power of two in `size`."""
    pieces: list[bytes] = []
    while size:
        level = size.bit_length() - 1
        pieces.append(node(level, begin >> level))
        begin, size = begin + (1 << level), size - (1 << level)
    root = pieces.pop()
    while pieces:
        root = node_hash(pieces.pop(), root)
    return root


def _left_size(size: int) -> int:
    """The largest power of two smaller than `size`, which is at least 2."""
    return 1 << (size - 1).bit_length() - 1
