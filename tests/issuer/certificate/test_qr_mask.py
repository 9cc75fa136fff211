"""The mask of a code is the one that ISO/IEC 18004 prefers: the penalty is counted here module by module."""

from itertools import groupby

import pytest
import zxingcpp
from PIL import Image

from issuer.certificate.qr_mask import Grid, penalty
from issuer.certificate.qr_symbol import encode_symbol, modules_of
from tests.issuer.certificate.samples import PAYLOAD, VERIFY_URL, Plan

TEXT = VERIFY_URL + PAYLOAD
FINDER = [1, 0, 1, 1, 1, 0, 1]
Modules = list[list[int]]  # rows, 1 is dark


def drawn(text: str, plan: Plan, **options: int) -> Modules:
    """The symbol as zxing-cpp draws it, by its own choice of a mask or with `data_mask`."""
    barcode = zxingcpp.create_barcode(
        text, zxingcpp.BarcodeFormat.QRCode, ec_level=plan.level, version=plan.version, **options
    )
    side = modules_of(plan.version)
    grey = bytes(memoryview(barcode.to_image(scale=1, add_quiet_zones=False)))  # type: ignore[arg-type]  # its stub omits the buffer
    return [[int(module == 0) for module in grey[start : start + side]] for start in range(0, side**2, side)]


def stencil(modules: Modules) -> bytes:
    side = len(modules)
    picture = Image.new("1", (side, side), 1)
    for y, row in enumerate(modules):
        for x, dark in enumerate(row):
            picture.putpixel((x, y), 1 - dark)
    return picture.tobytes()


def points_of_line(line: list[int]) -> int:
    """Rules 1 and 3 of ISO/IEC 18004:2015, table 11; the quiet zone is light."""
    runs = (len(list(run)) for _, run in groupby(line))
    points = sum(length - 2 for length in runs if length >= 5)
    wide = [0] * 4 + line + [0] * 4
    for at in range(4, 4 + len(line) - 6):
        if wide[at : at + 7] == FINDER and not (any(wide[at - 4 : at]) and any(wide[at + 7 : at + 11])):
            points += 40
    return points


def counted(modules: Modules) -> int:
    """All four rules."""
    side = len(modules)
    blocks = sum(
        len({modules[y][x], modules[y][x + 1], modules[y + 1][x], modules[y + 1][x + 1]}) == 1
        for y in range(side - 1)
        for x in range(side - 1)
    )
    lines = [*modules, *([row[x] for row in modules] for x in range(side))]
    percent = 100 * sum(map(sum, modules)) / side**2
    return sum(map(points_of_line, lines)) + 3 * blocks + 10 * int(abs(percent - 50) // 5)


@pytest.mark.parametrize("plan", [Plan(1, "L"), Plan(6, "Q"), Plan(9, "M")], ids=str)
@pytest.mark.parametrize("mask", range(8))
def test_penalty_is_what_counting_module_by_module_gives(plan: Plan, mask: int) -> None:
    modules = drawn("HTTPS://A.B/1", plan, data_mask=mask)
    grid = Grid(modules_of(plan.version))
    assert penalty(grid.dark(stencil(modules)), grid) == counted(modules)


@pytest.mark.parametrize(
    "modules",
    [
        [[0] * 21 for _ in range(21)],
        [[1] * 21 for _ in range(21)],
        [[(x + y) % 2 for x in range(21)] for y in range(21)],
        [(FINDER * 3) for _ in range(21)],
        [[0] * 7 + FINDER + [0] * 7 for _ in range(21)],
        [[1, 1, *FINDER, 0, 0, 0, 1, *FINDER, 1] for _ in range(21)],
    ],
    ids=["light", "dark", "chequered", "finders", "finders-in-light", "no-light-beside"],
)
def test_penalty_of_a_pattern_is_what_counting_gives(modules: Modules) -> None:
    grid = Grid(len(modules))
    assert penalty(grid.dark(stencil(modules)), grid) == counted(modules)


@pytest.mark.parametrize("plan", [Plan(10, "M"), Plan(13, "L"), Plan(22, "M")], ids=str)
def test_the_symbol_is_the_one_that_another_encoder_chooses(plan: Plan) -> None:
    assert encode_symbol(TEXT, plan=plan).stencil == stencil(drawn(TEXT, plan))


def test_the_chosen_mask_has_the_least_penalty_of_all() -> None:
    plan = Plan(10, "M")
    grid = Grid(modules_of(plan.version))
    chosen = penalty(grid.dark(encode_symbol(TEXT, plan=plan).stencil), grid)
    assert chosen == min(counted(drawn(TEXT, plan, data_mask=mask)) for mask in range(8))


def test_a_grid_gives_the_rows_back_that_it_took() -> None:
    rows = encode_symbol(TEXT, plan=Plan(11, "M")).stencil
    grid = Grid(modules_of(11))
    assert grid.stencil(grid.dark(rows)) == rows
