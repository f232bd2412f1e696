"""Show: what was measured, as pictures and tables, machines as state diagrams, and runs as a page to step through.

Takes      entries of the atlas, curves and rates; a Machine; a Recording; arrays of a run.
Gives      SVG, TikZ, Markdown and HTML, as text, and pictures for papers as SVG or PNG: the same bytes for the same numbers,
           and for the same machine.
May touch  verify, decode, weights, machine, program, errors.
Never      model, jax. Nothing is computed here, but for what a notebook shows: that `verify` records.
"""

from tmformer.show.atlas import draw
from tmformer.show.curves import Curve, draw_sharpness
from tmformer.show.diagram import MOST_STATES, MOST_TRANSITIONS, Diagram, as_svg, as_tikz, lay_out
from tmformer.show.explorer import explore
from tmformer.show.pictures import (
    MOST_PLACES,
    AttentionMatrix,
    Find,
    Page,
    SpaceTime,
    Strip,
    TapeTime,
    attention_picture,
    legible,
    margins_picture,
    reprinted,
    space_time,
    space_time_picture,
)
from tmformer.show.speed import Rates, as_rates, draw_rates
from tmformer.show.table import as_markdown, shown

__all__ = [
    "MOST_PLACES",
    "MOST_STATES",
    "MOST_TRANSITIONS",
    "AttentionMatrix",
    "Curve",
    "Diagram",
    "Find",
    "Page",
    "Rates",
    "SpaceTime",
    "Strip",
    "TapeTime",
    "as_markdown",
    "as_rates",
    "as_svg",
    "as_tikz",
    "attention_picture",
    "draw",
    "draw_rates",
    "draw_sharpness",
    "explore",
    "lay_out",
    "legible",
    "margins_picture",
    "reprinted",
    "shown",
    "space_time",
    "space_time_picture",
]
