"""Layouts are injective: each coordinate belongs to one value of one register, and encode and decode are inverse."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.laws.strange import NAMES
from tests.squares.checkers import MADE, Run, exact_streams, runs
from tmformer.errors import DecodeError
from tmformer.program import Code, Flag, OneHot, Register, Stream
from tmformer.weights import Layout

TYPES = st.one_of(
    st.lists(NAMES, min_size=1, max_size=4, unique=True).map(lambda values: OneHot(tuple(values))),
    st.integers(1, 6).map(Code),
    st.just(Flag()),
)


@st.composite
def registers(draw: st.DrawFn) -> tuple[Register, ...]:
    names = draw(st.lists(NAMES, min_size=1, max_size=5, unique=True))
    return tuple(Register(name, draw(TYPES)) for name in names)


def values(register: Register) -> st.SearchStrategy:
    """What a register can hold."""
    match register.type:
        case OneHot(values=names):
            return st.sampled_from([None, *names])
        case Code(digits=digits):
            return st.one_of(st.none(), st.integers(0, 2**digits - 1))
        case Flag():
            return st.booleans()


@st.composite
def streams(draw: st.DrawFn, of: tuple[Register, ...]) -> Stream:
    rows = draw(st.integers(1, 4))
    return Stream(
        {register.name: tuple(draw(st.lists(values(register), min_size=rows, max_size=rows))) for register in of}
    )


@given(registers())
def test_each_coordinate_belongs_to_one_register(of: tuple[Register, ...]):
    layout = Layout(of)
    spans = [coordinate for span in layout.spans.values() for coordinate in span]
    assert spans == list(range(layout.d_model))
    assert len(layout.coordinate_names()) == layout.d_model
    places = [
        layout.coordinate(register.name, value)
        for register in layout.registers
        if isinstance(register.type, OneHot)
        for value in register.type.values
    ]
    assert len(set(places)) == len(places)


@given(st.data())
def test_decode_is_the_inverse_of_encode(data: st.DataObject):
    layout = Layout(data.draw(registers()))
    stream = data.draw(streams(layout.registers))
    array = layout.encode(stream)
    assert array.shape == (stream.num_rows, layout.d_model)
    assert set(np.unique(array).tolist()) <= {-1, 0, 1}
    for dtype in (np.int64, np.float32, np.float64, object):
        assert layout.decode(array.astype(dtype)) == stream


@given(st.data())
def test_different_streams_are_encoded_differently(data: st.DataObject):
    layout = Layout(data.draw(registers()))
    one, other = data.draw(streams(layout.registers)), data.draw(streams(layout.registers))
    assert np.array_equal(layout.encode(one), layout.encode(other)) == (one == other)


@given(st.data())
def test_what_lies_off_the_grid_is_refused(data: st.DataObject):
    """Each entry of each register, moved off its grid by a half or by two, by an ulp, or to NaN."""
    layout = Layout(data.draw(registers()))
    array = layout.encode(data.draw(streams(layout.registers))).astype(np.float64)
    row = data.draw(st.integers(0, array.shape[0] - 1))
    column = data.draw(st.integers(0, array.shape[1] - 1))
    array[row, column] += data.draw(st.sampled_from([0.5, 2.5, 2.0**-40, float("nan")]))
    with pytest.raises(DecodeError, match="every register lies on its grid"):
        layout.decode(array)


@given(runs(max_steps=6))
def test_the_streams_of_runs_are_decoded_to_themselves(case: Run):
    weights = case.weights
    for array in exact_streams(case, weights):
        stream = weights.layout.decode(array)
        assert np.array_equal(weights.layout.encode(stream), array)
    assert (
        MADE.decode_configuration(weights.labels, weights.layout.decode(next(exact_streams(case, weights))))
        == case.start
    )
