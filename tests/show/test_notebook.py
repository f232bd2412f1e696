"""In a notebook values show themselves."""

import subprocess
import sys
from html import unescape

import tmformer
from tests.show.explorer.pages import data_of, recorded
from tmformer.show import explore, notebook

BB2 = tmformer.load_machine("bb2")
WEIGHTS = tmformer.compile(BB2, steps=6)


class Formatters(dict[str, "Formatters"]):
    """IPython's formatters, as far as they are used."""

    def __init__(self) -> None:
        super().__init__()
        self.types: dict[tuple[str, str], object] = {}

    def __missing__(self, mime: str) -> "Formatters":
        self[mime] = Formatters()
        return self[mime]

    def for_type_by_name(self, module: str, name: str, shown: object) -> None:
        self.types[module, name] = shown


class Shell:
    """A shell with a table of formatters."""

    def __init__(self) -> None:
        self.display_formatter = self
        self.formatters = Formatters()


def page_in(frame: str) -> str:
    """The page inside a frame."""
    return unescape(frame.partition('srcdoc="')[2].partition('"></iframe>')[0])


def test_every_type_is_registered_by_the_name_it_has():
    shell = Shell()
    notebook.load_ipython_extension(shell)
    shown = shell.formatters["text/html"].types
    assert set(shown) == {
        (type(value).__module__, type(value).__name__) for value in (WEIGHTS, tmformer.trace(WEIGHTS), recorded("bb2"))
    }


def test_a_recording_is_its_page_in_a_frame():
    frame = notebook.show_recording(recorded("bb2"))
    assert frame.startswith("<iframe title=")
    assert 'sandbox="allow-scripts"' in frame
    assert page_in(frame) == explore(recorded("bb2"))


def test_weights_show_their_first_steps_and_a_trace_its_run():
    for frame in (notebook.show_weights(WEIGHTS), notebook.show_trace(tmformer.trace(WEIGHTS, max_steps=4))):
        assert data_of(page_in(frame))["network"]["construction"] == "cellular"
    assert data_of(page_in(notebook.show_weights(WEIGHTS)))["run"]["steps"] == 6
    assert data_of(page_in(notebook.show_trace(tmformer.trace(WEIGHTS, max_steps=4))))["run"]["steps"] == 4


def test_weights_that_know_no_machine_say_so():
    weights = tmformer.compile(BB2, "universal", steps=6)
    said = notebook.show_weights(weights)
    assert said.startswith("<pre>&lt;Weights of universal")
    assert "Weights that know no machine are given one to run" in said


def test_weights_are_printed_in_a_line():
    class Printer:
        said = ""

        def text(self, text: str) -> None:
            self.said += text

    printer, shell = Printer(), Shell()
    notebook.load_ipython_extension(shell)
    shell.formatters["text/plain"].types["tmformer.weights.assemble", "Weights"](WEIGHTS, printer, False)
    assert printer.said == notebook.sizes(WEIGHTS)


def test_importing_tmformer_registers_where_ipython_has_begun():
    script = (
        "import sys, types\n"
        "shell = types.SimpleNamespace()\n"
        "table = lambda: types.SimpleNamespace(for_type_by_name=lambda *given: found.append(given[1]))\n"
        "found = []\n"
        "shell.display_formatter = types.SimpleNamespace(formatters={'text/html': table(), 'text/plain': table()})\n"
        "sys.modules['IPython'] = types.SimpleNamespace(get_ipython=lambda: shell)\n"
        "import tmformer\n"
        "print(sorted(set(found)), 'jax' in sys.modules)\n"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout == "['NetworkTrace', 'Recording', 'Weights'] False\n"
