"""Many networks in one compiled call: as each by itself, and refused where they differ in more than numbers."""

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from tests.squares.checkers import MADE, Run, dense
from tmformer.decode import run_batch, run_stacked, stack_networks
from tmformer.errors import ModelError
from tmformer.machine import parse
from tmformer.program import OUTSIDE, RUNNING, Stream

BB2 = Run(parse("1RB1LB_1LA1RZ"), (), 0, -3, 7, 6)


def prompt(case: Run) -> Stream:
    return MADE.encode_configuration(case.weights.labels, case.start)


LINES = ("1RB1LB_1LA1RZ", "1RB1RZ_1LB0RC_1LC1LA", "0RA1RA", "1RB0LA_0LA1RB", "1LB---_1RA1LB")


@pytest.mark.parametrize("format_name", ["float32", "bfloat16"])
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
        assert (state.loops, state.outcome) == (single.loops, single.outcome)
        seen.add(single.outcome)
    assert seen >= {"halted", RUNNING, OUTSIDE}


def test_a_batch_of_one_machine_on_many_inputs():
    machine = parse("0RA1RB_1RA0RZ")
    cases = [Run(machine, tuple(word), 0, 0, 6, 5) for word in ("", "1", "01", "11", "1011")]
    engines = [dense(cases[-1].weights)] * len(cases)
    together = run_batch(engines, [prompt(case) for case in cases], 5)
    for case, state in zip(cases, together, strict=True):
        single = engines[0].advance(engines[0].start(prompt(case)), 5)
        assert np.asarray(state.x[0]).tobytes() == np.asarray(single.x[0]).tobytes()
        assert state.loops == single.loops


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
        streams, done, codes = run_stacked(stacked, loops)
        single = engine.advance(engine.start(prompt(BB2)), loops)
        assert streams[0].tobytes() == np.asarray(single.x[0]).tobytes()
        assert (int(done[0]), engine.outcomes[codes[0]]) == (single.loops, single.outcome)
