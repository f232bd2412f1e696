"""A run with everything kept: what each block saw, brought in and left behind."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings

from tests.often import first_of
from tests.squares.checkers import MADE, Run, dense, runs
from tests.weights.growing import Growing, wei_ma
from tmformer.decode import Cached, Dense, Exact, ExactRows, NetworkTrace, trace_network
from tmformer.errors import ModelError
from tmformer.machine import configuration, parse
from tmformer.precision import NATIVE_FORMATS
from tmformer.program import FULL, RUNNING, Stream

BB2 = Run(parse("1RB1LB_1LA1RZ"), (), 0, -3, 7, 6)
FEWER = settings(max_examples=max(1, settings().max_examples // 3))
MESSAGES = ("right", "left", "stay")


def prompt(case: Run) -> Stream:
    return MADE.encode_configuration(case.weights.labels, case.start)


def traced(engine: Dense | Exact, case: Run = BB2) -> NetworkTrace:
    return trace_network(engine, prompt(case), case.steps)


def test_a_trace_ends_where_the_run_ends():
    trace = trace_network(dense(BB2.weights), prompt(BB2), 100)
    assert (len(trace), trace.outcome) == (6, "halted")
    assert trace.prompt == prompt(BB2)
    short = trace_network(dense(BB2.weights), prompt(BB2), 4)
    assert (len(short), short.outcome) == (4, "running")
    assert trace_network(dense(BB2.weights), prompt(BB2), 0).blocks == ()


def test_a_run_that_has_ended_has_no_blocks():
    case = Run(BB2.machine, (), 0, -3, 7, 6)
    over = MADE.encode_configuration(case.weights.labels, configuration("Z", 0, {}, "0"))
    for engine in (dense(case.weights), Exact(case.weights)):
        trace = trace_network(engine, over, 6)
        assert (trace.blocks, trace.outcome) == ((), "halted")


@FEWER
@given(runs(max_steps=8))
def test_blocks_follow_one_another_and_write_where_they_may(case: Run):
    """`after` is the next `before`; attention writes into `arriving` only, the MLP leaves codes and flags alone."""
    trace = traced(dense(case.weights), case)
    layout = case.weights.layout
    arriving = layout.spans["arriving"]
    before = layout.encode(prompt(case))
    for block in trace:
        assert (block.before == before).all()
        brought = block.attended - block.before
        assert (np.delete(brought, arriving, axis=1) == 0).all()
        for name in ("bos", "cell", "left_cell", "own_cell", "right_cell"):
            assert (block[name] == block.register(name, "before")).all()
        assert (block["arriving"] == 0).all()
        assert sum(block[name].sum() for name in MESSAGES) == 1
        before = block.after


@FEWER
@given(runs(max_steps=8))
def test_one_cell_sees_the_tape_head_arrive(case: Run):
    """After attention, `arriving` is the machine's state at the tape head's cell, and empty elsewhere."""
    for (now, _), block in zip(case.reference(), traced(dense(case.weights), case), strict=False):
        arriving = block.register("arriving", "attended")
        expected = np.zeros_like(arriving)
        expected[now.head - case.origin + 1, case.machine.states.index(now.state)] = 1
        assert (arriving == expected).all()


@pytest.mark.parametrize("format_name", NATIVE_FORMATS)
def test_saturated_attention_weights_are_0_and_1(format_name: str):
    for block in traced(dense(BB2.weights, format_name)):
        assert list(block.attention) == ["from_left", "from_right", "from_self"]
        for shares in block.attention.values():
            assert ((shares == 0) | (shares == 1)).all()
            assert (shares.sum(axis=1) == 1).all()


@FEWER
@given(runs(max_steps=6))
def test_graded_attention_brings_each_bit_to_within_a_quarter(case: Run):
    """Within 1/4 of 0 or 1 after attention, and weights of a row sum to 1 but for (N + 3) u, N the rows padded."""
    engine = dense(case.weights, regime="graded")
    allowed = (engine.shape.rows + 3) * NATIVE_FORMATS["float32"].unit_roundoff
    for block in traced(engine, case):
        arriving = block.register("arriving", "attended")
        assert np.minimum(abs(arriving), abs(arriving - 1)).max() <= 0.25
        for shares in block.attention.values():
            for row in shares:
                assert abs(sum(map(Fraction, row.tolist())) - 1) <= allowed


@FEWER
@given(runs(max_width=8, max_steps=4, max_states=3, max_symbols=2))
def test_exact_softmax_is_traced_in_fractions(case: Run):
    """Weights sum to exactly 1, scratch is within 1/4 of a bit, and every register after the MLP is that of the hard run."""
    soft, hard = traced(Exact(case.weights, softmax="base-2"), case), traced(Exact(case.weights), case)
    assert soft.outcome == hard.outcome
    for one, other in zip(soft, hard, strict=True):
        assert (one.after == other.after).all()
        arriving = one.register("arriving", "attended")
        assert all(min(abs(value), abs(value - 1)) <= Fraction(1, 4) for value in arriving.ravel())
        for shares in one.attention.values():
            assert (shares.sum(axis=1) == 1).all()


@FEWER
@given(runs(max_steps=8))
def test_floats_and_rationals_are_traced_alike(case: Run):
    floats, exact = traced(dense(case.weights), case), traced(Exact(case.weights), case)
    assert floats.outcome == exact.outcome
    for one, other in zip(floats, exact, strict=True):
        for place in ("before", "attended", "after"):
            assert (getattr(one, place) == getattr(other, place)).all()
        for name, shares in one.attention.items():
            assert (shares == other.attention[name]).all()


# Sequences that grow ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", first_of(1, ["encoder-decoder", "decoder-only"]))
def test_a_sequence_that_grew_is_traced_in_one_pass(form: str):
    """Floats and rationals alike: each block once, all rows of the end in it, attention by its lookup."""
    case = wei_ma(2, form, 6)
    rows = case.prompt.num_rows + 6
    floats, exact = (trace_network(engine(case.weights), case.prompt, 6) for engine in (Cached, ExactRows))
    assert (len(floats), floats.outcome) == (len(exact), exact.outcome) == (len(case.weights.blocks), RUNNING)
    assert floats.prompt == exact.prompt == case.prompt
    for own, one, other in zip(case.weights.blocks, floats, exact, strict=True):
        for place in ("before", "attended", "after"):
            array = getattr(one, place)
            assert array.shape == (rows, case.weights.layout.d_model)
            assert (array == getattr(other, place)).all()
        assert list(one.attention) == list(other.attention) == [head.lookup.name for head in own.heads]
        for name, shares in one.attention.items():
            exactly = other.attention[name]
            assert shares.shape == exactly.shape == (rows, rows)
            assert shares == pytest.approx(exactly.astype(float))
            assert ((shares == 0) == (exactly == 0)).all()


def test_blocks_of_a_sequence_that_grew_follow_one_another():
    """`after` is the next `before`, and the next row receives what the last one feeds back."""
    case = wei_ma()
    blocks = trace_network(ExactRows(case.weights), case.prompt, 5)
    before = blocks[0].before
    for block in blocks:
        assert (block.before == before).all()
        before = block.after
    first = case.prompt.num_rows
    for fed in case.weights.labels.feedback:
        target = blocks[0].register(fed.target, "before")
        assert (target[first:] == blocks[-1][fed.source][first - 1 : -1]).all()


def test_the_search_goes_on_in_equal_shares():
    """Every search and the fetch share the attention of a row among what ties, before the MLP reads a digit."""
    case = wei_ma(2, "decoder-only", 8)
    for block in trace_network(ExactRows(case.weights), case.prompt, 8):
        for shares in block.attention.values():
            for row in shares:
                weights = {Fraction(share) for share in row if share}
                assert len(weights) == 1
                assert sum(Fraction(share) for share in row) == 1


def test_a_trace_of_a_sequence_ends_where_it_is_full():
    case: Growing = wei_ma()
    engine = ExactRows(case.weights)
    for steps, outcome in ((0, RUNNING), (12, RUNNING), (13, FULL), (99, FULL)):
        traced_ = trace_network(engine, case.prompt, steps)
        assert (traced_.outcome, len(traced_[0].before)) == (outcome, case.prompt.num_rows + min(steps, 12))
    assert traced_[-1].stream() == engine.stream(engine.advance(engine.start(case.prompt), 12))


def test_what_a_trace_keeps_fits_into_memory():
    """Of a sequence that grows for all its rows once, of loops for each of them: scores, and three streams a block."""
    case = wei_ma(2, "decoder-only", 6)
    blocks, d_model = len(case.weights.blocks), case.weights.layout.d_model
    rows, heads = case.prompt.num_rows + 6, blocks - 2
    kept = 8 * (heads * rows**2 + 3 * blocks * rows * d_model)
    engine = ExactRows(case.weights)
    assert len(trace_network(engine, case.prompt, 6, memory=kept)) == blocks
    with pytest.raises(ModelError) as caught:
        trace_network(engine, case.prompt, 6, memory=kept - 1)
    assert caught.value.found.endswith(f"for 1 loops over {rows} positions")
