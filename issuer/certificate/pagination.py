"""Dividing the rows of the table among pages. Pure arithmetic on heights."""

from collections.abc import Sequence
from dataclasses import dataclass

_LEAST_ON_LAST_PAGE = 3  # rows that stand with date and seal, so that these are never alone on a sheet


@dataclass(frozen=True, slots=True)
class Room:
    """Heights in points: for rows on the first page, on any later one, and what the closing block takes of the last."""

    first: float
    later: float
    closing: float


def paginate(heights: Sequence[float], *, with_next: Sequence[bool], room: Room) -> list[range]:
    """Divide rows among pages.

    Args:
        heights: of each row, none higher than a page.
        with_next: for each row, whether it must stand on the same page as the next one (a group's heading).
        room: what a page holds.

    Returns:
        For each page the indexes of its rows; the closing block fits below the last of them. The first page has none
        when everything belongs together and only fits a later one.
    """
    pages = _fill(heights, with_next, room)
    last = pages[-1]
    available = room.first if len(pages) == 1 else room.later
    if sum(heights[row] for row in last) + room.closing <= available:
        return pages
    # Where the last page may begin: at a row that need not stand with the one before it, or behind all rows.
    starts = [row for row in last if row == last.start or not with_next[row - 1]] + [last.stop]
    start = max(row for row in starts if row <= max(last.stop - _LEAST_ON_LAST_PAGE, last.start))
    if start == last.start and len(starts) > 2:
        start = starts[1]  # something stays on the page before
    while sum(heights[start : last.stop]) + room.closing > room.later and start < last.stop:
        start = starts[starts.index(start) + 1]
    return [*pages[:-1], range(last.start, start), range(start, last.stop)]


def _fill(heights: Sequence[float], with_next: Sequence[bool], room: Room) -> list[range]:
    pages: list[range] = []
    start, used, available = 0, 0.0, room.first
    row = 0
    while row < len(heights):
        stop = row + 1
        while with_next[stop - 1]:
            stop += 1
        block = sum(heights[row:stop])
        if used + block > available and row > start:
            pages.append(range(start, row))
            start, used, available = row, 0.0, room.later
        used += block
        row = stop
    return [*pages, range(start, len(heights))]
