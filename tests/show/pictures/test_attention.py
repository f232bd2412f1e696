"""Attention."""

import numpy as np
import pytest
from matplotlib.image import AxesImage

from tmformer.show.pictures import AttentionMatrix, Page, attention_picture
from tmformer.show.pictures.attention import draw_attention
from tmformer.show.pictures.page import compose

SHARES = np.array([[1, 0, 0], [0.5, 0.5, 0], [0.1, 0.2, 0.7]])
MATRIX = AttentionMatrix(SHARES, np.tri(3, dtype=bool), ("BOS", "cell $0$", "step_1"), 0, "Each row finds $x$.")


def test_the_weights_are_drawn_with_what_is_not_seen_left_out():
    figure = compose(Page("svg"), "t", lambda sheet: draw_attention(sheet, MATRIX))
    axes = next(each for each in figure.axes if each.images)
    assert isinstance(axes.images[0], AxesImage)
    drawn = axes.images[0].get_array()
    assert (drawn.mask == ~MATRIX.visible).all()
    assert (drawn.data == SHARES).all()
    assert [each.get_text() for each in axes.get_yticklabels()] == list(MATRIX.rows)
    (winners,) = [each for each in axes.collections if each.get_gid() == "winners"]
    assert {(int(y), int(x)) for x, y in winners.get_offsets()} == {(0, 0), (1, 0), (1, 1), (2, 2)}
    (null,) = [each for each in axes.patches if each.get_gid() == "null"]
    assert (null.get_x(), null.get_width()) == (-0.5, 1)


@pytest.mark.parametrize("rows", [1, 3, 400])
def test_any_number_of_rows(rows):
    matrix = AttentionMatrix(np.eye(rows), np.ones((rows, rows), bool), tuple(map(str, range(rows))), None, "s")
    assert attention_picture(Page("svg"), "t", matrix) == attention_picture(Page("svg"), "t", matrix)
