"""What pictures of runs are drawn from."""

from dataclasses import replace

import numpy as np
import pytest

import tmformer
from tmformer.cli import plot_runs
from tmformer.cli.arguments import AS_IT_IS
from tmformer.cli.job import How
from tmformer.cli.plot_runs import attention_of, caption, row_names, run_of, run_picture, strips
from tmformer.machine import load, trace
from tmformer.verify import measure_lookups

PLAIN = How(*[None] * 18, AS_IT_IS)


def drawn(machine="bb2", given=None, most=200, **how):
    return run_of(machine, given, replace(PLAIN, **how), most)


@pytest.mark.parametrize("construction", ["cellular", "wei_ma", pytest.param("universal", marks=pytest.mark.long)])
@pytest.mark.parametrize(("name", "given"), [("bb2", None), pytest.param("increment", "1011", marks=pytest.mark.long)])
def test_a_space_time_diagram_is_the_run_of_the_transformer(name, given, construction):
    machine = load(name)
    picture, certificate = run_picture(drawn(name, given, construction=construction), "float32")
    run = trace(machine, tuple(given or ""), max_steps=200).configurations
    assert picture.states == tuple(now.state for now in run)
    (tape,) = picture.tapes
    assert tape.heads.tolist() == [now.head for now in run]
    for row, now in enumerate(run):
        symbols = [picture.alphabet[number] for number in tape.symbols[row]]
        assert symbols == [now.read(cell) for cell in range(tape.first, tape.first + len(symbols))]
    assert certificate.startswith("certified: float32, saturated")


def test_it_is_not_that_of_the_reference_interpreter(monkeypatch):
    """A transformer that leaves out a machine step is drawn so."""
    from tmformer.pipeline import running

    at = running.run_fixed

    def planted(weights, labels, begun, how, limit, follow):
        return at(weights, labels, begun, how, limit - 1, follow)

    monkeypatch.setattr(running, "run_fixed", planted)
    assert len(run_picture(drawn(), "float32")[0].states) == 6


def test_finds_are_those_that_each_step_made():
    picture, _ = run_picture(drawn(construction="wei_ma"), "float32")
    finds = picture.tapes[0].finds
    assert [(each.kind, each.number) for each in finds] == [
        ("cell", 0), ("nothing", 0), ("step", 1), ("nothing", 0), ("nothing", 0), ("step", 4), ("step", 3),
    ]  # fmt: skip
    assert (
        run_picture(drawn("bb5", construction="wei_ma", most=plot_runs.MOST_FINDS + 1), "float32")[0].tapes[0].finds
        == ()
    )


def test_attention_is_that_of_the_trace():
    run = drawn(construction="wei_ma")
    found = measure_lookups(run.run)
    matrix, title = attention_of(run, found, "search1", None)
    assert title == "Attention head search1 in block 3"
    expected = tmformer.trace(run.run.weights)[3].attention["search1"]
    assert np.array_equal(matrix.shares, expected)
    assert matrix.rows == ("BOS", "cell 0", "START", *(f"step {step}" for step in range(1, 7)))
    assert matrix.null == 0


def test_strips_say_what_the_certificate_says():
    run = drawn()
    found = measure_lookups(run.run, regime="graded")
    lines, depth = strips(run, found)
    assert depth == "block"
    assert [each.name for each in lines] == ["from_left", "from_right", "from_self"]
    for line, measured in zip(lines, found.lookups, strict=True):
        assert (line.margins, line.leaks) == (measured.margins, measured.leaks)
        assert line.certified == found.certificate.lookups[measured.where]["margin"]
        assert max(line.leaks) <= line.leak <= line.most_leak


def test_a_caption_names_everything():
    run = drawn("increment", "1011", construction="wei_ma", radix=3)
    said = caption(run, "certified: x", "bfloat16", "graded", 8)
    assert said[1] == "certified: x"
    for each in (
        "Machine increment",
        "from 1011",
        "8 machine steps",
        "construction wei_ma",
        "radix 3",
        "bfloat16",
        "c = ",
    ):
        assert each in said[0]
    assert "from a blank tape, 1 machine step;" in caption(drawn(), "", "float32", "saturated", 1)[0]


def test_saved_weights_and_machines_in_the_prompt(tmp_path):
    file = str(tmp_path / "any.safetensors")
    tmformer.save_weights(tmformer.compile(load("bb3"), "universal", steps=30), file)
    run = drawn("bb2", weights=file)
    assert run.name == "bb2"
    assert len(run_picture(run, "float32")[0].states) == 7
    tmformer.save_weights(tmformer.compile(load("bb2"), steps=4), file)
    assert len(run_picture(drawn(file), "float32")[0].states) == 5


def test_rows_have_names():
    labels = tmformer.compile(load("bb2"), "wei_ma", steps=3, form="encoder-decoder").labels
    assert row_names(labels, 6) == ["BOS", "cell 0", "DECODER BOS", "START", "step 1", "step 2"]
