"""Running from Python, as README shows it: machines, weights, saved files; every engine and format."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from tests.often import first_of
from tmformer.errors import ConstructionError, ContextError, MachineError, PrecisionError, UsageError, WindowError
from tmformer.machine import Outcome, initial_configuration, load
from tmformer.machine import run as trace_reference
from tmformer.machine import trace as reference
from tmformer.pipeline import ENGINES, Result, compile, run, trace
from tmformer.precision import NATIVE_FORMATS
from tmformer.weights import load as load_weights
from tmformer.weights import save

BB2 = load("bb2")
INCREMENT = load("increment")
WEIGHTS = compile(BB2, steps=6)
DECODED = compile(BB2, "wei_ma", steps=6)


def bare(result: Result) -> Result:
    """A result without its certificate, which speaks of one network in one format."""
    return replace(result, certificate=None)


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_gives_the_same_result(engine: str):
    result = run(WEIGHTS, engine=engine)
    assert (result.engine, result.format) == (engine, "float32" if engine in ("dense", "retrieval") else "exact")
    assert bare(replace(result, engine="retrieval", format="float32")) == bare(run(WEIGHTS))


@pytest.mark.parametrize("format_name", NATIVE_FORMATS)
def test_every_format_gives_the_same_result(format_name: str):
    result = run(WEIGHTS, format=format_name)
    assert result.format == format_name
    assert bare(replace(result, format="float32")) == bare(run(WEIGHTS))


def test_a_machine_and_its_weights_give_the_same_result():
    assert bare(run(BB2)) == bare(run(WEIGHTS))
    assert bare(run(BB2, cells=9)) == bare(run(WEIGHTS))


def test_a_saved_file_runs_without_the_machine(tmp_path: Path):
    path = tmp_path / "increment.safetensors"
    save(compile(INCREMENT, steps=20, input_length=6), path)
    loaded = load_weights(path)
    for word in ("", "1", "1011", "111"):
        result = run(loaded, word)
        assert bare(replace(result, engine="exact", format="exact")) == run(INCREMENT, word, engine="exact")
        assert result.configuration == reference(INCREMENT, tuple(word), max_steps=20).final


def test_weights_run_as_long_as_they_were_compiled_for():
    weights = compile(BB2, steps=4)
    assert (run(weights).steps, run(weights).outcome) == (4, Outcome.LIMIT)
    assert run(weights, max_steps=2).steps == 2
    assert run(weights, max_steps=0).configuration == reference(BB2, (), max_steps=0).final
    assert run(weights, max_steps=6).outcome is Outcome.HALTED


def test_tied_weights_run_longer_than_they_were_compiled_for_while_they_stay_inside():
    """Depth is how often tied weights are applied; only the window is fixed."""
    loops = load("loops_in_place")
    assert run(compile(loops, steps=1), "b", max_steps=50).steps == 50


@pytest.mark.parametrize("given", ["1011", "1 0 1 1", ("1", "0", "1", "1")])
def test_input_forms(given: str | tuple[str, ...]):
    for compiled in (INCREMENT, compile(INCREMENT, steps=20, input_length=4)):
        assert run(compiled, given, engine="exact").configuration.tape == ("1", "1", "0", "0")


@pytest.mark.parametrize("head", [-3, 0, 2])
def test_the_tape_head_starts_where_it_is_said(head: int):
    expected = reference(BB2, (), max_steps=100, head=head).final
    assert run(BB2, engine="exact", head=head).configuration == expected
    assert run(BB2, engine="exact", head=head, cells=11).configuration == expected
    assert run(compile(BB2, steps=6, head=head), engine="exact").configuration == expected
    wide = compile(BB2, steps=9)
    assert run(wide, engine="exact", head=head, max_steps=6).configuration == expected


def test_the_three_outcomes_are_never_confused():
    assert run(BB2, engine="exact").outcome is Outcome.HALTED
    assert run(BB2, engine="exact", max_steps=5).outcome is Outcome.LIMIT
    assert run(BB2, engine="exact", max_steps=6).outcome is Outcome.HALTED
    assert run(load("undefined_transition"), "110", engine="exact", max_steps=100).outcome is Outcome.UNDEFINED
    loops = run(load("loops_in_place"), "b", engine="exact", max_steps=30)
    assert (loops.outcome, loops.steps) == (Outcome.LIMIT, 30)


def test_accepting_and_rejecting():
    brackets = load("balanced_parentheses")
    for word, accepted in (("(())", True), ("(()", False), ("", True)):
        assert run(brackets, word, engine="exact").accepted is accepted


# Traces -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
def test_a_trace_has_a_block_for_each_machine_step(engine: str):
    blocks = trace(WEIGHTS, engine=engine)
    assert (len(blocks), blocks.outcome) == (6, "halted")
    configurations = reference(BB2, (), max_steps=6).configurations
    for block, after in zip(blocks, configurations[1:], strict=True):
        ones = [cell for cell in range(-6, 7) if after.read(cell) == "1"]
        assert [row - 1 - 6 for row, value in enumerate(block["symbol"][:, 1]) if value == 1] == ones


def test_a_trace_ends_at_its_limit():
    short = trace(WEIGHTS, max_steps=3)
    assert (len(short), short.outcome) == (3, "running")
    assert len(trace(WEIGHTS, max_steps=0)) == 0


def test_a_trace_starts_where_it_is_said():
    block = trace(compile(INCREMENT, steps=3, input_length=3), "101", head=1, engine="exact")[0]
    row = 1 + 1 + 3  # BOS, cell 1, a window from cell -3 on, less one
    stay = block.register("stay", "before")
    assert [index for index, values in enumerate(stay) if values.any()] == [row]


# Refusals ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("compiled", [BB2, WEIGHTS], ids=["machine", "weights"])
def test_what_does_not_exist_is_refused(compiled: object):
    with pytest.raises(UsageError):
        run(compiled, engine="hard")
    with pytest.raises(PrecisionError):
        run(compiled, format="float8")
    with pytest.raises(UsageError):
        run(compiled, max_steps=-1)
    with pytest.raises(MachineError):
        run(compiled, "2")


def test_what_cannot_be_compiled_or_traced_is_refused():
    with pytest.raises(ConstructionError):
        run(BB2, construction="peres")
    with pytest.raises(ConstructionError):
        run(BB2, cells=0)
    with pytest.raises(UsageError):
        trace(WEIGHTS, engine="hard")
    with pytest.raises(UsageError):
        trace(WEIGHTS, max_steps=-1)
    with pytest.raises(MachineError):
        trace(WEIGHTS, "2")
    with pytest.raises(WindowError):
        trace(WEIGHTS, head=7)
    with pytest.raises(WindowError):
        trace(DECODED, head=7)


@pytest.mark.parametrize("option", [{"form": "decoder-only"}, {"radix": 2}, {"construction": "wei_ma"}, {"cells": 9}])
def test_compiled_weights_are_not_compiled_another_way(option: dict[str, object]):
    for weights in (WEIGHTS, DECODED):
        with pytest.raises(UsageError, match="compiled already") as caught:
            run(weights, engine="exact", **option)
        ((name, value),) = option.items()
        assert caught.value.found == f"{name}={value!r}"


def test_nothing_is_emitted_where_nothing_is_decoded():
    for compiled, how in ((BB2, {}), (BB2, {"construction": "cellular", "cells": 9}), (WEIGHTS, {})):
        with pytest.raises(UsageError) as caught:
            run(compiled, engine="exact", emit=lambda *_: None, **how)
        assert caught.value.found == "the construction 'cellular', which has none"


# Decoding ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_decodes_the_same_result(engine: str):
    result = run(DECODED, engine=engine)
    assert (result.construction, result.engine) == ("wei_ma", engine)
    assert bare(replace(result, construction="cellular", layers=6)) == bare(run(WEIGHTS, engine=engine))
    assert result.layers == 7 * len(DECODED.blocks)


@pytest.mark.parametrize("format_name", NATIVE_FORMATS)
def test_every_format_decodes_the_same_result(format_name: str):
    result = run(DECODED, format=format_name)
    assert result.format == format_name
    assert bare(replace(result, format="float32")) == bare(run(DECODED))


@pytest.mark.parametrize("form", ["decoder-only", "encoder-decoder"])
def test_a_saved_decoder_runs_without_the_machine(tmp_path: Path, form: str):
    path = tmp_path / "increment.safetensors"
    save(compile(INCREMENT, "wei_ma", steps=20, input_length=6, form=form, radix=3), path)
    loaded = load_weights(path)
    for word in ("", "1", "1011", "111"):
        expected = reference(INCREMENT, tuple(word), max_steps=20)
        result = run(loaded, word, engine="exact")
        assert (result.configuration, result.outcome, result.steps) == (
            expected.final,
            expected.outcome,
            expected.steps,
        )


@pytest.mark.parametrize("engine", ENGINES)
def test_a_trace_of_a_decoder_is_one_pass_over_all_its_rows(engine: str):
    """BOS, one record, START and six machine steps; attention by the names of the lookups, the searches first."""
    blocks = trace(DECODED, engine=engine)
    assert (len(blocks), blocks.outcome) == (len(DECODED.blocks), "halted")
    searches = [f"search{digit}" for digit in reversed(range(len(blocks) - 3))]
    assert [list(block.attention) for block in blocks] == [[], [], *([name] for name in searches), ["fetch"]]
    assert blocks[-1].after.shape == (9, DECODED.layout.d_model)
    states = [BB2.states[values.argmax()] for values in blocks[-1]["next_state"][2:]]
    assert states == [now.state for now in reference(BB2, (), max_steps=6).configurations]


@pytest.mark.parametrize("form", first_of(1, ["encoder-decoder", "decoder-only"]))
def test_dense_and_exact_decoding_are_traced_alike(form: str):
    """The same registers at the three places, and the same attention: where rows tie, in equal shares."""
    weights = compile(BB2, "wei_ma", steps=6, form=form)
    dense, exact = trace(weights), trace(weights, engine="exact")
    assert (len(dense), dense.outcome, dense.prompt) == (len(exact), exact.outcome, exact.prompt)
    for one, other in zip(dense, exact, strict=True):
        for place in ("before", "attended", "after"):
            assert (getattr(one, place) == getattr(other, place)).all()
        assert list(one.attention) == list(other.attention)
        for name, shares in one.attention.items():
            assert shares == pytest.approx(other.attention[name].astype(float))


def test_a_trace_of_a_decoder_ends_at_its_limit():
    for max_steps, outcome in ((0, "running"), (5, "running"), (6, "halted"), (50, "halted")):
        blocks = trace(DECODED, engine="exact", max_steps=max_steps)
        assert (len(blocks[-1].after), blocks.outcome) == (3 + min(max_steps, 6), outcome)
    assert trace(compile(BB2, "wei_ma", steps=4), engine="exact", max_steps=5).outcome == "full"


# Machines in the prompt -------------------------------------------------------------------------------------------------

NETWORK = compile(load("bb3"), "universal", steps=30, input_length=4, symbols=3)


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_runs_a_machine_of_the_prompt(engine: str):
    for machine, word in ((BB2, ""), (INCREMENT, "1011"), (load("bb3"), "")):
        expected = reference(machine, tuple(word), max_steps=30)
        result = run(NETWORK, word, machine=machine, engine=engine)
        assert (result.machine, result.construction, result.engine) == (machine.name, "universal", engine)
        assert (result.configuration, result.steps, result.outcome) == (
            expected.final,
            expected.steps,
            expected.outcome,
        )
        assert result.layers == (result.steps + 1) * len(NETWORK.blocks)


def test_a_machine_by_universal_is_its_weights_on_it(tmp_path: Path):
    path = tmp_path / "network.safetensors"
    save(NETWORK, path)
    loaded = load_weights(path)
    fixed = run(load("bb3"), construction="universal", cells=4, max_steps=30, symbols=3)
    assert run(loaded, machine=load("bb3")) == run(NETWORK, machine=load("bb3")) == fixed
    assert fixed.weights_hash == hashlib.sha256(path.read_bytes()).hexdigest()
    assert run(load("bb3")).weights_hash is None


@pytest.mark.parametrize("head", first_of(1, [-40, 3, -1, 0, 70]))
def test_the_tape_head_of_a_machine_in_the_prompt_starts_where_it_is_said(head: int):
    """The prompt begins where the run does: the same weights wherever that is."""
    expected = reference(BB2, (), max_steps=100, head=head).final
    for result in (
        run(NETWORK, machine=BB2, head=head, engine="exact"),
        run(BB2, construction="universal", head=head, engine="exact"),
        run(BB2, construction="universal", head=head, engine="exact", cells=1, max_steps=9),
    ):
        assert result.configuration == expected


def test_machines_and_weights_that_do_not_go_together_are_refused():
    with pytest.raises(UsageError, match="are given one to run"):
        run(NETWORK)
    for weights in (WEIGHTS, DECODED):
        with pytest.raises(UsageError, match="Weights know their machine"):
            run(weights, machine=BB2)
    with pytest.raises(UsageError, match="A machine is run, or weights on a machine"):
        run(BB2, machine=BB2)
    with pytest.raises(UsageError, match="`machine` is of type Machine"):
        run(NETWORK, machine="bb2")
    with pytest.raises(ConstructionError, match="the machines of its size"):
        run(NETWORK, machine=load("bb5"))
    with pytest.raises(ConstructionError, match="the machines of its size"):
        run(NETWORK, machine=replace(BB2, one_way=True))
    with pytest.raises(MachineError):
        run(NETWORK, "2", machine=BB2)
    with pytest.raises(WindowError):
        run(NETWORK, "11111", machine=INCREMENT)
    with pytest.raises(ContextError, match="full after machine step 30"):
        run(NETWORK, machine=load("loops_in_place"), input="b", engine="exact", max_steps=31)
    with pytest.raises(UsageError, match="compiled already"):
        run(NETWORK, machine=BB2, states=9)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_network_with_a_machine_in_its_prompt_is_traced(engine: str):
    blocks = trace(NETWORK, machine=BB2, engine=engine)
    assert (len(blocks), blocks.outcome) == (len(NETWORK.blocks), "halted")
    assert list(blocks[-1].attention) == ["rule_write", "rule_state", "rule_move", "rule_verdict"]


# By retrieval, where the sequence grows -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", first_of(1, ["increment", "bb3"]))
def test_a_context_that_grows_by_retrieval_is_that_of_all_rows(name: str):
    one, other = (run(load(name), construction="wei_ma", engine=engine) for engine in ("retrieval", "dense"))
    assert (one.configuration, one.steps, one.outcome) == (other.configuration, other.steps, other.outcome)


@pytest.mark.parametrize("steps", [3_000, pytest.param(100_000, marks=pytest.mark.long)])
def test_bb5_by_retrieval_is_the_reference_every_thousand_steps(steps: int):
    machine, seen = load("bb5"), list[int]()
    configurations = enumerate(trace_reference(machine, initial_configuration(machine.start, (), machine.blank)))

    def watch(step: int, now: object) -> None:
        if step % 1_000 == 0:
            seen.append(step)
            assert next(each for at, each in configurations if at == step) == now

    run(machine, construction="wei_ma", max_steps=steps, every=1_000, watch=watch)
    assert seen == list(range(0, steps + 1, 1_000))


def test_what_is_emitted_is_read_from_all_rows():
    """The dense engine where none is said, and no retrieval."""
    tokens: list[int] = []
    result = run(BB2, construction="wei_ma", emit=lambda step, *_: tokens.append(step))
    assert (result.engine, tokens) == ("dense", list(range(7)))
    with pytest.raises(UsageError, match="read from all rows"):
        run(BB2, construction="wei_ma", engine="retrieval", emit=lambda *_: None)
