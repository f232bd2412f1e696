"""program = exact weights, and hard attention = base-2 softmax: every register of every row after every block."""

from hypothesis import given

from tests.squares.checkers import Run, compare_engine, compare_exact, compare_softmax, runs
from tmformer.decode import Exact


@given(runs())
def test_program_equals_exact_weights(case: Run):
    weights = case.weights
    assert compare_exact(case, weights) is None
    assert compare_engine(case, Exact(weights)) is None


@given(runs(max_width=8, max_steps=10, max_states=3, max_symbols=3))
def test_hard_attention_equals_base_2_softmax(case: Run):
    weights = case.weights
    assert compare_softmax(case, weights) is None
    assert compare_engine(case, Exact(weights, softmax="base-2")) is None
