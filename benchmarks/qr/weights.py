"""Lengths of a prefix code from weights: Huffman's algorithm, always the same for the same weights."""

import heapq
from collections.abc import Mapping


def code_lengths(weights: Mapping[int, float]) -> dict[int, int]:
    """Return the length of each symbol's code, at least one bit; two symbols or more."""
    heap = [(weight, symbol, [symbol]) for symbol, weight in sorted(weights.items())]
    heapq.heapify(heap)
    lengths = dict.fromkeys(weights, 0)
    while len(heap) > 1:
        first, second = heapq.heappop(heap), heapq.heappop(heap)
        joined = first[2] + second[2]
        for symbol in joined:
            lengths[symbol] += 1
        heapq.heappush(heap, (first[0] + second[0], min(first[1], second[1]), joined))
    return lengths
