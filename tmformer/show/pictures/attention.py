"""The attention of one attention head: which row asks, which answers, and which answers where none matches."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import numpy as np

from tmformer.show.pictures.lettering import legible
from tmformer.show.pictures.page import Page, Sheet, printed, spread, width_of
from tmformer.show.pictures.palette import FAINT, HIDDEN, VERMILION

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage

_POINT = 25.4 / 72
_LARGEST, _DOTS = 5.0, 1.0  # millimetres of a row
_BAR = 18.0  # millimetres beside the matrix


@final
@dataclass(frozen=True, eq=False)
class AttentionMatrix:
    """What an attention head attends to, in one block.

    Args:
        shares: its attention weights, [rows that ask, rows that answer].
        visible: which of them it can see at all, [rows that ask, rows that answer].
        rows: a name for each row.
        null: the row that answers by default.
        sentence: what it does.
    """

    shares: np.ndarray
    visible: np.ndarray
    rows: tuple[str, ...]
    null: int | None
    sentence: str


def attention_picture(page: Page, title: str, matrix: AttentionMatrix) -> bytes:
    """The picture as the bytes of a file.

    Args:
        page: what it is printed on.
        title: which attention head it is, and where.
        matrix: what it attends to.

    Raises:
        ShowError: if matplotlib is not installed.
    """
    return printed(page, title, lambda sheet: draw_attention(sheet, matrix))


def draw_attention(sheet: Sheet, matrix: AttentionMatrix) -> None:
    """Draw it on a page.

    Args:
        sheet: the page.
        matrix: what it attends to.
    """
    count = len(matrix.rows)
    names = 3 + max(width_of(legible(name, 24), 6) for name in matrix.rows)
    side = min(_LARGEST * count, sheet.width - names - _BAR - 8)
    sheet.begin(7 + names + side + _BAR)
    sheet.paragraph(matrix.sentence, 7.0)
    left, top = 7 + names, sheet.bottom + names + 4
    axes = sheet.panel(left, top, side, side)
    image = _matrix(axes, matrix)
    _winners(axes, matrix, side / count)
    _names(axes, matrix, side)
    _bar(sheet, image, left + side + 5, top, min(side, 40.0))
    _legend(sheet, left, top + side + 1, matrix)


def _matrix(axes: "Axes", matrix: AttentionMatrix) -> "AxesImage":
    from matplotlib.colors import LinearSegmentedColormap

    scale = LinearSegmentedColormap.from_list("shares", ["#ffffff", "#9ecae1", "#0072b2", "#08306b"])
    scale = scale.with_extremes(bad=HIDDEN)
    shares = np.ma.masked_where(~matrix.visible, matrix.shares)
    return axes.imshow(shares, cmap=scale, vmin=0, vmax=1, aspect="auto")


def _winners(axes: "Axes", matrix: AttentionMatrix, cell: float) -> None:
    """A dot on the row that each row attends to most; on all of them where they are tied."""
    seen = np.where(matrix.visible, matrix.shares, -1.0)
    asking, answering = np.nonzero((seen == seen.max(axis=1, keepdims=True)) & (seen > 0))
    size = min(9.0, (0.45 * cell / _POINT) ** 2) if cell >= _DOTS else 0.6
    edge = "white" if cell >= _DOTS else "none"
    axes.scatter(answering, asking, s=size, c=VERMILION, edgecolors=edge, lw=0.4, gid="winners", zorder=3)


def _names(axes: "Axes", matrix: AttentionMatrix, side: float) -> None:
    count = len(matrix.rows)
    shown = spread(matrix.rows, int(side / 2.4))
    names = [legible(matrix.rows[row], 24) for row in shown]
    axes.set_yticks(shown, names, size=6)
    axes.set_xticks(shown, names, size=6, rotation=90)
    axes.xaxis.tick_top()
    axes.xaxis.set_label_position("top")
    axes.set_ylabel("row that asks")
    axes.set_xlabel("row that answers")
    axes.set_xlim(-0.5, count - 0.5)
    axes.set_ylim(count - 0.5, -0.5)
    if matrix.null is not None:
        axes.axvspan(
            matrix.null - 0.5, matrix.null + 0.5, fill=False, edgecolor=FAINT, lw=0.8, ls=(0, (3, 2)), gid="null"
        )


def _bar(sheet: Sheet, image: "AxesImage", left: float, top: float, height: float) -> None:
    """The scale of the weights."""
    axes = sheet.panel(left, top, 3, height)
    sheet.figure.colorbar(image, cax=axes, ticks=[0, 0.5, 1])
    axes.set_title("weight", loc="left", pad=6)


def _legend(sheet: Sheet, left: float, top: float, matrix: AttentionMatrix) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    marks: list[tuple[Line2D | Patch, str]] = [
        (Line2D([], [], marker="o", ls="", ms=3, color=VERMILION), "attended to most"),
    ]
    if matrix.null is not None:
        name = legible(matrix.rows[matrix.null], 24)
        marks.append((Patch(fill=False, edgecolor=FAINT, ls="--"), f"answers by default: {name}"))
    if not matrix.visible.all():
        marks.append((Patch(color=HIDDEN), "not seen"))
    box = sheet.panel(left, top, sheet.width - left - 3, 3.5 * len(marks))
    box.set_axis_off()
    box.legend(*zip(*marks, strict=True), loc="upper left", borderpad=0, borderaxespad=0, fontsize=6.5)
