"""What decoding steps found in their past, as arcs: from each step to the one that last wrote the cell it comes to."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple, final

from tmformer.show.pictures.palette import BLUE, FAINT, VERMILION

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@final
class Find(NamedTuple):
    """What one decoding step found.

    Args:
        kind: "step" for the record of a machine step, "cell" for one of the prompt, "nothing" where there is no record.
        number: of the machine step, or of the cell.
    """

    kind: Literal["step", "cell", "nothing"]
    number: int = 0


def draw_finds(axes: "Axes", finds: Sequence[Find], rows: int) -> None:
    """Draw the axis of time, an arc for each record found, and a mark where it stood in the prompt or nowhere.

    Args:
        axes: beside the tape, with the same rows.
        finds: what each step found, the first one first.
        rows: configurations.
    """
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    axes.set_ylim(rows - 0.5, -0.5)
    axes.set_xlim(-0.06, 1)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_facecolor("none")
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_title("what the search found", loc="left")
    axes.plot([0, 0], [0, rows - 1], color=FAINT, lw=0.6, zorder=1)
    spans = [row - find.number for row, find in enumerate(finds) if find.kind == "step"]
    longest = max([*spans, 1])
    for row, find in enumerate(finds):
        if find.kind != "step":
            continue
        bulge = 1.28 * max(0.12, (row - find.number) / longest) ** 0.8  # a cubic reaches 3/4 of its inner points
        curve = Path([(0, row), (bulge, row), (bulge, find.number), (0, find.number)], [1, 4, 4, 4])
        axes.add_patch(PathPatch(curve, fill=False, edgecolor=BLUE, lw=0.6, alpha=0.8, gid=f"arc-{row}-{find.number}"))
    for kind, marker, colour, face, name in (
        ("step", "o", BLUE, BLUE, "a step's record"),
        ("cell", "s", VERMILION, VERMILION, "in the prompt"),
        ("nothing", "o", FAINT, "white", "nothing: blank"),
    ):
        at = [row for row, find in enumerate(finds) if find.kind == kind]
        if at:
            axes.scatter([0] * len(at), at, s=7, marker=marker, c=face, edgecolors=colour, lw=0.7, zorder=3, label=name)
    axes.legend(loc="upper left", bbox_to_anchor=(-0.04, -0.01), fontsize=6, handletextpad=0.2, borderpad=0)
