"""Pictures for papers, by matplotlib: what a run computed, as SVG or PNG, with a caption that says of what network.

Takes      plain data: arrays of symbols, of attention weights, of margins, and names.
Gives      the bytes of a file, the same for the same data; matplotlib is loaded when a picture is drawn.
May touch  machine, errors.
Never      pipeline, decode, jax. Nothing is computed here, and no display is needed.
"""

from tmformer.show.pictures.attention import AttentionMatrix, attention_picture
from tmformer.show.pictures.finds import Find
from tmformer.show.pictures.lettering import legible
from tmformer.show.pictures.margins import Strip, margins_picture
from tmformer.show.pictures.page import Page
from tmformer.show.pictures.reprint import reprinted
from tmformer.show.pictures.space_time import MOST_PLACES, SpaceTime, TapeTime, space_time, space_time_picture

__all__ = [
    "MOST_PLACES",
    "AttentionMatrix",
    "Find",
    "Page",
    "SpaceTime",
    "Strip",
    "TapeTime",
    "attention_picture",
    "legible",
    "margins_picture",
    "reprinted",
    "space_time",
    "space_time_picture",
]
