"""Colours that readers who see few colours tell apart, and that differ in print without colour."""

from typing import Final

import numpy as np

BLANK: Final = "#f1f1f1"
INK: Final = "#1a1a1a"
FAINT: Final = "#8c8c8c"
BLUE: Final = "#0072b2"
VERMILION: Final = "#d55e00"
HIDDEN: Final = "#dddddd"

# Okabe and Ito, Color Universal Design (2008), neighbours in the list far apart in lightness.
_FEW: Final = (BLUE, "#e69f00", "#009e73", "#f0e442", VERMILION, "#56b4e9", "#cc79a7")


def colours(count: int) -> list[str]:
    """A colour for each of `count` symbols, the first of which is the blank; many are those of the scale cividis.

    Args:
        count: symbols.
    """
    if count <= len(_FEW) + 1:
        return [BLANK, *_FEW][:count]
    import matplotlib as mpl
    from matplotlib.colors import to_hex

    scale = mpl.colormaps["cividis"]
    return [BLANK, *(to_hex(scale(place)) for place in np.linspace(0, 1, count - 1))]


def ink_on(colour: str) -> str:
    """Dark or white letters, whichever is read on this colour.

    >>> ink_on("#ffffff"), ink_on("#000000")
    ('#1a1a1a', '#ffffff')
    """
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return INK if 299 * red + 587 * green + 114 * blue > 140_000 else "#ffffff"
