r"""A state diagram as TikZ: a document that stands alone, with every name escaped.

lualatex and xelatex take every name for which their font has letters, pdflatex those of ASCII.
"""

from tmformer.show.diagram.geometry import Curve, Point
from tmformer.show.diagram.layout import Diagram, DrawnArrow, DrawnState
from tmformer.show.diagram.svg import INNER

_HEAD = r"""\documentclass[tikz,border=3bp]{standalone}
\usepackage{iftex}
\ifPDFTeX\usepackage[T1]{fontenc}\else\usepackage{fontspec}\fi
\usetikzlibrary{arrows.meta}
\definecolor{accepting}{HTML}{15803D}
\definecolor{rejecting}{HTML}{9D174D}
\begin{document}
\begin{tikzpicture}[
  x=.75bp, y=-.75bp,
  font=\ttfamily\fontsize{9bp}{11bp}\selectfont,
  arrow/.style={draw=black!75, line width=.9bp, -{Stealth[length=6bp, width=4.8bp]}},
  circled/.style={line width=1bp},
  said/.style={align=center, fill=white, inner sep=1bp},
]"""
_TAIL = r"""\end{tikzpicture}
\end{document}
"""
# The braces keep letters apart that fonts of TeX join, as in `--`, `<<` and `,,`.
_ESCAPES = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "_": r"\_",
        "^": r"\textasciicircum{}",
        "~": r"\textasciitilde{}",
        "#": r"\#",
        "%": r"\%",
        "&": r"\&",
        "$": r"\$",
        "'": r"\textquotesingle{}",
        "`": r"\textasciigrave{}",
        '"': r"\textquotedbl{}",
        "-": "{-}",
        "<": "{<}",
        ">": "{>}",
        ",": "{,}",
        "→": r"$\to$",
        "␣": r"\textvisiblespace{}",
        "…": r"\ldots{}",
    }
)
_SIGNS = {
    "accepting": "++(-4.5,-2) -- ++(3,3.5) -- ++(6,-6.5)",
    "rejecting": "++(-3.5,-5) -- ++(7,7) ++(0,-7) -- ++(-7,7)",
}


def as_tikz(diagram: Diagram) -> str:
    """The diagram as a LaTeX document.

    Args:
        diagram: of `lay_out`.
    """
    lines = [
        f"% State diagram of {diagram.name}; for lualatex, or pdflatex where all names are ASCII.",
        _HEAD,
        _arrow(diagram.entry),
        *(_arrow(each.curve) for each in diagram.arrows),
        *(line for state in diagram.states for line in _state(state, diagram.radius)),
        *(_label(each) for each in diagram.arrows),
        _TAIL,
    ]
    return "\n".join(lines)


def escaped(text: str) -> str:
    r"""A text as LaTeX takes it.

    >>> print(escaped("a_b→{"))
    a\_b$\to$\{
    """
    return text.translate(_ESCAPES)


def _arrow(curve: Curve) -> str:
    start, one, two, end = map(_at, curve)
    return rf"\draw[arrow] {start} .. controls {one} and {two} .. {end};"


def _state(state: DrawnState, radius: float) -> list[str]:
    colour = f", {state.kind}" if state.kind in _SIGNS else ""
    lines = [rf"\draw[circled{colour}] {_at(state.centre)} circle[radius={radius:.1f}];"]
    if state.kind != "working":
        lines.append(rf"\draw[circled{colour}] {_at(state.centre)} circle[radius={radius - INNER:.1f}];")
    if state.kind in _SIGNS:
        lines.append(rf"\draw[circled{colour}] {_at(state.centre + 11j)} {_SIGNS[state.kind]};")
    at = state.centre - 5j if state.kind in _SIGNS else state.centre
    return [*lines, rf"\node at {_at(at)} {{{escaped(state.name)}}};"]


def _label(drawn: DrawnArrow) -> str:
    """Each line in braces: after a line's end, LaTeX would take a bare `[` or `*` for its own."""
    lines = r"\\".join(f"{{{escaped(line)}}}" for line in drawn.arrow.lines)
    return rf"\node[said] at {_at(drawn.box.centre)} {{{lines}}};"


def _at(point: Point) -> str:
    return f"({point.real:.1f},{point.imag:.1f})"
