"""Many networks in one compiled call: as each by itself, and refused where they differ in more than numbers."""

import json
from dataclasses import replace

import msgspec
import numpy as np
import pytest

from tests.decode.devices import ended, started
from tests.often import first_of
from tests.squares.checkers import MADE, Run, dense
from tests.weights.growing import wei_ma
from tmformer.constructions import construction
from tmformer.decode import Cached, mesh_of, run_batch, run_share, run_stacked, stack_networks
from tmformer.errors import ModelError
from tmformer.machine import initial_configuration, parse
from tmformer.program import FULL, OUTSIDE, RUNNING, Stream
from tmformer.weights import Weights, lower

BB2 = Run(parse("1RB1LB_1LA1RZ"), (), 0, -3, 7, 6)


def prompt(case: Run) -> Stream:
    return MADE.encode_configuration(case.weights.labels, case.start)


LINES = ("1RB1LB_1LA1RZ", "1RB1RZ_1LB0RC_1LC1LA", "0RA1RA", "1RB0LA_0LA1RB", "1LB---_1RA1LB")


@pytest.mark.parametrize("format_name", first_of(1, ["bfloat16", "float32"]))
def test_a_batch_of_machines_is_its_single_runs(format_name: str):
    """Machines of two and three states, windows of several widths, that halt, leave, loop and are undefined."""
    cases = [
        Run(parse(line), (), 0, -width // 2, width, 12) for line, width in zip(LINES, (9, 12, 5, 7, 8), strict=True)
    ]
    engines = [dense(case.weights, format_name) for case in cases]
    together = run_batch(engines, [prompt(case) for case in cases], 12)
    seen = set()
    for case, engine, state in zip(cases, engines, together, strict=True):
        single = engine.advance(engine.start(prompt(case)), 12)
        assert np.asarray(state.x[0]).tobytes() == np.asarray(single.x[0]).tobytes()
        assert (state.steps, state.outcome) == (single.steps, single.outcome)
        seen.add(single.outcome)
    assert seen >= {"halted", RUNNING, OUTSIDE}


@pytest.mark.long
def test_a_batch_of_one_machine_on_many_inputs():
    machine = parse("0RA1RB_1RA0RZ")
    cases = [Run(machine, tuple(word), 0, 0, 6, 5) for word in ("", "1", "01", "11", "1011")]
    engines = [dense(cases[-1].weights)] * len(cases)
    together = run_batch(engines, [prompt(case) for case in cases], 5)
    for case, state in zip(cases, together, strict=True):
        single = engines[0].advance(engines[0].start(prompt(case)), 5)
        assert np.asarray(state.x[0]).tobytes() == np.asarray(single.x[0]).tobytes()
        assert state.steps == single.steps


def test_a_batch_is_of_networks_that_differ_in_their_weights_only():
    """Else the masks and the beta of the first would hold for all, in silence."""
    (block,) = BB2.weights.blocks
    heads = [
        replace(head, lookup=msgspec.structs.replace(head.lookup, mask="causal")) if index == 1 else head
        for index, head in enumerate(block.heads)
    ]
    causal = replace(BB2.weights, blocks=(replace(block, heads=tuple(heads)),))
    sharper = replace(BB2.weights, labels=msgspec.structs.replace(BB2.weights.labels, sharpness=9))
    for weights, regime in ((causal, "saturated"), (sharper, "graded")):
        with pytest.raises(ModelError):
            run_batch([dense(BB2.weights, regime=regime), dense(weights, regime=regime)], [prompt(BB2)] * 2, 1)


def test_stacked_networks_run_again_from_the_start():
    engine = dense(BB2.weights)
    stacked = stack_networks([engine], [prompt(BB2)])
    for loops in (2, 6, 2):
        streams, done, codes, _ = run_stacked(stacked, loops)
        single = engine.advance(engine.start(prompt(BB2)), loops)
        assert streams[0].tobytes() == np.asarray(single.x[0]).tobytes()
        assert (int(done[0]), engine.outcomes[codes[0]]) == (single.steps, single.outcome)


# Sequences that grow ----------------------------------------------------------------------------------------------------


def decoder(line: str, word: str, head: int, steps: int, form: str = "decoder-only") -> tuple[Weights, Stream]:
    """A machine of three states and two symbols, and a prompt of as many cells as the word has."""
    machine, made = parse(line), construction("wei_ma")
    program = made.compile(machine, steps=steps, head=head, input_length=len(word), options={"form": form, "radix": 3})
    start = initial_configuration(machine.start, tuple(word), machine.blank, head)
    return lower(program), made.encode_configuration(program.labels, start)


@pytest.mark.parametrize("form", first_of(1, ["encoder-decoder", "decoder-only"]))
def test_a_batch_of_decoders_is_its_single_runs(form: str):
    """Machines that write the same symbols, prompts of several lengths: halted, undefined, full and at the limit."""
    cases = [
        decoder("1RB1LB_1LA1RZ", "0", 0, 12, form),
        decoder("1RB---_0LB0RZ", "110", 1, 10, form),
        decoder("1RB0LA_0LA1RB_1RA1RA", "01", 1, 11, form),
        decoder("1LB1RA_1RA1LB_0RA1RA", "", 0, 12, form),
    ]
    engines, prompts = [Cached(weights) for weights, _ in cases], [prompt_ for _, prompt_ in cases]
    assert len({prompt_.num_rows for prompt_ in prompts}) == 3
    seen = set()
    for engine, prompt_, state in zip(engines, prompts, run_batch(engines, prompts, 12), strict=True):
        single = engine.advance(engine.start(prompt_), 12)
        assert state[1:] == single[1:]
        assert engine.array(state).tobytes() == engine.array(single).tobytes()
        assert engine.stream(state) == engine.stream(single)
        assert engine.advance(state, 1)[1:] == engine.advance(single, 1)[1:]
        seen.add(state.outcome)
    assert seen == {"halted", "undefined", FULL, RUNNING}


@pytest.mark.long
def test_a_batch_of_prompts_of_one_decoder():
    machine, made = parse("1RB0LA_1LA0RB"), construction("wei_ma")
    weights = wei_ma().weights
    starts = [initial_configuration(machine.start, tuple(word), "0", head) for word, head in (("", 0), ("101", 2))]
    prompts = [made.encode_configuration(weights.labels, start) for start in starts]
    engines = [Cached(weights)] * 2
    for prompt_, state in zip(prompts, run_batch(engines, prompts, 20), strict=True):
        single = engines[0].advance(engines[0].start(prompt_), 20)
        assert state[1:] == single[1:]
        assert state.outcome == FULL
        assert engines[0].array(state).tobytes() == engines[0].array(single).tobytes()


def test_decoders_of_several_shapes_are_no_batch():
    one, other = wei_ma(), wei_ma(2)
    for engines in (
        [Cached(one.weights), Cached(other.weights)],
        [Cached(one.weights), Cached(one.weights, format_name="bfloat16")],
        [Cached(one.weights), Cached(one.weights, regime="graded")],
    ):
        with pytest.raises(ModelError, match="The networks of a batch have one shape"):
            run_batch(engines, [one.prompt, other.prompt if engines[1].weights is other.weights else one.prompt], 1)


# Over a mesh ------------------------------------------------------------------------------------------------------------


def test_a_batch_over_eight_devices_is_the_batch_on_one():
    """States bit for bit, in order; the padding idle and dropped; and no device has anything to say to another.

    That the last can be seen is tried on the same function as XLA partitions it: there one condition ends all loops.
    """
    status, out, err = ended(started(8, "-m", "tests.decode.spread"))
    assert status == 0, err
    assert json.loads(out) == {"faults": [], "outcomes": ["halted", RUNNING], "devices": 8, "can fail": True}


@pytest.mark.parametrize("grows", first_of(1, [False, True]))
def test_a_share_of_one_device_is_the_whole_batch(grows: bool):
    if grows:
        weights, prompt_ = decoder("1RB1LB_1LA1RZ", "0", 0, 12)
        engine = Cached(weights)
    else:
        engine, prompt_ = dense(BB2.weights), prompt(BB2)
    (alone,) = run_batch([engine], [prompt_], 6)
    share = run_share([engine] * 2, [prompt_] * 2, 6, mesh_of("data=1"))
    assert list(share) == [0, 1]
    for state in share.values():
        assert state[1:] == alone[1:]
        assert engine.array(state).tobytes() == engine.array(alone).tobytes()
        assert engine.advance(state, 1)[1:] == engine.advance(alone, 1)[1:]
    with pytest.raises(ModelError, match="a prompt for each"):
        run_share([engine], [], 6, mesh_of("data=1"))
