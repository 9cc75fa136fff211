"""Merkle trees: published roots, and paths that prove what they should and nothing else."""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.merkle import (
    EMPTY_ROOT,
    completed_subtrees,
    consistency_path,
    inclusion_path,
    leaf_hash,
    node_hash,
    proves_consistency,
    proves_inclusion,
    tree_root,
)

# Entries and roots of the tests of Certificate Transparency (RFC 6962).
ENTRIES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
MANY = [str(number).encode() for number in range(70)]


def naive_root(entries: Sequence[bytes]) -> bytes:
    """The root as RFC 6962 section 2.1 defines it, word for word."""
    if not entries:
        return EMPTY_ROOT
    if len(entries) == 1:
        return leaf_hash(entries[0])
    left = 1
    while left * 2 < len(entries):
        left *= 2
    return node_hash(naive_root(entries[:left]), naive_root(entries[left:]))


def nodes_of(entries: Sequence[bytes]) -> Callable[[int, int], bytes]:
    def node(level: int, index: int) -> bytes:
        covered = entries[index << level : (index + 1) << level]
        assert len(covered) == 1 << level, "asked for a subtree that is not complete"
        return naive_root(covered)

    return node


@pytest.mark.parametrize("size", range(9))
def test_root_is_the_published_one(size: int) -> None:
    assert tree_root(size, nodes_of(ENTRIES[:size])).hex() == ROOTS[size]


@given(st.data())
def test_path_of_a_leaf_proves_that_leaf_at_that_place_in_that_tree_only(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, len(MANY)))
    index = data.draw(st.integers(0, size - 1))
    path = inclusion_path(index, size, node=nodes_of(MANY[:size]))
    leaf, root = leaf_hash(MANY[index]), naive_root(MANY[:size])
    assert len(path) <= size.bit_length()
    assert proves_inclusion(leaf, index, size=size, root=root, path=path)
    other = data.draw(st.integers(-1, size).filter(lambda place: place != index))
    assert not proves_inclusion(leaf, other, size=size, root=root, path=path)
    assert not proves_inclusion(leaf_hash(b"other"), index, size=size, root=root, path=path)
    assert not proves_inclusion(leaf, index, size=size, root=leaf_hash(b"root"), path=path)
    assert not proves_inclusion(leaf, index, size=size, root=root, path=[*path, root])
    if path:
        assert not proves_inclusion(leaf, index, size=size, root=root, path=path[:-1])
        assert not proves_inclusion(leaf, index, size=size, root=root, path=path[1:])


@given(st.data())
def test_path_between_two_trees_proves_that_one_begins_with_the_other(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, len(MANY)))
    earlier = data.draw(st.integers(1, size))
    path = consistency_path(earlier, size, node=nodes_of(MANY[:size]))
    small, large = (earlier, naive_root(MANY[:earlier])), (size, naive_root(MANY[:size]))
    assert proves_consistency(small, large, path=path)
    assert not proves_consistency((earlier, leaf_hash(b"x")), large, path=path)
    assert not proves_consistency(small, (size, leaf_hash(b"x")), path=path)
    assert not proves_consistency(small, large, path=[*path, large[1]])
    assert not proves_consistency((size + 1, small[1]), large, path=path)
    if path:
        assert not proves_consistency(small, large, path=path[:-1])
        assert not proves_consistency(small, large, path=[])


def test_tree_that_was_written_anew_is_not_consistent() -> None:
    changed = [*MANY[:3], b"another", *MANY[4:20]]
    path = consistency_path(10, 20, node=nodes_of(changed))
    assert not proves_consistency((10, naive_root(MANY[:10])), (20, naive_root(changed)), path=path)


def test_every_tree_begins_with_the_empty_one_without_a_path() -> None:
    tree = (5, naive_root(MANY[:5]))
    assert proves_consistency((0, EMPTY_ROOT), tree, path=[])
    assert not proves_consistency((0, EMPTY_ROOT), tree, path=[EMPTY_ROOT])
    assert not proves_consistency((0, tree[1]), tree, path=[])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, 3), (-1, 3)])
def test_no_path_for_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="index of a leaf"):
        inclusion_path(index, size, node=nodes_of(MANY[:size]))


@pytest.mark.parametrize(("earlier", "size"), [(0, 3), (4, 3)])
def test_no_path_from_a_tree_that_is_no_beginning(earlier: int, size: int) -> None:
    with pytest.raises(ValueError, match="earlier tree"):
        consistency_path(earlier, size, node=nodes_of(MANY[:size]))


def test_appending_completes_the_subtrees_that_end_there() -> None:
    assert [list(completed_subtrees(index)) for index in range(8)] == [[], [1], [], [1, 2], [], [1], [], [1, 2, 3]]
