"""In a notebook: weights, traces and recordings show themselves as the explorer, small.

`import tmformer` in a notebook registers this; elsewhere ``%load_ext tmformer.show.notebook`` does.
"""

from collections.abc import Callable, Mapping
from html import escape
from typing import TYPE_CHECKING, Protocol

from tmformer.errors import TmformerError
from tmformer.show.explorer import explore
from tmformer.weights import Weights, measure

if TYPE_CHECKING:
    from tmformer.decode import NetworkTrace
    from tmformer.verify import Recording

_HEIGHT = 560  # pixels
_STEPS = 200  # machine steps of weights that are shown without a run: the first ones, on an empty input


class Formatter(Protocol):
    """IPython's table of how values of a type are shown in one way."""

    def for_type_by_name(self, module: str, name: str, shown: Callable[..., object]) -> object:
        """Enter a type that may not be loaded yet."""
        ...


class Display(Protocol):
    """All ways in which IPython shows values, by MIME type."""

    formatters: Mapping[str, Formatter]


class Shell(Protocol):
    """What there is of IPython here."""

    display_formatter: Display


class Printer(Protocol):
    """IPython's pretty printer."""

    def text(self, text: str) -> None:
        """Print it."""
        ...


def load_ipython_extension(shell: Shell) -> None:
    """Register how values are shown.

    Args:
        shell: of IPython.
    """
    html = shell.display_formatter.formatters["text/html"]
    html.for_type_by_name("tmformer.weights.assemble", "Weights", show_weights)
    html.for_type_by_name("tmformer.decode.registers", "NetworkTrace", show_trace)
    html.for_type_by_name("tmformer.verify.recorded", "Recording", show_recording)
    plain = shell.display_formatter.formatters["text/plain"]
    plain.for_type_by_name("tmformer.weights.assemble", "Weights", _line)


def show_weights(weights: Weights) -> str:
    """The first machine steps on an empty input, in a frame; or why there are none, and the sizes.

    Args:
        weights: from `compile` or a file.
    """
    from tmformer.verify import record

    return _framed(lambda: record(weights, max_steps=_STEPS), sizes(weights))


def show_trace(traced: "NetworkTrace") -> str:
    """The run that was traced, in a frame; or why it cannot be shown.

    Args:
        traced: from `trace`.
    """
    from tmformer.verify import record_again

    return _framed(lambda: record_again(traced), repr(traced))


def show_recording(recording: "Recording") -> str:
    """The explorer, in a frame.

    Args:
        recording: from `verify.record`.
    """
    page = escape(explore(recording), quote=True)
    frame = f'width="100%" height="{_HEIGHT}" frameborder="0" sandbox="allow-scripts"'
    return f'<iframe title="{escape(repr(recording), quote=True)}" {frame} srcdoc="{page}"></iframe>'


def sizes(weights: Weights) -> str:
    """What a network is, in a line.

    >>> from tmformer.machine import load
    >>> from tmformer.pipeline import compile
    >>> sizes(compile(load("bb2"), steps=6))
    '<Weights of bb2 by cellular: 6 layers, 3 attention heads, d_model 28, 131 weights that are not zero, 14 positions>'
    """
    size, labels = measure(weights), weights.labels
    name = labels.parameters.get("machine")
    of = labels.construction if name is None else f"{name} by {labels.construction}"
    return (
        f"<Weights of {of}: {size.num_layers} layers, {size.num_heads} attention heads, d_model {size.d_model}, "
        f"{size.nonzero} weights that are not zero, {size.max_positions} positions>"
    )


def _line(weights: Weights, printer: Printer, cycle: bool) -> None:
    """How IPython prints weights, whose `repr` is all of them."""
    del cycle
    printer.text(sizes(weights))


def _framed(recorded: "Callable[[], Recording]", line: str) -> str:
    try:
        return show_recording(recorded())
    except TmformerError as error:
        return f"<pre>{escape(line)}\n{escape(str(error))}</pre>"
