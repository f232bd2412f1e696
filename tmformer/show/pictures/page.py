"""A page: panels placed in millimetres under a title and above a caption, and printed to the bytes of a file.

Matplotlib keeps its settings in one place for the whole process. So a page is composed and printed by one thread at a time,
in settings of its own, whatever the user's are, which are put back afterwards; no window system is asked for.
"""

import io
import threading
import warnings
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, final

from tmformer.errors import ShowError
from tmformer.show.pictures.lettering import LEFT_TO_RIGHT, drawable, steady, wrapped
from tmformer.show.pictures.palette import FAINT, INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.ft2font import FT2Font
    from matplotlib.text import Text

_ALONE: Final = threading.Lock()
_INCH, _POINT = 25.4, 25.4 / 72  # millimetres
_MARGIN, _TITLE, _CAPTION = 3.0, 9.0, 7.0  # millimetres; points; points
_NARROWEST = 90.0  # millimetres: captions are read better in lines of some length
_LINE = 1.35  # of the size of letters
_BOLD = 1.15  # times as wide
_WIDER = 1.03  # of the font that a reader of an SVG has instead

_SETTINGS: Final[dict[Any, Any]] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "tmformer",
    "text.parse_math": False,
    "text.usetex": False,
    "axes.unicode_minus": False,
    "font.size": 7.0,
    "axes.linewidth": 0.6,
    "axes.edgecolor": INK,
    "axes.titlesize": 7.5,
    "axes.titlepad": 3.0,
    "xtick.labelsize": 6.5,
    "ytick.labelsize": 6.5,
    "xtick.major.size": 2.0,
    "ytick.major.size": 2.0,
    "xtick.major.width": 0.5,
    "ytick.major.width": 0.5,
    "legend.frameon": False,
}


@final
@dataclass(frozen=True)
class Page:
    """What a picture is printed on.

    Args:
        kind: of the file.
        caption: the lines below the picture: of what network it is.
        width: millimetres.
        dpi: dots an inch, of a PNG and of what is a photograph in an SVG.
    """

    kind: Literal["svg", "png"]
    caption: tuple[str, ...] = ()
    width: int = 160
    dpi: int = 300


@final
@dataclass
class Sheet:
    """A page on which a picture is being drawn, from top to bottom.

    Args:
        figure: of matplotlib.
        title: what the picture shows.
        width: millimetres.
        dpi: dots an inch.
        bottom: how far down it is drawn, in millimetres.
    """

    figure: "Figure"
    title: str
    width: float
    dpi: int
    bottom: float = _MARGIN
    _panels: list[tuple["Axes", tuple[float, float, float, float]]] = field(
        default_factory=list[tuple["Axes", tuple[float, float, float, float]]]
    )
    _words: list[tuple["Text", float, float]] = field(default_factory=list[tuple["Text", float, float]])

    def begin(self, needed: float | None = None) -> None:
        """Write the title, on a page no wider than it needs to be.

        Args:
            needed: the width of what will be drawn, in millimetres; that of the page if not said.
        """
        self.width = self.width if needed is None else min(self.width, max(needed, _NARROWEST))
        self.paragraph(self.title, _TITLE, weight="bold")
        self.bottom += 1.5

    def panel(self, left: float, top: float, width: float, height: float) -> "Axes":
        """Axes at this place, in millimetres from the upper left corner."""
        axes = self.figure.add_axes((0, 0, 1, 1), label=str(len(self._panels)))
        self._panels.append((axes, (left, top, width, height)))
        self.bottom = max(self.bottom, top + height)
        return axes

    def word(
        self, left: float, top: float, text: str, size: float = 7.0, color: str = INK, weight: str = "normal"
    ) -> None:
        """One line of text, its upper left corner in millimetres."""
        word = self.figure.text(0, 0, steady(text), size=size, va="top", color=color, weight=weight)
        self._words.append((word, left, top))
        self.bottom = max(self.bottom, top + size * _LINE * _POINT)

    def paragraph(self, text: str, size: float, color: str = INK, weight: str = "normal") -> None:
        """A text in as many lines as it needs, below what is drawn."""
        room, times = self.width - 2 * _MARGIN, _BOLD if weight == "bold" else 1.0
        for line in wrapped(text, room, lambda words: times * width_of(words, size)):
            self.word(_MARGIN, self.bottom, line, size, color, weight)

    def finish(self) -> None:
        """Give everything its place, now that the height is known."""
        height = self.bottom + _MARGIN
        self.figure.set_size_inches(self.width / _INCH, height / _INCH)
        for axes, (left, top, wide, high) in self._panels:
            axes.set_position((left / self.width, 1 - (top + high) / height, wide / self.width, high / height))
        for word, left, top in self._words:
            word.set_position((left / self.width, 1 - top / height))


Draw: TypeAlias = Callable[[Sheet], None]


def compose(page: Page, title: str, draw: Draw) -> "Figure":
    """The figure of a page, as matplotlib has it.

    Args:
        page: the page.
        title: what the picture shows.
        draw: draws the picture.

    Raises:
        ShowError: if matplotlib is not installed.
    """
    with _settings():
        return _composed(page, title, draw)


def printed(page: Page, title: str, draw: Draw) -> bytes:
    """The bytes of the file; the same for the same picture.

    Args:
        page: the page.
        title: what the picture shows.
        draw: draws the picture.

    Raises:
        ShowError: if matplotlib is not installed.
    """
    with _settings():
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.backends.backend_svg import FigureCanvasSVG

        figure, file = _composed(page, title, draw), io.BytesIO()
        figure.set_dpi(page.dpi)
        if page.kind == "svg":
            about = {"Date": None, "Creator": None, "Title": title}
            FigureCanvasSVG(figure).print_figure(file, format="svg", dpi=page.dpi, metadata=about)
        else:
            _spell_out(figure)
            FigureCanvasAgg(figure).print_figure(file, format="png", dpi=page.dpi, metadata={"Software": None})
        return file.getvalue()


def width_of(text: str, size: float) -> float:
    """The width of a text in millimetres, in the font of pictures.

    Args:
        text: one line.
        size: of its letters, in points.
    """
    return _WIDER * size * _POINT * sum(map(_advance, text))


@lru_cache(4096)
def _advance(character: str) -> float:
    """The width of a character, of the size of letters; of one that the font does not have, as it is spelt out in a PNG."""
    font = _font()
    if character == LEFT_TO_RIGHT:
        return 0.0
    if font.get_char_index(ord(character)) == 0:
        return sum(map(_advance, drawable(character, has_glyph)))
    font.set_size(100, 72)
    return font.load_char(ord(character)).linearHoriAdvance / 65536 / 100


def _font() -> "FT2Font":
    from matplotlib.font_manager import FontProperties, findfont, get_font

    return get_font(findfont(FontProperties(family=["DejaVu Sans"])))


def has_glyph(character: str) -> bool:
    """Whether the font of pictures has a character."""
    return _font().get_char_index(ord(character)) != 0


def _composed(page: Page, title: str, draw: Draw) -> "Figure":
    from matplotlib.figure import Figure

    sheet = Sheet(Figure(facecolor="white"), title, float(page.width), page.dpi)
    draw(sheet)
    sheet.bottom += 2.0
    for line in page.caption:
        sheet.paragraph(line, _CAPTION, color=FAINT if line.startswith("certified") else INK)
    sheet.finish()
    return sheet.figure


def _spell_out(figure: "Figure") -> None:
    """Escape what the font has no glyph for; an SVG holds text, for which the reader has fonts."""
    from matplotlib.text import Text

    for text in figure.findobj(Text):
        if not text.get_text().isascii():
            text.set_text(drawable(text.get_text(), has_glyph))


@contextmanager
def _settings() -> Generator[None]:
    """Matplotlib as pictures need it, and as it was afterwards."""
    try:
        import matplotlib as mpl
    except ImportError as error:
        raise ShowError(
            "Pictures for papers are drawn by matplotlib",
            found=f"it cannot be imported: {error}",
            where="tmformer plot",
            remedy="Install it with `pip install tmformer[pictures]`.",
        ) from error
    with _ALONE, mpl.rc_context(), warnings.catch_warnings():
        mpl.rcdefaults()
        mpl.rcParams.update(_SETTINGS)
        # Characters that this font does not have are text in an SVG; matplotlib cannot measure them, and says so.
        warnings.filterwarnings("ignore", message="(?s)Glyph .* missing from font")
        yield


def spread(names: Sequence[str], most: int) -> list[int]:
    """Which of these names to show, so that there are `most` at most: every first, second, fifth, tenth, ...

    Args:
        names: all names, in order.
        most: how many fit.

    >>> spread("abcdefg", 4), spread("ab", 4)
    ([0, 2, 4, 6], [0, 1])
    """
    apart, factors = 1, (2, 5, 10)
    for power in range(12):
        for factor in factors:
            if len(names) <= apart * max(most, 1):
                return list(range(0, len(names), apart))
            apart = factor * 10**power
    return [0]
