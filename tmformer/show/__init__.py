"""Show: what was measured, as pictures and tables.

Takes      entries of the atlas, and curves.
Gives      SVG and Markdown, as text: the same bytes for the same numbers.
May touch  verify.
Never      model, decode, jax. Nothing is computed here.
"""

from tmformer.show.atlas import draw
from tmformer.show.curves import Curve, draw_sharpness
from tmformer.show.table import as_markdown, shown

__all__ = ["Curve", "as_markdown", "draw", "draw_sharpness", "shown"]
