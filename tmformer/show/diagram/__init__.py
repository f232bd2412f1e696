"""State diagrams.

Takes      a Machine.
Gives      its Diagram, laid out so that no two labels overlap; SVG and TikZ of that, the same bytes for the same machine.
May touch  machine, frame, errors.
Never      verify, model, decode, jax.
"""

from tmformer.show.diagram.layout import MOST_STATES, MOST_TRANSITIONS, Diagram, lay_out
from tmformer.show.diagram.svg import as_svg
from tmformer.show.diagram.tikz import as_tikz

__all__ = ["MOST_STATES", "MOST_TRANSITIONS", "Diagram", "as_svg", "as_tikz", "lay_out"]
