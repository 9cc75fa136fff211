"""The penalty of a QR symbol, by which the best of its eight masks is chosen.

Source: ISO/IEC 18004:2015, 7.8.3. A symbol is one whole number here, one bit for each module, so that one shift sets
every module beside its neighbour. zxing-cpp counts module by module and spends most of its time on that.
"""

from dataclasses import dataclass
from functools import cache

MASKS = 8
_GAP = 8  # bits after each row, always light: more than the light modules that make a pattern look like a finder
_QUIET = range(1, 5)
_BLOCK_POINTS, _FINDER_POINTS, _BALANCE_POINTS = 3, 40, 10


@dataclass(frozen=True, slots=True)
class Grid:
    """How the modules of a symbol lie in a number: row by row from the highest bit, with light bits after each row."""

    modules: int

    @property
    def stride(self) -> int:
        """Return the bits of a row with those after it; whole bytes."""
        return (self.modules + 7) // 8 * 8 + _GAP

    def dark(self, stencil: bytes) -> int:
        """Return the dark modules of rows that are padded to bytes and have 0 for dark."""
        width = (self.modules + 7) // 8
        gap = b"\xff" * (_GAP // 8)
        rows = gap.join(stencil[at : at + width] for at in range(0, len(stencil), width))
        return ~int.from_bytes(rows + gap, "big") & _area(self, 0, 0)

    def stencil(self, dark: int) -> bytes:
        """Return the rows of dark modules as `dark` takes them."""
        step, width = self.stride // 8, (self.modules + 7) // 8
        rows = (dark ^ _area(self, 0, 0)).to_bytes(step * self.modules, "big")
        return b"".join(rows[at : at + width] for at in range(0, len(rows), step))


@cache
def _area(grid: Grid, right: int, below: int) -> int:
    """Return the bits of all modules but so many columns at the right and rows at the bottom."""
    row = ((1 << (grid.modules - right)) - 1) << (grid.stride - grid.modules + right)
    return sum(row << (grid.stride * at) for at in range(below, grid.modules))


def penalty(dark: int, grid: Grid) -> int:
    """Return the penalty points of a symbol, whose dark modules are the bits of a number."""
    along = ~(dark ^ dark << 1) & _area(grid, 1, 0)  # modules of the colour of the next one in their row
    down = ~(dark ^ dark << grid.stride) & _area(grid, 0, 1)  # and in their column
    blocks = along & down & along << grid.stride
    finders = _false_finders(dark, 1) & _area(grid, 6, 0), _false_finders(dark, grid.stride) & _area(grid, 0, 6)
    modules = grid.modules**2
    return (
        _points_of_runs(along, 1)
        + _points_of_runs(down, grid.stride)
        + _BLOCK_POINTS * blocks.bit_count()
        + _FINDER_POINTS * sum(found.bit_count() for found in finders)
        + _BALANCE_POINTS * (abs(20 * dark.bit_count() - 10 * modules) // modules)
    )


def _points_of_runs(same: int, step: int) -> int:
    """Three points for five modules of one colour in line, and one for each more."""
    three = same & same << step
    five = three & three << 2 * step
    first = five & ~(five >> step)
    return five.bit_count() + 2 * first.bit_count()


def _false_finders(dark: int, step: int) -> int:
    """Return where dark and light alternate as across a finder pattern, four light modules before or after."""
    second, third = dark << step, dark << 2 * step
    pattern = dark & ~second & third & third << step & third << 2 * step & ~(dark << 5 * step) & dark << 6 * step
    before = after = 0
    for distance in _QUIET:
        before |= dark >> distance * step
        after |= dark << (6 + distance) * step
    return pattern & ~(before & after)
