"""Show: what was measured, as pictures and tables, machines as state diagrams, and runs as a page to step through.

Takes      entries of the atlas, curves and rates; a Machine; a Recording.
Gives      SVG, TikZ, Markdown and HTML, as text: the same bytes for the same numbers, and for the same machine.
May touch  verify, decode, weights, machine, program, errors.
Never      model, jax. Nothing is computed here.
"""

from tmformer.show.atlas import draw
from tmformer.show.curves import Curve, draw_sharpness
from tmformer.show.diagram import MOST_STATES, MOST_TRANSITIONS, Diagram, as_svg, as_tikz, lay_out
from tmformer.show.explorer import explore
from tmformer.show.speed import Rates, draw_rates
from tmformer.show.table import as_markdown, shown

__all__ = [
    "MOST_STATES",
    "MOST_TRANSITIONS",
    "Curve",
    "Diagram",
    "Rates",
    "as_markdown",
    "as_svg",
    "as_tikz",
    "draw",
    "draw_rates",
    "draw_sharpness",
    "explore",
    "lay_out",
    "shown",
]
