"""The next row of a sequence that grows, as arrays: what the feedback map and the position codes make of the last one."""

from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.program.programs import EXAMPLES, TURNS
from tests.weights.growing import wei_ma
from tmformer.decode.feedback import feedback_of, next_residual
from tmformer.program import Code, Flag, OneHot, Register, Stream, next_row, parse_program, stack
from tmformer.weights import Weights, lower

NETWORKS = {
    "copy": lambda: lower(EXAMPLES["copy"].program),
    "counter": lambda: lower(EXAMPLES["counter"].program),
    "latest": lambda: lower(EXAMPLES["latest"].program),
    "translate": lambda: lower(EXAMPLES["translate"].program),
    "turns": lambda: lower(parse_program(TURNS)),
    "wei_ma": lambda: wei_ma(2).weights,
    "wei_ma, radix 3": lambda: wei_ma(3).weights,
    "wei_ma with an encoder": lambda: wei_ma(2, "encoder-decoder").weights,
}
FEWER = settings(max_examples=max(1, settings().max_examples // 2))
network = cache(lambda name: NETWORKS[name]())
compiled = jax.jit(next_residual)


def values(register: Register) -> st.SearchStrategy[object]:
    match register.type:
        case OneHot(values=held):
            return st.sampled_from([None, *held])
        case Flag():
            return st.booleans()
        case Code(digits=digits):
            return st.one_of(st.none(), st.integers(0, 2**digits - 1))


@st.composite
def last_rows(draw: st.DrawFn, weights: Weights) -> Stream:
    """Any row after all blocks, of which the next one has position codes of one kind at most."""
    labels = weights.labels
    row = {register.name: (draw(values(register)),) for register in labels.registers}
    kinds = {each.where for each in labels.generators}
    sources = [each.source for each in labels.feedback if each.target in kinds]
    kept = draw(st.sampled_from([None, *sources])) if sources else None
    return Stream(row | {name: (name == kept,) for name in sources})


def as_array(weights: Weights, stream: Stream) -> np.ndarray:
    return weights.layout.encode(stream)[0]


@pytest.mark.parametrize(
    ("name", "format_name"), [*((name, "float32") for name in NETWORKS), ("latest", "bfloat16"), ("wei_ma", "float64")]
)
@FEWER
@given(data=st.data())
def test_the_next_row_is_that_of_the_program(name: str, format_name: str, data: st.DataObject):
    weights = network(name)
    last = data.draw(last_rows(weights))
    position = data.draw(st.integers(0, weights.labels.max_positions - 1))
    array = jnp.asarray(as_array(weights, last), format_name)
    found = compiled(feedback_of(weights, format_name), array, jnp.int32(position))
    assert found.dtype.name == format_name
    wanted = as_array(weights, next_row(weights.labels, last, position))
    assert np.asarray(found, dtype=np.float64).tolist() == wanted.tolist()


def test_position_codes_of_two_kinds_and_of_negative_numbers():
    """(row - 7) // 2 mod 3 on one kind of rows, (row + 5) // 3 mod 7 on the other, by hand."""
    weights = network("turns")
    layout, labels = weights.layout, weights.labels
    fed = feedback_of(weights, "float32")
    for position in range(1, 40):
        for here, there in (("odd", "even"), ("even", "odd")):
            last = jnp.asarray(as_array(weights, stack(labels, [{here: True, "next": "b"}])), "float32")
            (row,) = (layout.decode(np.asarray(compiled(fed, last, jnp.int32(position)))[None]),)
            time = (position - 7) // 2 % 3 if there == "even" else (position + 5) // 3 % 7
            late = (position - 25) % 32 if there == "even" else None
            assert (row[there], row[here], row["mark"]) == ((True,), (False,), ("b",))
            assert (row["time"], row["late"]) == ((time,), (late,))
            assert row["next"] == (None,)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_row_that_is_not_flagged_receives_no_code(name: str):
    """Of a last row that is empty the next one is."""
    weights = network(name)
    empty = jnp.zeros(weights.layout.d_model, "float32")
    assert not np.asarray(compiled(feedback_of(weights, "float32"), empty, jnp.int32(3))).any()


def test_a_map_without_position_codes():
    codes = feedback_of(network("counter"), "float32").codes
    assert codes.offset.shape == (0, 0)
    assert codes.flags.shape == (0,)


def test_another_network_of_the_same_sizes_is_data():
    """The same shapes and formats, so that a compiled loop serves both."""
    one, other = (feedback_of(wei_ma(2, steps=steps).weights, "float32") for steps in (12, 13))
    assert jax.tree.map(lambda array: (array.shape, array.dtype), one) == jax.tree.map(
        lambda array: (array.shape, array.dtype), other
    )
