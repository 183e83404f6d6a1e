"""Charts: the same figures, the same shapes, in whole points, whatever their size."""

import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from include.reconciliation.report.charts import Ages, Reading, Step, ageing, course, waterfall
from include.reconciliation.report.drawing import Box, Drawing, Tone, Words, svg


def shown(minor: int) -> str:
    return f"EUR {minor}"


def boxes(drawing: Drawing) -> list[tuple[int, int, Tone]]:
    """The left edge, the width and the tone of each box."""
    return [
        (shape.x, shape.width, shape.tone) for shape in drawing.shapes if isinstance(shape, Box)
    ]


def words(drawing: Drawing) -> list[str]:
    return [shape.text for shape in drawing.shapes if isinstance(shape, Words)]


def test_each_step_of_a_waterfall_begins_where_the_one_before_ended() -> None:
    drawing = waterfall(
        "A payout", "of 60", [Step("captures", 100), Step("refunds", -40)], "payout", shown
    )

    captures, refunds, payout = boxes(drawing)
    assert (captures[0] + captures[1], Tone.MORE) == (refunds[0] + refunds[1], captures[2])
    assert (refunds[0], captures[0], Tone.LESS) == (payout[0] + payout[1], payout[0], refunds[2])
    assert captures[1] * 40 // 100 == refunds[1]
    assert ["captures", "EUR +100".replace("EUR +", "+EUR "), "refunds", "EUR -40", "payout",
            "EUR 60"] == words(drawing)[1:]  # fmt: skip


def test_a_waterfall_below_nothing_stays_on_the_plane() -> None:
    drawing = waterfall("t", "d", [Step("a", -70), Step("b", 20), Step("c", 0)], "total", shown)

    for x, width, _ in boxes(drawing):
        assert 0 <= x and x + width <= drawing.width and width >= 1


@pytest.mark.parametrize("minor", [0, 1, 2**63 - 1, -(2**63)])
def test_any_amount_is_drawn_in_whole_points(minor: int) -> None:
    drawings = [
        waterfall("t", "d", [Step("a", minor)], "total", shown),
        course("t", "d", [Reading("then", abs(minor)), Reading("now", 0)], ("limit", 5), shown),
        ageing("t", "d", ["a", "b", "c", "d"], [Ages("kind", (abs(minor), 0, 1, 0))]),
    ]

    for drawing in drawings:
        assert not re.search(r'(x|y|width|height)\d?="-?\d*\.', svg(drawing, "c").replace(
            'stroke-width="0.6"', ""))  # fmt: skip


def test_the_shades_of_ages_are_apart_in_black_and_white() -> None:
    def lightness(tone: Tone) -> int:
        red, green, blue = (int(tone.value[place : place + 2], 16) for place in (1, 3, 5))
        return (299 * red + 587 * green + 114 * blue) // 1000

    ages = [lightness(tone) for tone in (Tone.AGE_1, Tone.AGE_2, Tone.AGE_3, Tone.AGE_4)]
    assert all(young - old >= 35 for young, old in pairwise(ages))
    assert lightness(Tone.LESS) - lightness(Tone.MORE) >= 80


def test_a_course_of_many_runs_keeps_its_columns_apart_and_its_limit_in_sight() -> None:
    readings = [Reading(f"run {number}", number * 10) for number in range(30)]

    drawing = course("t", "d", readings, ("limit", 5_000), shown)

    columns = boxes(drawing)
    assert 30 == len(columns)
    assert all(
        left + width < right
        for (left, width, _), (right, _, _) in pairwise(columns)
    )
    assert [Tone.AGE_2, Tone.TOTAL] == sorted({tone for _, _, tone in columns}, key=str)
    assert {"run 0", "run 29", "EUR 290", "limit EUR 5000"} <= set(words(drawing))


def test_texts_in_a_chart_are_texts() -> None:
    drawing = waterfall("<b>&\x07", '"d"', [Step("<script>", 1)], "</svg>", shown)

    root = ElementTree.fromstring(svg(drawing, "chart-1"))

    space = "{http://www.w3.org/2000/svg}"
    assert ["<b>&[U+0007]", "<script>", "+EUR 1", "</svg>", "EUR 1"] == [
        element.text for element in root.iter(f"{space}text")
    ]
    assert ("<b>&[U+0007]", '"d"') == (root[0].text, root[1].text)
