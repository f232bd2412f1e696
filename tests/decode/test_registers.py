"""Registers by name, at three places of a block."""

import numpy as np
import pytest

from tests.squares.checkers import MADE, Run, dense
from tmformer.decode import BlockRegisters, NetworkTrace
from tmformer.errors import DecodeError
from tmformer.machine import parse

BB2 = Run(parse("1RB1LB_1LA1RZ"), (), 0, -3, 7, 6)
LAYOUT = BB2.weights.layout
PROMPT = MADE.encode_configuration(BB2.weights.labels, BB2.start)


def block() -> BlockRegisters:
    engine = dense(BB2.weights)
    (first,) = engine.look(engine.start(PROMPT))
    return first


def test_a_register_is_read_by_name_at_each_place():
    values = block()
    for place in ("before", "attended", "after"):
        for register in LAYOUT.registers:
            array = values.register(register.name, place)
            span = LAYOUT.spans[register.name]
            assert (array == getattr(values, place)[:, span.start : span.stop]).all()
            assert array.shape == (BB2.weights.labels.max_positions, len(span))
    assert (values["symbol"] == values.register("symbol", "after")).all()


def test_an_unknown_register_has_no_values():
    with pytest.raises(DecodeError) as caught:
        block()["tape"]
    assert "right_cell" in caught.value.remedy


def test_the_stream_after_the_block_in_symbols():
    """BB(2) writes 1 at cell 0, its row being 4, and moves to the right in state B."""
    after = block().stream()
    assert after["symbol"] == (None, "0", "0", "0", "1", "0", "0", "0")
    assert after["right"][4] == "B"
    assert after["arriving"] == (None,) * 8


def test_a_value_off_its_grid_is_refused():
    values = block()
    array = values.after.copy()
    array[2, LAYOUT.coordinate("symbol", "0")] = 0.5
    moved = BlockRegisters(LAYOUT, values.before, values.attended, array, values.attention)
    with pytest.raises(DecodeError) as caught:
        moved.stream()
    assert caught.value.where == "row 2"


def test_a_trace_is_its_blocks():
    blocks = (block(), block())
    trace = NetworkTrace(BB2.weights, BB2.weights.labels, "float32", "saturated", PROMPT, blocks, "running")
    assert len(trace) == 2
    assert tuple(trace) == blocks
    assert trace[1] is blocks[1]
    assert np.array_equal(trace[-1].after, blocks[1].after)
    assert repr(trace) == "<NetworkTrace of cellular: 2 blocks over 8 rows, float32, saturated, running>"
