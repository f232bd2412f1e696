"""Space-time diagrams: what is drawn is the run."""

import sys

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from tmformer.errors import ShowError
from tmformer.machine import load, parse, trace
from tmformer.show.pictures import Find, Page, space_time, space_time_picture
from tmformer.show.pictures.page import compose
from tmformer.show.pictures.palette import colours
from tmformer.show.pictures.space_time import draw_space_time

module = sys.modules["tmformer.show.pictures.space_time"]

HOSTILE = (
    "name: '$n$'\nblank: '$'\nstart state: '_<b>'\ntable:\n  '_<b>':\n    '$': {write: 'א', R: '状'}\n"
    "  '状':\n    '$': {write: '_', L: '_<b>'}\n"
)


def picture(machine, word=(), most=300, finds=()):
    run = trace(machine, word, max_steps=most).configurations
    return run, space_time(run, machine.symbols, finds)


def figure_of(drawn, width=160):
    return compose(Page("svg", width=width), "t", lambda sheet: draw_space_time(sheet, drawn))


def panels(figure):
    return [axes for axes in figure.axes if axes.images]


@pytest.mark.parametrize(("name", "word"), [("bb2", ()), ("bb4", ()), ("balanced_parentheses", tuple("(()())"))])
def test_each_colour_is_that_of_the_symbol_in_that_cell_at_that_time(name, word):
    machine = load(name)
    run, drawn = picture(machine, word)
    (axes,) = panels(figure_of(drawn))
    shades = [tuple(round(255 * part) for part in to_rgb(each)) for each in colours(len(machine.symbols))]
    order = (machine.blank, *(each for each in machine.symbols if each != machine.blank))
    image = np.asarray(axes.images[0].get_array())
    left, right, bottom, top = axes.images[0].get_extent()
    assert (bottom, top) == (len(run) - 0.5, -0.5)
    for row, now in enumerate(run):
        for column, cell in enumerate(range(int(left + 0.5), int(right + 0.5))):
            assert tuple(image[row, column]) == shades[order.index(now.read(cell))]


def test_the_tape_head_is_framed_with_its_state_in_it():
    run, drawn = picture(load("bb2"))
    (axes,) = panels(figure_of(drawn))
    frames = next(each for each in axes.collections if each.get_gid() == "heads")
    corners = [path.get_extents() for path in frames.get_paths()]
    assert [round(box.x0 + 0.5) for box in corners] == [now.head for now in run]
    assert [(text.get_text(), text.get_position()) for text in axes.texts] == [
        (now.state, (now.head, row)) for row, now in enumerate(run)
    ]


def test_long_names_of_states_stand_beside():
    run, drawn = picture(load("balanced_parentheses"), tuple("(()())"))
    (axes,) = panels(figure_of(drawn, width=90))
    assert [text.get_text() for text in axes.texts] == [now.state for now in run]
    assert len({text.xy[0] for text in axes.texts}) == 1


def test_long_runs_have_a_line_for_the_tape_head_and_no_names():
    run, drawn = picture(load("bb5"), most=5000)
    (axes,) = panels(figure_of(drawn))
    assert len(axes.texts) == 0
    (line,) = [each for each in axes.lines if each.get_gid() == "heads"]
    assert list(line.get_xdata()) == [now.head for now in run]
    image = np.asarray(axes.images[0].get_array())
    assert image.shape[0] == len(run)
    times = image.shape[1] // drawn.tapes[0].symbols.shape[1]
    assert (image[:, ::times] == image[:, times - 1 :: times]).all()  # each cell is only wider


def test_a_run_without_a_machine_step_and_one_of_ten_thousand_cells():
    _, drawn = picture(load("bb2"), most=0)
    assert panels(figure_of(drawn))[0].images[0].get_array().shape[:2] == (1, 1)
    machine = load("increment")
    _, drawn = picture(machine, tuple("1" * 10_000), most=2)
    assert panels(figure_of(drawn))[0].images[0].get_array().shape[1] == 10_000
    assert space_time_picture(Page("svg"), "t", drawn).startswith(b"<?xml")


def test_hostile_names_are_shown_as_they_are():
    _, drawn = picture(parse(HOSTILE), most=8)
    data = space_time_picture(Page("svg"), "t", drawn).decode()
    assert "_&lt;b&gt;" in data
    assert ">$ (blank)<" in data
    assert "状" in data
    assert "א" in data
    assert space_time_picture(Page("png", dpi=50), "t", drawn).startswith(b"\x89PNG")


def test_several_tapes_have_a_panel_each_and_finds_are_arcs():
    two = (
        "blank: _\nstart state: a\ntapes: 2\ntable:\n  a:\n    [x, y]: {write: [y, x], move: [L, R], state: b}\n  b:\n"
    )
    machine = parse(two)
    run = trace(machine, ("x",), (("y", "y"),), max_steps=3).configurations
    finds = [[Find("cell", 0), Find("nothing")], [Find("cell", 0), Find("step", 1)]]
    figure = figure_of(space_time(run, machine.symbols, finds))
    assert [axes.get_xlabel() for axes in panels(figure)] == ["cell of tape 1", "cell of tape 2"]
    assert [each.get_gid() for axes in figure.axes for each in axes.patches] == ["arc-1-1"]


def test_more_than_a_picture_shows_is_refused(monkeypatch):
    run = trace(load("increment"), tuple("1011"), max_steps=5).configurations
    monkeypatch.setattr(module, "MOST_PLACES", 24)
    with pytest.raises(ShowError) as caught:
        space_time(run, ("0", "1", "_"))
    assert "6 configurations of 5 cells" in caught.value.found
