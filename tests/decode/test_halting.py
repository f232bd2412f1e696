"""The stop table as arrays says what the stop table says."""

from dataclasses import replace
from functools import cache
from itertools import product

import jax
import jax.numpy as jnp
import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.squares.checkers import MADE, Run, dense, padded
from tmformer.constructions import construction
from tmformer.decode import readout
from tmformer.decode.halting import Readout, outcome_of, outcomes, read, read_row
from tmformer.errors import DecodeError
from tmformer.machine import Machine, Move, Transition
from tmformer.model import shape_of
from tmformer.precision import NATIVE_FORMATS
from tmformer.program import BROKEN, OUTSIDE, RUNNING, Stream, Value, read_stop, stack
from tmformer.weights import Weights, lower

# Every outcome there is: A goes on, at "1" it is undefined; three halting states.
ALL = Machine(
    states=("A", "end", "yes", "no"),
    symbols=("0", "1"),
    blank="0",
    start="A",
    transitions=(Transition("A", "0", "0", Move.STAY, "A"),),
    halting=("end", "yes", "no"),
    accepting=("yes",),
    rejecting=("no",),
    name="all outcomes",
)
CASE = Run(ALL, (), 0, -2, 5, 3)
WEIGHTS = CASE.weights
SIGNALS = ("right", "left", "stay")


@jax.jit
def code_of(table: Readout, x: jax.Array, keep: jax.Array) -> jax.Array:
    return read(table, x, keep)


@cache
def table(format_name: str) -> Readout:
    return readout(WEIGHTS, d_model=padded().d_model, values=padded().d_readout, dtype=format_name)


def said(stream: Stream, format_name: str = "float32") -> str:
    """What the arrays say of a stream, padded by two rows and more."""
    x, keep = dense(WEIGHTS, format_name).embed(stream)
    return outcomes(WEIGHTS)[int(code_of(table(format_name), x, keep))]


def stream_of(symbols: str, *signals: tuple[int, str, str]) -> Stream:
    """BOS and a cell for each symbol, with these signals, each (row, register, state)."""
    rows: list[dict[str, Value]] = [{"bos": True}, *({"cell": True, "symbol": symbol} for symbol in symbols)]
    for row, register, state in signals:
        rows[row][register] = state
    return stack(WEIGHTS.labels, rows)


@pytest.mark.parametrize("format_name", NATIVE_FORMATS)
@pytest.mark.parametrize(
    ("symbols", "signals", "expected"),
    [
        ("00000", [(3, "stay", "A")], RUNNING),
        ("00100", [(3, "stay", "A")], "undefined"),
        ("00100", [(2, "right", "A")], "undefined"),
        ("00100", [(4, "left", "A")], "undefined"),
        ("00100", [(4, "right", "A")], RUNNING),
        ("00000", [(3, "stay", "end")], "halted"),
        ("00100", [(3, "left", "yes")], "accepted"),
        ("00000", [(3, "right", "no")], "rejected"),
        ("00000", [(5, "right", "end")], OUTSIDE),
        ("00000", [(1, "left", "end")], OUTSIDE),
        ("00000", [(1, "left", "A")], OUTSIDE),
        ("00000", [(0, "stay", "A")], OUTSIDE),
        ("00000", [(0, "left", "A")], OUTSIDE),
        ("00000", [(0, "right", "yes")], "accepted"),
        ("00000", [], BROKEN),
        ("00000", [(2, "stay", "A"), (3, "stay", "A")], BROKEN),
        ("00000", [(2, "stay", "A"), (2, "left", "A")], BROKEN),
        ("00000", [(1, "stay", "end"), (4, "right", "yes"), (5, "left", "no")], BROKEN),
    ],
)
def test_each_kind_of_end(format_name: str, symbols: str, signals: list[tuple[int, str, str]], expected: str):
    stream = stream_of(symbols, *signals)
    assert read_stop(WEIGHTS.labels, stream) == expected
    assert said(stream, format_name) == expected
    assert outcome_of(WEIGHTS, WEIGHTS.layout.encode(stream).astype(format_name)) == expected


@given(
    symbols=st.text("01", min_size=5, max_size=5),
    signals=st.lists(
        st.tuples(st.integers(0, 5), st.sampled_from(SIGNALS), st.sampled_from(ALL.states)),
        max_size=3,
        unique_by=lambda signal: signal[:2],
    ),
)
def test_the_arrays_say_what_the_table_says(symbols: str, signals: list[tuple[int, str, str]]):
    stream = stream_of(symbols, *signals)
    assert (
        said(stream)
        == outcome_of(WEIGHTS, WEIGHTS.layout.encode(stream).astype("float32"))
        == read_stop(WEIGHTS.labels, stream)
    )


def test_a_target_in_the_padding_is_outside():
    """The last cell's right neighbour is a row of zeros in the padded array, and no row at all without padding."""
    stream = stream_of("00000", (5, "right", "A"))
    encoded = jnp.asarray(WEIGHTS.layout.encode(stream), "float32")
    small = readout(WEIGHTS, d_model=WEIGHTS.layout.d_model, values=shape_of(WEIGHTS).d_readout, dtype="float32")
    assert outcomes(WEIGHTS)[int(read(small, encoded, jnp.ones(6, bool)))] == OUTSIDE
    assert said(stream) == OUTSIDE


def test_bits_are_read_at_their_nearest_grid_point():
    """As the graded regime needs it: 3/8 is no signal, 5/8 is one."""
    stream = stream_of("00000", (3, "stay", "end"))
    x, keep = dense(WEIGHTS).embed(stream)
    x = jnp.where(x == 0, 0.375, jnp.where(x == 1, 0.625, x))
    assert outcomes(WEIGHTS)[int(code_of(table("float32"), x, keep))] == "halted"
    assert outcome_of(WEIGHTS, np.asarray(x)[np.asarray(keep)]) == "halted"


def test_codes_are_those_of_the_outcomes():
    assert outcomes(WEIGHTS) == (RUNNING, OUTSIDE, BROKEN, "accepted", "halted", "rejected", "undefined")


def test_the_table_is_padded_with_nothing():
    wide = readout(WEIGHTS, d_model=WEIGHTS.layout.d_model + 3, values=9, dtype="float32")
    assert wide.signals.shape == (3, 9, WEIGHTS.layout.d_model + 3)
    assert wide.codes.shape == (9, 9)
    assert int(wide.codes.max()) == len(outcomes(WEIGHTS)) - 1
    assert int(wide.codes[4:].max()) == int(wide.codes[:, 2:].max()) == 0
    assert float(wide.signals[:, 4:].max()) == float(wide.where[WEIGHTS.layout.d_model :].max()) == 0
    assert wide.offsets.tolist() == [signal.offset for signal in WEIGHTS.labels.stop.signals]


def test_another_machine_of_one_shape_needs_no_other_function():
    """The table is an argument: the compiled function is traced once."""
    other = Run(replace(ALL, accepting=("no",), rejecting=("yes",)), (), 0, -2, 5, 3).weights
    stream = MADE.encode_configuration(other.labels, replace(CASE.start, state="no"))
    x, keep = dense(other).embed(stream)
    count = code_of._cache_size()
    said_of = outcomes(other)[int(code_of(readout(other, d_model=x.shape[1], values=8, dtype="float32"), x, keep))]
    assert said_of == "accepted"
    assert code_of._cache_size() - count <= 1


def without_one_hot(weights: Weights) -> Weights:
    stop = msgspec.structs.replace(weights.labels.stop, reads=("own_cell",))
    return replace(weights, labels=msgspec.structs.replace(weights.labels, stop=stop))


def test_a_stop_table_that_reads_no_symbols_is_refused():
    with pytest.raises(DecodeError) as caught:
        readout(without_one_hot(WEIGHTS), d_model=WEIGHTS.layout.d_model, values=8, dtype="float32")
    assert caught.value.where == "register 'own_cell'"


@pytest.mark.parametrize("name", ["signals", "reads", "where"])
def test_the_table_is_of_the_format(name: str):
    for format_name in NATIVE_FORMATS:
        assert np.asarray(getattr(table(format_name), name)).dtype.name == format_name


# Sequences that grow ----------------------------------------------------------------------------------------------------

GROWN = lower(construction("wei_ma").compile(ALL, steps=3))


@jax.jit
def code_of_row(table: Readout, row: jax.Array) -> jax.Array:
    return read_row(table, row)


@cache
def row_table(format_name: str) -> Readout:
    return readout(GROWN, d_model=GROWN.layout.d_model, values=8, dtype=format_name)


@pytest.mark.parametrize("format_name", NATIVE_FORMATS)
def test_the_newest_row_speaks_of_itself(format_name: str):
    """Of every state, symbol and kind of row what the table says; of earlier rows nothing."""
    for state, symbol, is_step in product((None, *ALL.states), (None, *ALL.symbols), (False, True)):
        rows: list[dict[str, Value]] = [{"step": True, "next_state": "end", "next_symbol": "0"}, {"step": is_step}]
        rows[1] |= {"next_state": state} if state else {}
        rows[1] |= {"next_symbol": symbol} if symbol else {}
        stream = stack(GROWN.labels, rows)
        row = jnp.asarray(GROWN.layout.encode(stream)[-1], format_name)
        said_of = outcomes(GROWN)[int(code_of_row(row_table(format_name), row))]
        assert said_of == read_stop(GROWN.labels, stream)
        assert (said_of == BROKEN) == (state is None)
        assert state is None or (said_of == OUTSIDE) == (not is_step)


def test_two_signals_in_a_row_are_none():
    row = GROWN.layout.encode(stack(GROWN.labels, [{"step": True, "next_state": "end", "next_symbol": "0"}]))[0]
    row[GROWN.layout.coordinate("next_state", "A")] = 1
    assert outcomes(GROWN)[int(code_of_row(row_table("float32"), jnp.asarray(row, "float32")))] == BROKEN


def test_bits_of_a_row_are_read_at_their_nearest_grid_point():
    encoded = GROWN.layout.encode(stack(GROWN.labels, [{"step": True, "next_state": "yes", "next_symbol": "1"}]))
    row = jnp.where(jnp.asarray(encoded[0], "float32") == 1, 0.625, 0.375).astype("float32")
    assert outcomes(GROWN)[int(code_of_row(row_table("float32"), row))] == "accepted"
