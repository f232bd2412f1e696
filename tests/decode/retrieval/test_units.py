"""Sorted units: the same MLP on fewer coordinates; which gates may open, and which sums may round."""

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.planted.mutants import set_entry
from tests.squares.checkers import Run, runs
from tests.squares.passing import BB2, unit_of, written
from tmformer.decode.retrieval.units import Units, are_closed, is_exact, units_of
from tmformer.weights import dense

WEIGHTS = BB2.weights
GATE = unit_of(WEIGHTS, ("arriving", "A"), ("symbol", "0"))
EMPTY = frozenset({"arriving"})


def units(weights: object = WEIGHTS) -> Units:
    return units_of(weights.layout, weights.blocks[0].mlp)


def apply(units: Units, x: np.ndarray) -> np.ndarray:
    """What the MLP adds at its places."""
    hidden = np.maximum(units.w_in @ x[list(units.places[: units.reads])] + units.b_in, 0)
    own = x[list(units.places)]
    return units.w_out @ hidden + units.alone_out * np.maximum(units.alone_in * own, 0)


@given(case=runs(max_width=4), data=st.data())
def test_the_same_mlp(case: Run, data: st.DataObject):
    mlp = case.weights.blocks[0].mlp
    x = np.array(data.draw(st.lists(st.integers(-2, 2), min_size=(n := mlp.w_in.shape[1]), max_size=n)))
    w_in, b_in, w_out = dense(mlp.w_in), dense(mlp.b_in)[:, 0], dense(mlp.w_out)
    expected = w_out @ np.maximum(w_in @ x + b_in, 0)
    sorted_ = units(case.weights)
    assert (apply(sorted_, x) == expected[list(sorted_.places)]).all()
    assert not np.delete(expected, list(sorted_.places)).any()
    assert sorted_.multiply_adds < w_in.size + w_out.size


def test_a_register_is_there_as_a_whole():
    span = WEIGHTS.layout.spans["bos"]
    assert not set(span) & set(units().places)
    assert set(span) <= set(units_of(WEIGHTS.layout, WEIGHTS.blocks[0].mlp, frozenset({"bos"})).places)


def test_gates_are_closed_where_nothing_arrives():
    assert are_closed(WEIGHTS.layout, units(), EMPTY)
    assert not are_closed(WEIGHTS.layout, units(), frozenset())


def test_each_register_adds_the_most_that_it_holds_on_its_grid():
    """One value of a one-hot register, all digits of a code, a flag; biases bear just that."""
    layout = WEIGHTS.layout
    for register, value, bears in (("symbol", "1", True), ("stay", "A", False)):
        changed = set_entry(WEIGHTS, "mlp.w_in", (GATE, layout.coordinate(register, value)), 2)
        assert are_closed(layout, units(changed), EMPTY) is bears
    assert not are_closed(layout, units(set_entry(WEIGHTS, "mlp.b_in", (GATE, 0), 0)), EMPTY)
    for place, weight in ((layout.spans["cell"][0], 2), (layout.spans["own_cell"][0], -2)):
        changed = set_entry(WEIGHTS, "mlp.w_in", (GATE, place), weight)
        assert not are_closed(layout, units(changed), EMPTY)
        assert are_closed(layout, units(set_entry(changed, "mlp.b_in", (GATE, 0), -4)), EMPTY)


def test_sums_are_exact_up_to_the_digits_that_they_need():
    assert is_exact(units(), 8)
    needed = next(digits for digits in range(1, 9) if is_exact(units(), digits))
    assert is_exact(units(), needed)
    assert not is_exact(units(), needed - 1)
    for finer in (1, 2, 3):
        changed = units(written(WEIGHTS, GATE, "symbol", "1", Fraction(1, 2**finer)))
        assert not is_exact(changed, needed + finer - 1)
        assert is_exact(changed, needed + finer)
    assert not is_exact(units(set_entry(WEIGHTS, "mlp.b_in", (GATE, 0), -(2**8))), 8)
